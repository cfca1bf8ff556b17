-- When grants lapse, how they are kept alive, and what is found when Smartcar's own lists are compared with ours.

-- When the grant lapses if nothing is done; null: no limit is documented. A forecast, renewed each hour and good to a day:
-- it is no part of what a transition works out, so writing it is no new version of the row.
alter table connection add column lapses_at timestamptz;
create index connection_lapses on connection (fleet_id, lapses_at) where ended_at is null and lapses_at is not null;

-- When keeping alive last took up this family, whatever came of it: one that fails waits its turn.
alter table token_set add column kept_alive_at timestamptz;

-- When Smartcar's lists last showed this very pair of vehicle and user, and its subscription to our webhook.
alter table connection_due
  add column listed_at timestamptz,
  add column subscription_listed_at timestamptz;

-- One comparison with Smartcar's lists, of the whole application. It goes on where it stood, whoever dies.
create table reconciliation (
  id text primary key check (id like 'rec\_%'),
  platform text not null check (platform in ('v3', 'v2')),
  state text not null check (state in ('running', 'done', 'failed')),
  -- connections: page after page of Smartcar's list. missing: what it did not show, looked up one by one.
  -- subscriptions: page after page of those to our webhook.
  phase text not null check (phase in ('connections', 'missing', 'subscriptions')),
  -- Smartcar's word for the next page; null: the first one.
  next_page jsonb,
  started_at timestamptz not null,
  ended_at timestamptz,
  -- Whoever works on it does so until then; who dies is replaced when this ends.
  lease_until timestamptz,
  -- Failures in a row of the step it stands at.
  attempts integer not null default 0,
  -- Connections that were listed, and those that were looked up because they were not.
  listed integer not null default 0,
  missing integer not null default 0,
  -- Why it failed, or why it waits; null when nothing is wrong.
  error text,
  check ((ended_at is null) = (state = 'running'))
);
-- One at a time of each platform.
create unique index reconciliation_running on reconciliation (platform) where state = 'running';
create index reconciliation_started on reconciliation (platform, started_at desc);
alter table reconciliation enable row level security;
alter table reconciliation force row level security;
create policy reconciliation_of_system on reconciliation for all to towline_system using (true) with check (true);
grant select, insert, update, delete on reconciliation to towline_system;

-- Pairs of vehicle and user that Smartcar lists and no fleet has: they can be adopted, and are never touched otherwise.
create table unknown_connection (
  smartcar_vehicle_id text not null,
  smartcar_user_id text not null,
  -- Null on v2, whose connections have no ids.
  smartcar_connection_id text,
  platform text not null check (platform in ('v3', 'v2')),
  permissions text[] not null,
  make text,
  model text,
  year integer,
  powertrain text,
  -- When the owner granted it, as Smartcar says.
  granted_at timestamptz,
  first_seen_at timestamptz not null,
  seen_at timestamptz not null,
  primary key (smartcar_vehicle_id, smartcar_user_id)
);
create index unknown_connection_first on unknown_connection (first_seen_at desc, smartcar_vehicle_id desc);
alter table unknown_connection enable row level security;
alter table unknown_connection force row level security;
create policy unknown_connection_of_system on unknown_connection for all to towline_system using (true) with check (true);
grant select, insert, update, delete on unknown_connection to towline_system;

-- What a comparison found out about a fleet's own connections.
create table drift (
  id text primary key check (id like 'dft\_%'),
  fleet_id text not null references fleet,
  vehicle_id text not null,
  connection_id text not null,
  reconciliation_id text not null,
  kind text not null check (kind in ('gone', 'other-user', 'listed-again', 'renamed', 'permissions-changed', 'unsubscribed')),
  detail jsonb not null default '{}',
  at timestamptz not null,
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id),
  foreign key (fleet_id, connection_id) references connection (fleet_id, id)
);
create index drift_at on drift (fleet_id, at desc, id desc);
select protect_fleet_table('drift');

-- How often Smartcar sends for a fleet and each make of it, by day: what silence is measured by. `make` is empty for the
-- fleet as a whole.
create table webhook_pulse (
  fleet_id text not null references fleet,
  make text not null,
  day date not null,
  deliveries integer not null,
  -- The longest time between two deliveries of which the later one came on this day.
  longest_gap_s integer not null,
  last_at timestamptz not null,
  primary key (fleet_id, make, day)
);
select protect_fleet_table('webhook_pulse');
