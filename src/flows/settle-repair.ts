/** An owner who signed in again for a car that is connected: no grant comes of it, and proof is awaited. */
import type { Connection } from '../domain/connection.ts';
import { isAccountMeaning } from '../domain/failure.ts';
import type { RepairedOutcome } from '../domain/outcome.ts';
import type { ReturnProblem } from '../domain/returned-car.ts';
import type { Vehicle } from '../domain/vehicle.ts';
import type { ListedConnection, Smartcar } from '../smartcar/smartcar.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { findConnection } from '../store/connection.ts';
import type { ConnectSessionRow } from '../store/connect-session.ts';
import { markReturned } from '../store/reauthentication-request.ts';
import type { Access } from '../vault/access.ts';
import { valueOf } from './call-failed.ts';
import { finishSession, isUnsettled, notListed } from './end-session.ts';
import { externalIdOf } from './external-id.ts';
import { freeGrant, holdReturned } from './hold-grant.ts';
import { observe } from './observe.ts';
import type { ObserveNeeds } from './observe.ts';
import { witnessOf } from './record-consent.ts';
import { connectSolved, refuseConnect } from './refuse-connect.ts';
import { withTokensOf } from './v2.ts';
import type { V2 } from './v2.ts';

export interface RepairNeeds extends ObserveNeeds {
  smartcar: Smartcar;
  access: Access;
  v2: V2 | null;
}

interface SignedIn {
  session: ConnectSessionRow;
  vehicle: Vehicle;
  connection: Connection;
}

const disconnected: ReturnProblem = { problem: 'disconnected' };

/** @throws CallFailed, NotThereYet to be run again */
export async function settleRepair(needs: RepairNeeds, way: SignedIn, now: Date): Promise<void> {
  const { session, connection } = way;
  if (connection.endedAt) return refuseConnect(needs, session, disconnected, now);
  if (session.claimed_vehicle_id !== null && session.claimed_vehicle_id !== connection.smartcarVehicleId)
    return refuseConnect(needs, session, { problem: 'wrongCar', field: 'car', expected: '', found: '' }, now);
  const own = await stillGranted(needs, connection, now);
  if (own) {
    await repaired(needs, session, connection, { ...own, grant: null }, now);
    return;
  }
  const others = await grantedToOther(needs, way, now);
  if (!others) return notListed(needs, session, now);
  await holdReturned(needs, { ...way, ...others, reason: 'otherAccount' }, now);
}

/** What the owner allows us for this car now; null when Smartcar knows of no such grant. */
async function stillGranted(
  needs: RepairNeeds,
  connection: Connection,
  now: Date,
): Promise<Pick<RepairedOutcome, 'permissions' | 'smartcarConnectionId'> | null> {
  const { smartcarVehicleId: vehicleId, smartcarUserId: userId } = connection;
  if (connection.platform === 'v2') {
    const answer = await withTokensOf(needs.v2, connection, now, (smartcar, token) =>
      smartcar.readPermissions(token, vehicleId),
    );
    // Tokens that are refused are no grant, however often they are asked for one.
    if (!answer.ok && isAccountMeaning(answer.failure.meaning)) return null;
    return { permissions: valueOf(answer), smartcarConnectionId: null };
  }
  const listed = valueOf(
    await needs.access.withAccess(now, (token) => needs.smartcar.listConnections(token, { vehicleId, userId })),
  );
  const own = listed.find((one) => one.smartcarVehicleId === vehicleId);
  return own ? { permissions: own.permissions, smartcarConnectionId: own.id } : null;
}

/** The same car at Smartcar under another user, who came by way of us: an account that was moved. v2 can't tell. */
async function grantedToOther(
  { access, smartcar }: RepairNeeds,
  { vehicle, connection }: SignedIn,
  now: Date,
): Promise<Pick<Parameters<typeof holdReturned>[1], 'granted' | 'car'> | null> {
  if (connection.platform === 'v2') return null;
  const filter = { vehicleId: connection.smartcarVehicleId, externalId: externalIdOf(vehicle) };
  const listed = valueOf(await access.withAccess(now, (token) => smartcar.listConnections(token, filter)));
  const isOthers = (one: ListedConnection): boolean => one.smartcarUserId !== connection.smartcarUserId;
  const granted = listed.find(isOthers);
  if (!granted) return null;
  const { smartcarVehicleId, make, model, year, powertrain } = granted;
  return {
    granted: { ...granted, platform: 'v3', tokenSetId: null },
    car: { smartcarVehicleId, make, model, year, powertrain, vin: null },
  };
}

/**
 * The grant works again, says Smartcar; proof is awaited. What was disconnected here meanwhile stays so.
 *
 * @returns `again` when the connection has ended, and the return has to be judged anew
 */
export async function repaired(
  needs: RepairNeeds,
  session: ConnectSessionRow,
  c: Connection,
  own: Pick<RepairedOutcome, 'permissions' | 'smartcarConnectionId' | 'grant'>,
  now: Date,
): Promise<'settled' | 'again'> {
  const outcome = { kind: 'repaired', via: 'owner', at: now, requestId: null, ...own } as const;
  await observe(
    needs,
    {
      fleetId: c.fleetId,
      connectionId: c.id,
      outcomes: [outcome],
      actor: session.actor,
      witness: (tx) => witnessOf(tx, session, null),
      together: async (tx, { connection }) => {
        if (connection.endedAt || !(await isUnsettled(tx, session.id))) return false;
        await freeGrant(tx, c, c.vehicleId, now);
        await markReturned(tx, c.id, now);
        await applyAlertChanges(tx, c.fleetId, [c.vehicleId], connectSolved(c.vehicleId), now);
        await finishSession(tx, session, now);
        return true;
      },
    },
    now,
  );
  const present = await needs.database.asFleet(c.fleetId, (tx) => findConnection(tx, c.id));
  if (!present?.endedAt) return 'settled';
  // By Smartcar's list this return is a repair of what has ended: nothing is bound by it.
  if (session.purpose === 'reauthenticate') await refuseConnect(needs, session, disconnected, now);
  return 'again';
}
