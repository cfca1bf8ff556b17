/** What a person does with a move from v2 to v3: plan it, start, hold and end it. The cars' own steps are in move-due.ts. */
import { newId } from '../domain/ids.ts';
import type { FleetId, MoveId, VehicleId } from '../domain/ids.ts';
import { planMove, readiness } from '../domain/move.ts';
import type { ListedOnV3, MoveState, PlannedCar } from '../domain/move.ts';
import type { Connection } from '../domain/connection.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Smartcar } from '../smartcar/smartcar.ts';
import type { Database, Tx } from '../store/database.ts';
import { ownFleet } from '../store/fleet.ts';
import { changeMove, dropUnmoved, findMove, insertMove, listOnV2, lockOpenMove, wishBack } from '../store/move.ts';
import type { KeptMove, NewMoveVehicle } from '../store/move.ts';
import { announce } from '../store/outbox.ts';
import { isLostRace } from '../store/violation.ts';
import type { Access } from '../vault/access.ts';
import { takeForPerson } from './budget.ts';
import type { BudgetNeeds } from './budget.ts';
import type { Context } from './context.ts';
import { counted } from './meter.ts';
import { bringBack } from './move-back.ts';
import { eraseFinished } from './move-due.ts';
import type { MoveNeeds } from './move-due.ts';

export interface PlanNeeds extends BudgetNeeds {
  database: Database;
  smartcar: Smartcar;
  access: Access;
  /** There are no credentials for v3. */
  grantsOnV2: boolean;
}

/** Connections on one page of Smartcar's list. */
const listedOnPage = 100;

/**
 * Looks every car on v2 up in v3's list and writes down what would happen to it; nothing is switched. A plan that was not
 * started gives way to the new one. Unless it is a dry run, the move begins at once.
 *
 * @throws Refusal `move_needs_v3`, `move_underway`, `too_many_requests`, `smartcar_unavailable`
 */
export async function planFleetMove(
  needs: PlanNeeds,
  context: Context,
  { dryRun }: { dryRun: boolean },
  now: Date,
): Promise<MoveId> {
  if (needs.grantsOnV2) throw new Refusal('move_needs_v3');
  const { fleetId } = context;
  const { connections, wanted } = await needs.database.asFleet(fleetId, async (tx) => {
    await mustNotBeUnderway(tx);
    const { requiredPermissions, optionalPermissions } = (await ownFleet(tx)).settings;
    return { connections: await listOnV2(tx), wanted: [...requiredPermissions, ...optionalPermissions] };
  });
  const listed = connections.length > 0 ? await listOnV3(needs, fleetId, connections.length, now) : [];
  const planned: PlannedCar<Connection>[] = listed
    ? planMove(connections, listed, wanted)
    : connections.map((connection) => ({ connection, ...readiness(connection), listed: null, lostPermissions: [] }));
  const id = newId('mov', now);
  const move = { id, fleetId, actor: context.actor, vehicles: planned.map(rowOf) };
  await needs.database
    .asFleet(fleetId, async (tx) => {
      await giveWay(tx, now);
      await insertMove(tx, move, now);
      if (!dryRun) await changeMove(tx, id, ['planned'], { state: 'running', startedBy: context.actor }, now);
      await announce(tx, fleetId, [], ['moves']);
    })
    .catch((error: unknown) => {
      // Two plans at the same moment: one of them is the fleet's.
      throw isLostRace(error) ? new Refusal('move_underway') : error;
    });
  return id;
}

function rowOf({ connection, verdict, reason, lostPermissions }: PlannedCar<Connection>): NewMoveVehicle {
  const isToCome = verdict === 'ready' || verdict === 'waits';
  return { connection, state: isToCome ? 'waiting' : 'skipped', reason, lostPermissions };
}

/** Null when the list is longer than is read at once: then each car is looked up when it has its turn. */
async function listOnV3(needs: PlanNeeds, fleetId: FleetId, cars: number, now: Date): Promise<ListedOnV3[] | null> {
  const { access, smartcar } = counted(needs, { fleetId, make: null, purpose: 'person' }, true);
  if (!(await takeForPerson(needs, Math.ceil(cars / listedOnPage), now)))
    throw new Refusal('too_many_requests', "Smartcar's request limit is used up for the moment.");
  const answer = await access.withAccess(now, (token) => smartcar.listConnections(token, {}));
  if (answer.ok) return answer.value;
  if (answer.failure.meaning === 'nonsense') return null;
  throw new Refusal('smartcar_unavailable');
}

