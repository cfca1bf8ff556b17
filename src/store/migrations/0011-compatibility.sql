-- Whether a vehicle can be connected at all, as Smartcar said when it was last asked about its VIN.
create table compatibility_check (
  vehicle_id text primary key,
  fleet_id text not null references fleet,
  checked_at timestamptz not null,
  -- What was asked about: a vehicle whose VIN was corrected since counts as not checked.
  vin text not null,
  -- Null: the vehicle had none, so Smartcar took the United States.
  country text,
  -- notInPlan: the application's plan does not have the question.
  answer text not null check (answer in ('compatible', 'incompatible', 'notInPlan')),
  -- Why it is incompatible; null when no reason was given.
  reason text check (reason is null or (reason in ('car', 'make') and answer = 'incompatible')),
  -- What was asked for and can't be had: permission and lacks, as objects. Null where Smartcar tells nothing of it.
  lacking jsonb check (lacking is null or answer = 'compatible'),
  -- Smartcar's; null when it gave none.
  request_id text,
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id)
);
select protect_fleet_table('compatibility_check');
