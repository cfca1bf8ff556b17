/** What an owner can do in Connect, without the pages: sign in, choose cars, agree or decline. */
import { connect, signIn } from '../grants.ts';
import { faultsOf, passwordOf, userIdOf, type Simulation } from '../simulation.ts';
import { connectErrorAccounts } from '../seed/test-accounts.ts';
import type { Account, Car } from '../seed/fleet.ts';
import { makeNamed } from '../seed/makes.ts';
import type { Connection } from '../state.ts';
import { issueCode } from '../v2/tokens.ts';
import { authorizeRedirect, errorRedirect, isConnectError, reauthenticateRedirect } from './redirect.ts';
import { configuredPermissions, type Session } from './session.ts';

/** The browser leaves, the owner goes on, or the same page shows why not. */
export type Step = { redirect: string } | { session: Session } | { refusal: string };

/** Signing in at the manufacturer. A Step with a session goes on to the choice of cars, or to the permissions. */
export function signInStep(
  sim: Simulation,
  session: Session,
  login: { username: string; password: string },
  now: number,
): Step {
  const email = login.username.trim().toLowerCase();
  const special = connectErrorAccounts[email];
  if (special !== undefined && isConnectError(special.error)) {
    const extra: Record<string, string> =
      special.error === 'vehicle_incompatible' ? { vin: special.vin, make: 'AUDI' } : {};
    return { redirect: errorRedirect(session, special.error, extra) };
  }
  const account = sim.accounts.get(email);
  if (account === undefined || !isRightLogin(sim, session, account, login.password)) {
    return { refusal: 'The e-mail address or the password is wrong. Please try again.' };
  }
  const isOut = sim.state.faults.some(
    ({ what, scope }) => what.kind === 'outage' && scope !== 'all' && 'make' in scope && scope.make === account.make,
  );
  if (isOut)
    return {
      refusal: `${makeNamed(account.make)?.label ?? account.make} can't sign you in at the moment. Please try again later.`,
    };
  const next = { ...session, email };
  return session.flow === 'reauthenticate' ? reauthenticateStep(sim, next, account, now) : carsStep(sim, next, account);
}

function isRightLogin(sim: Simulation, session: Session, account: Account, password: string): boolean {
  const expected = passwordOf(sim, account);
  // The documented test accounts sign in under any brand with any password.
  if (expected === null) return password.length > 0;
  return password === expected && (session.make === null || session.make === account.make);
}

function reauthenticateStep(sim: Simulation, session: Session, account: Account, now: number): Step {
  const connection = sim.state.connections.find((item) =>
    session.vehicleId === null ? item.email === account.email : item.vehicleId === session.vehicleId,
  );
  if (connection === undefined) return { redirect: errorRedirect(session, 'no_vehicles') };
  if (connection.email !== account.email)
    return { refusal: 'This account does not have the vehicle that is to be connected again.' };
  if (!carsInAccount(sim, account).some((car) => car.vin === connection.vin))
    return { redirect: errorRedirect(session, 'no_vehicles') };
  signIn(sim, account, now);
  storeExternalId(sim, session, connection.userId);
  sim.save();
  return { redirect: reauthenticateRedirect(sim, session, connection) };
}

/** The cars an account shows; removed ones are gone. */
export function carsInAccount(sim: Simulation, account: Account): Car[] {
  const cars = sim.fleet.cars.filter((car) => car.email === account.email);
  return cars.filter((car) => !faultsOf(sim, car).some(({ what }) => what.kind === 'car-removed'));
}

function carsStep(sim: Simulation, session: Session, account: Account): Step {
  const all = carsInAccount(sim, account);
  if (all.length === 0) return { redirect: errorRedirect(session, 'no_vehicles') };
  const wanted = session.singleVin === null ? all : all.filter((car) => car.vin === session.singleVin);
  if (wanted.length === 0) return { redirect: errorRedirect(session, 'no_vehicles') };
  const able = wanted.filter((car) => !faultsOf(sim, car).some(({ what }) => what.kind === 'subscription-lapsed'));
  if (able.length === 0) return { redirect: errorRedirect(session, 'invalid_subscription') };
  const vins = able.map((car) => car.vin);
  return { session: { ...session, vins: able.length === 1 ? vins : [] } };
}

