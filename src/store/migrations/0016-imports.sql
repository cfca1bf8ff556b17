-- Lists of vehicles that come in from a file: previewed, then written exactly so, and taken back while nothing has happened since.

create table vehicle_import (
  id text primary key check (id like 'imp\_%'),
  fleet_id text not null references fleet,
  -- The file's name, as its owner has it.
  name text not null,
  -- How the file was read.
  encoding text not null,
  separator text not null,
  -- Columns that are known, by their names, and the heads of those that are not.
  columns text[] not null,
  ignored text[] not null,
  -- previewed: nothing was written. running: line by line is written. done: every line had its turn. undoing, undone: what
  -- it added is taken back.
  state text not null check (state in ('previewed', 'running', 'done', 'undoing', 'undone')),
  -- Stands for what every line was said to do; who starts it names it.
  hash text not null,
  -- Lines by what they were said to do, and owners who are new.
  adds integer not null,
  updates integer not null,
  unchanged integer not null,
  refused integer not null,
  new_owners integer not null,
  -- Lines by what became of them.
  applied integer not null default 0,
  missed integer not null default 0,
  undone integer not null default 0,
  kept integer not null default 0,
  made_at timestamptz not null,
  made_by jsonb not null,
  started_at timestamptz,
  started_by jsonb,
  -- When every line had had its turn.
  ended_at timestamptz,
  undo_started_at timestamptz,
  undo_started_by jsonb,
  undone_at timestamptz,
  check ((started_at is null) = (state = 'previewed')),
  check ((ended_at is not null) = (state in ('done', 'undoing', 'undone'))),
  check ((undone_at is not null) = (state = 'undone')),
  unique (fleet_id, id)
);
create index vehicle_import_made on vehicle_import (fleet_id, made_at desc, id desc);
create index vehicle_import_open on vehicle_import (fleet_id, id) where state in ('running', 'undoing');
select protect_fleet_table('vehicle_import');

-- One line of a file. It is forgotten with its import, after thirty days.
create table import_line (
  import_id text not null,
  line integer not null,
  fleet_id text not null,
  plan text not null check (plan in ('add', 'update', 'unchanged', 'refused')),
  -- none: there is nothing to do. waiting. applied. missed: it would have done something else than what was said. undone.
  -- kept: it was to be taken back, and something has happened to the vehicle since.
  state text not null check (state in ('none', 'waiting', 'applied', 'missed', 'undone', 'kept')),
  -- What it does, or why it is refused, without anybody's name or address.
  effect jsonb not null,
  notes text[] not null default '{}',
  -- The cells of the known columns as they were written, sealed: owners' addresses stand in them.
  sealed bytea not null,
  -- The vehicle it is about, once there is one, and the owner it gives it.
  vehicle_id text,
  owner_id text,
  -- The owner was added by this line.
  owner_new boolean not null default false,
  primary key (import_id, line),
  foreign key (fleet_id, import_id) references vehicle_import (fleet_id, id) on delete cascade,
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id) on delete set null (vehicle_id),
  foreign key (fleet_id, owner_id) references owner (fleet_id, id) on delete set null (owner_id)
);
create index import_line_plan on import_line (import_id, plan, line);
create index import_line_state on import_line (import_id, state, line);
create index import_line_vehicle on import_line (vehicle_id) where vehicle_id is not null;
create index import_line_owner on import_line (owner_id) where owner_id is not null;
select protect_fleet_table('import_line');

-- Whether an import that is being taken back has added this vehicle, and its timeline tells of nothing else. What else
-- may have happened to it stands in a table that refers to it, and keeps it from being deleted.
create function may_be_taken_back(vehicle text) returns boolean
  language sql stable
  set search_path = public, pg_temp
  return exists (select from import_line l join vehicle_import i on i.id = l.import_id
                 where l.vehicle_id = vehicle and l.plan = 'add' and l.state = 'applied' and i.state = 'undoing')
     and not exists (select from timeline t where t.vehicle_id = vehicle and t.kind <> 'vehicle.added');
comment on function may_be_taken_back(text) is 'Whether an import that is being taken back added this vehicle, and nothing is told of it since.';

create function owner_may_be_taken_back(owner text) returns boolean
  language sql stable
  set search_path = public, pg_temp
  return exists (select from import_line l join vehicle_import i on i.id = l.import_id
                 where l.owner_id = owner and l.owner_new and i.state = 'undoing');
comment on function owner_may_be_taken_back(text) is 'Whether an import that is being taken back added this owner.';

-- A vehicle stays for good, and so does an owner: but for those that an import added and nothing has happened to.
grant delete on vehicle, owner to towline_app;
create policy vehicle_taken_back on vehicle as restrictive for delete to towline_app
  using (fleet_id = current_fleet() and may_be_taken_back(id));
create policy owner_taken_back on owner as restrictive for delete to towline_app
  using (fleet_id = current_fleet() and owner_may_be_taken_back(id));

-- The line that says that a vehicle was added goes with it. Nobody else may delete from the timeline.
alter table timeline drop constraint timeline_fleet_id_vehicle_id_fkey;
alter table timeline add foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id) on delete cascade not valid;
alter table timeline validate constraint timeline_fleet_id_vehicle_id_fkey;

-- What else refers to a vehicle is looked for when one is taken back.
create index connect_session_vehicle on connect_session (vehicle_id);
create index drift_vehicle on drift (vehicle_id);
create index move_vehicle_of on move_vehicle (vehicle_id);
