/** The last check of each vehicle, and everything else that a diagnosis is made of. */
import type { Check, CheckAnswer, KeptHappening, Known } from '../domain/diagnosis.ts';
import type { CheckStep } from '../domain/check-step.ts';
import type { Fleet } from '../domain/fleet.ts';
import type { FleetId, VehicleId } from '../domain/ids.ts';
import { makePolicy } from '../domain/make-policy.ts';
import type { Happening } from '../domain/timeline.ts';
import type { Vehicle } from '../domain/vehicle.ts';
import { listAlerts } from './alert-list.ts';
import { findLatestConnection } from './connection.ts';
import type { Tx } from './database.ts';
import type { KeptCheckAnswer, KeptCheckStep } from './schema.ts';
import { readLatest } from './telemetry.ts';
import { listTimeline } from './timeline-list.ts';
import type { ListedHappening } from './timeline-list.ts';

/** Names a check while it runs: of two at once the later one is kept. */
export interface CheckKey {
  fleetId: FleetId;
  vehicleId: VehicleId;
  startedAt: Date;
}

/** Begins a check; what the last one found is forgotten. */
export async function startCheck(tx: Tx, { fleetId, vehicleId, startedAt }: CheckKey): Promise<void> {
  const fresh = { started_at: startedAt, finished_at: null, steps: '[]', answer: null };
  await tx
    .insertInto('vehicle_check')
    .values({ vehicle_id: vehicleId, fleet_id: fleetId, ...fresh })
    .onConflict((conflict) => conflict.column('vehicle_id').doUpdateSet(fresh))
    .execute();
}

/** Keeps how far a check has come; nothing, when another one was begun since. */
export async function writeCheck(
  tx: Tx,
  { vehicleId, startedAt }: CheckKey,
  check: Pick<Check, 'finishedAt' | 'steps' | 'answer'>,
): Promise<void> {
  await tx
    .updateTable('vehicle_check')
    .set({
      finished_at: check.finishedAt,
      steps: JSON.stringify(check.steps),
      answer: check.answer && JSON.stringify(check.answer),
    })
    .where('vehicle_id', '=', vehicleId)
    .where('started_at', '=', startedAt)
    .execute();
}

/** Null when the vehicle was never checked. */
export async function findCheck(tx: Tx, vehicleId: VehicleId): Promise<Check | null> {
  const row = await tx.selectFrom('vehicle_check').selectAll().where('vehicle_id', '=', vehicleId).executeTakeFirst();
  if (!row) return null;
  return {
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    steps: row.steps.map(toStep),
    answer: row.answer && toAnswer(row.answer),
  };
}

const toStep = (kept: KeptCheckStep): CheckStep => ({ ...kept, at: new Date(kept.at) });

const toAnswer = (kept: KeptCheckAnswer): CheckAnswer => ({
  ...kept,
  at: new Date(kept.at),
  failures: kept.failures.map((failure) => ({
    ...failure,
    fetchedAt: failure.fetchedAt === null ? null : new Date(failure.fetchedAt),
  })),
});

/** As far back as a diagnosis looks. */
const mostLines = 100;
const mostAlerts = 10;

/** What is known of a vehicle, for `diagnose`. */
export async function findKnown(
  tx: Tx,
  { id, make, country }: Pick<Vehicle, 'id' | 'make' | 'country'>,
  { settings, plan }: Pick<Fleet, 'settings' | 'plan'>,
): Promise<Known> {
  const lines = await listTimeline(tx, id, { after: null, limit: mostLines });
  const alerts = await listAlerts(tx, { state: 'unresolved', vehicle: id }, { after: null, limit: mostAlerts });
  return {
    make: makePolicy(make, settings),
    country,
    connection: (await findLatestConnection(tx, id)) ?? null,
    required: settings.requiredPermissions,
    requestBudget: plan.requestBudget,
    readings: await readLatest(tx, id, false),
    happenings: lines.map(toHappening),
    alerts: alerts.map(({ kind, severity, opened_at }) => ({ kind, severity, openedAt: opened_at })),
    check: await findCheck(tx, id),
  };
}

function toHappening({ kind, at, via, request_id: requestId, data }: ListedHappening): KeptHappening {
  const { from, to, meaning, reported } = data as Partial<Happening>; // written from a Happening
  return {
    ...{ kind, at, via: via as Happening['via'], requestId, data }, // written from a Happening
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    ...(meaning ? { meaning } : {}),
    ...(reported === undefined ? {} : { reported }),
  };
}
