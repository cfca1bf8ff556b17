-- Incidents: many vehicles of a make, a region or of all makes that fail together. While one is open its vehicles' owners
-- are not written to, and nothing is decided against them.

alter table connection
  -- What fails and since when it was first told, believed or not; null when nothing does.
  add column trouble text,
  add column trouble_since timestamptz,
  -- The incident that it is part of, until the first read after that.
  add column held_by text,
  add check ((trouble is null) = (trouble_since is null)),
  add check (held_by is null or trouble is not null);
-- The few that are in trouble, newest first: most minutes ask no more than whether there is one.
create index connection_trouble on connection (fleet_id, trouble_since) where trouble_since is not null and ended_at is null;
create index connection_held on connection (held_by) where held_by is not null;

create table incident (
  id text primary key check (id like 'inc\_%'),
  fleet_id text not null references fleet,
  -- As Smartcar writes it; null: all makes.
  make text,
  -- ISO 3166-1 alpha-2; null: wherever the cars are.
  region text,
  opened_at timestamptz not null,
  -- Trouble that began from here on belongs to it.
  from_at timestamptz not null,
  -- What was seen when it opened: accounts at risk and in fresh trouble, over all fleets, and the share that is normal.
  accounts integer not null,
  troubled integer not null,
  normal_share double precision not null,
  -- When a vehicle joined it last, and when one of its vehicles worked again last.
  joined_at timestamptz not null,
  left_at timestamptz,
  -- Samples of its vehicles are read again from time to time; this was the last time.
  sampled_at timestamptz,
  closed_at timestamptz,
  ended text check (ended in ('recovered', 'lasting', 'byHand')),
  check ((closed_at is null) = (ended is null)),
  unique (fleet_id, id)
);
-- One open incident of a scope.
create unique index incident_open on incident (fleet_id, coalesce(make, ''), coalesce(region, '')) where closed_at is null;
create index incident_opened on incident (fleet_id, opened_at desc, id desc);
alter table incident enable row level security;
alter table incident force row level security;
create policy incident_of_app on incident for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert, update on incident to towline_app;

-- Each vehicle that failed in an incident, for good.
create table incident_vehicle (
  incident_id text not null,
  vehicle_id text not null,
  fleet_id text not null,
  joined_at timestamptz not null,
  -- When it worked again, or was let go of; null while it is part of it.
  left_at timestamptz,
  primary key (incident_id, vehicle_id),
  foreign key (fleet_id, incident_id) references incident (fleet_id, id),
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id)
);
create index incident_vehicle_of on incident_vehicle (vehicle_id);
create index incident_vehicle_in on incident_vehicle (incident_id) where left_at is null;
alter table incident_vehicle enable row level security;
alter table incident_vehicle force row level security;
create policy incident_vehicle_of_app on incident_vehicle for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert, update on incident_vehicle to towline_app;

-- How many accounts were in fresh trouble at once, the most of each hour: what is normal is learnt from two weeks of it.
-- Hours without any have no row.
create table trouble_hour (
  fleet_id text not null references fleet,
  -- Empty where it is not known: a key has no nulls.
  make text not null,
  region text not null,
  hour timestamptz not null,
  most integer not null,
  primary key (fleet_id, make, region, hour)
);
alter table trouble_hour enable row level security;
alter table trouble_hour force row level security;
create policy trouble_hour_of_app on trouble_hour for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert, update, delete on trouble_hour to towline_app;
