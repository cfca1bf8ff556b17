/**
 * The move of cars from Smartcar's v2 to v3. A car stays on v2, read and kept alive as before, while v3 is proved beside it;
 * then it is switched at once. So a move asks no owner for anything and changes no status.
 *
 * @see docs/decisions/0016-move-to-v3.md
 */
import type { Connection } from './connection.ts';
import { isAccountMeaning, isVehicleMeaning } from './failure.ts';
import type { SignalFailure } from './failure.ts';
import type { SmartcarConnectionId, SmartcarUserId, SmartcarVehicleId } from './ids.ts';
import { missingPermissions } from './permission.ts';
import type { Permission } from './permission.ts';
import { judge } from './proof.ts';
import type { Reading } from './reading.ts';
import { tokensGone } from './reconnect-route.ts';
import { after } from './schedule.ts';
import type { SignalCode } from './signal.ts';

export const moveStates = ['planned', 'running', 'paused', 'finished', 'rolledBack'] as const;
export type MoveState = (typeof moveStates)[number];

export const movedStates = ['waiting', 'proving', 'moved', 'failed', 'rolledBack', 'skipped'] as const;
/** Where one car of a move stands. `failed` and `rolledBack` are on v2. */
export type MovedState = (typeof movedStates)[number];

/** What would happen to a car. `waits`: it is moved as soon as what it waits for is over. */
export type MoveVerdict = 'ready' | 'waits' | 'notListed' | 'permissionsDiffer' | 'alreadyMoved' | 'notOnV2' | 'ended';

export const moveReasons = [
  'pending',
  'suspected',
  'broken',
  'notListed',
  'permissionsDiffer',
  'alreadyMoved',
  'notOnV2',
  'ended',
  'smartcarFailed',
  'notProved',
  'moveEnded',
  'grantedAnew',
  'tokensGone',
] as const;
/** Why a car waits, was left out, failed, or can't go back. */
export type MoveReason = (typeof moveReasons)[number];

/** A car's connection as v3 lists it. */
export interface ListedOnV3 {
  id: SmartcarConnectionId;
  smartcarVehicleId: SmartcarVehicleId;
  smartcarUserId: SmartcarUserId;
  permissions: Permission[];
}

export interface PlannedCar<C> {
  connection: C;
  verdict: MoveVerdict;
  /** Null when ready. */
  reason: MoveReason | null;
  listed: ListedOnV3 | null;
  /** Granted on v2, of use to the fleet, and not listed on v3. */
  lostPermissions: Permission[];
}

type Movable = Pick<
  Connection,
  | 'platform'
  | 'tokenSetId'
  | 'status'
  | 'cause'
  | 'suspicion'
  | 'endedAt'
  | 'smartcarVehicleId'
  | 'smartcarUserId'
  | 'permissions'
>;

/** What can be said of a connection without asking Smartcar. */
export function readiness(c: Movable): {
  verdict: Exclude<MoveVerdict, 'notListed' | 'permissionsDiffer'>;
  reason: MoveReason | null;
} {
  if (c.endedAt) return { verdict: 'ended', reason: 'ended' };
  if (c.platform === 'v3') {
    const verdict = c.tokenSetId ? 'alreadyMoved' : 'notOnV2';
    return { verdict, reason: verdict };
  }
  if (c.status === 'pending') return { verdict: 'waits', reason: 'pending' };
  if (c.suspicion) return { verdict: 'waits', reason: 'suspected' };
  if (c.status === 'active' || lacksTokens(c)) return { verdict: 'ready', reason: null };
  return { verdict: 'waits', reason: 'broken' };
}

/** Broken by the loss of v2's tokens alone: v3 mends it, and v2 can't have it back. */
export const lacksTokens = ({ cause }: Pick<Connection, 'cause'>): boolean =>
  cause !== null && tokensGone.includes(cause);

/**
 * What would happen to each car. It is found on v3 by the ids of its vehicle and its user, which v2 and v3 share.
 *
 * @param wanted permissions that the fleet requires or asks for: one of these that would be lost stops a car, any other not
 * @see docs/smartcar.md §7
 */
export function planMove<C extends Movable>(
  connections: readonly C[],
  listedOnV3: readonly ListedOnV3[],
  wanted: readonly Permission[],
): PlannedCar<C>[] {
  const byCar = new Map(listedOnV3.map((one) => [carKey(one), one]));
  return connections.map((connection) => planCar(connection, byCar.get(carKey(connection)) ?? null, wanted));
}

