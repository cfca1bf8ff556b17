/**
 * The cars of moves that are due: looked up on v3, subscribed there, proved beside v2, switched. Each step is one commit, so
 * whoever dies between two of them is replaced by the next round. Safe twice at once.
 */
import type { Connection } from '../domain/connection.ts';
import type { FleetId } from '../domain/ids.ts';
import { isProvedOnV3, lacksTokens, nextLook, planMove, proofDeadline, readiness } from '../domain/move.ts';
import type { MoveReason } from '../domain/move.ts';
import type { MovedOutcome, Outcome } from '../domain/outcome.ts';
import { towline } from '../domain/role.ts';
import { after } from '../domain/schedule.ts';
import { requiredSignals } from '../domain/signal.ts';
import type { TimelineKind } from '../domain/timeline.ts';
import { findConnection } from '../store/connection.ts';
import type { Tx } from '../store/database.ts';
import { listFleets, ownFleet } from '../store/fleet.ts';
import * as store from '../store/move.ts';
import type { DueMoveVehicle, MoveVehicleChange } from '../store/move.ts';
import { announce } from '../store/outbox.ts';
import { readLatest } from '../store/telemetry.ts';
import { insertHappenings } from '../store/timeline.ts';
import { takeFor } from './budget.ts';
import type { BudgetNeeds } from './budget.ts';
import { subscribe, webhookOnce } from './ensure-subscription.ts';
import type { SubscribeNeeds, WebhookOf } from './ensure-subscription.ts';
import { counted } from './meter.ts';
import { bringBack } from './move-back.ts';
import { observe } from './observe.ts';
import type { ObserveNeeds } from './observe.ts';
import { readVehicle } from './read-vehicle.ts';
import type { ReadNeeds } from './read-vehicle.ts';

export type MoveNeeds = ObserveNeeds &
  ReadNeeds &
  SubscribeNeeds &
  BudgetNeeds & { onFault: (error: unknown, what: string) => void };

/** Cars of one claim, and claims of one round: a minute's round of a large fleet ends before the next begins. */
const batch = 20;
const mostClaims = 10;
/** Longer than all of a batch's requests may take. */
const leaseS = 300;
/** Requests of a first look: the list, the subscription, the read. A later one only reads. */
const firstLookCost = 3;
/** A car that waits for something of its own is looked at again after this; it costs no request. */
const waitAgainS = 900;
/** Smartcar failed, or the budget is used up: nothing is held against the car. */
const askAgainS = 300;

type Round = MoveNeeds & { webhookOf: WebhookOf };

/** One round over all fleets. One car that fails does not stop the others. */
export async function moveDue(needs: MoveNeeds, now: Date): Promise<void> {
  const round: Round = { ...needs, webhookOf: webhookOnce(needs, { fleetId: null, purpose: 'upkeep' }) };
  for (const { id: fleetId } of await needs.database.asSystem(listFleets)) {
    await bringBack(needs, fleetId, now);
    await eraseFinished(needs, fleetId, now);
    for (let claim = 0; claim < mostClaims; claim += 1) if (!(await moveSome(round, fleetId, now))) break;
  }
}

/** @returns whether there may be more to do now */
async function moveSome(needs: Round, fleetId: FleetId, now: Date): Promise<boolean> {
  const claimed = await needs.database.asFleet(fleetId, (tx) =>
    store.claimMoveVehicles(tx, batch, after(now, leaseS), now),
  );
  if (claimed.length === 0) return false;
  const waiting = claimed.filter(({ state }) => state === 'waiting');
  const proving = claimed.filter(({ state }) => state === 'proving');
  const looks = proving.length > 0 ? await takeFor(needs, 'upkeep', proving.length, 1, now) : 0;
  const firstLooks = waiting.length > 0 ? await takeFor(needs, 'upkeep', waiting.length, firstLookCost, now) : 0;
  const chosen = [...proving.slice(0, looks), ...waiting.slice(0, firstLooks)];
  const others = claimed.filter((one) => !chosen.includes(one));
  await needs.database.asFleet(fleetId, async (tx) => {
    for (const one of others) await store.settleMoveVehicle(tx, one, { state: one.state, dueAt: after(now, 60) }, now);
  });
  const own = counted(needs, { fleetId, make: null, purpose: 'upkeep' }, true);
  await Promise.all(chosen.map((one) => moveOne(own, one)));
  return others.length === 0 && claimed.length === batch;
}

