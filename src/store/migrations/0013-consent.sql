-- What owners agreed to and took back, what is still to be ended at Smartcar, and owners who are forgotten.

-- Ending at Smartcar what was disconnected here, as far as it was tried. The intention itself is the connection (cause
-- disconnectedHere, revoked_at null), so that it is never lost; its line here is made by the first try.
create table revocation (
  connection_id text primary key,
  fleet_id text not null,
  -- waiting: tried again when it is due. handedOver: nothing that Towline holds can end it there; an operator has to.
  state text not null check (state in ('waiting', 'handedOver')),
  -- Why it was handed over; null while Towline goes on by itself.
  handed_over_because text check (handed_over_because in ('nothingHeld', 'othersShareIt')),
  tries integer not null check (tries > 0),
  tried_at timestamptz not null,
  -- The next try may begin: a try pushes it ahead before it asks, and a crash leaves it there. Null: not tried by itself.
  due_at timestamptz,
  -- What the last try that failed was answered: meaning, code and Smartcar's request id. Null when none has failed.
  failure jsonb,
  foreign key (fleet_id, connection_id) references connection (fleet_id, id),
  check ((handed_over_because is not null) = (state = 'handedOver'))
);
select protect_fleet_table('revocation');
revoke delete on revocation from towline_app;
create index connection_unrevoked on connection (fleet_id, ended_at) where cause = 'disconnectedHere' and revoked_at is null;

-- Forgetting an owner: one act, carried out step by step whoever dies, and the proof of it afterwards. It holds kinds and
-- numbers, and nothing about the person; the owner's row stays as the empty place that others refer to.
create table erasure (
  id text primary key check (id like 'ers\_%'),
  fleet_id text not null,
  owner_id text not null,
  state text not null check (state in ('running', 'done')),
  -- access: their cars are disconnected. traces: messages, links and names go. readings: what their cars told in their time.
  -- smartcar: until Smartcar has confirmed that all access has ended; then their accounts' ids go too.
  phase text not null check (phase in ('access', 'traces', 'readings', 'smartcar')),
  asked_at timestamptz not null,
  asked_by jsonb not null,
  -- Rows erased so far, by kind.
  counts jsonb not null default '{}',
  -- When it goes on; a step pushes it ahead before it begins, and a crash leaves it there. Null once it is done.
  due_at timestamptz,
  ended_at timestamptz,
  -- Over everything above, under a key of the vault: nobody else can have written this line.
  digest bytea,
  foreign key (fleet_id, owner_id) references owner (fleet_id, id),
  check ((ended_at is not null) = (state = 'done')),
  check ((digest is not null) = (state = 'done')),
  check ((due_at is null) = (state = 'done'))
);
-- An owner is forgotten once.
create unique index erasure_of_owner on erasure (fleet_id, owner_id);
create index erasure_due on erasure (due_at) where due_at is not null;
select protect_fleet_table('erasure');
revoke delete on erasure from towline_app;

-- When their name, address and phone went; null while they are there.
alter table owner add column erased_at timestamptz;

-- Whether one of these owners is being forgotten now, in the fleet of this transaction.
create function is_being_erased(variadic ids text[]) returns boolean
  language sql stable
  return exists (select from erasure e where e.fleet_id = current_fleet() and e.owner_id = any (ids) and e.state = 'running');
comment on function is_being_erased(text[]) is
  'Whether one of these owners is being forgotten now, in the fleet of this transaction.';

-- Whether the owner who granted this connection is being forgotten now, in the fleet of this transaction.
create function is_grantor_being_erased(connection text) returns boolean
  language sql stable
  return exists (select from connection c where c.id = $1 and c.fleet_id = current_fleet() and is_being_erased(c.owner_id));
comment on function is_grantor_being_erased(text) is
  'Whether the owner who granted this connection is being forgotten now, in the fleet of this transaction.';

-- Who did something, once they are forgotten; the same as erasedOwner in src/domain/erasure.ts.
create function erased_owner() returns jsonb
  language sql immutable parallel safe
  return '{"kind": "owner", "id": null, "name": "Erased owner"}'::jsonb;
comment on function erased_owner() is 'Who did something, once they are forgotten.';

