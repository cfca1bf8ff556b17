/** What a person does with many reconnects: send what was previewed, hold it, go on, take back what is still to come. */
import { newId } from '../domain/ids.ts';
import type { FleetId, ReconnectBatchId, VehicleId } from '../domain/ids.ts';
import { graceS, narrowed, previewLifeS, stateOfSkipped } from '../domain/reconnect-batch.ts';
import type { BatchState, Seen, Verdict } from '../domain/reconnect-batch.ts';
import { Refusal } from '../domain/refusal.ts';
import { after } from '../domain/schedule.ts';
import type { Database, Tx } from '../store/database.ts';
import { announce } from '../store/outbox.ts';
import {
  changeBatch,
  findBatch,
  findByPreview,
  insertBatch,
  lockTurns,
  withdrawQueuedItems,
} from '../store/reconnect-batch.ts';
import type { NewItem } from '../store/reconnect-batch.ts';
import type { KeptSelection } from '../store/schema.ts';
import type { Context } from './context.ts';
import type { RouteNeeds } from './way-back.ts';
import { judgeAll } from './preview-reconnects.ts';

/** A preview as it comes back to be sent. */
export interface SeenPreview {
  at: Date;
  /** Tells this preview from every other. */
  digest: Buffer;
  selection: KeptSelection;
  cars: readonly SeenCar[];
}

export interface SeenCar {
  vehicleId: VehicleId;
  seen: Seen;
}

type Needs = { database: Database };

/**
 * Sends what was seen, each car judged again: what changed meanwhile is left out with its reason, and nothing is added. The
 * same preview is sent once, however often it comes.
 *
 * @throws Refusal `preview_expired`, `nothing_to_send`
 */
export async function sendReconnects(
  needs: Needs & RouteNeeds,
  { fleetId, actor }: Context,
  seen: SeenPreview,
  now: Date,
): Promise<ReconnectBatchId> {
  return needs.database.asFleet(fleetId, async (tx) => {
    // One after another: whoever sends the same at the same moment finds it sent.
    await lockTurns(tx, fleetId);
    const before = await findByPreview(tx, seen.digest);
    if (before) return before.id;
    if (now >= after(seen.at, previewLifeS)) throw new Refusal('preview_expired');
    const items = await itemsOf(tx, needs, seen.cars, now);
    if (!items.some(({ state }) => state === 'queued')) throw new Refusal('nothing_to_send');
    const id = newId('rcb', now);
    const { selection, at: previewedAt, digest: previewDigest } = seen;
    const batch = { id, fleetId, selection, previewedAt, previewDigest, actor, startsAt: after(now, graceS) };
    await insertBatch(tx, batch, items, now);
    await announce(tx, fleetId, [], ['reconnects']);
    return id;
  });
}

async function itemsOf(tx: Tx, needs: RouteNeeds, seen: readonly SeenCar[], now: Date): Promise<NewItem[]> {
  const present = await judgeAll(tx, needs, { vehicleIds: seen.map(({ vehicleId }) => vehicleId) }, now);
  const seenOf = new Map(seen.map((one) => [one.vehicleId, one.seen]));
  return present.flatMap(({ car: { vehicleId }, verdict }) => {
    const before = seenOf.get(vehicleId);
    return before ? [itemOf(vehicleId, before, narrowed(before, verdict))] : [];
  });
}

function itemOf(vehicleId: VehicleId, seen: Seen, verdict: Verdict): NewItem {
  const car = { vehicleId, act: seen.act, ownerId: seen.act === 'ask' ? seen.ownerId : null, cause: verdict.cause };
  if (verdict.act !== 'skip') return { ...car, state: 'queued', reason: null };
  const state = stateOfSkipped(seen, verdict.reason);
  return { ...car, state, reason: state === 'skipped' ? verdict.reason : null };
}

type Change = (tx: Tx) => Promise<boolean>;

/** @throws Refusal `not_found`, `reconnects_over`, `reconnects_not_now` */
async function change({ database }: Needs, fleetId: FleetId, id: ReconnectBatchId, act: Change): Promise<void> {
  await database.asFleet(fleetId, async (tx) => {
    // No turn is half done meanwhile: once this is answered, nothing more leaves.
    await lockTurns(tx, fleetId);
    const batch = await findBatch(tx, id);
    if (!batch) throw new Refusal('not_found');
    if (isOver(batch.state)) throw new Refusal('reconnects_over');
    if (!(await act(tx))) throw new Refusal('reconnects_not_now');
    await announce(tx, fleetId, [], ['reconnects']);
  });
}

const isOver = (state: BatchState): boolean => state === 'finished' || state === 'cancelled';

/** Nobody is written to until it goes on. @throws Refusal `not_found`, `reconnects_over`, `reconnects_not_now` */
export const pauseReconnects = (needs: Needs, { fleetId }: Context, id: ReconnectBatchId, now: Date): Promise<void> =>
  change(needs, fleetId, id, (tx) => changeBatch(tx, id, ['running'], 'paused', now));

/** @throws Refusal `not_found`, `reconnects_over`, `reconnects_not_now` */
export const resumeReconnects = (needs: Needs, { fleetId }: Context, id: ReconnectBatchId, now: Date): Promise<void> =>
  change(needs, fleetId, id, (tx) => changeBatch(tx, id, ['paused'], 'running', now));

/** What had no turn yet is taken back; what was sent stays sent. @throws Refusal `not_found`, `reconnects_over` */
export const cancelReconnects = (needs: Needs, { fleetId }: Context, id: ReconnectBatchId, now: Date): Promise<void> =>
  change(needs, fleetId, id, async (tx) => {
    const isChanged = await changeBatch(tx, id, ['running', 'paused'], 'cancelled', now);
    await withdrawQueuedItems(tx, id, now);
    return isChanged;
  });
