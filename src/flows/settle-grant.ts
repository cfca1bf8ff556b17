/** A return that may have made a new grant: which car was chosen is judged by Smartcar's own word, and acted upon. */
import type { Connection } from '../domain/connection.ts';
import { lackingPermissions, missingPermissions } from '../domain/permission.ts';
import { isSameGrant, judgeReturn } from '../domain/returned-car.ts';
import type { ReturnedCar, ReturnProblem, ReturnVerdict } from '../domain/returned-car.ts';
import { after } from '../domain/schedule.ts';
import type { Settings } from '../domain/fleet.ts';
import type { FoundCar, Vehicle } from '../domain/vehicle.ts';
import { findByCar } from '../store/connection-due.ts';
import { findLivingConnection, wasDisconnectedSince } from '../store/connection.ts';
import { othersUnderwayUntil } from '../store/connect-session.ts';
import type { ConnectSessionRow } from '../store/connect-session.ts';
import { ownFleet } from '../store/fleet.ts';
import { findVehicle, isVinElsewhere, listTwins } from '../store/vehicle.ts';
import { bindGrant } from './bind-grant.ts';
import { NotThereYet } from './call-failed.ts';
import { listLagS, mayLag, notListed } from './end-session.ts';
import type { Granted, Grants } from './grants.ts';
import { holdReturned, looseGrant } from './hold-grant.ts';
import { refuseConnect } from './refuse-connect.ts';
import type { Unwanted } from './refuse-connect.ts';
import { repaired } from './settle-repair.ts';
import type { RepairNeeds } from './settle-repair.ts';

/** A way through Connect, and Smartcar's word on it. */
export interface Way {
  session: ConnectSessionRow;
  vehicle: Vehicle;
  grants: Grants;
}

/** A listed grant with everything that is known about its car. */
export interface Candidate extends ReturnedCar {
  granted: Granted;
}

/** What is known here when the owner comes back. */
export interface Standing {
  vehicle: Vehicle;
  living: Connection | null;
  settings: Settings;
  /** Somebody disconnected the vehicle after the owner had set out. */
  isDisconnected: boolean;
}

/** Two returns at once judge again what the other one has changed. */
const mostJudgements = 4;

/** @throws CallFailed, NotThereYet to be run again */
export async function settleGrant(needs: RepairNeeds, way: Way, now: Date): Promise<void> {
  for (let judged = 1; judged <= mostJudgements; judged += 1)
    if ((await settleOnce(needs, way, now)) === 'settled') return;
  throw new NotThereYet('Others are settling returns for the same car.');
}

async function settleOnce(needs: RepairNeeds, way: Way, now: Date): Promise<'settled' | 'again'> {
  const { session, grants } = way;
  const listed = await grants.list();
  const standing = await standingOf(needs, session);
  if (listed.length === 0 && !(standing.isDisconnected && !mayLag(session, now))) {
    await notListed(needs, session, now);
    return 'settled';
  }
  const cars = await candidatesOf(needs, way, standing, listed, now);
  if (standing.isDisconnected) {
    const fresh = cars.filter(({ isNew, isLivedOn }) => isNew && !isLivedOn);
    return refuse(needs, way, { problem: { problem: 'disconnected' }, because: 'disconnected', unwanted: fresh }, now);
  }
  return act(needs, way, standing, verdictOn(way.session, standing, cars, now), now);
}

export async function standingOf(
  { database }: Pick<RepairNeeds, 'database'>,
  session: ConnectSessionRow,
): Promise<Standing> {
  return database.asFleet(session.fleet_id, async (tx) => {
    const vehicle = await findVehicle(tx, session.vehicle_id);
    if (!vehicle) throw new Error(`The vehicle ${session.vehicle_id} of a way through Connect is gone.`);
    return {
      vehicle,
      living: (await findLivingConnection(tx, vehicle.id)) ?? null,
      settings: (await ownFleet(tx)).settings,
      isDisconnected: await wasDisconnectedSince(tx, vehicle.id, session.created_at),
    };
  });
}

export function verdictOn(
  session: ConnectSessionRow,
  { vehicle, living, settings }: Standing,
  cars: readonly Candidate[],
  now: Date,
): ReturnVerdict<Candidate> {
  const own = living && cars.find((one) => isSameGrant(one, living));
  return judgeReturn({
    vehicle,
    living,
    cars,
    stillLacks: session.purpose === 'widen' && own ? lacks(settings, own.granted) : false,
    mayLag: mayLag(session, now),
    confirmWithoutVin: settings.confirmWithoutVin,
  });
}