-- The sentences under which somebody agreed, for ever. One row for each text that differs by a letter.
create table wording (
  fleet_id text not null references fleet,
  -- SHA-256 of language and sentences, in hexadecimal: the same text is the same row, and a row can't be another text.
  id text not null check (id ~ '^[0-9a-f]{64}$'),
  -- BCP 47, of the language it was written in.
  language text not null,
  -- In the order in which they stood on the page. They name the fleet and the make, and no person.
  sentences text[] not null check (cardinality(sentences) between 1 and 100),
  first_used_at timestamptz not null,
  primary key (fleet_id, id)
);
select protect_fleet_table('wording');
revoke update, delete on wording from towline_app;

-- What was on the page when somebody pressed its button, and what was asked for: {wordingId, language, required, optional}.
-- Null before this was kept.
alter table connect_session add column shown jsonb;

-- Who agreed to what, when, by which wording, and took it back; whose consent it is, the connection says. The application
-- can add to it, and change nothing but whom a line names, and that only while they are being forgotten.
create table consent (
  id text primary key check (id like 'cst\_%'),
  fleet_id text not null,
  vehicle_id text not null,
  connection_id text not null,
  -- given: a grant. renewed: the same one signed in or agreed to again. changed: what it allows is no longer the same.
  -- withdrawn: it is over.
  kind text not null check (kind in ('given', 'renewed', 'changed', 'withdrawn')),
  -- link: through Connect from a page of ours. elsewhere: not through Towline, so nothing is known of a wording.
  -- unrecorded: before these lines were kept. owner, operator: here. smartcar: there or at the manufacturer, as we learnt.
  -- superseded: by a new grant for the vehicle.
  way text not null check (way in ('link', 'elsewhere', 'unrecorded', 'owner', 'operator', 'smartcar', 'superseded')),
  at timestamptz not null,
  -- Who acted: the owner or the person behind the link, an operator, or Towline for what it learnt.
  actor jsonb not null,
  -- What Smartcar says is allowed from now on; empty once it is withdrawn.
  permissions text[] not null,
  -- {required, optional}; null where nothing was asked for.
  asked jsonb,
  wording_id text,
  language text,
  -- The kind of link behind which it happened; null where there was none.
  link_kind text,
  session_id text,
  -- When it was granted, by Smartcar's clock; null where Smartcar does not say.
  granted_at timestamptz,
  smartcar_user_id text,
  smartcar_connection_id text,
  -- How we learnt it, and Smartcar's request id behind that.
  via text not null,
  request_id text,
  foreign key (fleet_id, vehicle_id) references vehicle (fleet_id, id),
  foreign key (fleet_id, connection_id) references connection (fleet_id, id),
  foreign key (fleet_id, wording_id) references wording (fleet_id, id),
  check (kind <> 'withdrawn' or permissions = '{}')
);
create index consent_of_connection on consent (connection_id, at desc, id desc);
alter table consent enable row level security;
alter table consent force row level security;
create policy consent_read on consent for select to towline_app using (fleet_id = current_fleet());
create policy consent_added on consent for insert to towline_app with check (fleet_id = current_fleet());
create policy consent_erased on consent for update to towline_app
  using (fleet_id = current_fleet() and is_grantor_being_erased(connection_id))
  with check (fleet_id = current_fleet() and smartcar_user_id is null and smartcar_connection_id is null
    and not (actor ->> 'kind' = 'owner' and actor <> erased_owner()));
grant select, insert on consent to towline_app;
grant update (actor, smartcar_user_id, smartcar_connection_id) on consent to towline_app;

-- Of what was connected before, only this much is known. The owner of a table is bound by its policies too, but for this.
alter table connection no force row level security;
alter table consent no force row level security;
insert into consent (id, fleet_id, vehicle_id, connection_id, kind, way, at, actor, permissions,
    smartcar_user_id, smartcar_connection_id, via)
  select 'cst_' || substr(id, 5), fleet_id, vehicle_id, id, 'given', 'unrecorded',
    connected_at, '{"kind": "towline", "id": null, "name": "Towline"}'::jsonb, permissions,
    smartcar_user_id, smartcar_connection_id, 'connect'
  from connection;
