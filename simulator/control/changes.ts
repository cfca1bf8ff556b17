/** What the fault page's buttons and the control API do: one function for each, so that both do the same. */
import { deliverAt, noticeSoon, refreshBy } from '../due.ts';
import { accountKinds, objectionTo, type Fault, type FaultRequest, type Scope } from '../faults.ts';
import { uuidFrom } from '../random.ts';
import { openOwnersApp } from '../habits.ts';
import type { Knobs, KnobsChange } from '../knobs.ts';
import type { Account, Car } from '../seed/fleet.ts';
import { createWebhook, enableWebhook } from '../subscriptions.ts';
import { verifyWebhook } from '../webhooks/verify.ts';
import { nextNumber, passwordOf, reaches, type Simulation } from '../simulation.ts';
import type { Connection } from '../state.ts';
import { errorEvent, stateEvent, type ToldError } from '../webhooks/event.ts';
import { sendEvent } from '../webhooks/delivery.ts';

/** Makes a fault; answers the sentence that says why not. A fault of the same kind and scope is replaced. */
export function addFault(sim: Simulation, wanted: Scope, what: FaultRequest): Fault | { objection: string } {
  const scope = scopeFor(sim, wanted, what);
  const objection = objectionTo(what, scope);
  if (objection !== null) return { objection };
  const now = sim.clock().getTime();
  const fault: Fault = {
    id: `fault-${uuidFrom(sim.state.seed, 'fault', nextNumber(sim)).slice(0, 8)}`,
    scope,
    since: now,
    what,
  };
  if (what.kind === 'password-changed') changePassword(sim, scope, what.password ?? null);
  sim.state.faults = sim.state.faults.filter((item) => !isSame(item, fault));
  sim.state.faults.push(fault);
  noticeSoon(sim, touched(sim, fault), now);
  sim.save();
  return fault;
}

function scopeFor(sim: Simulation, wanted: Scope, what: FaultRequest): Scope {
  if (wanted === 'all' || !('vin' in wanted) || !accountKinds.has(what.kind)) return wanted;
  return { email: sim.cars.get(wanted.vin)?.email ?? '' };
}

function isSame(a: Fault, b: Fault): boolean {
  if (a.what.kind !== b.what.kind || JSON.stringify(a.scope) !== JSON.stringify(b.scope)) return false;
  return a.what.kind !== 'error' && a.what.kind !== 'permission-missing'
    ? true
    : JSON.stringify(a.what) === JSON.stringify(b.what);
}

function changePassword(sim: Simulation, scope: Scope, password: string | null): void {
  const email = scope !== 'all' && 'email' in scope ? scope.email : '';
  const account = sim.accounts.get(email);
  if (account === undefined || account.password === null) return;
  const present = passwordOf(sim, account) ?? '';
  const number = Number(/(\d+)$/.exec(present)?.[1] ?? '1');
  sim.state.passwords[email] = password ?? `${present.replace(/\d+$/, '')}${String(number + 1)}`;
}

/** Ends faults; a password stays changed, but the manufacturer accepts the old session again. */
export function endFaults(sim: Simulation, ended: (fault: Fault) => boolean): Fault[] {
  const gone = sim.state.faults.filter(ended);
  sim.state.faults = sim.state.faults.filter((fault) => !gone.includes(fault));
  for (const fault of gone) noticeSoon(sim, touched(sim, fault), sim.clock().getTime());
  sim.save();
  return gone;
}

function touched(sim: Simulation, fault: Fault): Connection[] {
  return sim.state.connections.filter((connection) => reaches(sim, fault, connection));
}

/** Sells a car: it is in another account of its make from now on, and the old connection finds it missing. */
export function sellCar(sim: Simulation, car: Car, email: string): string | null {
  const account = sim.accounts.get(email);
  if (account === undefined) return `There is no account ${email}.`;
  if (account.make !== car.make.make)
    return `The account ${email} is one of ${account.make}, the car a ${car.make.make}.`;
  car.email = email;
  sim.state.owners[car.vin] = email;
  noticeSoon(
    sim,
    sim.state.connections.filter((connection) => connection.vin === car.vin),
    sim.clock().getTime(),
  );
  sim.save();
  return null;
}

/** Fetches a car's data at once, which Smartcar never does on demand; for tests. */
export function fetchNow(sim: Simulation, car: Car): boolean {
  const connections = sim.state.connections.filter((item) => item.vin === car.vin);
  for (const connection of connections) refreshBy(sim, connection, sim.clock().getTime());
  return connections.length > 0;
}

/** Turns knobs. A new webhook, and one with a new address, is asked to verify itself, as it would be at Smartcar. */
export async function changeKnobs(sim: Simulation, change: KnobsChange): Promise<void> {
  const { webhook = {}, ...others } = change;
  const before = sim.state.knobs;
  const { isEnabled = before.webhook.isEnabled, isCreated = before.webhook.isCreated, ...rest } = webhook;
  // Absent keys are left out by zod, so spreading never writes undefined.
  sim.state.knobs = { ...before, ...others, webhook: { ...before.webhook, ...rest } } as Knobs;
  const now = sim.clock().getTime();
  createWebhook(sim, isCreated);
  enableWebhook(sim, isEnabled, now);
  if ('detectAfterS' in others || 'makesDiffer' in others) noticeSoon(sim, sim.state.connections, now);
  sim.save();
  const { url } = sim.state.knobs.webhook;
  const isNew = url !== before.webhook.url || (isCreated && !before.webhook.isCreated);
  if (url !== null && isCreated && isNew) await verifyWebhook(sim, url, now);
}

/** The owner opens the manufacturer's app; watched cars show soon what came of it. */
export function openApp(sim: Simulation, account: Account): { signedOut: boolean; settled: boolean } {
  const now = sim.clock().getTime();
  const happened = openOwnersApp(sim, account, now);
  const theirs = sim.state.connections.filter(({ email }) => email === account.email);
  if (happened.signedOut || happened.settled) noticeSoon(sim, theirs, now);
  sim.save();
  return happened;
}

function connectionOf(sim: Simulation, car: Car): Connection | undefined {
  return sim.state.connections.find((item) => item.vin === car.vin && item.email === car.email);
}

/** A VEHICLE_ERROR that nothing stands behind. */
export function claimFalsely(sim: Simulation, car: Car, told: ToldError): boolean {
  const connection = connectionOf(sim, car);
  if (connection === undefined) return false;
  sendEvent(sim, errorEvent(sim, connection, told), sim.clock().getTime());
  sim.save();
  return true;
}

/** The present state as an event, wanted or not. */
export function sendState(sim: Simulation, car: Car, triggers: readonly string[] | 'FIRST_DELIVERY'): boolean {
  const connection = connectionOf(sim, car);
  if (connection === undefined) return false;
  sendEvent(sim, stateEvent(sim, connection, triggers, sim.clock().getTime()), sim.clock().getTime());
  sim.save();
  return true;
}

/** Sends any body, signed; for what no car would say. */
export function sendRaw(sim: Simulation, event: Record<string, unknown>): boolean {
  const { url } = sim.state.knobs.webhook;
  if (url === null) return false;
  const now = sim.clock().getTime();
  const eventId =
    typeof event['eventId'] === 'string' ? event['eventId'] : uuidFrom(sim.state.seed, 'event', nextNumber(sim));
  deliverAt(
    sim,
    {
      eventId,
      eventType: 'VEHICLE_STATE',
      vehicleId: null,
      url,
      event: { ...event, eventId },
      attempt: 1,
      firstAt: now,
    },
    now,
  );
  sim.save();
  return true;
}
