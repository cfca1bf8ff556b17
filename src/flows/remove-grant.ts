/**
 * A grant that nobody wants is deleted at Smartcar. The intention stands in its row; while Smartcar can't be reached it is
 * tried again until it can, and operators are told. What somebody's connection lives on is never deleted.
 */
import { isAccountMeaning } from '../domain/failure.ts';
import type { FleetId, GrantId } from '../domain/ids.ts';
import { nextRemovalS } from '../domain/returned-car.ts';
import { towline } from '../domain/role.ts';
import { after } from '../domain/schedule.ts';
import type { Smartcar } from '../smartcar/smartcar.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { findByCar } from '../store/connection-due.ts';
import type { Database, Tx } from '../store/database.ts';
import { claimGrant, endGrant, findLooseGrant, isHeldElsewhere, postponeGrant } from '../store/loose-grant.ts';
import type { LooseGrantRow } from '../store/loose-grant.ts';
import { announce } from '../store/outbox.ts';
import { insertHappenings } from '../store/timeline.ts';
import type { Access } from '../vault/access.ts';
import { CallFailed, NotThereYet, valueOf } from './call-failed.ts';
import { deleteByManagement, deleteOnV3 } from './delete-grant.ts';
import type { DeletedBy, Unwanted } from './delete-grant.ts';
import type { Granted } from './grants.ts';
import { grantGone, grantLeft } from './hold-grant.ts';
import { counted } from './meter.ts';
import type { Meter } from './meter.ts';
import { withTokensOf } from './v2.ts';
import type { V2 } from './v2.ts';

export interface RemoveNeeds {
  database: Database;
  smartcar: Smartcar;
  access: Access;
  v2: V2 | null;
  meter: Meter;
  onFault: (error: unknown, what: string) => void;
}

/** Longer than the requests of one attempt may take. */
const leaseS = 120;

export async function removeGrant(
  needs: RemoveNeeds,
  task: { fleetId: FleetId; grantId: GrantId },
  now: Date,
): Promise<void> {
  const row = await needs.database.asFleet(task.fleetId, async (tx) => {
    const known = await findLooseGrant(tx, task.grantId);
    return known?.state === 'removing' ? claimGrant(tx, task.grantId, after(now, leaseS), now) : undefined;
  });
  if (!row) return;
  const own = counted(needs, { fleetId: row.fleet_id, make: row.make, purpose: 'upkeep' }, false);
  try {
    const deleted = (await isWanted(needs.database, row)) ? 'wanted' : await deleteAtSmartcar(own, row, now);
    await needs.database.asFleet(row.fleet_id, (tx) => settle(tx, needs, row, deleted, now));
  } catch (error) {
    needs.onFault(error, 'delete a grant at Smartcar');
    await needs.database.asFleet(row.fleet_id, (tx) => putOff(tx, row, reasonOf(error), now));
  }
}

/** Somebody lives on it by now, or is about to: whichever fleet that is. */
async function isWanted(database: Database, row: LooseGrantRow): Promise<boolean> {
  const bound = await findByCar(database, row.smartcar_vehicle_id);
  return bound?.smartcarUserId === row.smartcar_user_id || database.asSystem((tx) => isHeldElsewhere(tx, row));
}

async function settle(
  tx: Tx,
  needs: RemoveNeeds,
  row: LooseGrantRow,
  deleted: 'wanted' | DeletedBy,
  now: Date,
): Promise<void> {
  await endGrant(tx, row.id, deleted === 'wanted' ? 'kept' : 'removed', now);
  const { fleet_id: fleetId, vehicle_id: vehicleId, token_set_id: family } = row;
  await applyAlertChanges(tx, fleetId, [vehicleId], [grantGone(row.id)], now);
  if (family) await needs.v2?.tokens.eraseUnused(tx, family);
  if (deleted !== 'wanted') {
    const line = { kind: 'connection.grant-removed', at: now, via: 'connect', requestId: deleted.requestId } as const;
    await insertHappenings(tx, { fleetId, vehicleId, connectionId: null }, towline, [line]);
  }
  await announce(tx, fleetId, [vehicleId], ['vehicles', 'alerts']);
}

