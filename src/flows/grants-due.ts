/** What is due of grants that are no connections: held ones are looked at again, or given up; unwanted ones are deleted. */
import type { FleetId, GrantId } from '../domain/ids.ts';
import { isSameGrant, looksAgainAfterS } from '../domain/returned-car.ts';
import { after } from '../domain/schedule.ts';
import { findConnectSession } from '../store/connect-session.ts';
import type { ConnectSessionRow } from '../store/connect-session.ts';
import { claimGrant, listDueGrants, lockLooseGrant, noteVin, postponeGrant } from '../store/loose-grant.ts';
import type { LooseGrantRow } from '../store/loose-grant.ts';
import { bindGrant } from './bind-grant.ts';
import { grantsOf } from './complete-connect.ts';
import type { CompleteNeeds } from './complete-connect.ts';
import { letHeldGo } from './hold-grant.ts';
import { counted } from './meter.ts';
import { removeGrant } from './remove-grant.ts';
import type { RemoveNeeds } from './remove-grant.ts';
import { candidatesOf, standingOf, verdictOn } from './settle-grant.ts';
import type { Candidate, Standing, Way } from './settle-grant.ts';

export type GrantsDueNeeds = CompleteNeeds & RemoveNeeds;

const atOnce = 50;
const leaseS = 120;

/** Of all fleets. One that fails does not stop the others. Safe twice at once. */
export async function grantsDue(needs: GrantsDueNeeds, now: Date): Promise<void> {
  for (const task of await listDueGrants(needs.database, atOnce, now)) {
    await removeGrant(needs, task, now).catch((error: unknown) => needs.onFault(error, 'delete a grant'));
    await lookAtHeld(needs, task, now).catch((error: unknown) => needs.onFault(error, 'look at a held grant'));
  }
}

/** A held grant whose VIN is there by now decides by itself; one that nobody confirmed in time is refused. */
async function lookAtHeld(
  needs: GrantsDueNeeds,
  task: { fleetId: FleetId; grantId: GrantId },
  now: Date,
): Promise<void> {
  const row = await needs.database.asFleet(task.fleetId, async (tx) => {
    const known = await lockLooseGrant(tx, task.grantId);
    return known?.state === 'held' ? claimGrant(tx, task.grantId, after(now, leaseS), now) : undefined;
  });
  if (!row?.expires_at) return;
  if (now >= row.expires_at) return giveUp(needs, row, 'expired', now);
  // Failing, it is looked at when the next look is due.
  await putOff(needs, row, now);
  const session = row.session_id && (await needs.database.asFleet(task.fleetId, (tx) => sessionOf(tx, row)));
  if (session) await lookAgain(needs, row, session, now);
}

const sessionOf = (tx: Parameters<typeof findConnectSession>[0], { session_id: id }: LooseGrantRow) =>
  id ? findConnectSession(tx, id) : Promise.resolve(undefined);

async function lookAgain(
  needs: GrantsDueNeeds,
  row: LooseGrantRow,
  session: ConnectSessionRow,
  now: Date,
): Promise<void> {
  const standing = await standingOf(needs, session);
  const { vehicle } = standing;
  const own = counted(needs, { fleetId: row.fleet_id, make: vehicle.make, purpose: 'upkeep' }, false);
  const way: Way = { session, vehicle, grants: grantsOf(own, session, vehicle, now) };
  const pair = { smartcarVehicleId: row.smartcar_vehicle_id, smartcarUserId: row.smartcar_user_id };
  const listed = (await way.grants.list()).filter((one) => isSameGrant(one, pair));
  if (listed.length === 0) return giveUp(needs, row, 'notListed', now);
  const [car] = await candidatesOf(needs, way, standing, listed, now);
  if (car?.car.vin) await decideByVin(needs, row, { way, standing, car }, now);
}

/** With its VIN it is judged once more. What an operator has to decide still, they decide with the VIN before them. */
async function decideByVin(
  needs: GrantsDueNeeds,
  row: LooseGrantRow,
  { way, standing, car }: { way: Way; standing: Standing; car: Candidate },
  now: Date,
): Promise<void> {
  const { session, vehicle } = way;
  const judged = verdictOn(session, standing, [car], now);
  if (judged.verdict === 'refuse') {
    const { because, problem } = judged;
    await needs.database.asFleet(row.fleet_id, async (tx) => {
      const present = await lockLooseGrant(tx, row.id);
      if (present?.state === 'held') await letHeldGo(tx, present, { because, problem }, now);
    });
  } else if (judged.verdict === 'bind' && vehicle.vin !== null) {
    await bindGrant(needs, { session, vehicle, ...car }, now);
  } else await needs.database.asFleet(row.fleet_id, (tx) => noteVin(tx, row.id, car.car.vin));
}

async function giveUp(
  needs: GrantsDueNeeds,
  { id, fleet_id: fleetId }: LooseGrantRow,
  because: 'expired' | 'notListed',
  now: Date,
): Promise<void> {
  await needs.database.asFleet(fleetId, async (tx) => {
    const row = await lockLooseGrant(tx, id);
    if (row?.state !== 'held') return;
    const problem = { problem: because === 'expired' ? 'notConfirmed' : 'notListed' } as const;
    await letHeldGo(tx, row, { because: because === 'expired' ? 'expired' : 'superseded', problem }, now);
  });
}

async function putOff({ database }: GrantsDueNeeds, row: LooseGrantRow, now: Date): Promise<void> {
  const { expires_at: expiresAt } = row;
  if (!expiresAt) return;
  const waitS = looksAgainAfterS[row.attempts + 1];
  const next = waitS === undefined ? expiresAt : after(now, waitS);
  const dueAt = next < expiresAt ? next : expiresAt;
  await database.asFleet(row.fleet_id, (tx) => postponeGrant(tx, row.id, { dueAt }));
}
