-- v2's tokens, and what a car on v2 carries besides.

-- One row for each family of tokens: what one way through Connect gave. All cars that the owner chose there share it.
create table token_set (
  id text primary key check (id like 'tok\_%'),
  fleet_id text not null references fleet,
  -- As Connect's redirect claimed it; null when it said none.
  smartcar_user_id text,
  -- Both tokens, sealed by the vault; null once they are erased.
  sealed bytea,
  issued_at timestamptz not null,
  access_expires_at timestamptz not null,
  -- About 60 days after the last renewal.
  refresh_expires_at timestamptz not null,
  -- When a renewal was asked for whose answer was never stored; null when there is none. The first one, if several.
  refresh_sent_at timestamptz,
  -- One process renews while the others wait. Whoever dies is replaced when this ends.
  lease_until timestamptz,
  -- One more with each pair of tokens; what is worked out from one version is refused when another came meanwhile.
  version bigint not null default 1,
  created_at timestamptz not null,
  unique (fleet_id, id)
);
-- Answers that are missing are few, and have to be asked for again within a minute.
create index token_set_unanswered on token_set (refresh_sent_at) where refresh_sent_at is not null;
alter table token_set enable row level security;
alter table token_set force row level security;
create policy token_set_of_app on token_set for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert, update on token_set to towline_app;

-- A car on v2 is read by its family's tokens; a car on v3 has none.
alter table connection
  add column token_set_id text,
  add foreign key (fleet_id, token_set_id) references token_set (fleet_id, id);
create index connection_token_set on connection (token_set_id) where token_set_id is not null;

-- The polling loop knows from here how a car is read.
alter table connection_due
  add column platform text not null default 'v3' check (platform in ('v3', 'v2')),
  add column token_set_id text;

-- What Connect returned on v2: a code to be exchanged once, and the family that came of it, so that a crash in between
-- loses neither.
alter table connect_session
  add column code_sealed bytea,
  add column token_set_id text,
  add foreign key (fleet_id, token_set_id) references token_set (fleet_id, id);
