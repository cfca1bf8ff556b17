/** What keeps the installation in order: partitions ahead, and nothing kept that nobody needs. */
import { keepRentersD } from '../domain/rental.ts';
import type { Database } from '../store/database.ts';
import { forgetPreviousSecrets } from '../store/event-endpoint.ts';
import { forgetEvents } from '../store/event.ts';
import { listFleets, ownFleet } from '../store/fleet.ts';
import { forgetAnswers } from '../store/idempotency.ts';
import { forgetGrants } from '../store/loose-grant.ts';
import { forgetRenters } from '../store/rental.ts';
import { ensurePartitions } from '../store/telemetry.ts';
import { emptyDeliveries, forgetOldDeliveries } from '../store/webhook-inbox.ts';
import { forgetReadings } from './forget-readings.ts';
import { forgetOldImports } from './import.ts';
import type { V2 } from './v2.ts';
import { forgetOldUsage } from './watch-budget.ts';

/** Smartcar's advice is to keep event ids for seven days at least. */
const keepEventIdsD = 14;
const keepAnswersD = 1;
/** What was not taken in this time, and not asked for again, is told to nobody any more. */
const keepEventsD = 30;
/** What became of a grant stands in the timeline for good. */
const keepGrantsD = 90;

export async function keepHouse({ database, v2 }: { database: Database; v2: V2 | null }, now: Date): Promise<void> {
  const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
  await ensurePartitions(database, now);
  await forgetReadings(database, now);
  await forgetPositionsSent(database);
  await forgetOldDeliveries(database, daysAgo(keepEventIdsD));
  await database.asSystem((tx) => forgetAnswers(tx, daysAgo(keepAnswersD)));
  await forgetLooseGrants(database, daysAgo(keepGrantsD));
  await forgetRentersOf(database, daysAgo(keepRentersD));
  await forgetOldImports({ database }, now);
  await forgetOldUsage({ database }, now);
  if (v2) await eraseTokens(database, v2, daysAgo(1));
  await forgetOldEvents(database, daysAgo(keepEventsD), now);
}

/** What Smartcar sent holds positions; a fleet that keeps none outside rentals keeps none there either, once it is settled. */
async function forgetPositionsSent(database: Database): Promise<void> {
  for (const { id } of await database.asSystem(listFleets))
    await database.asFleet(id, async (tx) => {
      if ((await ownFleet(tx)).settings.preciseLocation === 'rentalsOnly') await emptyDeliveries(tx);
    });
}

/** In small commits. @throws AggregateError once all fleets had their turn, with what went wrong with some */
async function forgetOldEvents(database: Database, before: Date, now: Date): Promise<void> {
  const faults: unknown[] = [];
  for (const { id } of await database.asSystem(listFleets)) {
    try {
      await database.asFleet(id, (tx) => forgetPreviousSecrets(tx, now));
      while ((await database.asFleet(id, (tx) => forgetEvents(tx, before))) > 0) continue;
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, `Old events were not forgotten. Fleets: ${faults.length}.`);
}

async function forgetLooseGrants(database: Database, before: Date): Promise<void> {
  for (const { id } of await database.asSystem(listFleets))
    await database.asFleet(id, (tx) => forgetGrants(tx, before));
}

async function forgetRentersOf(database: Database, before: Date): Promise<void> {
  for (const { id } of await database.asSystem(listFleets))
    await database.asFleet(id, (tx) => forgetRenters(tx, before));
}

/** Tokens that no living connection is read by: of connections that ended, and of ways through Connect that led nowhere. */
async function eraseTokens(database: Database, { tokens }: V2, before: Date): Promise<void> {
  for (const { id } of await database.asSystem(listFleets))
    await database.asFleet(id, (tx) => tokens.eraseAllUnused(tx, before));
}
