-- The last check of a vehicle: what a person asked to be looked at, step by step. What is wrong is not kept here: it is
-- worked out from this, the connection and its timeline whenever somebody asks.
create table vehicle_check (
  vehicle_id text primary key,
  fleet_id text not null,
  started_at timestamptz not null,
  -- Null while it runs; it stays null when the process that ran it died.
  finished_at timestamptz check (finished_at >= started_at),
  -- The steps so far, in their order: name, state, at, requestId, finding.
  steps jsonb not null default '[]',
  -- What the read of the car came to, without the values; null before it was read.
  answer jsonb,
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id)
);
alter table vehicle_check enable row level security;
alter table vehicle_check force row level security;
create policy vehicle_check_of_app on vehicle_check for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert, update on vehicle_check to towline_app;
