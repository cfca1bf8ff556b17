-- What was seen and asked of the installation on its way to real cars. Both belong to no fleet: there is one application.

-- The last check: what Smartcar, the mail server and our own public address answered. One row.
create table go_live_check (
  only_one boolean primary key default true check (only_one),
  checked_at timestamptz not null,
  checked_by jsonb not null,
  -- A digest of the configuration that it was asked with: with another one, nothing of it holds.
  configuration bytea not null,
  asked jsonb not null
);
alter table go_live_check enable row level security;
alter table go_live_check force row level security;
create policy go_live_check_of_system on go_live_check for all to towline_system using (true) with check (true);
grant select, insert, update on go_live_check to towline_system;

-- When something that leaves no other trace last happened.
create table sighting (
  -- challenge: a check of the webhook's address was answered. testMessage: the mail server took one.
  what text primary key check (what in ('challenge', 'testMessage')),
  at timestamptz not null
);
alter table sighting enable row level security;
alter table sighting force row level security;
create policy sighting_of_system on sighting for all to towline_system using (true) with check (true);
grant select, insert, update on sighting to towline_system;
