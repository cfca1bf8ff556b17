/**
 * Comparing Smartcar's own lists with ours: once a day and on demand, a page at a time, going on where it stood whoever
 * dies. What each step does stands in reconcile-steps.ts.
 *
 * @see docs/decisions/0019-lists-and-lapses.md
 */
import type { Platform } from '../domain/connection.ts';
import type { AlertChange } from '../domain/alert.ts';
import { after } from '../domain/schedule.ts';
import { applyAlertChanges } from '../store/alert.ts';
import type { Database } from '../store/database.ts';
import { forgetDrifts } from '../store/drift.ts';
import { listFleets } from '../store/fleet.ts';
import { announce, enqueue } from '../store/outbox.ts';
import {
  beginReconciliation,
  claimReconciliation,
  endReconciliation,
  firstStarted,
  forgetReconciliations,
  lastDone,
  latestReconciliation,
  noteProgress,
  runningReconciliation,
} from '../store/reconciliation.ts';
import type { ReconciliationRow } from '../store/reconciliation.ts';
import { takeFor } from './budget.ts';
import { CallFailed } from './call-failed.ts';
import { counted } from './meter.ts';
import { ListNotBelieved } from './observe-listed.ts';
import type { StepNeeds } from './observe-listed.ts';
import { compareStep } from './reconcile-steps.ts';

export type ReconcileNeeds = StepNeeds;

const everyS = 86_400;
/** A comparison that failed is begun again sooner. */
const againAfterS = 4 * 3_600;
/** Longer than a step takes: a page of a hundred, each observed, or twenty look-ups. */
const leaseS = 180;
const stepsARun = 60;
/** With pauses that double from two minutes on, half an hour of Smartcar's own trouble. */
const mostAttempts = 5;
/** Two missed days: one may be an outage of Smartcar's, which other alerts tell of. */
const toldAfterS = 2 * everyS;
const keptD = 90;

/** The platforms whose lists can be asked for with the credentials that there are. */
export function platformsOf({ grantsOnV2, v2 }: Pick<StepNeeds, 'grantsOnV2' | 'v2'>): Platform[] {
  const onV2 = v2 !== null && v2.managementTokens.length > 0;
  return [...(grantsOnV2 ? [] : (['v3'] as const)), ...(onV2 ? (['v2'] as const) : [])];
}

/** Begins what is due and goes on with what runs. Safe twice at once. */
export async function reconcileDue(needs: ReconcileNeeds, now: Date): Promise<void> {
  const { database } = needs;
  for (const platform of platformsOf(needs)) {
    await database.asSystem(async (tx) => {
      const last = await latestReconciliation(tx, platform);
      const pauseS = last?.state === 'failed' ? againAfterS : everyS;
      if (!last || (last.state !== 'running' && last.started_at <= after(now, -pauseS)))
        await beginReconciliation(tx, platform, now);
    });
  }
  for (;;) {
    const row = await database.asSystem((tx) => claimReconciliation(tx, after(now, leaseS), now));
    if (!row) break;
    await goOn(needs, row, now);
  }
  await tellLateness(needs, now);
}

/** Begins comparisons now, where none runs. */
export async function requestReconciliation(
  needs: Pick<ReconcileNeeds, 'database' | 'v2' | 'grantsOnV2'>,
  now: Date,
): Promise<void> {
  await needs.database.asSystem(async (tx) => {
    for (const platform of platformsOf(needs)) await beginReconciliation(tx, platform, now);
    await enqueue(tx, [{ name: 'reconcile', payload: {}, key: 'reconcile' }]);
  });
}

