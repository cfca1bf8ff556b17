-- Many reconnects at once: what a person sent after a preview, and what became of each car of it.

create table reconnect_batch (
  id text primary key check (id like 'rcb\_%'),
  fleet_id text not null references fleet,
  -- running: cars have their turn, owner by owner. paused: held by a person. finished: every car had its turn.
  -- cancelled: a person took back what was still to come.
  state text not null check (state in ('running', 'paused', 'finished', 'cancelled')),
  -- What was chosen, to be told in words: {"filter": {…}, "except": 2} or {"chosen": 12}.
  selection jsonb not null,
  previewed_at timestamptz not null,
  -- The preview that was sent; sent again, it is the same batch.
  preview_digest bytea not null,
  created_at timestamptz not null,
  created_by jsonb not null,
  -- Nothing is done before: time to take it back.
  starts_at timestamptz not null,
  ended_at timestamptz,
  check ((ended_at is not null) = (state in ('finished', 'cancelled'))),
  unique (fleet_id, id)
);
create unique index reconnect_batch_preview on reconnect_batch (fleet_id, preview_digest);
create index reconnect_batch_created on reconnect_batch (fleet_id, created_at desc, id desc);
create index reconnect_batch_open on reconnect_batch (fleet_id, created_at) where state in ('running', 'paused');
alter table reconnect_batch enable row level security;
alter table reconnect_batch force row level security;
create policy reconnect_batch_of_app on reconnect_batch for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert, update on reconnect_batch to towline_app;

-- One car of a batch, also one that was left out.
create table reconnect_item (
  batch_id text not null,
  vehicle_id text not null,
  fleet_id text not null,
  -- The order in which they are shown and have their turn; an owner's cars follow each other.
  place integer not null,
  -- What the preview said: ask the owner, read again without the owner, leave out.
  act text not null check (act in ('ask', 'retry', 'skip')),
  -- Whom the preview named; nobody else is asked.
  owner_id text,
  -- Why it was not active; null for one that was.
  cause text,
  -- queued: waits for its turn. sent: its owner was asked. retried: it is read again. repaired: it works again, with or
  -- without its turn. skipped: left out. withdrawn: taken back, or disconnected here after its owner was asked.
  state text not null check (state in ('queued', 'sent', 'retried', 'repaired', 'skipped', 'withdrawn')),
  -- Why it was left out.
  reason text,
  -- What its owner was asked with, and when, or when it was to be read again; null while it had no turn.
  request_id text,
  notification_id text,
  acted_at timestamptz,
  repaired_at timestamptz,
  changed_at timestamptz not null,
  primary key (batch_id, vehicle_id),
  check ((reason is not null) = (state = 'skipped')),
  check ((repaired_at is not null) = (state = 'repaired')),
  check (state not in ('sent', 'retried') or acted_at is not null),
  check ((request_id is null) = (notification_id is null)),
  foreign key (fleet_id, batch_id) references reconnect_batch (fleet_id, id),
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id),
  foreign key (fleet_id, owner_id) references owner (fleet_id, id),
  foreign key (fleet_id, request_id) references reauthentication_request (fleet_id, id)
) with (fillfactor = 80);
-- A car waits for its turn in one batch at a time, whoever sends at the same moment.
create unique index reconnect_item_queued on reconnect_item (vehicle_id) where state = 'queued';
create index reconnect_item_of_owner on reconnect_item (owner_id) where state = 'queued';
create index reconnect_item_watched on reconnect_item (vehicle_id) where state in ('queued', 'sent', 'retried');
create index reconnect_item_place on reconnect_item (batch_id, place);
-- How many messages left in the last minute.
create index reconnect_item_acted on reconnect_item (fleet_id, acted_at) where notification_id is not null;
alter table reconnect_item enable row level security;
alter table reconnect_item force row level security;
create policy reconnect_item_of_app on reconnect_item for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert, update on reconnect_item to towline_app;

-- Which links were made for a request, and so who went through them.
create index link_of_request on link (request_id) where request_id is not null;
