-- The move of a fleet's cars from Smartcar's v2 to v3.

create table move (
  id text primary key check (id like 'mov\_%'),
  fleet_id text not null references fleet,
  -- planned: nothing was touched. running, paused: cars are moved, and can be moved back. finished: what was moved stays,
  -- and v2's tokens of it are erased. rolledBack: given up; whatever was moved is on v2 again, or on its way there.
  state text not null check (state in ('planned', 'running', 'paused', 'finished', 'rolledBack')),
  planned_at timestamptz not null,
  planned_by jsonb not null,
  started_at timestamptz,
  started_by jsonb,
  -- When it was finished or rolled back; null before.
  ended_at timestamptz,
  check ((ended_at is not null) = (state in ('finished', 'rolledBack'))),
  check (state not in ('running', 'paused', 'finished') or started_at is not null),
  unique (fleet_id, id)
);
-- A fleet has one move at a time.
create unique index move_open on move (fleet_id) where state in ('planned', 'running', 'paused');
create index move_planned on move (fleet_id, planned_at desc, id desc);
alter table move enable row level security;
alter table move force row level security;
create policy move_of_app on move for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert, update on move to towline_app;

-- One car of a move. It stays on v2 while v3 is proved beside it; the switch is one commit of this row and its connection.
create table move_vehicle (
  move_id text not null,
  connection_id text not null,
  fleet_id text not null,
  vehicle_id text not null,
  state text not null check (state in ('waiting', 'proving', 'moved', 'failed', 'rolledBack', 'skipped')),
  -- Why it is in this state, or why it waits; null where the state says it all.
  reason text,
  -- Permissions that were granted on v2 and that v3 does not list.
  lost_permissions text[] not null default '{}',
  -- What a way back needs: the connection as it was on v2. Null before it is looked up.
  before jsonb,
  -- The connection as v3 lists it. Null before it is looked up.
  listed jsonb,
  -- The family of v2's tokens that it is read by; kept on the connection until the move is finished.
  token_set_id text,
  -- What v3 answers has to be newer than this, or as new as what v2 told.
  proving_since timestamptz,
  -- Not proved by then: it stays on v2.
  deadline_at timestamptz,
  -- When it is looked at next; null once nothing is left to do.
  due_at timestamptz,
  -- One process looks at it at a time. Whoever dies is replaced when this ends.
  lease_until timestamptz,
  -- When somebody wished it back on v2; null once it is there, or can't be brought there.
  back_wanted_at timestamptz,
  -- When v2's tokens were let go of after the move was finished.
  erased_at timestamptz,
  -- Smartcar's request id behind the state.
  request_id text,
  changed_at timestamptz not null,
  primary key (move_id, connection_id),
  foreign key (fleet_id, move_id) references move (fleet_id, id),
  foreign key (fleet_id, connection_id) references connection (fleet_id, id),
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id)
) with (fillfactor = 80);
create index move_vehicle_page on move_vehicle (move_id, vehicle_id);
create index move_vehicle_due on move_vehicle (due_at) where due_at is not null;
create index move_vehicle_back on move_vehicle (move_id) where back_wanted_at is not null;
create index move_vehicle_connection on move_vehicle (connection_id);
alter table move_vehicle enable row level security;
alter table move_vehicle force row level security;
create policy move_vehicle_of_app on move_vehicle for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert, update on move_vehicle to towline_app;
