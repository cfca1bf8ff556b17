/** What would become of each car if many were reconnected now. It changes nothing. */
import { beforeConnect } from '../domain/before-connect.ts';
import { askedPermissions } from '../domain/fleet.ts';
import type { Settings } from '../domain/fleet.ts';
import type { VehicleId } from '../domain/ids.ts';
import { makePolicy } from '../domain/make-policy.ts';
import { judge, mostVehicles } from '../domain/reconnect-batch.ts';
import type { Candidate, Judged, Verdict } from '../domain/reconnect-batch.ts';
import { heldOf, routeOf } from '../domain/reconnect-route.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Database, Tx } from '../store/database.ts';
import { ownFleet } from '../store/fleet.ts';
import { listCandidates } from '../store/reconnect-candidate.ts';
import type { ReconnectCandidate, Selection } from '../store/reconnect-candidate.ts';
import type { Context } from './context.ts';
import type { RouteNeeds } from './way-back.ts';

export interface PreviewedReconnects {
  at: Date;
  /** By owner, then by number. */
  cars: Judged<ReconnectCandidate>[];
  /** How many owners are written to in a minute. */
  messagesPerMinute: number;
}

/** @throws Refusal `too_many_vehicles` */
export async function previewReconnects(
  needs: RouteNeeds & { database: Database },
  { fleetId }: Pick<Context, 'fleetId'>,
  selection: Selection,
  now: Date,
): Promise<PreviewedReconnects> {
  return needs.database.asFleet(fleetId, async (tx) => {
    const { messagesPerMinute } = (await ownFleet(tx)).settings;
    const cars = await judgeAll(tx, needs, selection, now);
    if (cars.length > mostVehicles) throw new Refusal('too_many_vehicles');
    return { at: now, cars, messagesPerMinute };
  });
}

/** Each car with what would be done with it now; one more than a batch may have, at most. */
export async function judgeAll(
  tx: Tx,
  needs: RouteNeeds,
  selection: Selection,
  now: Date,
): Promise<Judged<ReconnectCandidate>[]> {
  const { settings } = await ownFleet(tx);
  const terms = { settings, v3: !needs.grantsOnV2, now, limit: mostVehicles + 1 };
  const cars = await listCandidates(tx, selection, terms);
  return cars.map((car) => ({ car, verdict: judge(candidateOf(car, settings, needs), now) }));
}

/** Cars whose turn it is: they wait in no other batch than their own. */
export async function judgeTurn(
  tx: Tx,
  needs: RouteNeeds,
  vehicleIds: readonly VehicleId[],
  now: Date,
): Promise<Map<VehicleId, Verdict>> {
  const { settings } = await ownFleet(tx);
  const terms = { settings, v3: !needs.grantsOnV2, now, limit: mostVehicles };
  const cars = await listCandidates(tx, { vehicleIds }, terms);
  const verdictOf = (car: ReconnectCandidate): Verdict =>
    judge({ ...candidateOf(car, settings, needs), isUnderway: false }, now);
  return new Map(cars.map((car) => [car.vehicleId, verdictOf(car)]));
}

function candidateOf(car: ReconnectCandidate, settings: Settings, needs: RouteNeeds): Candidate {
  const around = {
    required: settings.requiredPermissions,
    v3: !needs.grantsOnV2,
    ownerKnown: car.owner?.hasAddress ?? false,
    connectOrigin: needs.smartcar.connect.origin,
  };
  const { starts } = routeOf(car.connection, heldOf(car.connection, around));
  return { ...car, starts, isMailable: isMailable(car, settings) };
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
