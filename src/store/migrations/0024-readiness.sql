-- Whether each vehicle could be handed to a renter when it was last looked at, so that a change is told once.

create table vehicle_readiness (
  vehicle_id text primary key,
  fleet_id text not null references fleet,
  ready boolean not null,
  since timestamptz not null,
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id) on delete cascade
);
select protect_fleet_table('vehicle_readiness');
