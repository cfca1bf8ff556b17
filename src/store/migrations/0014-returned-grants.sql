-- What comes back from Connect and is no connection: held until an operator confirms it, or to be deleted at Smartcar.

alter table connection
  -- Granted, says Smartcar's list, and yet refused when the car was read.
  add column refused_permissions text[] not null default '{}',
  -- What Smartcar's list said of it since it broke; null: not asked.
  add column listed boolean;

-- held: the grant waits for an operator's word, and so does the owner.
alter table connect_session drop constraint connect_session_state_check;
alter table connect_session add constraint connect_session_state_check
  check (state in ('started', 'returned', 'held', 'done', 'refused', 'failed'));

alter table connect_session add unique (fleet_id, id);

-- A grant at Smartcar that is no connection here. Nothing is bound by it, and nothing of it is read but its VIN.
create table loose_grant (
  id text primary key check (id like 'grt\_%'),
  fleet_id text not null references fleet,
  -- Whose link was walked, or whose connection it was.
  vehicle_id text not null,
  -- Whose it was; null where the vehicle had no owner.
  owner_id text,
  -- The way through Connect that made it; null for what a confirmed grant took the place of.
  session_id text,
  -- held: waits for an operator. bound: is the vehicle's connection by now. removing: to be deleted at Smartcar, until it
  -- is. removed: it is not there any more. kept: it was to be deleted, and somebody's connection lives on it by now.
  state text not null check (state in ('held', 'bound', 'removing', 'removed', 'kept')),
  -- Why it was held: no VIN could be compared, or the vehicle is connected through another account. Null: it never was.
  held_for text check (held_for in ('noVin', 'otherAccount')),
  -- Why it goes; null while it does not.
  removed_for text check (removed_for in
    ('wrongCar', 'alreadyConnected', 'severalCars', 'disconnected', 'refused', 'expired', 'superseded')),
  platform text not null check (platform in ('v3', 'v2')),
  smartcar_vehicle_id text not null,
  smartcar_user_id text not null,
  smartcar_connection_id text,
  -- v2's tokens that it was given; they are kept as long as it is held or going.
  token_set_id text,
  permissions text[] not null,
  -- The car as Smartcar tells it; each null where it does not.
  make text,
  model text,
  year integer,
  powertrain text,
  vin text,
  granted_at timestamptz,
  created_at timestamptz not null,
  -- Held: refused by itself then. Null otherwise.
  expires_at timestamptz,
  -- Looked at again then (held), or tried again (removing); null when nothing is to come.
  due_at timestamptz,
  lease_until timestamptz,
  attempts integer not null default 0,
  last_error text,
  decided_by jsonb,
  decided_at timestamptz,
  ended_at timestamptz,
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id),
  foreign key (fleet_id, owner_id) references owner (fleet_id, id),
  foreign key (fleet_id, session_id) references connect_session (fleet_id, id),
  foreign key (fleet_id, token_set_id) references token_set (fleet_id, id),
  check ((state = 'held') = (expires_at is not null)),
  check ((state in ('held', 'removing')) = (due_at is not null)),
  check ((state in ('held', 'removing')) = (ended_at is null))
);
-- A fleet has one open matter about a grant.
create unique index loose_grant_open on loose_grant (fleet_id, smartcar_vehicle_id, smartcar_user_id)
  where state in ('held', 'removing');
create index loose_grant_due on loose_grant (due_at) where due_at is not null;
create index loose_grant_car on loose_grant (smartcar_vehicle_id) where state in ('held', 'removing');
create index loose_grant_of_vehicle on loose_grant (vehicle_id, created_at desc);
create index loose_grant_of_owner on loose_grant (owner_id) where owner_id is not null;
create index loose_grant_created on loose_grant (fleet_id, created_at desc, id desc);
select protect_fleet_table('loose_grant');
-- One loop looks after those of all fleets, and what one fleet deletes must not be what another one lives on.
create policy loose_grant_of_system on loose_grant for select to towline_system using (state in ('held', 'removing'));
grant select on loose_grant to towline_system;
