-- Connections, what happened to them, when they are read next, and what operators and owners were told.

create table connection (
  id text primary key check (id like 'con\_%'),
  fleet_id text not null,
  vehicle_id text not null,
  owner_id text,
  platform text not null check (platform in ('v3', 'v2')),
  smartcar_vehicle_id text not null,
  smartcar_user_id text not null,
  smartcar_connection_id text,
  status text not null check (status in ('pending', 'active', 'expired', 'disconnected', 'error')),
  cause text,
  since timestamptz not null,
  connected_at timestamptz not null,
  judged_at timestamptz not null,
  proved_at timestamptz,
  pending_deadline_at timestamptz,
  permissions text[] not null,
  suspicion jsonb,
  vehicle_state jsonb,
  failures integer not null default 0 check (failures >= 0),
  resolution_url text,
  last_success_kind text check (last_success_kind in ('telemetry', 'command')),
  last_success_at timestamptz,
  last_telemetry_at timestamptz,
  next_poll_at timestamptz,
  subscribed_at timestamptz,
  revoked_at timestamptz,
  ended_at timestamptz,
  version integer not null default 1,
  check ((cause is null) = (status = 'active')),
  check (ended_at is null or next_poll_at is null),
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id),
  foreign key (fleet_id, owner_id) references owner (fleet_id, id),
  unique (fleet_id, id)
) with (fillfactor = 70);
-- A vehicle has one living connection; a car at Smartcar belongs to one vehicle in the whole installation.
create unique index connection_living on connection (vehicle_id) where ended_at is null;
create unique index connection_car on connection (smartcar_vehicle_id) where ended_at is null;
create index connection_of_vehicle on connection (vehicle_id, connected_at);
alter table connection enable row level security;
alter table connection force row level security;
create policy connection_of_app on connection for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert, update on connection to towline_app;

-- When to look at a connection next, and which of Smartcar's cars is whose. The due table of the polling loop, and the
-- table by which a webhook finds its fleet; both serve all fleets.
create table connection_due (
  connection_id text primary key,
  fleet_id text not null,
  smartcar_vehicle_id text not null,
  smartcar_user_id text not null,
  due_at timestamptz,
  lease_until timestamptz,
  -- Changes with every claim; whoever completes must name the value it claimed with.
  fence bigint not null default 0,
  foreign key (fleet_id, connection_id) references connection (fleet_id, id)
) with (fillfactor = 70);
create index connection_due_at on connection_due (due_at) where due_at is not null;
create index connection_due_car on connection_due (smartcar_vehicle_id);
alter table connection_due enable row level security;
alter table connection_due force row level security;
create policy connection_due_of_app on connection_due for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
create policy connection_due_of_system on connection_due for all to towline_system using (true) with check (true);
grant select, insert, update, delete on connection_due to towline_app;
grant select, update on connection_due to towline_system;

-- The timeline: everything that happened, for good. Append only: the application may neither change nor delete.
create table timeline (
  id text primary key check (id like 'evt\_%'),
  fleet_id text not null,
  vehicle_id text not null,
  connection_id text,
  kind text not null,
  at timestamptz not null,
  via text not null,
  actor jsonb not null,
  request_id text,
  data jsonb not null default '{}',
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id)
);
create index timeline_of_vehicle on timeline (vehicle_id, at desc, id desc);
alter table timeline enable row level security;
alter table timeline force row level security;
create policy timeline_of_app on timeline for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert on timeline to towline_app;

create table alert (
  id text primary key check (id like 'alt\_%'),
  fleet_id text not null references fleet,
  -- The problem's name: at most one unresolved alert has it.
  key text not null,
  kind text not null,
  severity text not null check (severity in ('info', 'warning', 'critical')),
  state text not null check (state in ('open', 'acknowledged', 'snoozed', 'resolved')),
  vehicle_ids text[] not null,
  detail jsonb not null default '{}',
  opened_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  resolved_at timestamptz,
  check ((resolved_at is not null) = (state = 'resolved'))
);
create unique index alert_problem on alert (fleet_id, key) where state <> 'resolved';
create index alert_opened on alert (fleet_id, opened_at desc, id desc);
create index alert_vehicles on alert using gin (vehicle_ids);
alter table alert enable row level security;
alter table alert force row level security;
create policy alert_of_app on alert for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert, update on alert to towline_app;

-- One owner is asked to repair one or more connections. One open request an owner.
create table reauthentication_request (
  id text primary key check (id like 'rrq\_%'),
  fleet_id text not null,
  owner_id text not null,
  state text not null check (state in ('open', 'repaired', 'withdrawn')),
  created_at timestamptz not null,
  -- When a message about it last went into the outbox.
  asked_at timestamptz not null,
  -- When the owner pressed the button on their page.
  opened_at timestamptz,
  closed_at timestamptz,
  foreign key (fleet_id, owner_id) references owner (fleet_id, id),
  check ((closed_at is null) = (state = 'open')),
  unique (fleet_id, id)
);
create unique index request_open on reauthentication_request (owner_id) where state = 'open';
alter table reauthentication_request enable row level security;
alter table reauthentication_request force row level security;
create policy request_of_app on reauthentication_request for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert, update on reauthentication_request to towline_app;

