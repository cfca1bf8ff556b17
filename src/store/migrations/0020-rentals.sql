-- Rentals: a car in somebody's hands. What the fleet's booking system calls it by is kept, so that the same message twice is
-- one rental, and an end that overtakes its start is not lost.

create table rental (
  id text primary key check (id like 'rnt\_%'),
  fleet_id text not null references fleet,
  -- Null while only its end was heard of.
  vehicle_id text,
  -- The booking system's own.
  reference text not null check (length(reference) between 1 and 200),
  state text not null check (state in ('active', 'completed', 'cancelled')),
  created_at timestamptz not null,
  started_at timestamptz,
  started_by jsonb,
  -- When it is to end; it stays active beyond.
  ends_at timestamptz,
  ended_at timestamptz,
  ended_by jsonb,
  -- What was known of the car then: { takenAt, signals }, as readings are kept.
  start_snapshot jsonb,
  end_snapshot jsonb,
  -- Who wants the car to be disconnected when it ends.
  disconnect_by jsonb,
  -- Name, telephone, e-mail; erased some time after its end.
  renter_sealed bytea,
  -- When that was done.
  forgotten_at timestamptz,
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id),
  check ((vehicle_id is null) = (started_at is null)),
  check ((ended_at is null) = (state = 'active')),
  check (state <> 'active' or vehicle_id is not null),
  unique (fleet_id, reference),
  unique (fleet_id, id)
);
-- One at a time for a car, whoever says so.
create unique index rental_active on rental (vehicle_id) where state = 'active';
create index rental_of_vehicle on rental (vehicle_id, created_at desc, id desc);
create index rental_of_fleet on rental (fleet_id, created_at desc, id desc);
create index rental_unforgotten on rental (fleet_id, ended_at) where forgotten_at is null;
create index rental_overdue on rental (fleet_id, ends_at) where state = 'active';
select protect_fleet_table('rental');
revoke delete on rental from towline_app;

-- The rental that a command was asked for in; null for an operator's own.
alter table command add column rental_id text;
alter table command add foreign key (fleet_id, rental_id) references rental (fleet_id, id);
create index command_of_rental on command (rental_id) where rental_id is not null;
