-- Fleets, the people who own cars, and the cars.
-- Every table with a fleet_id is read and written by towline_app inside one fleet (current_fleet(), set per transaction),
-- and row-level security is forced, so a forgotten condition in code shows nothing rather than another fleet's rows.

create table fleet (
  id text primary key check (id like 'flt\_%'),
  name text not null check (length(name) between 1 and 100),
  plan jsonb not null,
  settings jsonb not null,
  created_at timestamptz not null
);
alter table fleet enable row level security;
alter table fleet force row level security;
create policy fleet_of_app on fleet for all to towline_app using (id = current_fleet()) with check (id = current_fleet());
-- The loops read plans of all fleets; the installation administrator makes fleets.
create policy fleet_of_system on fleet for all to towline_system using (true) with check (true);
grant select, update on fleet to towline_app;
grant select, insert on fleet to towline_system;

-- Address and phone are sealed by the vault; email_index is a keyed digest, so that one owner is found without opening all.
create table owner (
  id text primary key check (id like 'own\_%'),
  fleet_id text not null references fleet,
  name text not null check (length(name) between 1 and 200),
  email_sealed bytea,
  email_index bytea,
  phone_sealed bytea,
  language text not null default 'en',
  time_zone text,
  country text check (country ~ '^[A-Z]{2}$'),
  created_at timestamptz not null,
  check ((email_sealed is null) = (email_index is null)),
  unique (fleet_id, id)
);
create unique index owner_email on owner (fleet_id, email_index);
create index owner_name on owner (fleet_id, lower(name), id);
alter table owner enable row level security;
alter table owner force row level security;
create policy owner_of_app on owner for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert, update on owner to towline_app;

-- The directory: what a fleet knows of its cars. Indexed; changes rarely. What changes all day is in vehicle_state.
create table vehicle (
  id text primary key check (id like 'veh\_%'),
  fleet_id text not null references fleet,
  number text not null check (length(number) between 1 and 60),
  plate text,
  vin text check (vin ~ '^[A-HJ-NPR-Z0-9]{17}$'),
  make text,
  model text,
  year integer check (year between 1950 and 2100),
  powertrain text check (powertrain in ('ICE', 'HEV', 'PHEV', 'BEV')),
  country text check (country ~ '^[A-Z]{2}$'),
  owner_id text,
  created_at timestamptz not null,
  foreign key (fleet_id, owner_id) references owner (fleet_id, id),
  unique (fleet_id, id)
);
create unique index vehicle_number on vehicle (fleet_id, lower(number));
create unique index vehicle_vin on vehicle (fleet_id, vin) where vin is not null;
create index vehicle_owner on vehicle (fleet_id, owner_id);
create index vehicle_make on vehicle (fleet_id, make);
alter table vehicle enable row level security;
alter table vehicle force row level security;
create policy vehicle_of_app on vehicle for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert, update on vehicle to towline_app;

-- The newest reading of every signal, as one document: {code: {value, unit, measuredAt, fetchedAt, receivedAt}}.
-- No index on what changes, and room in the page, so that an update stays in place.
create table vehicle_state (
  vehicle_id text primary key,
  fleet_id text not null,
  signals jsonb not null default '{}',
  -- The newest time of any value (the car's clock, else Smartcar's); null before the first that has one.
  newest_at timestamptz,
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id)
) with (fillfactor = 70);
alter table vehicle_state enable row level security;
alter table vehicle_state force row level security;
create policy vehicle_state_of_app on vehicle_state for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert, update on vehicle_state to towline_app;

-- History of readings, partitioned by the day they were received. Partitions are made ahead by ensure_reading_partition.
create table reading (
  fleet_id text not null,
  vehicle_id text not null,
  code text not null,
  value jsonb not null,
  unit text,
  measured_at timestamptz,
  fetched_at timestamptz,
  received_at timestamptz not null
) partition by range (received_at);
create index reading_of_vehicle on reading (vehicle_id, code, received_at);
create table reading_default partition of reading default;
alter table reading enable row level security;
alter table reading force row level security;
alter table reading_default enable row level security;
alter table reading_default force row level security;
create policy reading_of_app on reading for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert on reading to towline_app;

-- Makes the partition of one day, once. Runs with its owner's rights, since the loops may not create tables.
create function ensure_reading_partition(day date) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
  partition_name text := 'reading_' || to_char(day, 'YYYYMMDD');
begin
  if to_regclass('public.' || partition_name) is not null then return; end if;
  perform pg_advisory_xact_lock(hashtext('towline.reading'));
  if to_regclass('public.' || partition_name) is not null then return; end if;
  if exists (select 1 from reading_default where received_at >= day and received_at < day + 1) then return; end if;
  execute format('create table %I partition of reading for values from (%L) to (%L)', partition_name, day::timestamptz, (day + 1)::timestamptz);
  execute format('alter table %I enable row level security', partition_name);
  execute format('alter table %I force row level security', partition_name);
end $$;
revoke all on function ensure_reading_partition from public;
grant execute on function ensure_reading_partition to towline_system;