async function moveOne(needs: Round, item: DueMoveVehicle): Promise<void> {
  try {
    const looked = item.state === 'waiting' ? await lookUp(needs, item) : item;
    if (looked) await prove(needs, looked);
  } catch (error) {
    needs.onFault(error, 'move a car to v3');
  }
}

type Standing = { connection: Connection; wanted: string[]; required: string[] } | null;

/** The connection as it stands now; null, and settled, when it is not to be moved now. */
async function standingOf(needs: MoveNeeds, item: DueMoveVehicle): Promise<Standing> {
  const now = needs.clock();
  return needs.database.asFleet(item.fleetId, async (tx) => {
    const connection = await findConnection(tx, item.connectionId);
    if (!connection) throw new Error(`The connection ${item.connectionId} of a move is gone.`);
    const { verdict, reason } = readiness(connection);
    if (verdict === 'waits')
      // Once it is over v3 has to be proved anew.
      await settle(tx, item, { state: 'waiting', reason, dueAt: after(now, waitAgainS), provingSince: null }, now);
    else if (verdict !== 'ready') await settle(tx, item, { state: 'skipped', reason, dueAt: null }, now);
    if (verdict !== 'ready') return null;
    const { requiredPermissions, optionalPermissions } = (await ownFleet(tx)).settings;
    return {
      connection,
      required: requiredPermissions,
      wanted: [...requiredPermissions, ...optionalPermissions],
    };
  });
}

async function settle(tx: Tx, item: DueMoveVehicle, change: MoveVehicleChange, now: Date): Promise<boolean> {
  const isSettled = await store.settleMoveVehicle(tx, item, change, now);
  if (isSettled && change.state !== item.state) await announce(tx, item.fleetId, [], ['moves']);
  return isSettled;
}

/** In v3's list, under the same user. Null when it isn't to be moved, or not now. */
async function lookUp(needs: MoveNeeds, item: DueMoveVehicle): Promise<DueMoveVehicle | null> {
  const standing = await standingOf(needs, item);
  if (!standing) return null;
  const { connection, wanted } = standing;
  const { smartcarVehicleId: vehicleId, smartcarUserId: userId } = connection;
  const answer = await needs.access.withAccess(needs.clock(), (token) =>
    needs.smartcar.listConnections(token, { vehicleId, userId }),
  );
  const now = needs.clock();
  const end = (change: MoveVehicleChange) =>
    needs.database.asFleet(item.fleetId, (tx) => settle(tx, item, change, now));
  if (!answer.ok) {
    const dueAt = after(now, answer.failure.retryAfterS ?? askAgainS);
    await end({ state: 'waiting', reason: 'smartcarFailed', dueAt, requestId: answer.failure.requestId });
    return null;
  }
  const { requestId } = answer;
  const [planned] = planMove([connection], answer.value, wanted);
  if (!planned?.listed || planned.verdict !== 'ready') {
    const { reason = 'notListed', lostPermissions = [] } = planned ?? {};
    await end({ state: 'skipped', reason, lostPermissions, dueAt: null, requestId });
    return null;
  }
  const { permissions, id: smartcarConnectionId } = planned.listed;
  return begin(needs, item, connection, { permissions, smartcarConnectionId }, requestId);
}

/** From now on v3 is asked. */
async function begin(
  needs: MoveNeeds,
  item: DueMoveVehicle,
  connection: Connection,
  listed: NonNullable<DueMoveVehicle['listed']>,
  requestId: string | null,
): Promise<DueMoveVehicle | null> {
  const now = needs.clock();
  const { permissions, smartcarConnectionId } = connection;
  const deadlineAt = proofDeadline(now);
  const looked = { provingSince: now, deadlineAt, before: { permissions, smartcarConnectionId }, listed };
  const isBegun = await needs.database.asFleet(item.fleetId, async (tx) => {
    const change: MoveVehicleChange = { ...looked, state: 'proving', dueAt: nextLook(now, deadlineAt, now), requestId };
    if (!(await settle(tx, item, change, now))) return false;
    await tell(tx, item, 'connection.move-begun', requestId, now);
    return true;
  });
  return isBegun ? { ...item, ...looked, state: 'proving' } : null;
}

