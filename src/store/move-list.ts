/** Moves and their cars as a person looks at them; it changes nothing. */
import { sql } from 'kysely';

import type { MoveId } from '../domain/ids.ts';
import type { MovedState, MoveReason } from '../domain/move.ts';
import type { Tx } from './database.ts';
import type { KeptMove } from './move.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';

export type MoveCounts = Record<MovedState, number>;
export type ListedMove = KeptMove & { counts: MoveCounts; backWanted: number };

/** Newest first. */
export async function listMoves(tx: Tx, page: NewestFirst): Promise<ListedMove[]> {
  const moves = await tx
    .selectFrom('move')
    .selectAll()
    .where(behind(page, 'planned_at', 'id'))
    .orderBy('planned_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  return Promise.all(moves.map((move) => withCounts(tx, move)));
}

export async function withCounts(tx: Tx, move: KeptMove): Promise<ListedMove> {
  const rows = await tx
    .selectFrom('move_vehicle')
    .select(({ fn }) => ['state', fn.countAll<number>().as('count'), fn.count<number>('back_wanted_at').as('back')])
    .where('move_id', '=', move.id)
    .groupBy('state')
    .execute();
  const counts: MoveCounts = { waiting: 0, proving: 0, moved: 0, failed: 0, rolledBack: 0, skipped: 0 };
  for (const { state, count } of rows) counts[state] = count;
  return { ...move, counts, backWanted: rows.reduce((sum, { back }) => sum + back, 0) };
}

export interface ListedMoveVehicle {
  vehicleId: string;
  number: string;
  make: string | null;
  model: string | null;
  state: MovedState;
  reason: MoveReason | null;
  lostPermissions: string[];
  requestId: string | null;
  changedAt: Date;
  /** When it is looked at next; null: not any more. */
  dueAt: Date | null;
  isWishedBack: boolean;
}

/** By the vehicle's id; one more than `limit`, so that the caller sees whether there is a next page. */
export async function listMoveVehicles(
  tx: Tx,
  id: MoveId,
  page: { after: string | null; limit: number; state: MovedState | null },
): Promise<ListedMoveVehicle[]> {
  return tx
    .selectFrom('move_vehicle as m')
    .innerJoin('vehicle as v', 'v.id', 'm.vehicle_id')
    .select([
      'm.vehicle_id as vehicleId',
      'v.number',
      'v.make',
      'v.model',
      'm.state',
      'm.reason',
      'm.lost_permissions as lostPermissions',
      'm.request_id as requestId',
      'm.changed_at as changedAt',
      'm.due_at as dueAt',
      sql<boolean>`m.back_wanted_at is not null`.as('isWishedBack'),
    ])
    .where('m.move_id', '=', id)
    .$if(page.state !== null, (query) => query.where(sql<boolean>`m.state = ${page.state}`))
    .$if(page.after !== null, (query) => query.where(sql<boolean>`m.vehicle_id > ${page.after}`))
    .orderBy('m.vehicle_id')
    .limit(page.limit + 1)
    .execute();
}
