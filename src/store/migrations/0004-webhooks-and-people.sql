-- What Smartcar sent, and who may ask us.

-- The inbox: every signed delivery, before it is answered. The fleet is known only when it is applied.
create table webhook_inbox (
  id text primary key check (id like 'whk\_%'),
  body bytea not null,
  received_at timestamptz not null,
  state text not null default 'pending' check (state in ('pending', 'applied', 'duplicate', 'ignored', 'quarantined')),
  reason text,
  event_id text,
  event_type text,
  smartcar_vehicle_id text,
  fleet_id text,
  vehicle_id text,
  applied_at timestamptz,
  attempts integer not null default 0,
  lease_until timestamptz,
  fence bigint not null default 0
);
create index webhook_inbox_pending on webhook_inbox (id) where state = 'pending';
create index webhook_inbox_received on webhook_inbox (fleet_id, received_at desc, id desc);
alter table webhook_inbox enable row level security;
alter table webhook_inbox force row level security;
create policy webhook_inbox_of_app on webhook_inbox for select to towline_app using (fleet_id = current_fleet());
-- Applied in the same transaction as what it changed: the applying fleet marks the row it was handed.
create policy webhook_inbox_mark on webhook_inbox for update to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
create policy webhook_inbox_of_system on webhook_inbox for all to towline_system using (true) with check (true);
grant select, update on webhook_inbox to towline_app;
-- What is settled is dropped after two weeks.
grant select, insert, update, delete on webhook_inbox to towline_system;

-- Smartcar's event ids that were applied, kept for more than the seven days in which a duplicate may come.
create table webhook_seen (
  event_id text primary key,
  first_at timestamptz not null
);
alter table webhook_seen enable row level security;
alter table webhook_seen force row level security;
create policy webhook_seen_of_app on webhook_seen for insert to towline_app with check (true);
create policy webhook_seen_of_system on webhook_seen for all to towline_system using (true) with check (true);
grant insert on webhook_seen to towline_app;
grant select, insert, delete on webhook_seen to towline_system;

-- Counters of what was refused at the door, by minute and reason; enough to see an attack or a wrong token.
create table webhook_refused (
  minute timestamptz not null,
  reason text not null,
  count integer not null,
  primary key (minute, reason)
);
alter table webhook_refused enable row level security;
alter table webhook_refused force row level security;
create policy webhook_refused_of_system on webhook_refused for all to towline_system using (true) with check (true);
grant select, insert, update, delete on webhook_refused to towline_system;

-- The application's token for v3: one row, sealed. The lease lets one process fetch while the others wait.
create table application_token (
  application_id text primary key,
  sealed bytea,
  expires_at timestamptz,
  lease_until timestamptz,
  version bigint not null default 0
);
alter table application_token enable row level security;
alter table application_token force row level security;
create policy application_token_of_system on application_token for all to towline_system using (true) with check (true);
grant select, insert, update on application_token to towline_system;

-- Token buckets shared by all processes.
create table request_bucket (
  key text primary key,
  tokens double precision not null,
  filled_at timestamptz not null
);
alter table request_bucket enable row level security;
alter table request_bucket force row level security;
create policy request_bucket_of_system on request_bucket for all to towline_system using (true) with check (true);
grant select, insert, update on request_bucket to towline_system;

-- The auth library's tables, under its own names; only towline_system reaches them.
create table auth_user (
  id text primary key,
  name text not null,
  email text not null unique,
  email_verified boolean not null default false,
  image text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  installation_administrator boolean not null default false
);
create table auth_session (
  id text primary key,
  user_id text not null references auth_user on delete cascade,
  token text not null unique,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index auth_session_user on auth_session (user_id);
create table auth_account (
  id text primary key,
  user_id text not null references auth_user on delete cascade,
  account_id text not null,
  provider_id text not null,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index auth_account_user on auth_account (user_id);
create table auth_verification (
  id text primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create table auth_rate_limit (
  id text primary key,
  key text not null unique,
  count integer not null,
  last_request bigint not null
);
do $$
declare t text;
begin
  foreach t in array array['auth_user', 'auth_session', 'auth_account', 'auth_verification', 'auth_rate_limit'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy %I on %I for all to towline_system using (true) with check (true)', t || '_of_system', t);
    execute format('grant select, insert, update, delete on %I to towline_system', t);
  end loop;
end $$;

create table member (
  id text primary key check (id like 'mem\_%'),
  fleet_id text not null references fleet,
  user_id text not null references auth_user on delete cascade,
  role text not null check (role in ('viewer', 'technician', 'support', 'manager', 'administrator')),
  created_at timestamptz not null,
  unique (fleet_id, user_id)
);
alter table member enable row level security;
alter table member force row level security;
create policy member_of_app on member for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
-- Before a fleet is chosen, the door asks which fleets a person belongs to.
create policy member_of_system on member for all to towline_system using (true) with check (true);
grant select, insert, update, delete on member to towline_app;
grant select, insert on member to towline_system;

-- Keys of programs: only a digest is kept.
create table api_key (
  id text primary key check (id like 'key\_%'),
  fleet_id text not null references fleet,
  name text not null check (length(name) between 1 and 100),
  digest bytea not null unique,
  -- The first characters, so that a person can tell keys apart.
  hint text not null,
  role text not null check (role in ('viewer', 'technician', 'support', 'manager', 'administrator')),
  -- An installation's key may name any fleet.
  installation boolean not null default false,
  created_at timestamptz not null,
  revoked_at timestamptz
);
alter table api_key enable row level security;
alter table api_key force row level security;
create policy api_key_of_app on api_key for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet() and not installation);
create policy api_key_of_system on api_key for all to towline_system using (true) with check (true);
grant select, insert, update on api_key to towline_app;
grant select, insert on api_key to towline_system;

-- Every act that changes something or reads a precise location. The application can add to it, and nothing else.
create table audit (
  id text primary key check (id like 'aud\_%'),
  fleet_id text not null references fleet,
  at timestamptz not null,
  actor jsonb not null,
  act text not null,
  subject text,
  detail jsonb not null default '{}',
  request_id text
);
create index audit_at on audit (fleet_id, at desc, id desc);
alter table audit enable row level security;
alter table audit force row level security;
create policy audit_of_app on audit for select to towline_app using (fleet_id = current_fleet());
create policy audit_by_app on audit for insert to towline_app with check (fleet_id = current_fleet());
grant select, insert on audit to towline_app;

-- Answers already given under an Idempotency-Key, for a day.
create table idempotency (
  fleet_id text not null references fleet,
  key text not null,
  request_digest bytea not null,
  status integer,
  response jsonb,
  created_at timestamptz not null,
  primary key (fleet_id, key)
);
alter table idempotency enable row level security;
alter table idempotency force row level security;
create policy idempotency_of_app on idempotency for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert, update, delete on idempotency to towline_app;
-- Kept for a day; the loops drop what is older.
create policy idempotency_of_system on idempotency for all to towline_system using (true) with check (true);
grant select (created_at), delete on idempotency to towline_system;
