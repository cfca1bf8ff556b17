/**
 * History beyond each fleet's retention. Days that no fleet keeps any more are dropped whole; where fleets keep different
 * spans, the rows of those that keep less are deleted in small transactions, which vacuum can follow.
 */
import type { FleetId, VehicleId } from '../domain/ids.ts';
import { firstKeptDay, pieces } from '../domain/retention.ts';
import type { Day } from '../domain/retention.ts';
import type { Database } from '../store/database.ts';
import { listFleets, ownFleet } from '../store/fleet.ts';
import {
  deleteReadings,
  dropReadingDay,
  forgetOldLatest,
  goneBefore,
  listReadingDays,
  listVehiclesBehind,
  markGone,
} from '../store/reading-retention.ts';

/** Vehicles of one commit, a day of each: some ten thousand rows. */
const vehiclesAtOnce = 100;
/** Commits for one fleet in one run; what is left, the next run takes. */
const commitsARun = 5_000;

export async function forgetReadings(database: Database, now: Date): Promise<void> {
  const kept: { fleetId: FleetId; from: Day }[] = [];
  for (const { id: fleetId } of await database.asSystem(listFleets)) {
    const { plan } = await database.asFleet(fleetId, ownFleet);
    kept.push({ fleetId, from: firstKeptDay(plan.retentionDays, now) });
  }
  await dropDays(database, kept.map(({ from }) => from).sort()[0]);
  const [first = null] = await listReadingDays(database);
  for (const { fleetId, from } of kept) await forgetOfFleet(database, fleetId, { before: from, first });
}

/** @param before the first day that some fleet keeps; undefined where there is no fleet */
async function dropDays(database: Database, before: Day | undefined): Promise<void> {
  if (before === undefined) return;
  for (const day of await listReadingDays(database)) {
    if (day >= before || !(await dropReadingDay(database, day))) return;
  }
}

/**
 * Once a day, when another day has gone; begun again from the first vehicle where it was not finished. `first`: the oldest
 * day that is there for anybody.
 */
async function forgetOfFleet(
  database: Database,
  fleetId: FleetId,
  { before, first }: { before: Day; first: Day | null },
): Promise<void> {
  const from = await database.asFleet(fleetId, goneBefore);
  if (from !== null && from >= before) return;
  const spans = pieces({ from, before }, first);
  let behind: VehicleId | null = null;
  for (let commits = 0; commits < commitsARun; commits += spans.length) {
    const ids: VehicleId[] = await database.asFleet(fleetId, (tx) => listVehiclesBehind(tx, behind, vehiclesAtOnce));
    const last = ids.at(-1);
    if (!last) return database.asFleet(fleetId, (tx) => markGone(tx, fleetId, before));
    for (const span of spans) await database.asFleet(fleetId, (tx) => deleteReadings(tx, ids, span));
    await database.asFleet(fleetId, (tx) => forgetOldLatest(tx, ids, before));
    behind = last;
  }
}
