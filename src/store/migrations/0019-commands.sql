-- Commands: to lock or unlock a car. A row is written before anything leaves, so that whoever dies in between leaves one
-- that may have been sent, and it is not sent again.

create table command (
  id text primary key check (id like 'cmd\_%'),
  fleet_id text not null references fleet,
  vehicle_id text not null,
  connection_id text not null,
  type text not null check (type in ('lock', 'unlock')),
  -- queued: to be sent. sent: on its way, or the car is listened for. The others are ends.
  state text not null check (state in ('queued', 'sent', 'confirmed', 'unconfirmed', 'failed', 'expired', 'cancelled')),
  -- Why it is not confirmed; while it waits, what it was last refused for.
  cause text,
  requested_at timestamptz not null,
  requested_by jsonb not null,
  -- The Idempotency-Key of the call. The answer that is kept under it may be lost with a process; this is not.
  asked_under text,
  -- Nothing leaves at or after this.
  deadline_at timestamptz not null check (deadline_at > requested_at),
  -- Times it was about to leave, and when it last was.
  sends smallint not null default 0,
  sent_at timestamptz,
  -- A request of it may have been done by the car, whatever the later ones were told.
  may_be_done boolean not null default false,
  -- Smartcar said that it was handed to the car.
  accepted_at timestamptz,
  -- Reads made since it left, to hear the car.
  read_backs smallint not null default 0,
  -- The car was heard since, and was not so.
  contradicted boolean not null default false,
  -- Until when the car is listened for.
  confirm_by timestamptz,
  -- When something is to be done next; null when it is over.
  due_at timestamptz,
  ended_at timestamptz,
  smartcar_request_id text,
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id),
  foreign key (fleet_id, connection_id) references connection (fleet_id, id),
  check ((sent_at is null) = (sends = 0)),
  check (sent_at is null or sent_at < deadline_at),
  check (state <> 'sent' or (sends > 0 and confirm_by is not null)),
  check ((due_at is not null) = (state in ('queued', 'sent'))),
  check ((ended_at is not null) = (state not in ('queued', 'sent'))),
  unique (fleet_id, id)
);
-- One at a time for a car, whoever asks.
create unique index command_open on command (vehicle_id) where state in ('queued', 'sent');
create index command_due on command (due_at) where due_at is not null;
create index command_of_vehicle on command (vehicle_id, requested_at desc, id desc);
create index command_of_connection on command (connection_id);
select protect_fleet_table('command');
revoke delete on command from towline_app;

-- One loop sends what is due of all fleets; it sees nothing that is over.
create policy command_of_system on command for select to towline_system using (due_at is not null);
grant select on command to towline_system;