insert into consent (id, fleet_id, vehicle_id, connection_id, kind, way, at, actor, permissions,
    smartcar_user_id, smartcar_connection_id, via)
  select 'cst_' || reverse(substr(id, 5)), fleet_id, vehicle_id, id, 'withdrawn', 'unrecorded',
    coalesce(ended_at, since), '{"kind": "towline", "id": null, "name": "Towline"}'::jsonb, '{}',
    smartcar_user_id, smartcar_connection_id, 'operator'
  from connection where ended_at is not null or cause in ('revokedByOwner', 'vehicleRemoved');
alter table connection force row level security;
alter table consent force row level security;

-- Names in the timeline and the audit log: changed while their owner is being forgotten, to one word, and never otherwise.
drop policy timeline_of_app on timeline;
create policy timeline_read on timeline for select to towline_app using (fleet_id = current_fleet());
create policy timeline_added on timeline for insert to towline_app with check (fleet_id = current_fleet());
create policy timeline_erased on timeline for update to towline_app
  using (fleet_id = current_fleet() and is_being_erased(actor ->> 'id'))
  with check (fleet_id = current_fleet() and actor = erased_owner());
grant update (actor) on timeline to towline_app;
create index timeline_by_owner on timeline (fleet_id, (actor ->> 'id')) where actor ->> 'kind' = 'owner';
create policy audit_erased on audit for update to towline_app
  using (fleet_id = current_fleet() and is_being_erased(actor ->> 'id'))
  with check (fleet_id = current_fleet() and actor = erased_owner());
grant update (actor) on audit to towline_app;
create index audit_by_owner on audit (fleet_id, (actor ->> 'id')) where actor ->> 'kind' = 'owner';

-- What goes with the owner whom it is about.
grant delete on mailbox_message to towline_app;
grant delete on link to towline_app;
grant delete on vehicle_check to towline_app;
grant delete on reading to towline_app;
create policy webhook_inbox_erased on webhook_inbox for delete to towline_app using (fleet_id = current_fleet());
grant delete on webhook_inbox to towline_app;
create index link_of_owner on link (fleet_id, owner_id);
create index notification_of_owner on notification (fleet_id, owner_id, created_at desc, id desc);
create index connection_of_owner on connection (fleet_id, owner_id);
create index request_of_owner on reauthentication_request (fleet_id, owner_id, created_at desc, id desc);
create index mailbox_of_notification on mailbox_message (notification_id);
-- Bodies of deliveries are found by their car. The door doesn't pay for it: a car is named when a delivery is applied.
create index webhook_inbox_car on webhook_inbox (smartcar_vehicle_id, received_at) where smartcar_vehicle_id is not null;

-- A page for an owner about everything of theirs: what is shared, since when, to take along and to end.
alter table link drop constraint link_kind_check;
alter table link
  add constraint link_kind_check check (kind in ('connect', 'repair', 'owner')),
  add constraint link_owner_check check (kind <> 'owner' or owner_id is not null);
alter table notification drop constraint notification_kind_check;
alter table notification
  add constraint notification_kind_check check (kind in ('reconnect', 'connect-invitation', 'repaired', 'owner-page'));

-- How far each fleet's history reaches back: everything received before this day is gone. Days that no fleet needs any more
-- are dropped whole; where fleets keep different spans, the shorter ones' rows are deleted in small pieces.
create table reading_retention (
  fleet_id text primary key references fleet,
  gone_before date not null
);
select protect_fleet_table('reading_retention');
revoke delete on reading_retention from towline_app;

-- Drops a day of history, once, whoever else does so at the same time. Gives up at once where the table is busy: the next
-- run comes in an hour. Runs with its owner's rights, since the loops may not drop tables.
create function drop_reading_partition(day date) returns boolean language plpgsql security definer
  set search_path = public, pg_temp set lock_timeout = '500ms' as $$
declare
  partition_name text := 'reading_' || to_char(day, 'YYYYMMDD');
begin
  perform pg_advisory_xact_lock(hashtext('towline.reading'));
  if not exists (select from pg_class where relname = partition_name and relnamespace = 'public'::regnamespace) then
    return false;
  end if;
  execute format('drop table %I', partition_name);
  return true;
exception when lock_not_available then
  return false;
end $$;
revoke all on function drop_reading_partition from public;
grant execute on function drop_reading_partition to towline_system;
