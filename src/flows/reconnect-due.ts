/**
 * Turns of many reconnects: owner by owner, one message each, as many in a minute as the fleet allows. Each turn is one commit,
 * so whoever dies between two is replaced by the next round, and nobody is written to twice. Safe twice at once.
 */
import type { Connection } from '../domain/connection.ts';
import type { FleetId, OwnerId } from '../domain/ids.ts';
import { narrowed, stateOfSkipped } from '../domain/reconnect-batch.ts';
import type { Verdict } from '../domain/reconnect-batch.ts';
import { after } from '../domain/schedule.ts';
import type { Database, Tx } from '../store/database.ts';
import { listFleets, ownFleet } from '../store/fleet.ts';
import { hurryReads } from '../store/connection-due.ts';
import { announce } from '../store/outbox.ts';
import * as store from '../store/reconnect-batch.ts';
import type { QueuedItem, TurnEnd } from '../store/reconnect-batch.ts';
import { askNow } from './ask-owner.ts';
import type { Asked } from './ask-owner.ts';
import { judgeTurn } from './preview-reconnects.ts';
import type { RouteNeeds } from './way-back.ts';

export interface ReconnectNeeds extends RouteNeeds {
  database: Database;
  onFault: (error: unknown, what: string) => void;
}

/** Rounds are a minute apart, a second more or less; what the last one sent must not count in this one. */
const windowS = 55;
/** Cars of one turn that are to be read again, and such turns in a round. */
const retriesAtOnce = 50;
const retryTurns = 4;
const secondsApart = 1;

/** One round over all fleets. One fleet that fails does not stop the others. */
export async function reconnectDue(needs: ReconnectNeeds, now: Date): Promise<void> {
  for (const { id } of await needs.database.asSystem(listFleets))
    await roundOf(needs, id, now).catch((error: unknown) => needs.onFault(error, 'reconnect many'));
}

async function roundOf(needs: ReconnectNeeds, fleetId: FleetId, now: Date): Promise<void> {
  const { database } = needs;
  const owners = await database.asFleet(fleetId, async (tx) =>
    (await store.hasRunning(tx)) ? store.listNextOwners(tx, await mostNow(tx, now), now) : null,
  );
  if (!owners) return;
  const turn = (give: (tx: Tx) => Promise<boolean>): Promise<boolean> =>
    database.asFleet(fleetId, async (tx) => {
      await store.lockTurns(tx, fleetId);
      return give(tx);
    });
  for (const ownerId of owners) {
    // One owner who can't be asked does not stop the others; the next round tries again.
    const told = turn((tx) => askOne(tx, needs, fleetId, ownerId, now));
    await told.catch((error: unknown) => needs.onFault(error, 'ask an owner about many'));
  }
  for (let turns = 0; turns < retryTurns; turns += 1)
    if (!(await turn((tx) => retrySome(tx, needs, fleetId, now)))) break;
  await turn(async (tx) => {
    const finished = await store.finishDone(tx, now);
    if (finished > 0) await announce(tx, fleetId, [], ['reconnects']);
    return finished > 0;
  });
}

/** The owner's message. Who comes second finds nobody waiting. */
async function askOne(tx: Tx, needs: RouteNeeds, fleetId: FleetId, ownerId: OwnerId, now: Date): Promise<boolean> {
  const judged = await judgeItems(tx, needs, await store.listQueuedOfOwner(tx, ownerId, now), now);
  const asked = judged.filter((one): one is JudgedItem & { asked: Asked } => one.asked !== null);
  const [first, ...others] = asked;
  if (first) {
    const cars: [Asked, ...Asked[]] = [first.asked, ...others.map((other) => other.asked)];
    const { request, notificationId } = await askNow(tx, ownerId, cars, first.item.actor, now);
    await end(tx, asked, { state: 'sent', requestId: request.id, notificationId }, now);
  }
  return endRest(tx, fleetId, judged, now);
}

/** How many may be written to now: what a minute allows, and nobody while the mail server leaves as many messages lying. */
async function mostNow(tx: Tx, now: Date): Promise<number> {
  const { messagesPerMinute } = (await ownFleet(tx)).settings;
  if ((await store.countUndelivered(tx)) >= messagesPerMinute) return 0;
  return Math.max(0, messagesPerMinute - (await store.countMessages(tx, after(now, -windowS))));
}

/** Reads come out of the request budget, like every other. */
async function retrySome(tx: Tx, needs: RouteNeeds, fleetId: FleetId, now: Date): Promise<boolean> {
  const judged = await judgeItems(tx, needs, await store.listNextRetries(tx, retriesAtOnce, now), now);
  const retried = judged.filter(({ verdict }) => verdict.act === 'retry');
  const ids = retried.flatMap(({ connection }) => connection?.id ?? []);
  await hurryReads(tx, ids, secondsApart, now);
  await end(tx, retried, { state: 'retried' }, now);
  return endRest(tx, fleetId, judged, now);
}

interface JudgedItem {
  item: QueuedItem;
  verdict: Verdict;
  connection: Connection | null;
  /** Null unless its owner is to be asked. */
  asked: Asked | null;
}

/** What is left of the preview, on connections that nobody changes until the turn is over. */
async function judgeItems(tx: Tx, needs: RouteNeeds, items: readonly QueuedItem[], now: Date): Promise<JudgedItem[]> {
  if (items.length === 0) return [];
  const vehicleIds = items.map(({ vehicleId }) => vehicleId);
  const connections = new Map((await store.lockLiving(tx, vehicleIds)).map((one) => [one.vehicleId, one]));
  const present = await judgeTurn(tx, needs, vehicleIds, now);
  return items.map((item) => {
    const found = present.get(item.vehicleId);
    const verdict: Verdict = found ? narrowed(item.seen, found) : { act: 'skip', reason: 'changedSince', cause: null };
    const connection = connections.get(item.vehicleId) ?? null;
    const asked = verdict.act === 'ask' && connection ? { connection, cause: verdict.cause } : null;
    return { item, verdict, connection, asked };
  });
}

/** Ends the turns of those that were left out. @returns whether anybody had a turn */
async function endRest(tx: Tx, fleetId: FleetId, judged: readonly JudgedItem[], now: Date): Promise<boolean> {
  if (judged.length === 0) return false;
  for (const one of judged) {
    const { item, verdict } = one;
    if (verdict.act !== 'skip') continue;
    const state = stateOfSkipped(item.seen, verdict.reason);
    await end(tx, [one], state === 'repaired' ? { state } : { state, reason: verdict.reason }, now);
  }
  const vehicleIds = judged.map(({ item }) => item.vehicleId);
  await announce(tx, fleetId, vehicleIds, ['vehicles', 'notifications', 'reconnects']);
  return true;
}

async function end(tx: Tx, judged: readonly JudgedItem[], how: TurnEnd, now: Date): Promise<void> {
  const ofBatch = Map.groupBy(judged, ({ item }) => item.batchId);
  for (const [batchId, own] of ofBatch)
    await store.endTurn(
      tx,
      batchId,
      own.map(({ item }) => item.vehicleId),
      how,
      now,
    );
}
