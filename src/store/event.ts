/** The log of events: written in the transaction in which they happen, together with the deliveries to whoever wants them. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import type { NewEvent } from '../domain/event.ts';
import { testEventType } from '../domain/event.ts';
import type { EventEndpointId, EventId, FleetId, VehicleId } from '../domain/ids.ts';
import type { Tx } from './database.ts';
import { wakeDeliveries } from './outbox.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';
import type { Tables } from './schema.ts';

export type KeptEvent = Selectable<Tables['event']>;

/** The only way in which an event of a vehicle comes into being: no event without its commit, and none is lost after it. */
export async function emitEvents(
  tx: Tx,
  { fleetId, vehicleId }: { fleetId: FleetId; vehicleId: VehicleId },
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const vehicle = await tx.selectFrom('vehicle').select('number').where('id', '=', vehicleId).executeTakeFirst();
  const rows = events.map(({ id, type, at, data }) => ({
    ...{ id, fleet_id: fleetId, vehicle_id: vehicleId, type, at },
    data: JSON.stringify({ vehicleId, vehicleNumber: vehicle?.number ?? '', ...data }),
  }));
  await tx.insertInto('event').values(rows).execute();
  const ids = rows.map(({ id }) => id);
  // An endpoint that is being deleted is waited for, and skipped: it must not undo what happened.
  const { numAffectedRows } = await sql`
    insert into event_delivery (endpoint_id, event_id, fleet_id, at, state, due_at)
    select p.id, e.id, e.fleet_id, e.at, 'pending', e.at
    from event e cross join event_endpoint p
    where e.id = any(${ids}::text[]) and p.disabled_at is null and (p.types is null or e.type = any(p.types))
    for key share of p`.execute(tx);
  if (numAffectedRows) await wakeDeliveries(tx);
}

/** One for this endpoint alone. */
export async function emitTest(
  tx: Tx,
  { id, fleetId, endpointId }: { id: EventId; fleetId: FleetId; endpointId: EventEndpointId },
  now: Date,
): Promise<void> {
  const event = { id, fleet_id: fleetId, vehicle_id: null, type: testEventType, at: now } as const;
  await tx
    .insertInto('event')
    .values({ ...event, data: JSON.stringify({ endpointId }) })
    .execute();
  const delivery = { endpoint_id: endpointId, event_id: id, fleet_id: fleetId, at: now };
  await tx
    .insertInto('event_delivery')
    .values({ ...delivery, state: 'pending', due_at: now, delivered_at: null })
    .execute();
  await wakeDeliveries(tx);
}

export interface EventFilter {
  type?: string | undefined;
  vehicle?: string | undefined;
  /** At or after it. */
  since?: Date | undefined;
}

/** Newest first. */
export async function listEvents(tx: Tx, filter: EventFilter, page: NewestFirst): Promise<KeptEvent[]> {
  let query = tx
    .selectFrom('event')
    .selectAll()
    .where(behind(page, 'at', 'id'));
  if (filter.type) query = query.where(sql<boolean>`type = ${filter.type}`);
  if (filter.vehicle) query = query.where(sql<boolean>`vehicle_id = ${filter.vehicle}`);
  if (filter.since) query = query.where('at', '>=', filter.since);
  return query
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
}

/** Each has up to twenty deliveries. */
const eventsAtOnce = 1_000;

/** Some of them, the oldest first, with what was to be delivered of them. @returns how many */
export async function forgetEvents(tx: Tx, before: Date, most: number = eventsAtOnce): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from event where id = any(array(
      select id from event where at < ${before} order by at, id limit ${most}))`.execute(tx);
  return Number(numAffectedRows ?? 0);
}
