/** What would become of each car if many were reconnected now. It changes nothing. */
import { beforeConnect } from '../domain/before-connect.ts';
import { askedPermissions } from '../domain/fleet.ts';
import type { Settings } from '../domain/fleet.ts';
import type { VehicleId } from '../domain/ids.ts';
import { makePolicy } from '../domain/make-policy.ts';
import { judge, mostVehicles } from '../domain/reconnect-batch.ts';
import type { Judged, Verdict } from '../domain/reconnect-batch.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Database, Tx } from '../store/database.ts';
import { ownFleet } from '../store/fleet.ts';
import { listCandidates } from '../store/reconnect-candidate.ts';
import type { ReconnectCandidate, Selection } from '../store/reconnect-candidate.ts';
import type { Context } from './context.ts';

export interface PreviewedReconnects {
  at: Date;
  /** By owner, then by number. */
  cars: Judged<ReconnectCandidate>[];
  /** How many owners are written to in a minute. */
  messagesPerMinute: number;
}

/** @throws Refusal `too_many_vehicles` */
export async function previewReconnects(
  { database }: { database: Database },
  { fleetId }: Pick<Context, 'fleetId'>,
  selection: Selection,
  now: Date,
): Promise<PreviewedReconnects> {
  return database.asFleet(fleetId, async (tx) => {
    const { messagesPerMinute } = (await ownFleet(tx)).settings;
    const cars = await judgeAll(tx, selection, now);
    if (cars.length > mostVehicles) throw new Refusal('too_many_vehicles');
    return { at: now, cars, messagesPerMinute };
  });
}

/** Each car with what would be done with it now; one more than a batch may have, at most. */
export async function judgeAll(tx: Tx, selection: Selection, now: Date): Promise<Judged<ReconnectCandidate>[]> {
  const { settings } = await ownFleet(tx);
  const cars = await listCandidates(tx, selection, { settings, now, limit: mostVehicles + 1 });
  return cars.map((car) => ({ car, verdict: judge({ ...car, isMailable: isMailable(car, settings) }, now) }));
}

/** Cars whose turn it is: they wait in no other batch than their own. */
export async function judgeTurn(tx: Tx, vehicleIds: readonly VehicleId[], now: Date): Promise<Map<VehicleId, Verdict>> {
  const { settings } = await ownFleet(tx);
  const cars = await listCandidates(tx, { vehicleIds }, { settings, now, limit: mostVehicles });
  const candidates = cars.map((car) => ({ ...car, isUnderway: false, isMailable: isMailable(car, settings) }));
  return new Map(candidates.map((car) => [car.vehicleId, judge(car, now)]));
}

function isMailable({ make, country }: ReconnectCandidate, settings: Settings): boolean {
  const way = {
    make: makePolicy(make, settings),
    country,
    delivery: 'email',
    asked: askedPermissions(settings),
  } as const;
  return beforeConnect(way).answer !== 'refuse';
}
