/** An owner who signed in again, or granted again what was connected already: the connection is repaired, and proof awaited. */
import type { Connection } from '../domain/connection.ts';
import { isAccountMeaning } from '../domain/failure.ts';
import type { RepairedOutcome } from '../domain/outcome.ts';
import type { Smartcar } from '../smartcar/smartcar.ts';
import { applyAlertChanges } from '../store/alert.ts';
import type { ConnectSessionRow } from '../store/connect-session.ts';
import { markReturned } from '../store/reauthentication-request.ts';
import type { Access } from '../vault/access.ts';
import { valueOf } from './call-failed.ts';
import { finishSession, isStillReturned, notListed } from './end-session.ts';
import { observe } from './observe.ts';
import type { ObserveNeeds } from './observe.ts';
import { refuseConnect, wrongCarSolved } from './refuse-connect.ts';
import { withTokensOf } from './v2.ts';
import type { V2 } from './v2.ts';

export interface RepairNeeds extends ObserveNeeds {
  smartcar: Smartcar;
  access: Access;
  v2: V2 | null;
}

/** @throws CallFailed, NotThereYet to be run again */
export async function settleRepair(
  needs: RepairNeeds,
  session: ConnectSessionRow,
  connection: Connection,
  now: Date,
): Promise<void> {
  if (session.claimed_vehicle_id !== null && session.claimed_vehicle_id !== connection.smartcarVehicleId) {
    return refuseConnect(needs, session, { problem: 'wrongCar', field: 'car', expected: '', found: '' }, now);
  }
  const own = await stillGranted(needs, connection, now);
  if (!own) return notListed(needs, session, now);
  await repaired(needs, session, connection, { ...own, grant: null }, now);
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

/** The grant works again, says Smartcar; proof is awaited. */
export async function repaired(
  needs: RepairNeeds,
  session: ConnectSessionRow,
  c: Connection,
  own: Pick<RepairedOutcome, 'permissions' | 'smartcarConnectionId' | 'grant'>,
  now: Date,
): Promise<void> {
  const { permissions, smartcarConnectionId, grant } = own;
  await observe(
    needs,
    {
      fleetId: c.fleetId,
      connectionId: c.id,
      outcomes: [
        { kind: 'repaired', via: 'owner', at: now, requestId: null, permissions, smartcarConnectionId, grant },
      ],
      actor: session.actor,
      together: async (tx) => {
        if (!(await isStillReturned(tx, session.id))) return false;
        await markReturned(tx, c.id, now);
        await applyAlertChanges(tx, c.fleetId, [c.vehicleId], [wrongCarSolved(c.vehicleId)], now);
        await finishSession(tx, session, now);
        return true;
      },
    },
    now,
  );
}
