-- Who may touch what: the two roles under which Towline works, and how a fleet's rows are kept from other fleets.
--
-- towline_app     works for one fleet at a time. The fleet is the setting towline.fleet_id, set per transaction;
--                 without it no row of any fleet table is visible or writable.
-- towline_system  serves the loops that look after all fleets (poll claims, the webhook inbox). It sees only the
--                 tables whose policies name it.
-- Neither can log in, is a superuser, or bypasses row-level security. The role that migrates owns the tables, and
-- the application steps down from it with SET ROLE.
--
-- THE CONVENTION for every migration after this one:
--   * A fleet table has `fleet_id text not null`, row-level security ENABLED and FORCED, and the policy
--       create policy fleet on t for all to towline_app
--         using (fleet_id = current_fleet()) with check (fleet_id = current_fleet());
--     `select protect_fleet_table('t');` does exactly this, and grants select, insert, update and delete to
--     towline_app. A test reads the catalogue and names each table with a fleet_id that lacks any of it.
--   * A table that the loops of all fleets need (the due tables, the inbox) adds its own policy for towline_system
--     and grants it what it needs, no more.
--   * A reference between fleet tables carries the fleet_id in its foreign key.
--   * No statement reads the server's clock: every instant is a parameter.
--   * PostgreSQL 15 is the oldest server: nothing newer than its features.
--   * A migration that was applied somewhere is never edited; the next file corrects it.

-- Roles belong to the whole server, and several databases of one server may be migrated at the same time: whoever
-- comes second finds the role made.
do $$
declare
  wanted text;
  found record;
begin
  foreach wanted in array array['towline_app', 'towline_system'] loop
    begin
      if not exists (select from pg_roles where rolname = wanted) then
        execute format('create role %I nologin nosuperuser nobypassrls nocreatedb nocreaterole noinherit', wanted);
      end if;
    exception when duplicate_object or unique_violation then
      null;
    end;
    select rolsuper, rolbypassrls into strict found from pg_roles where rolname = wanted;
    if found.rolsuper or found.rolbypassrls then
      raise exception 'the role % is a superuser or bypasses row-level security', wanted
        using hint = format('alter role %I nosuperuser nobypassrls', wanted);
    end if;
    -- From PostgreSQL 16 on, having made a role doesn't include the right to SET ROLE to it.
    if not (select rolsuper from pg_roles where rolname = current_user)
       and not pg_has_role(current_user, wanted,
                           case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)
    then
      execute format('grant %I to current_user', wanted);
    end if;
  end loop;
end
$$;

revoke create on schema public from public;
grant usage on schema public to towline_app, towline_system;

-- The fleet this transaction works for; null when none was set, so that `fleet_id = current_fleet()` is never true.
create function current_fleet() returns text
  language sql stable parallel safe
  return nullif(pg_catalog.current_setting('towline.fleet_id', true), '');

comment on function current_fleet() is
  'The fleet this transaction works for (setting towline.fleet_id); null when none was set.';

-- Makes a table a fleet table, as the convention above says.
create function protect_fleet_table(fleet_table regclass) returns void
  language plpgsql
as $$
begin
  if not exists (
    select from pg_attribute
    where attrelid = fleet_table and attname = 'fleet_id' and atttypid = 'text'::regtype and attnotnull
  ) then
    raise exception 'the fleet table % needs a column "fleet_id text not null"', fleet_table;
  end if;
  execute format('alter table %s enable row level security', fleet_table);
  execute format('alter table %s force row level security', fleet_table);
  execute format(
    'create policy fleet on %s for all to towline_app '
    'using (fleet_id = current_fleet()) with check (fleet_id = current_fleet())', fleet_table);
  execute format('grant select, insert, update, delete on %s to towline_app', fleet_table);
end
$$;

revoke all on function protect_fleet_table(regclass) from public;
comment on function protect_fleet_table(regclass) is
  'Row-level security by fleet for one table: enabled, forced, policy and grants for towline_app.';

-- Enqueues a job in the caller's transaction: this is the outbox. Runs as the owner, because the job tables are
-- closed to both roles; the search path is pinned, so that nobody can put another add_job in front.
--   task     a task name of the list in src/jobs
--   payload  the task's input; it carries ids, never secrets
--   job_key  makes it idempotent: a job waiting under the same key is replaced; null: always a new job
--   queue    jobs of one queue run one after another; null: in parallel
--   run_at   not before this instant; null: at once
create function enqueue(
  task text,
  payload jsonb,
  job_key text default null,
  queue text default null,
  run_at timestamptz default null
) returns void
  language sql security definer
  set search_path = pg_catalog, pg_temp
as $$
  select graphile_worker.add_job(
    identifier => task, payload => payload::json, queue_name => queue, run_at => run_at, job_key => job_key);
$$;

revoke all on function enqueue(text, jsonb, text, text, timestamptz) from public;
grant execute on function enqueue(text, jsonb, text, text, timestamptz) to towline_app, towline_system;
comment on function enqueue(text, jsonb, text, text, timestamptz) is
  'Enqueues a job in the caller''s transaction (the outbox); job_key makes it idempotent.';
