/** Disconnecting: here at once and for good, at Smartcar as soon as it can be reached (revoke.ts). */
import type { AlertChange } from '../domain/alert.ts';
import { can } from '../domain/connection.ts';
import type { ConnectionId, FleetId, VehicleId } from '../domain/ids.ts';
import type { DisconnectedOutcome } from '../domain/outcome.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Actor } from '../domain/role.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { writeAudit } from '../store/audit.ts';
import { findLivingConnection } from '../store/connection.ts';
import type { Database, Tx } from '../store/database.ts';
import { announce } from '../store/outbox.ts';
import { findVehicle } from '../store/vehicle.ts';
import type { Vault } from '../vault/vault.ts';
import type { Context } from './context.ts';
import { observe } from './observe.ts';
import type { ObserveNeeds } from './observe.ts';
import { livingOf, openLink } from './open-link.ts';

export interface Ending {
  fleetId: FleetId;
  connectionId: ConnectionId;
  via: 'operator' | 'owner';
  actor: Actor;
  /** Commits with it. */
  together?: (tx: Tx) => Promise<void>;
}

/** Ends a connection here, and says that it is to be ended at Smartcar. What has ended already stays as it is. */
export async function endConnection(needs: ObserveNeeds, ending: Ending, now: Date): Promise<void> {
  const { fleetId, connectionId, via, actor } = ending;
  const outcome: DisconnectedOutcome = { kind: 'disconnected', via, at: now, requestId: null };
  await observe(
    needs,
    {
      ...{ fleetId, connectionId, actor, outcomes: [outcome] },
      together: async (tx, { connection }) => {
        if (connection.endedAt) return false;
        await ending.together?.(tx);
        return true;
      },
    },
    now,
  );
}

/** @throws Refusal `not_found`, `not_connected` */
export async function disconnect(needs: ObserveNeeds, context: Context, id: VehicleId, now: Date): Promise<void> {
  const { fleetId, actor } = context;
  const connection = await needs.database.asFleet(fleetId, async (tx) => {
    if (!(await findVehicle(tx, id))) throw new Refusal('not_found');
    return findLivingConnection(tx, id);
  });
  if (!connection || !can(connection).disconnect.allowed) throw new Refusal('not_connected');
  await endConnection(needs, { fleetId, connectionId: connection.id, via: 'operator', actor }, now);
}

/**
 * An owner ends it on their page, and operators are told. Pressed again it changes nothing.
 *
 * @throws Refusal `link_unknown`, `link_expired`
 */
export async function stopSharing(
  needs: ObserveNeeds & { database: Database; vault: Vault },
  token: string,
  vehicleId: string,
  now: Date,
): Promise<void> {
  const { link, actor } = await openLink(needs, token, now);
  const { fleet_id: fleetId } = link;
  const connection = await needs.database.asFleet(fleetId, (tx) => livingOf(tx, link, vehicleId));
  if (!connection) return;
  const subject = connection.vehicleId;
  const entry = { fleetId, at: now, actor, act: 'stopSharing', subject, detail: {}, requestId: null };
  const together = async (tx: Tx): Promise<void> => {
    await writeAudit(tx, entry);
    await applyAlertChanges(tx, fleetId, [subject], [stoppedAlert(subject)], now);
    await announce(tx, fleetId, [subject], ['vehicles', 'alerts']);
  };
  await endConnection(needs, { fleetId, connectionId: connection.id, via: 'owner', actor, together }, now);
}

const stoppedKey = (vehicleId: VehicleId): string => `${vehicleId}:owner.stopped-sharing`;

const stoppedAlert = (vehicleId: VehicleId): AlertChange => ({
  change: 'open',
  key: stoppedKey(vehicleId),
  kind: 'owner.stopped-sharing',
  severity: 'warning',
  detail: {},
});

/** A new grant ends the alert about the one that was taken back. */
export const sharedAgain = (vehicleId: VehicleId): AlertChange => ({ change: 'resolve', key: stoppedKey(vehicleId) });
