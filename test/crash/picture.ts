/** What a run came to, without ids and times: two runs that came to the same are equal. */
import assert from 'node:assert/strict';
import { rowsOf } from './sql.ts';

export type Picture = Record<string, unknown>;

// Everything that the fleet's people and its owners can see, and what is still under way. Lines of the timeline are never changed, so they lie in the order in which they were written; but for those whose owner is forgotten.
const questions: Record<string, string> = {
  connections: `select status, cause, platform, suspicion is not null as suspected, subscribed_at is not null as subscribed,
    proved_at is not null as proved, revoked_at is not null as revoked, ended_at is not null as ended,
    (select array_agg(p order by p) from unnest(permissions) p) as permissions from connection order by connected_at, id`,
  due: 'select due_at is not null as is_watched, lease_until is null as is_free from connection_due order by connection_id',
  vehicles: 'select vin, make, model, year from vehicle order by id',
  signals:
    'select (select array_agg(k order by k) from jsonb_object_keys(signals) k) as codes from vehicle_state order by vehicle_id',
  ways: 'select purpose, state, reason from connect_session order by id',
  links: 'select kind, used_at is not null as is_used, revoked_at is not null as is_revoked from link order by id',
  timeline: `select kind, actor ->> 'kind' as actor, data -> 'from' as from, data -> 'to' as to from timeline
    where kind not in ('connection.subscribed', 'connection.grant-removed')
    order by actor = erased_owner(), case when actor = erased_owner() then id end, ctid`,
  // Beside what is proved, not before or after it; and who proves it first, a poll or a webhook, is nobody's business.
  subscriptions: "select kind, actor ->> 'kind' as actor, via from timeline where kind = 'connection.subscribed'",
  // Beside whatever else goes on, too.
  removals: "select kind, actor ->> 'kind' as actor, via from timeline where kind = 'connection.grant-removed'",
  grants: `select state, held_for, removed_for, decided_at is not null as is_decided, ended_at is not null as is_over,
    lease_until is null as is_free, last_error from loose_grant order by created_at, id`,
  alerts: 'select kind, severity, state, cardinality(vehicle_ids) as cars from alert order by opened_at, id',
  requests: 'select state, opened_at is not null as is_opened from reauthentication_request order by created_at, id',
  asked: 'select state, cause from request_connection order by request_id, connection_id',
  notifications:
    'select kind, state, cause, subject, last_error, cardinality(vehicle_ids) as cars from notification order by created_at, id',
  // Who died over one message delivers it after the others.
  mailbox: 'select recipient, subject from mailbox_message order by recipient, subject',
  tokens:
    'select sealed is not null as is_held, refresh_sent_at is null as is_answered, lease_until is null as is_free from token_set order by id',
  moves: `select m.state, v.state as car, v.reason, v.erased_at is not null as is_erased, v.lease_until is null as is_free
    from move m left join move_vehicle v on v.move_id = m.id order by m.planned_at, v.vehicle_id`,
  consents: `select kind, way, actor ->> 'kind' as actor, actor ->> 'name' as name, cardinality(permissions) as permissions,
    wording_id is not null as worded, smartcar_user_id is not null as known from consent order by at, id`,
  revocations: 'select state, handed_over_because from revocation order by connection_id',
  erasures:
    "select state, phase, counts - 'deliveries' as counts, digest is not null as proved from erasure order by id",
  reconnects: `select b.state, i.act, i.state as car, i.reason, i.notification_id is not null as is_asked
    from reconnect_batch b join reconnect_item i on i.batch_id = b.id order by i.place`,
  imports: 'select state, adds, applied, missed, undone, kept from vehicle_import order by made_at, id',
  lines:
    'select state, vehicle_id is not null as has_vehicle, owner_new, count(*)::int as lines from import_line group by 1, 2, 3 order by 1, 2, 3',
  owners: 'select name, email_sealed is not null as reachable, erased_at is not null as erased from owner order by id',
  tasks: 'select task_identifier, last_error from graphile_worker.jobs order by task_identifier',
};

/** Deliveries differ in number from run to run, since Smartcar repeats what was not answered; what they may not be is asked. */
const wrongDeliveries = `
  select 'waits' as what, event_type, reason from webhook_inbox where state not in ('applied', 'ignored', 'duplicate')
  union all
  select 'applied ' || count(*), event_type, event_id from webhook_inbox where state = 'applied' group by event_type, event_id having count(*) > 1
  union all
  select 'lost', event_type, event_id from webhook_inbox w where state = 'duplicate'
    and not exists (select from webhook_inbox o where o.event_id = w.event_id and o.state in ('applied', 'ignored'))`;

export async function pictureOf(databaseUrl: string, simulatorOrigin: string): Promise<Picture> {
  const picture: Picture = {};
  for (const [name, question] of Object.entries(questions)) picture[name] = await rowsOf(databaseUrl, question);
  picture['wrongDeliveries'] = await rowsOf(databaseUrl, wrongDeliveries);
  return { ...picture, smartcar: await smartcarOf(simulatorOrigin) };
}

/** Every connection that Smartcar has, and whether anything was taken away there. */
async function smartcarOf(origin: string): Promise<Picture> {
  const read = async (path: string): Promise<unknown> => (await fetch(`${origin}${path}`)).json();
  const world = (await read('/sim/api/world')) as {
    cars: { vin: string; connection: null | { permissions: string[]; isSubscribed: boolean } }[];
  };
  const { routes } = (await read('/sim/api/requests')) as { routes: Record<string, unknown> };
  return {
    connected: world.cars.flatMap(({ vin, connection }) =>
      connection ? [{ vin, permissions: connection.permissions, isSubscribed: connection.isSubscribed }] : [],
    ),
    taken: Object.keys(routes).filter((route) => route.startsWith('DELETE /v3')),
  };
}

/** @throws when they differ, naming the point and what differs */
export function mustBeSame(actual: Picture, expected: Picture, where: string): void {
  assert.deepEqual(actual, expected, `${where}, it ended otherwise than undisturbed`);
}
