-- The request budget: what a car has cost, what the whole application may spend, makes that let us wait, and what was used.

-- What a car has cost of its own requests. Written with the connection, in the statement that is written anyway.
alter table connection
  -- The month in UTC that `requests` counts, as 2026-05; null before the first request.
  add column request_month text check (request_month ~ '^\d{4}-\d{2}$'),
  add column requests integer not null default 0 check (requests >= 0),
  -- Smartcar said that this month's are used up.
  add column requests_used_up boolean not null default false,
  -- When the car was last asked.
  add column asked_at timestamptz,
  -- [{"at", "requests"}] of the last 24 hours, oldest first; null where the make doesn't count by the day.
  add column asked_last_day jsonb,
  -- We were told to wait: no read of ours before this.
  add column not_before_at timestamptz,
  -- The newest time of a value that tells whether the car is used.
  add column news_at timestamptz;

-- Requests that are used up are no fault of a connection any more. Whoever owns a table is bound by its policies only while
-- they are forced.
alter table connection no force row level security;
update connection set cause = 'planLimit' where cause = 'requestLimit';
alter table connection force row level security;
alter table alert no force row level security;
update alert set detail = detail || '{"cause": "planLimit"}' where detail ->> 'cause' = 'requestLimit' and state <> 'resolved';
alter table alert force row level security;

-- What the next read is for, and whose car it is: claims go by purpose first, and pass over makes that let us wait. Both are
-- written with each read; a row from before has no make until it is read again.
alter table connection_due
  add column purpose text not null default 'routine' check (purpose in ('quiet', 'routine', 'proof')),
  add column make text;
create index connection_due_next on connection_due (purpose, due_at) where due_at is not null;
drop index connection_due_at;

-- The application's bucket: also what was spent in its month (UTC), and a piece that is saved up for
-- ({"purpose", "cost", "until"}; null when there is none).
alter table request_bucket
  add column month text not null default '' check (month ~ '^(\d{4}-\d{2})?$'),
  add column spent integer not null default 0 check (spent >= 0),
  add column saving jsonb;

-- Makes whose manufacturer lets us wait, for the whole application. No row: none does.
create table make_pause (
  make text primary key,
  since timestamptz not null,
  until timestamptz not null,
  -- How often in a row it was said: each time the wait grows.
  times integer not null check (times >= 1),
  -- Once the wait is over one read at a time tries whether it still holds, until then; null while none does.
  probe_until timestamptz
);
alter table make_pause enable row level security;
alter table make_pause force row level security;
create policy make_pause_of_system on make_pause for all to towline_system using (true) with check (true);
grant select, insert, update, delete on make_pause to towline_system;

-- Requests to Smartcar by fleet, day (UTC), make and what they were for. `make` is empty where there is none.
-- Each process adds up and writes every few seconds: the last of them are lost with a process that is killed.
create table request_usage (
  fleet_id text not null references fleet,
  day date not null,
  make text not null,
  purpose text not null check (purpose in ('quiet', 'routine', 'upkeep', 'proof', 'person', 'command')),
  requests integer not null check (requests >= 0),
  primary key (fleet_id, day, make, purpose)
);
select protect_fleet_table('request_usage');
-- One write counts for all fleets.
create policy request_usage_of_system on request_usage for all to towline_system using (true) with check (true);
grant select, insert, update on request_usage to towline_system;

-- The same of the whole application, with what belongs to no fleet.
create table request_day (
  day date not null,
  purpose text not null check (purpose in ('quiet', 'routine', 'upkeep', 'proof', 'person', 'command')),
  requests integer not null check (requests >= 0),
  primary key (day, purpose)
);
alter table request_day enable row level security;
alter table request_day force row level security;
create policy request_day_of_system on request_day for all to towline_system using (true) with check (true);
grant select, insert, update, delete on request_day to towline_system;
