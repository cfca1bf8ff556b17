/**
 * Settles a return from Connect against Smartcar's own list of connections: binds the car, repairs the connection, holds the
 * grant for an operator's word, or refuses it and takes it back. May run any number of times; the session's state decides once.
 *
 * @see docs/decisions/0023-the-return-from-connect.md
 */
import type { ConnectSessionId, FleetId } from '../domain/ids.ts';
import { after } from '../domain/schedule.ts';
import type { Vehicle } from '../domain/vehicle.ts';
import { findConnection } from '../store/connection.ts';
import { findConnectSession, listReturnedSessions } from '../store/connect-session.ts';
import type { ConnectSessionRow } from '../store/connect-session.ts';
import { findVehicle } from '../store/vehicle.ts';
import type { Vault } from '../vault/vault.ts';
import { grantsOnV3 } from './grants.ts';
import type { Grants } from './grants.ts';
import { grantsOnV2 } from './grants-v2.ts';
import { counted } from './meter.ts';
import type { Meter } from './meter.ts';
import { settleGrant } from './settle-grant.ts';
import { settleRepair } from './settle-repair.ts';
import type { RepairNeeds } from './settle-repair.ts';

export interface CompleteNeeds extends RepairNeeds {
  vault: Pick<Vault, 'seal' | 'open'>;
  /** The address that Connect was told to come back to. */
  redirectUri: string;
  meter: Meter;
}

/**
 * A code is exchanged by whoever took the owner's return, and that may take this long; a second exchange of it meanwhile
 * would be refused, and may cost what the first one gave (RFC 6749 §4.1.2).
 */
const exchangeS = 45;

/** Takes up every return that is not settled yet, of all fleets. One that can't be settled now does not stop the others. */
export async function completeDue(
  needs: CompleteNeeds & { onFault: (error: unknown, what: string) => void },
  now: Date,
): Promise<void> {
  for (const task of await listReturnedSessions(needs.database, after(now, -exchangeS), 50)) {
    await completeConnect(needs, task, now).catch((error: unknown) => needs.onFault(error, 'complete connect'));
  }
}

/** @throws CallFailed, NotThereYet to be run again */
export async function completeConnect(
  needs: CompleteNeeds,
  task: { fleetId: FleetId; sessionId: ConnectSessionId },
  now: Date,
): Promise<void> {
  const found = await needs.database.asFleet(task.fleetId, async (tx) => {
    const session = await findConnectSession(tx, task.sessionId);
    const vehicle = session && (await findVehicle(tx, session.vehicle_id));
    const connection = session?.connection_id ? await findConnection(tx, session.connection_id) : undefined;
    return session?.state === 'returned' && vehicle ? { session, vehicle, connection } : null;
  });
  if (!found) return;
  const { session, vehicle, connection } = found;
  const own = counted(needs, { fleetId: task.fleetId, make: vehicle.make, purpose: 'person' }, false);
  if (session.purpose === 'reauthenticate' && connection)
    return settleRepair(own, { session, vehicle, connection }, now);
  return settleGrant(own, { session, vehicle, grants: grantsOf(own, session, vehicle, now) }, now);
}

/** An installation with credentials for v3 makes every new grant there. */
export function grantsOf(needs: CompleteNeeds, session: ConnectSessionRow, vehicle: Vehicle, now: Date): Grants {
  const { v2 } = needs;
  return needs.grantsOnV2 && v2 ? grantsOnV2({ ...needs, v2 }, session, now) : grantsOnV3(needs, session, vehicle, now);
}