/** The cars to choose from; empty vins in the session mean that the owner has still to choose. */
export function choicesOf(sim: Simulation, session: Session): Car[] {
  const account = accountOf(sim, session);
  if (account === null) return [];
  const step = carsStep(sim, session, account);
  if (!('session' in step)) return [];
  const cars = carsInAccount(sim, account);
  return session.singleVin === null
    ? cars.filter((car) => !isLapsed(sim, car))
    : cars.filter((car) => car.vin === session.singleVin);
}

function isLapsed(sim: Simulation, car: Car): boolean {
  return faultsOf(sim, car).some(({ what }) => what.kind === 'subscription-lapsed');
}

/** Chooses cars of the account. */
export function chooseStep(sim: Simulation, session: Session, vins: readonly string[]): Step {
  const offered = choicesOf(sim, session).map((car) => car.vin);
  const chosen = offered.filter((vin) => vins.includes(vin));
  if (chosen.length === 0) return { refusal: 'Please choose a vehicle.' };
  if (session.isSingle && chosen.length > 1) return { refusal: 'Please choose exactly one vehicle.' };
  return { session: { ...session, vins: chosen } };
}

/** The permissions that the owner is asked for. */
export function askedPermissions(session: Session): string[] {
  return session.scope ?? [...configuredPermissions];
}

/** Whether the owner agreed to just this before, so that the page is left out (approval_prompt=auto). */
export function isApprovedAlready(sim: Simulation, session: Session): boolean {
  if (session.prompt === 'force' || session.vins.length === 0) return false;
  const asked = askedPermissions(session);
  return session.vins.every((vin) => {
    const connection = sim.state.connections.find((item) => item.vin === vin && item.email === session.email);
    return connection !== undefined && asked.every((permission) => connection.permissions.includes(permission));
  });
}

/** The owner agrees to these permissions; locked ones count even when they aren't ticked. */
export function approveStep(sim: Simulation, session: Session, ticked: readonly string[], now: number): Step {
  const account = accountOf(sim, session);
  if (account === null || session.vins.length === 0) return { refusal: 'Please sign in and choose a vehicle first.' };
  const asked = askedPermissions(session);
  const permissions = asked.filter(
    (permission) => session.required.includes(permission) || ticked.includes(permission),
  );
  if (permissions.length === 0) return { refusal: 'Please leave at least one permission ticked.' };
  const userId = userIdOf(sim, account);
  storeExternalId(sim, session, userId);
  const grant = { account, vins: session.vins, permissions, requested: session.scope, mode: session.mode };
  const { connections } = connect(sim, grant, now);
  const code = session.responseType === 'code' ? codeFor(sim, session, connections, permissions, now) : null;
  return { redirect: authorizeRedirect(sim, session, { userId, make: account.make, code }) };
}

/** v2's tokens come from it; v3 needs none. @see docs/smartcar.md §1.7 */
function codeFor(
  sim: Simulation,
  session: Session,
  connections: readonly Connection[],
  permissions: readonly string[],
  now: number,
): string {
  const userId = connections[0]?.userId ?? '';
  const vehicleIds = connections.map((item) => item.vehicleId);
  const grant = { userId, vehicleIds, permissions: [...permissions], isSingle: session.isSingle };
  const code = issueCode(sim, session.redirectUri, grant, now);
  sim.save();
  return code;
}

export function accountOf(sim: Simulation, session: Session): Account | null {
  return session.email === null ? null : (sim.accounts.get(session.email) ?? null);
}

function storeExternalId(sim: Simulation, session: Session, userId: string): void {
  if (session.externalId === null) return;
  const { [userId]: _replaced, ...others } = sim.state.externalIds;
  sim.state.externalIds = session.externalId === 'null' ? others : { ...others, [userId]: session.externalId };
}