async function tell(
  tx: Tx,
  item: Pick<DueMoveVehicle, 'fleetId' | 'vehicleId' | 'connectionId'> & { actor?: DueMoveVehicle['actor'] },
  kind: TimelineKind,
  requestId: string | null,
  at: Date,
): Promise<void> {
  const { fleetId, vehicleId, connectionId, actor } = item;
  const line = { kind, at, via: 'operator', requestId } as const;
  await insertHappenings(tx, { fleetId, vehicleId, connectionId }, actor ?? towline, [line]);
  await announce(tx, fleetId, [vehicleId], ['vehicles', 'moves']);
}

/**
 * A read on v3 beside v2: what it says is believed only once it is as good as what v2 says. The subscription comes first, so
 * that Smartcar fetches the car at its make's pace and not once a day.
 */
async function prove(needs: Round, item: DueMoveVehicle): Promise<void> {
  const standing = await standingOf(needs, item);
  const { provingSince: since, deadlineAt, fleetId } = item;
  if (!standing || !since || !deadlineAt) return;
  const { connection, required } = standing;
  if (!connection.subscribedAt)
    await subscribe(needs, connection, needs.webhookOf, needs.clock()).catch((error: unknown) =>
      needs.onFault(error, 'subscribe'),
    );
  const outcome = await readVehicle(needs, { ...connection, platform: 'v3', connectionId: connection.id }, 'poll');
  const known = await needs.database.asFleet(fleetId, (tx) => readLatest(tx, item.vehicleId, false));
  const question = { connection, since, signals: requiredSignals(required), known };
  const isProved = outcome.kind === 'signals' && isProvedOnV3(question, outcome.readings, outcome.failures);
  if (isProved) return switchOver(needs, item, connection, outcome);
  const { at, requestId } = outcome;
  await needs.database.asFleet(fleetId, async (tx) => {
    const isLate = at >= deadlineAt;
    const reason: MoveReason | null = outcome.kind === 'failed' ? 'smartcarFailed' : null;
    const later = { state: 'proving', reason, dueAt: nextLook(since, deadlineAt, at), requestId } as const;
    const failed = { state: 'failed', reason: 'notProved', dueAt: null, requestId } as const;
    const isSettled = await settle(tx, item, isLate ? failed : later, at);
    if (isLate && isSettled) await tell(tx, item, 'connection.move-failed', requestId, at);
  });
}

/** The row, the connection, and what v3 told, in one commit. */
async function switchOver(needs: MoveNeeds, item: DueMoveVehicle, before: Connection, read: Outcome): Promise<void> {
  const { fleetId, connectionId, listed, actor } = item;
  if (!listed) throw new Error(`The connection ${connectionId} was not looked up on v3.`);
  const { at, requestId } = read;
  const moved: MovedOutcome = { kind: 'moved', via: 'operator', at, requestId, platform: 'v3', ...listed };
  await observe(
    needs,
    {
      fleetId,
      connectionId,
      outcomes: [moved, read],
      actor,
      together: async (tx, { connection }) => {
        // What was proved is this connection as it stood then.
        const isSame = connection.tokenSetId === before.tokenSetId && readiness(connection).verdict === 'ready';
        const reason = lacksTokens(before) ? 'tokensGone' : null;
        return isSame && settle(tx, item, { state: 'moved', reason, dueAt: null, requestId }, at);
      },
    },
    at,
  );
}

/** v2's tokens of what a finished move has moved; the sweep goes on where this ends. */
export async function eraseFinished(needs: MoveNeeds, fleetId: FleetId, now: Date): Promise<void> {
  const unerased = await needs.database.asFleet(fleetId, (tx) => store.listUnerased(tx, batch * mostClaims));
  for (const item of unerased) {
    await needs.database
      .asFleet(fleetId, async (tx) => {
        if (!(await store.markErased(tx, item, now))) return;
        if (item.tokenSetId) {
          await store.letGoOfFamily(tx, item.connectionId, item.tokenSetId);
          await needs.v2?.tokens.eraseUnused(tx, item.tokenSetId);
        }
        await tell(tx, item, 'connection.move-finished', null, now);
      })
      .catch((error: unknown) => needs.onFault(error, "erase v2's tokens"));
  }
}