create table request_connection (
  request_id text not null,
  connection_id text not null,
  fleet_id text not null,
  state text not null check (state in ('open', 'repaired', 'withdrawn')),
  cause text not null,
  -- When the owner came back from Connect for it.
  returned_at timestamptz,
  closed_at timestamptz,
  primary key (request_id, connection_id),
  foreign key (fleet_id, request_id) references reauthentication_request (fleet_id, id),
  foreign key (fleet_id, connection_id) references connection (fleet_id, id)
);
create index request_connection_of on request_connection (connection_id);
alter table request_connection enable row level security;
alter table request_connection force row level security;
create policy request_connection_of_app on request_connection for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert, update on request_connection to towline_app;

-- Links for people without a login. The secret half is derived from the id and a key of the vault, and is never stored.
create table link (
  id text primary key check (id like 'lnk\_%'),
  fleet_id text not null,
  -- connect: for one vehicle, single use. repair: an owner's page about what they were asked.
  kind text not null check (kind in ('connect', 'repair')),
  vehicle_id text,
  owner_id text,
  request_id text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz,
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id),
  foreign key (fleet_id, owner_id) references owner (fleet_id, id),
  foreign key (fleet_id, request_id) references reauthentication_request (fleet_id, id),
  check (kind <> 'connect' or vehicle_id is not null),
  check (kind <> 'repair' or request_id is not null)
);
create index link_of_vehicle on link (vehicle_id);
alter table link enable row level security;
alter table link force row level security;
create policy link_of_app on link for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
create policy link_of_system on link for select to towline_system using (true);
grant select, insert, update on link to towline_app;
grant select on link to towline_system;

-- One way through Connect: OAuth's state, single use, bound to the browser that started it.
create table connect_session (
  id text primary key check (id like 'cns\_%'),
  fleet_id text not null,
  vehicle_id text not null,
  connection_id text,
  link_id text references link,
  purpose text not null check (purpose in ('connect', 'reauthenticate', 'widen')),
  state_digest bytea not null unique,
  browser_digest bytea not null,
  actor jsonb not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  -- When the callback came, and what its query claimed; a claim binds nothing.
  returned_at timestamptz,
  claimed_user_id text,
  claimed_vehicle_id text,
  error text,
  -- returned: to be checked against Smartcar's list. done, refused, failed: over.
  state text not null check (state in ('started', 'returned', 'done', 'refused', 'failed')),
  -- Why it was refused, for the page that says so.
  reason jsonb,
  ended_at timestamptz,
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id)
);
create index connect_session_link on connect_session (link_id);
create index connect_session_returned on connect_session (returned_at) where state = 'returned';
alter table connect_session enable row level security;
alter table connect_session force row level security;
create policy connect_session_of_app on connect_session for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
create policy connect_session_of_system on connect_session for select to towline_system using (true);
grant select, insert, update on connect_session to towline_app;
grant select on connect_session to towline_system;

-- The outbox of messages: committed with what caused them, delivered afterwards.
create table notification (
  id text primary key check (id like 'ntf\_%'),
  fleet_id text not null,
  owner_id text not null,
  kind text not null check (kind in ('reconnect', 'connect-invitation', 'repaired')),
  channel text not null check (channel in ('email')),
  request_id text,
  link_id text references link,
  vehicle_ids text[] not null,
  cause text,
  state text not null check (state in ('queued', 'sent', 'failed', 'withdrawn')),
  -- Stable, so that a mail server that got it twice can tell.
  message_id text not null unique,
  subject text,
  attempts integer not null default 0,
  last_error text,
  created_at timestamptz not null,
  -- The next delivery may begin: an attempt pushes it ahead before it dials, and a crash leaves it there.
  due_at timestamptz,
  sent_at timestamptz,
  foreign key (fleet_id, owner_id) references owner (fleet_id, id),
  check ((due_at is not null) = (state = 'queued'))
);
create index notification_due on notification (due_at) where due_at is not null;
create index notification_created on notification (fleet_id, created_at desc, id desc);
create index notification_vehicles on notification using gin (vehicle_ids);
alter table notification enable row level security;
alter table notification force row level security;
create policy notification_of_app on notification for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
create policy notification_of_system on notification for select to towline_system using (due_at is not null);
grant select, insert, update on notification to towline_app;
grant select on notification to towline_system;

-- The demo's mailbox: what a mail server would have got.
create table mailbox_message (
  message_id text primary key,
  fleet_id text not null references fleet,
  notification_id text not null,
  sender text not null,
  recipient text not null,
  reply_to text,
  subject text not null,
  html text not null,
  text text not null,
  at timestamptz not null
);
create index mailbox_at on mailbox_message (fleet_id, at desc);
alter table mailbox_message enable row level security;
alter table mailbox_message force row level security;
create policy mailbox_of_app on mailbox_message for all to towline_app using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
grant select, insert on mailbox_message to towline_app;
