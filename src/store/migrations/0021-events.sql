-- Events for the fleet's own systems: what happened, who wants to hear of it, and how each was told.

-- The log. An event is written in the transaction in which it happens, and kept for thirty days.
create table event (
  -- Also what its receivers know it by (webhook-id). An event that is a line of the timeline has that line's id.
  id text primary key check (id like 'evt\_%'),
  fleet_id text not null references fleet,
  -- Null for a test, which is about no vehicle.
  vehicle_id text,
  type text not null,
  at timestamptz not null,
  -- Ids, statuses and causes; names nobody.
  data jsonb not null,
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id),
  unique (fleet_id, id)
);
create index event_newest on event (fleet_id, at desc, id desc);
create index event_of_vehicle on event (vehicle_id, at desc, id desc) where vehicle_id is not null;
select protect_fleet_table('event');
revoke update on event from towline_app;

-- A receiver of the fleet's own.
create table event_endpoint (
  id text primary key check (id like 'end\_%'),
  fleet_id text not null references fleet,
  url text not null,
  -- The types it wants; null: every one, also those that are added later.
  types text[],
  -- What signs, sealed. The one before it signs too until its time is over.
  secret_sealed bytea not null,
  previous_sealed bytea,
  previous_until timestamptz,
  -- Null while it is told of events. operator: by hand. gone: it answered that it is gone for good. failing: it took nothing for days.
  disabled_because text check (disabled_because in ('operator', 'gone', 'failing')),
  disabled_at timestamptz,
  -- The first try since the last delivery that came to nothing; null when there was none.
  failing_since timestamptz,
  last_delivered_at timestamptz,
  created_at timestamptz not null,
  created_by jsonb not null,
  check ((previous_sealed is null) = (previous_until is null)),
  check ((disabled_because is null) = (disabled_at is null)),
  unique (fleet_id, id)
);
create index event_endpoint_of_fleet on event_endpoint (fleet_id, created_at, id);
select protect_fleet_table('event_endpoint');

-- One event for one endpoint, made in the event's own transaction.
create table event_delivery (
  endpoint_id text not null,
  event_id text not null,
  fleet_id text not null,
  -- The event's instant, by which deliveries are listed.
  at timestamptz not null,
  -- pending: to be tried. delivered: it was taken. failed: no try is left. stopped: the endpoint was disabled before.
  state text not null check (state in ('pending', 'delivered', 'failed', 'stopped')),
  -- Tries since it was last asked for.
  attempts smallint not null default 0,
  -- When it is tried next; whoever tries it puts this ahead, so that who dies meanwhile is replaced then.
  due_at timestamptz,
  delivered_at timestamptz,
  -- The last twenty tries, oldest first: when, how long it took, the answer's status and first kilobyte, or why none came.
  tries jsonb not null default '[]',
  primary key (endpoint_id, event_id),
  foreign key (fleet_id, endpoint_id) references event_endpoint (fleet_id, id) on delete cascade,
  foreign key (fleet_id, event_id) references event (fleet_id, id) on delete cascade,
  check ((due_at is not null) = (state = 'pending')),
  check (state <> 'delivered' or delivered_at is not null)
);
create index event_delivery_due on event_delivery (endpoint_id, due_at, event_id) where due_at is not null;
create index event_delivery_newest on event_delivery (endpoint_id, at desc, event_id desc);
-- What waits and what came to nothing is counted for the list of endpoints.
create index event_delivery_open on event_delivery (fleet_id, endpoint_id) include (state) where state <> 'delivered';
create index event_delivery_of_event on event_delivery (event_id);
select protect_fleet_table('event_delivery');

-- One loop delivers what is due of all fleets; it sees nothing that is over.
create policy event_delivery_of_system on event_delivery for select to towline_system using (due_at is not null);
grant select on event_delivery to towline_system;
