/** What an owner was asked to repair, as lists show it; it changes nothing. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import type { Cause } from '../domain/cause.ts';
import type { OwnerId, VehicleId } from '../domain/ids.ts';
import type { Tx } from './database.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';
import type { RequestState, Tables } from './schema.ts';

interface AskedCar {
  id: VehicleId;
  number: string;
  plate: string | null;
  make: string | null;
  model: string | null;
  year: number | null;
  state: RequestState;
  cause: Cause;
}

export type ListedRequest = Selectable<Tables['reauthentication_request']> & { cars: AskedCar[] };

export async function listRequests(tx: Tx, ownerId: OwnerId, page: NewestFirst): Promise<ListedRequest[]> {
  return tx
    .selectFrom('reauthentication_request as r')
    .selectAll('r')
    .select(cars)
    .where('r.owner_id', '=', ownerId)
    .where(behind(page, 'r.created_at', 'r.id'))
    .orderBy('r.created_at', 'desc')
    .orderBy('r.id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

const cars = sql<AskedCar[]>`coalesce((
  select jsonb_agg(jsonb_build_object('id', v.id, 'number', v.number, 'plate', v.plate, 'make', v.make, 'model', v.model,
    'year', v.year, 'state', e.state, 'cause', e.cause) order by v.number)
  from request_connection e join connection c on c.id = e.connection_id join vehicle v on v.id = c.vehicle_id
  where e.request_id = r.id), '[]')`.as('cars');
