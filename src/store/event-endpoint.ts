/** Receivers of events that belong to the fleet. Their secrets are sealed. */
import { sql } from 'kysely';
import type { Insertable, Selectable, Updateable } from 'kysely';

import type { DisabledReason } from '../domain/event-delivery.ts';
import type { EventType } from '../domain/event.ts';
import type { EventEndpointId, FleetId } from '../domain/ids.ts';
import type { Actor } from '../domain/role.ts';
import type { Tx } from './database.ts';
import { stopDeliveries } from './event-delivery.ts';
import type { Tables } from './schema.ts';

export type KeptEndpoint = Selectable<Tables['event_endpoint']>;

export interface NewEndpoint {
  id: EventEndpointId;
  fleetId: FleetId;
  url: string;
  /** Null: every type. */
  types: EventType[] | null;
  secretSealed: Buffer;
  createdBy: Actor;
}

export async function insertEndpoint(tx: Tx, endpoint: NewEndpoint, now: Date): Promise<KeptEndpoint> {
  const row: Insertable<Tables['event_endpoint']> = {
    id: endpoint.id,
    fleet_id: endpoint.fleetId,
    url: endpoint.url,
    types: endpoint.types,
    secret_sealed: endpoint.secretSealed,
    previous_sealed: null,
    previous_until: null,
    disabled_because: null,
    disabled_at: null,
    failing_since: null,
    last_delivered_at: null,
    created_at: now,
    created_by: JSON.stringify(endpoint.createdBy),
  };
  return tx.insertInto('event_endpoint').values(row).returningAll().executeTakeFirstOrThrow();
}

/** Oldest first; a fleet has few. */
export async function listEndpoints(tx: Tx): Promise<KeptEndpoint[]> {
  return tx.selectFrom('event_endpoint').selectAll().orderBy('created_at').orderBy('id').limit(200).execute();
}

export async function findEndpoint(tx: Tx, id: EventEndpointId): Promise<KeptEndpoint | undefined> {
  return tx.selectFrom('event_endpoint').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Held until the transaction ends. What happens to vehicles goes on meanwhile. */
export async function lockEndpoint(tx: Tx, id: EventEndpointId): Promise<KeptEndpoint | undefined> {
  return tx.selectFrom('event_endpoint').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst();
}

export async function changeEndpoint(
  tx: Tx,
  id: EventEndpointId,
  change: Updateable<Tables['event_endpoint']>,
): Promise<void> {
  if (Object.keys(change).length === 0) return;
  await tx.updateTable('event_endpoint').set(change).where('id', '=', id).execute();
}

/** Nothing is sent to it any more: what waited is stopped. */
export async function disableEndpoint(tx: Tx, id: EventEndpointId, because: DisabledReason, now: Date): Promise<void> {
  await changeEndpoint(tx, id, { disabled_because: because, disabled_at: now });
  await stopDeliveries(tx, id);
}

/** With what is left of what was told it; much of it is forgotten before. */
export async function deleteEndpoint(tx: Tx, id: EventEndpointId): Promise<void> {
  await tx.deleteFrom('event_endpoint').where('id', '=', id).execute();
}

/** Secrets that sign no more. */
export async function forgetPreviousSecrets(tx: Tx, now: Date): Promise<void> {
  await tx
    .updateTable('event_endpoint')
    .set({ previous_sealed: null, previous_until: null })
    .where('previous_until', '<=', now)
    .execute();
}

/** Makes those who add an endpoint to this fleet take turns, so that its limit holds. */
export async function takeEndpointTurn(tx: Tx, fleetId: FleetId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext(${`event-endpoint ${fleetId}`}))`.execute(tx);
}