async function putOff(tx: Tx, row: LooseGrantRow, error: string, now: Date): Promise<void> {
  await postponeGrant(tx, row.id, { dueAt: after(now, nextRemovalS(row.attempts)), error });
  await applyAlertChanges(tx, row.fleet_id, [row.vehicle_id], [grantLeft(row.id, error)], now);
  await announce(tx, row.fleet_id, [row.vehicle_id], ['alerts']);
}

const reasonOf = (error: unknown): string =>
  error instanceof CallFailed ? error.failure.meaning : error instanceof NotThereYet ? 'stillListed' : 'fault';

// — at Smartcar —

/** The grant as Smartcar has it now; null when it has it no more. @throws CallFailed */
export async function findGranted(needs: RemoveNeeds, row: LooseGrantRow, now: Date): Promise<Granted | null> {
  if (row.platform === 'v2') return grantedOnV2(needs, row, now);
  const { smartcar_vehicle_id: vehicleId, smartcar_user_id: userId } = row;
  const answer = await needs.access.withAccess(now, (token) =>
    needs.smartcar.listConnections(token, { vehicleId, userId }),
  );
  const own = valueOf(answer)[0];
  return own ? { ...own, platform: 'v3', tokenSetId: null } : null;
}

async function grantedOnV2({ v2 }: RemoveNeeds, row: LooseGrantRow, now: Date): Promise<Granted | null> {
  const answer = await withTokensOf(v2, familyOf(row), now, (smartcar, token) =>
    smartcar.readPermissions(token, row.smartcar_vehicle_id),
  );
  if (!answer.ok && (isAccountMeaning(answer.failure.meaning) || answer.failure.meaning === 'permission')) return null;
  const { make, model, year, powertrain } = row;
  return {
    ...{ id: null, platform: 'v2', externalId: null, createdAt: null, make, model, year, powertrain },
    smartcarVehicleId: row.smartcar_vehicle_id,
    smartcarUserId: row.smartcar_user_id,
    permissions: valueOf(answer),
    tokenSetId: row.token_set_id,
  };
}

const familyOf = ({ fleet_id: fleetId, token_set_id: tokenSetId }: LooseGrantRow) => ({ fleetId, tokenSetId });

const deleteAtSmartcar = (needs: RemoveNeeds, row: LooseGrantRow, now: Date): Promise<DeletedBy> =>
  row.platform === 'v2' ? deleteOnV2(needs, row, now) : deleteOnV3(needs, unwantedOf(row), null, now);

const unwantedOf = (row: LooseGrantRow): Unwanted => ({
  smartcarVehicleId: row.smartcar_vehicle_id,
  smartcarUserId: row.smartcar_user_id,
  until: row.created_at,
});

/** With the tokens that it was given; where those are no use any more, with the management token. */
async function deleteOnV2({ v2, database }: RemoveNeeds, row: LooseGrantRow, now: Date): Promise<DeletedBy> {
  const vehicleId = row.smartcar_vehicle_id;
  const answer = await withTokensOf(v2, familyOf(row), now, (smartcar, token) => smartcar.disconnect(token, vehicleId));
  if (answer.ok) return { requestId: answer.requestId };
  const { failure } = answer;
  // To tokens that work, a car that is not connected is one that they have no permission for. @see docs/smartcar.md §8.2
  if (failure.meaning === 'permission') return { requestId: failure.requestId };
  const [managementToken] = v2?.managementTokens ?? [];
  if (!isAccountMeaning(failure.meaning) || !v2 || !managementToken) throw new CallFailed(failure);
  if (await findByCar(database, vehicleId)) throw new CallFailed(failure);
  const deleted = await deleteByManagement(v2, managementToken, unwantedOf(row));
  if (deleted === 'othersShareIt') throw new CallFailed(failure);
  return deleted;
}
