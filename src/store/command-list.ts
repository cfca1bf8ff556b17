/** Commands as lists show them; it changes nothing. */
import { sql } from 'kysely';

import type { Command, CommandState, CommandType } from '../domain/command.ts';
import { toCommand } from './command.ts';
import type { Tx } from './database.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';

export interface CommandFilter {
  states?: readonly CommandState[] | undefined;
  type?: CommandType | undefined;
  make?: string | undefined;
  vehicle?: string | undefined;
  /** Only those that were asked for from then on. */
  since?: Date | undefined;
}

/** Newest first; asks for one more than `limit`, so that the caller sees whether there is a next page. */
export async function listCommands(tx: Tx, filter: CommandFilter, page: NewestFirst): Promise<Command[]> {
  const { states, type, make, vehicle, since } = filter;
  let query = tx
    .selectFrom('command')
    .selectAll()
    .where(behind(page, 'requested_at', 'id'));
  if (states) query = query.where('state', 'in', states);
  if (type) query = query.where('type', '=', type);
  if (since) query = query.where('requested_at', '>=', since);
  if (vehicle) query = query.where(sql<boolean>`vehicle_id = ${vehicle}`);
  if (make)
    query = query.where(
      sql<boolean>`exists (select from vehicle v where v.id = command.vehicle_id and v.make = ${make.toUpperCase()})`,
    );
  const rows = await query
    .orderBy('requested_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  return rows.map(toCommand);
}