/** Steps, until it is done, the budget is used up or the run is long enough; then whoever comes next goes on. */
async function goOn(given: ReconcileNeeds, claimed: ReconciliationRow, now: Date): Promise<void> {
  const subject = { fleetId: null, make: null, purpose: 'upkeep' } as const;
  const needs = counted(given, subject, false);
  const { database } = needs;
  let row = claimed;
  try {
    for (let step = 1; step <= stepsARun; step += 1) {
      if ((await takeFor(needs, subject.purpose, 1, 1, now)) === 0) break;
      // A step sends from one request to twenty; each is paid for as it leaves, so the first is not paid for twice.
      needs.meter.note(subject, 0, -1, now);
      const progress = await compareStep(needs, row, now);
      if (progress === 'done') return await finish(needs, row, { state: 'done', error: null }, now);
      const { id } = row;
      await database.asSystem((tx) =>
        noteProgress(tx, id, { ...progress, attempts: 0, error: null, leaseUntil: after(now, leaseS) }),
      );
      const further = await database.asSystem((tx) => runningReconciliation(tx, id));
      if (!further) return;
      row = further;
    }
    // At once for the next run, and not for this one's loop.
    await database.asSystem((tx) => noteProgress(tx, claimed.id, { leaseUntil: after(now, 1) }));
  } catch (error) {
    await stumble(needs, claimed, error, now);
  }
}

async function stumble(needs: ReconcileNeeds, row: ReconciliationRow, error: unknown, now: Date): Promise<void> {
  needs.onFault(error, 'reconcile');
  const reason = reasonOf(error);
  const present = await needs.database.asSystem((tx) => runningReconciliation(tx, row.id));
  const attempts = (present ?? row).attempts + 1;
  if (error instanceof ListNotBelieved || attempts >= mostAttempts) {
    await finish(needs, row, { state: 'failed', error: reason }, now);
    if (error instanceof ListNotBelieved) await tellFleets(needs.database, failedAlert(reason), now);
    return;
  }
  const leaseUntil = after(now, 60 * 2 ** attempts);
  await needs.database.asSystem((tx) => noteProgress(tx, row.id, { attempts, error: reason, leaseUntil }));
}

function reasonOf(error: unknown): string {
  if (error instanceof CallFailed) return error.failure.meaning;
  return error instanceof ListNotBelieved ? error.message : 'fault';
}

async function finish(
  { database }: ReconcileNeeds,
  { id }: ReconciliationRow,
  end: { state: 'done' | 'failed'; error: string | null },
  now: Date,
): Promise<void> {
  const before = after(now, -keptD * 86_400);
  await database.asSystem(async (tx) => {
    await endReconciliation(tx, id, end, now);
    await forgetReconciliations(tx, before);
  });
  for (const fleet of await database.asSystem(listFleets))
    await database.asFleet(fleet.id, async (tx) => {
      await forgetDrifts(tx, before);
      await announce(tx, fleet.id, [], ['vehicles']);
    });
}

const key = 'reconciliation.failed';
const failedAlert = (reason: string): AlertChange => ({
  change: 'open',
  key,
  kind: 'reconciliation.failed',
  severity: 'warning',
  detail: { reason },
});

/** Opens the alert once no comparison has come to its end for two days, and closes it with the next that does. */
async function tellLateness({ database, ...needs }: ReconcileNeeds, now: Date): Promise<void> {
  for (const platform of platformsOf(needs)) {
    const { since, last } = await database.asSystem(async (tx) => ({
      since: (await lastDone(tx, platform))?.ended_at ?? (await firstStarted(tx, platform)),
      last: await latestReconciliation(tx, platform),
    }));
    if (since && since <= after(now, -toldAfterS)) return tellFleets(database, failedAlert(last?.error ?? 'late'), now);
    // A list that was not believed stays told until one is.
    if (last?.state === 'failed') return;
  }
  await tellFleets(database, { change: 'resolve', key }, now);
}

async function tellFleets(database: Database, change: AlertChange, now: Date): Promise<void> {
  for (const { id } of await database.asSystem(listFleets))
    await database.asFleet(id, (tx) => applyAlertChanges(tx, id, [], [change], now));
}
