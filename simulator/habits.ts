/** What owners and single makes do by themselves, other than drive. The makes' figures are in `seed/makes.ts`. */
import { isWatched, refreshBy } from './due.ts';
import type { Fault } from './faults.ts';
import { uuidFrom } from './random.ts';
import type { Account, Car } from './seed/fleet.ts';
import { makeNamed } from './seed/makes.ts';
import { carOf, nextNumber, type Simulation } from './simulation.ts';
import type { Connection } from './state.ts';

const dayMs = 86_400_000;

/** Smartcar's session at the manufacturer ends; signing in again makes a new one. */
function signOut(sim: Simulation, email: string, at: number): void {
  const isThis = ({ scope, what }: Fault): boolean =>
    what.kind === 'signed-out' && scope !== 'all' && 'email' in scope && scope.email === email;
  if (sim.state.faults.some(isThis)) return;
  const id = `fault-${uuidFrom(sim.state.seed, 'fault', nextNumber(sim)).slice(0, 8)}`;
  sim.state.faults.push({ id, scope: { email }, since: at, what: { kind: 'signed-out' } });
}

/** Where a second factor is asked for every two weeks, the login has ended by then. @see docs/smartcar.md §9.1 */
export function endShortLogin(sim: Simulation, connection: Connection, at: number): void {
  const { loginLastsDays } = carOf(sim, connection).make.habits;
  if (loginLastsDays === null || !sim.state.knobs.makesDiffer) return;
  const { sessions, faults } = sim.state;
  const { email } = connection;
  const isOut = faults.some(
    ({ scope, what }) => what.kind === 'signed-out' && scope !== 'all' && 'email' in scope && scope.email === email,
  );
  if (isOut) return;
  const began = sessions[email] === undefined ? connection.createdAt : sessions[email];
  // Null and no fault: the owner has signed in since.
  sessions[email] = began ?? at;
  if (at - sessions[email] < loginLastsDays * dayMs) return;
  sessions[email] = null;
  signOut(sim, email, at);
}

/** Counts that a driver was told of a location request, where the make tells. @see docs/smartcar.md §5 */
export function tellOwnerOfLocation(sim: Simulation, car: Car, at: number): void {
  if (!car.make.habits.tellsOwnerOfLocation || !sim.state.knobs.makesDiffer) return;
  const count = (sim.state.ownerNotices[car.vin]?.count ?? 0) + 1;
  sim.state.ownerNotices[car.vin] = { count, lastAt: at };
}

/**
 * The owner opens the manufacturer's app. It settles what waited for the owner there (ACCOUNT_ISSUE), and where an account
 * has one session only, Smartcar's ends. Answers what happened.
 *
 * @see docs/smartcar.md §5, §9.1
 */
export function openOwnersApp(sim: Simulation, account: Account, at: number): { signedOut: boolean; settled: boolean } {
  const isSettled = ({ scope, what }: Fault): boolean =>
    what.kind === 'account-issue' && scope !== 'all' && 'email' in scope && scope.email === account.email;
  const settled = sim.state.faults.some(isSettled);
  sim.state.faults = sim.state.faults.filter((fault) => !isSettled(fault));
  const signedOut = sim.state.knobs.makesDiffer && makeNamed(account.make)?.habits.hasSingleSession === true;
  if (signedOut) signOut(sim, account.email, at);
  sim.save();
  return { signedOut, settled };
}

/** Somebody opens the trunk after a remote unlock, so the car stays unlocked. Answers whether it was unlocked. */
export function openTrunk(sim: Simulation, car: Car, at: number): boolean {
  const lock = sim.state.locks[car.vin];
  const { relocksAfterS } = car.make.habits;
  if (lock === undefined || lock.isLocked || at < lock.effectiveAt) return false;
  if (relocksAfterS !== null && at >= lock.effectiveAt + relocksAfterS * 1000) return false;
  lock.isTrunkOpened = true;
  sim.save();
  return true;
}

/** Somebody at the car locks or unlocks it by hand, at once; a command that has not taken effect yet does so after it. */
export function moveLock(sim: Simulation, car: Car, isLocked: boolean, at: number): void {
  const commanded = sim.state.locks[car.vin];
  if (commanded !== undefined && at < commanded.effectiveAt) commanded.wasLocked = isLocked;
  else sim.state.locks[car.vin] = { isLocked, effectiveAt: at, isTrunkOpened: true };
  for (const connection of sim.state.connections.filter(({ vin }) => vin === car.vin))
    if (isWatched(sim, connection)) refreshBy(sim, connection, at + 4_000);
  sim.save();
}

/** When an unlocked car will have locked itself and said so; null: it won't. */
export function relockSeenAt(sim: Simulation, car: Car, at: number): number | null {
  const { relocksAfterS } = car.make.habits;
  const lock = sim.state.locks[car.vin];
  if (relocksAfterS === null || !sim.state.knobs.makesDiffer) return null;
  if (lock === undefined || lock.isLocked || lock.isTrunkOpened === true) return null;
  const seenAt = lock.effectiveAt + relocksAfterS * 1000 + 4_000;
  return seenAt > at ? seenAt : null;
}