const carKey = (one: Pick<ListedOnV3, 'smartcarVehicleId' | 'smartcarUserId'>): string =>
  `${one.smartcarVehicleId} ${one.smartcarUserId}`;

function planCar<C extends Movable>(
  connection: C,
  listed: ListedOnV3 | null,
  wanted: readonly Permission[],
): PlannedCar<C> {
  const { verdict, reason } = readiness(connection);
  const so = { connection, verdict, reason, listed, lostPermissions: [] };
  if (verdict !== 'ready' && verdict !== 'waits') return so;
  if (!listed) return { ...so, verdict: 'notListed', reason: 'notListed' };
  const used = connection.permissions.filter((permission) => wanted.includes(permission));
  const lostPermissions = missingPermissions(used, listed.permissions);
  if (lostPermissions.length > 0)
    return { ...so, verdict: 'permissionsDiffer', reason: 'permissionsDiffer', lostPermissions };
  return so;
}

/**
 * How long v3 may take to show a car as well as v2 did. A car without a subscription is fetched once a day, and this leaves
 * half a day for what goes wrong; it is what a suspicion about such a car may take as well.
 *
 * @see docs/decisions/0006-proof.md
 */
const proofDeadlineS = 36 * 3_600;
/** From one look to the next; then the last one again. What is not there at once comes with Smartcar's next fetch. */
const looksAfterS = [120, 300, 900, 3_600, 10_800];

export const proofDeadline = (since: Date): Date => after(since, proofDeadlineS);

/** When v3 is read next: sooner at the beginning, and once at the deadline. */
export function nextLook(since: Date, deadline: Date, now: Date): Date {
  let at = since;
  for (let place = 0; at <= now; place += 1) at = after(at, looksAfterS[Math.min(place, looksAfterS.length - 1)] ?? 0);
  return at < deadline || now >= deadline ? at : deadline;
}

export interface MoveQuestion {
  connection: Pick<Connection, 'status' | 'judgedAt' | 'vehicleState'>;
  /** When v3 was first asked about this car. */
  since: Date;
  /** The fleet's required signals. */
  signals: readonly SignalCode[];
  /** What v2 told last. */
  known: ReadonlyMap<SignalCode, Reading>;
}

/**
 * Whether v3 shows the car at least as well as v2 does: every required signal that v2 told is there, and each was fetched
 * since the move looked at this car first, or is as new as v2's; of a car that sleeps by v2's word, v3 may say the same,
 * fetched since. A car that never told any has to be fetched since. None may
 * be refused for the account's sake or for want of a permission. A car that isn't active needs the proof that any repair
 * needs: something fetched after what broke it.
 */
export function isProvedOnV3(
  { connection, since, signals, known }: MoveQuestion,
  readings: readonly Reading[],
  failures: readonly SignalFailure[],
): boolean {
  const refused = failures.some(
    ({ signal, meaning }) => signals.includes(signal) && (isAccountMeaning(meaning) || meaning === 'permission'),
  );
  if (refused) return false;
  const at = connection.status === 'active' ? since : connection.judgedAt;
  const { verdict } = judge({ kind: 'grant', at, provedAt: null, signals }, readings, failures);
  const told = signals.filter((code) => known.has(code));
  if (connection.status !== 'active' && verdict !== 'proved') return false;
  if (told.length === 0) return verdict === 'proved';
  return told.every((code) => {
    const [before, now] = [known.get(code), readings.find((reading) => reading.code === code)];
    if (!now)
      return connection.vehicleState !== null && failures.some((one) => one.signal === code && isSleepOf(one, since));
    return before !== undefined && (isFetchedSince(now, since) || isAsNew(now, before));
  });
}

/** Smartcar asked for it since, and heard that the car sleeps. */
const isSleepOf = (failure: SignalFailure, since: Date): boolean =>
  isVehicleMeaning(failure.meaning) && isFetchedSince(failure, since);

const isFetchedSince = ({ fetchedAt }: Pick<Reading, 'fetchedAt'>, since: Date): boolean =>
  fetchedAt !== null && fetchedAt > since;

/** By the car's clock where both have it, else by Smartcar's. */
function isAsNew(now: Reading, before: Reading): boolean {
  if (now.measuredAt && before.measuredAt) return now.measuredAt >= before.measuredAt;
  return now.fetchedAt !== null && before.fetchedAt !== null && now.fetchedAt >= before.fetchedAt;
}