/** @returns the plan that was not started, if there is one */
async function mustNotBeUnderway(tx: Tx): Promise<KeptMove | undefined> {
  const open = await lockOpenMove(tx);
  if (open && open.state !== 'planned') throw new Refusal('move_underway');
  return open;
}

async function giveWay(tx: Tx, now: Date): Promise<void> {
  const open = await mustNotBeUnderway(tx);
  if (open) await giveUp(tx, open.id, now);
}

async function giveUp(tx: Tx, id: MoveId, now: Date): Promise<boolean> {
  const changed = await changeMove(tx, id, ['planned', 'running', 'paused'], { state: 'rolledBack' }, now);
  await dropUnmoved(tx, id, { state: 'rolledBack', reason: null }, now);
  return changed;
}

type Change = (tx: Tx, now: Date) => Promise<boolean>;

/** @throws Refusal `not_found`, `move_closed`, `move_not_now` */
async function change(database: Database, fleetId: FleetId, id: MoveId, act: Change, now: Date): Promise<void> {
  await database.asFleet(fleetId, async (tx) => {
    const move = await findMove(tx, id);
    if (!move) throw new Refusal('not_found');
    if (isOver(move.state)) throw new Refusal('move_closed');
    if (!(await act(tx, now))) throw new Refusal('move_not_now');
    await announce(tx, fleetId, [], ['moves', 'vehicles']);
  });
}

const isOver = (state: MoveState): boolean => state === 'finished' || state === 'rolledBack';

/** The plan is carried out from now on. @throws Refusal `not_found`, `move_closed`, `move_not_now` */
export async function startMove(
  { database }: Pick<MoveNeeds, 'database'>,
  { fleetId, actor }: Context,
  id: MoveId,
  now: Date,
): Promise<void> {
  const start: Change = (tx) => changeMove(tx, id, ['planned'], { state: 'running', startedBy: actor }, now);
  await change(database, fleetId, id, start, now);
}

/** No car is switched any more; those that were stay. @throws Refusal `not_found`, `move_closed`, `move_not_now` */
export async function pauseMove(
  { database }: Pick<MoveNeeds, 'database'>,
  { fleetId }: Context,
  id: MoveId,
  now: Date,
): Promise<void> {
  await change(database, fleetId, id, (tx) => changeMove(tx, id, ['running'], { state: 'paused' }, now), now);
}

/** @throws Refusal `not_found`, `move_closed`, `move_not_now` */
export async function resumeMove(
  { database }: Pick<MoveNeeds, 'database'>,
  { fleetId }: Context,
  id: MoveId,
  now: Date,
): Promise<void> {
  await change(database, fleetId, id, (tx) => changeMove(tx, id, ['paused'], { state: 'running' }, now), now);
}

/**
 * What was moved stays, and v2's tokens of it are erased: from here there is no way back. Cars that had no turn yet stay on
 * v2. @throws Refusal `not_found`, `move_closed`, `move_not_now`
 */
export async function finishMove(needs: MoveNeeds, { fleetId }: Context, id: MoveId, now: Date): Promise<void> {
  const finish: Change = async (tx) => {
    await dropUnmoved(tx, id, { state: 'skipped', reason: 'moveEnded' }, now);
    return changeMove(tx, id, ['running', 'paused'], { state: 'finished' }, now);
  };
  await change(needs.database, fleetId, id, finish, now);
  await eraseFinished(needs, fleetId, now);
}

/**
 * Puts cars back on v2: those that are named, or all of them, which ends the move. What is not done at once is done by the
 * sweep. @throws Refusal `not_found`, `move_closed`
 */
export async function rollBackMove(
  needs: MoveNeeds,
  { fleetId }: Context,
  id: MoveId,
  vehicleIds: readonly VehicleId[] | undefined,
  now: Date,
): Promise<void> {
  const rollBack: Change = async (tx) => {
    const wished = await wishBack(tx, id, vehicleIds, now);
    if (!vehicleIds) return giveUp(tx, id, now);
    const dropped = await dropUnmoved(tx, id, { state: 'rolledBack', reason: null, vehicleIds }, now);
    if (wished + dropped === 0) throw new Refusal('not_found');
    return true;
  };
  await change(needs.database, fleetId, id, rollBack, now);
  await bringBack(needs, fleetId, now);
}
