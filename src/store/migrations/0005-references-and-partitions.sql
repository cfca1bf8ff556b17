-- A reference between fleet tables carries the fleet, so that no row can name another fleet's link.
alter table link add unique (fleet_id, id);
alter table connect_session
  drop constraint connect_session_link_id_fkey,
  add foreign key (fleet_id, link_id) references link (fleet_id, id);
alter table notification
  drop constraint notification_link_id_fkey,
  add foreign key (fleet_id, link_id) references link (fleet_id, id);

-- Makes the partition of one day, once, whoever else does so at the same time. Runs with its owner's rights, since the
-- loops may not create tables. After the wait pg_class is asked, for to_regclass would answer what it knew before.
create or replace function ensure_reading_partition(day date) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
  partition_name text := 'reading_' || to_char(day, 'YYYYMMDD');
begin
  if to_regclass('public.' || partition_name) is not null then return; end if;
  perform pg_advisory_xact_lock(hashtext('towline.reading'));
  if exists (select from pg_class where relname = partition_name and relnamespace = 'public'::regnamespace) then return; end if;
  if exists (select from reading_default where received_at >= day::timestamptz and received_at < (day + 1)::timestamptz) then return; end if;
  execute format('create table %I partition of reading for values from (%L) to (%L)', partition_name, day::timestamptz, (day + 1)::timestamptz);
  execute format('alter table %I enable row level security', partition_name);
  execute format('alter table %I force row level security', partition_name);
exception when check_violation then
  -- An owner who is no superuser is bound by row-level security and sees no row of the default partition: the day has
  -- begun there, and goes on there.
  null;
end $$;