const lacks = ({ requiredPermissions }: Settings, { permissions }: Granted): boolean =>
  lackingPermissions(requiredPermissions, { permissions, refusedPermissions: [] }).length > 0;

async function act(
  needs: RepairNeeds,
  way: Way,
  { living, vehicle }: Standing,
  judged: ReturnVerdict<Candidate>,
  now: Date,
): Promise<'settled' | 'again'> {
  const { session } = way;
  switch (judged.verdict) {
    case 'wait':
      throw new NotThereYet('What decides is not there yet.');
    case 'repair': {
      if (!living) return 'again';
      const { permissions, id: smartcarConnectionId, platform, tokenSetId } = judged.car.granted;
      const own = { permissions, smartcarConnectionId, grant: { platform, tokenSetId } };
      return repaired(needs, session, living, own, now);
    }
    case 'bind':
      return bindGrant(needs, { session, vehicle, ...judged.car }, now);
    case 'hold': {
      const { car, reason } = judged;
      await holdReturned(needs, { session, vehicle, ...car, reason }, now);
      return 'settled';
    }
    case 'refuse':
      return refuse(needs, way, judged, now);
  }
}

async function refuse(
  needs: RepairNeeds,
  { session, vehicle }: Way,
  { problem, because, unwanted }: { problem: ReturnProblem; because: Unwanted['because']; unwanted: Candidate[] },
  now: Date,
): Promise<'settled'> {
  const { ownerId } = vehicle;
  const until =
    unwanted.length > 0 && ownerId
      ? await needs.database.asFleet(session.fleet_id, (tx) => othersUnderwayUntil(tx, ownerId, session.id, now))
      : null;
  await refuseConnect(needs, session, problem, now, {
    grants: unwanted.map(({ granted, car }) => looseGrant(session, granted, car.vin)),
    because,
    // By then the other way has come back for it, or never will.
    dueAt: until ? after(until, listLagS) : now,
  });
  return 'settled';
}

// — what is known of each car —

export async function candidatesOf(
  needs: RepairNeeds,
  way: Way,
  standing: Standing,
  listed: readonly Granted[],
  now: Date,
): Promise<Candidate[]> {
  return Promise.all(listed.map((granted) => candidateOf(needs, way, standing, granted, now)));
}

async function candidateOf(
  needs: RepairNeeds,
  { session, grants }: Way,
  { living }: Standing,
  granted: Granted,
  now: Date,
): Promise<Candidate> {
  const bound = await findByCar(needs.database, granted.smartcarVehicleId);
  const boundTo = !bound ? 'nobody' : bound.connectionId === living?.id ? 'this' : 'other';
  const isOwn = living !== null && isSameGrant(granted, living);
  // The VIN of what is connected already decides nothing.
  const canTell = !isOwn && boundTo !== 'other' && granted.permissions.includes('read_vin');
  const vin = canTell ? await grants.vinOf(granted) : null;
  const { smartcarVehicleId, smartcarUserId, make, model, year, powertrain } = granted;
  const car: FoundCar = { smartcarVehicleId, make, model, year, powertrain, vin };
  return {
    smartcarVehicleId,
    smartcarUserId,
    granted,
    car,
    boundTo,
    isLivedOn: boundTo === 'other' && bound?.smartcarUserId === smartcarUserId,
    awaitsVin: canTell && vin === null && mayLag(session, now),
    isNew: isNewSince(granted, session),
    isRenewed: living !== null && isRenewed(granted, living, session),
    ...(await likenessOf(needs, session, car)),
  };
}

/** v2 tells no times: there the list holds what was chosen on this way alone. */
const isNewSince = ({ createdAt }: Granted, { created_at: at }: ConnectSessionRow): boolean =>
  createdAt === null || createdAt >= at;

function isRenewed(granted: Granted, living: Connection, session: ConnectSessionRow): boolean {
  if (granted.platform === 'v2' || isNewSince(granted, session)) return true;
  const known = living.smartcarConnectionId;
  return (
    (known !== null && granted.id !== known) || missingPermissions(granted.permissions, living.permissions).length > 0
  );
}

/** Which other vehicles of the fleet it could be taken for. */
async function likenessOf(
  { database }: Pick<RepairNeeds, 'database'>,
  { fleet_id: fleetId, vehicle_id: vehicleId }: ConnectSessionRow,
  { vin, make, model, year }: FoundCar,
): Promise<Pick<Candidate, 'twins' | 'isOtherVehicle'>> {
  return database.asFleet(fleetId, async (tx) => ({
    twins: make && model && year ? await listTwins(tx, { make, model, year }, vehicleId) : [],
    isOtherVehicle: vin !== null && (await isVinElsewhere(tx, vin, vehicleId)),
  }));
}
