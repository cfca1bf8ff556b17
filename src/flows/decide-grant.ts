/** An operator's word on a held grant: it is the vehicle's car, or it is not. Until then nothing was bound or ended. */
import type { Connection } from '../domain/connection.ts';
import type { GrantId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { isSameGrant } from '../domain/returned-car.ts';
import { towline } from '../domain/role.ts';
import type { Actor } from '../domain/role.ts';
import type { FoundCar } from '../domain/vehicle.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { findLivingConnection, insertConnection } from '../store/connection.ts';
import { findConnectSession } from '../store/connect-session.ts';
import type { Tx } from '../store/database.ts';
import { findLooseGrant, lockLooseGrant, noteDecision } from '../store/loose-grant.ts';
import type { LooseGrantRow } from '../store/loose-grant.ts';
import { moveToConnection } from '../store/reauthentication-request.ts';
import { insertHappenings } from '../store/timeline.ts';
import { findVehicle } from '../store/vehicle.ts';
import { isLostRace, violatedIndex } from '../store/violation.ts';
import { fillRecord, newConnection, settleMatters, tellConnected } from './bind-grant.ts';
import { CallFailed } from './call-failed.ts';
import type { Context } from './context.ts';
import type { Granted } from './grants.ts';
import { sharedAgain } from './disconnect.ts';
import { letHeldGo } from './hold-grant.ts';
import { counted } from './meter.ts';
import { recordElsewhere, recordGiven, witnessOf } from './record-consent.ts';
import { connectSolved } from './refuse-connect.ts';
import { findGranted } from './remove-grant.ts';
import type { RemoveNeeds } from './remove-grant.ts';
import { supersede } from './supersede.ts';

/** Times a lost race is worked out again. */
const mostTries = 5;

/**
 * It is the vehicle's car: it is bound, and what the vehicle had is superseded by it. Smartcar is asked first whether the
 * grant is still there.
 *
 * @throws Refusal `not_found`, `grant_decided`, `grant_gone`, `already_connected`, `smartcar_unavailable`
 */
export async function confirmGrant(needs: RemoveNeeds, context: Context, id: GrantId, now: Date): Promise<void> {
  const row = await heldGrant(needs, context, id);
  const there = await askSmartcar(needs, row, now);
  if (!there) {
    await needs.database.asFleet(context.fleetId, (tx) => forget(tx, id, now));
    throw new Refusal('grant_gone');
  }
  for (let tried = 1; ; tried += 1) {
    try {
      return await needs.database.asFleet(context.fleetId, (tx) => bindHeld(tx, context.actor, id, there, now));
    } catch (error) {
      if (violatedIndex(error) === 'connection_car') return boundElsewhere(needs, context, id, now);
      if (!(error instanceof Overtaken || isLostRace(error)) || tried === mostTries) throw error;
    }
  }
}

/** It is another car: the owner's page says so, and the grant is deleted at Smartcar. @throws Refusal `not_found`, `grant_decided` */
export async function refuseGrant(
  needs: Pick<RemoveNeeds, 'database'>,
  context: Context,
  id: GrantId,
  now: Date,
): Promise<void> {
  await needs.database.asFleet(context.fleetId, async (tx) => {
    const row = await stillHeld(tx, id);
    const why = { because: 'refused', problem: { problem: 'refused' }, by: context.actor } as const;
    await letHeldGo(tx, row, why, now);
  });
}

class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

async function heldGrant({ database }: RemoveNeeds, { fleetId }: Context, id: GrantId): Promise<LooseGrantRow> {
  const row = await database.asFleet(fleetId, (tx) => findLooseGrant(tx, id));
  if (!row) throw new Refusal('not_found');
  if (row.state !== 'held') throw new Refusal('grant_decided');
  return row;
}

async function stillHeld(tx: Tx, id: GrantId): Promise<LooseGrantRow> {
  const row = await lockLooseGrant(tx, id);
  if (!row) throw new Refusal('not_found');
  if (row.state !== 'held') throw new Refusal('grant_decided');
  return row;
}

async function askSmartcar(needs: RemoveNeeds, row: LooseGrantRow, now: Date): Promise<Granted | null> {
  try {
    const own = counted(needs, { fleetId: row.fleet_id, make: row.make, purpose: 'person' }, false);
    return await findGranted(own, row, now);
  } catch (error) {
    throw error instanceof CallFailed ? new Refusal('smartcar_unavailable') : error;
  }
}

/** The owner took it back meanwhile. */
async function forget(tx: Tx, id: GrantId, now: Date): Promise<void> {
  const row = await stillHeld(tx, id);
  await letHeldGo(tx, row, { because: 'superseded', problem: { problem: 'notListed' } }, now);
}

async function boundElsewhere(needs: RemoveNeeds, { fleetId }: Context, id: GrantId, now: Date): Promise<never> {
  await needs.database.asFleet(fleetId, async (tx) => {
    const row = await stillHeld(tx, id);
    await letHeldGo(tx, row, { because: 'alreadyConnected', problem: { problem: 'alreadyConnected' } }, now);
  });
  throw new Refusal('already_connected', 'This car is connected as another vehicle by now. Nothing was changed.');
}

async function bindHeld(tx: Tx, actor: Actor, id: GrantId, granted: Granted, now: Date): Promise<void> {
  const row = await stillHeld(tx, id);
  const vehicle = await findVehicle(tx, row.vehicle_id);
  if (!vehicle) throw new Error(`The vehicle ${row.vehicle_id} of a held grant is gone.`);
  const living = await findLivingConnection(tx, vehicle.id);
  const connection = newConnection(row, vehicle, granted, now);
  await noteDecision(tx, id, actor, now);
  // The owner signed in again for what the vehicle has: nothing is left to be bound.
  if (living && isSameGrant(living, granted)) return settleMatters(tx, connection, now);
  if (living && !(await supersede(tx, living, actor, now))) throw new Overtaken();
  await settleMatters(tx, connection, now);
  await insertConnection(tx, connection);
  await recordHeldConsent(tx, row, connection, granted);
  if (living) await moveToConnection(tx, living.id, connection.id, now);
  await fillRecord(tx, vehicle, carOf(row, granted));
  await tellBound(tx, actor, connection, now);
}

/** The owner agreed when they came back, behind the link of that way; the operator only says which car it was. */
async function recordHeldConsent(tx: Tx, row: LooseGrantRow, c: Connection, { createdAt }: Granted): Promise<void> {
  const session = row.session_id ? await findConnectSession(tx, row.session_id) : undefined;
  if (!session) return recordElsewhere(tx, c, towline, createdAt);
  await recordGiven(tx, c, session.actor, await witnessOf(tx, session, createdAt));
}

/** As Smartcar lists it now, with the VIN that was found meanwhile. */
function carOf({ vin }: LooseGrantRow, { smartcarVehicleId, make, model, year, powertrain }: Granted): FoundCar {
  return { smartcarVehicleId, make, model, year, powertrain, vin };
}

async function tellBound(tx: Tx, actor: Actor, c: Connection, now: Date): Promise<void> {
  const line = { kind: 'connection.confirmed', at: now, via: 'operator', requestId: null } as const;
  await insertHappenings(tx, { fleetId: c.fleetId, vehicleId: c.vehicleId, connectionId: c.id }, actor, [line]);
  await applyAlertChanges(tx, c.fleetId, [c.vehicleId], [...connectSolved(c.vehicleId), sharedAgain(c.vehicleId)], now);
  await tellConnected(tx, c, actor, now);
}
