/** What PostgreSQL's own catalogue says about who may touch what: every table, whoever made it. */
import type pg from 'pg';

/** The tables that towline_system may reach, each with the reason (and the one column, where it may read no other). */
export const systemTables: Readonly<Record<string, { acts: string; because: string; column?: string }>> = {
  api_key: {
    acts: 'select insert',
    because: 'the door finds a key before its fleet is known; installation keys are made without one',
  },
  application_token: { acts: 'select insert update', because: 'one token of the installation serves all fleets' },
  auth_account: { acts: 'select insert update delete', because: 'people sign in before a fleet is chosen' },
  auth_rate_limit: { acts: 'select insert update delete', because: 'sign-in is slowed before anybody is known' },
  auth_session: {
    acts: 'select insert update delete',
    because: 'a session is a person’s, who may belong to several fleets',
  },
  auth_user: { acts: 'select insert update delete', because: 'a person may belong to several fleets' },
  auth_verification: { acts: 'select insert update delete', because: 'it belongs to a person' },
  command: { acts: 'select', because: 'one loop sends what is due of all fleets; it sees nothing that is over' },
  connect_session: { acts: 'select', because: 'a browser that returns from Connect names a state, not a fleet' },
  connection_due: {
    acts: 'select update',
    because: 'one loop polls all fleets, and a webhook finds its fleet by the car',
  },
  event_delivery: {
    acts: 'select',
    because: 'one loop delivers what is due of all fleets; it sees nothing that is over',
  },
  fleet: { acts: 'select insert', because: 'the loops read plans; the installation’s administrator makes fleets' },
  go_live_check: {
    acts: 'select insert update',
    because: 'what Smartcar says of the application is said of the whole installation',
  },
  idempotency: {
    acts: 'select delete',
    because: 'answers are dropped after a day; only their age can be read',
    column: 'created_at',
  },
  loose_grant: {
    acts: 'select',
    because: 'one loop looks after those of all fleets, and what one deletes must not be what another lives on',
  },
  link: { acts: 'select', because: 'whoever holds a link does not know its fleet' },
  make_pause: {
    acts: 'select insert update delete',
    because: 'a manufacturer lets the whole application wait, not a fleet',
  },
  member: { acts: 'select insert', because: 'the door asks which fleets a person belongs to' },
  notification: {
    acts: 'select',
    because: 'one loop delivers what is due of all fleets; it sees nothing that is over',
  },
  reconciliation: {
    acts: 'select insert update delete',
    because: 'Smartcar’s lists are the whole application’s, so one comparison serves all fleets',
  },
  request_bucket: { acts: 'select insert update', because: 'Smartcar’s limit is for the whole application' },
  request_day: {
    acts: 'select insert update delete',
    because: 'the contract’s month is the whole application’s, and so is what no fleet asked for',
  },
  request_usage: { acts: 'select insert update', because: 'one write counts the requests of all fleets' },
  sighting: {
    acts: 'select insert update',
    because: 'a challenge at the door, and a test message, belong to no fleet',
  },
  unknown_connection: {
    acts: 'select insert update delete',
    because: 'what Smartcar lists and no fleet has belongs to no fleet yet',
  },
  webhook_inbox: { acts: 'select insert update delete', because: 'a delivery is kept before its fleet is known' },
  webhook_refused: { acts: 'select insert update delete', because: 'what is refused at the door belongs to no fleet' },
  webhook_seen: { acts: 'select insert delete', because: 'Smartcar’s event ids are unique over all fleets' },
};

/** Tables of towline_app whose rows belong to no fleet, each with the reason. */
export const sharedTables: Readonly<Record<string, { acts: string; because: string }>> = {
  webhook_seen: {
    acts: 'insert',
    because: 'an event is marked as applied in the transaction that applies it; it can be neither read nor taken back',
  },
};

export interface TableFacts {
  name: string;
  isPartition: boolean;
  /** The column that names the fleet; null when it has none. */
  fleetColumn: 'fleet_id' | 'id' | null;
  enabled: boolean;
  forced: boolean;
  app: string;
  system: string;
  /** What anybody may, without being one of the two. */
  everybody: string;
}

interface PolicyFacts {
  tablename: string;
  roles: string[];
  cmd: string;
  qual: string | null;
  with_check: string | null;
}

const acts = (role: string): string =>
  `concat_ws(' ', ${['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'].map((act) => `case when has_any('${role}', '${act}') then '${act}' end`).join(', ')})`.replaceAll(
    /has_any\('(\w+)', '(\w+)'\)/g,
    (_all, who: string, act: string) =>
      `(has_table_privilege('${who}', c.oid, '${act}')${['select', 'insert', 'update', 'references'].includes(act) ? ` or has_any_column_privilege('${who}', c.oid, '${act}')` : ''})`,
  );

/** Every table and view outside PostgreSQL's own schemas and the job engine's. */
export async function readTables(client: pg.ClientBase): Promise<TableFacts[]> {
  const { rows } = await client.query<TableFacts>(`
    select c.relname as name, c.relispartition as "isPartition",
      case when exists (select from pg_attribute where attrelid = c.oid and attname = 'fleet_id' and not attisdropped) then 'fleet_id'
           when c.relname = 'fleet' then 'id' end as "fleetColumn",
      c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
      ${acts('towline_app')} as app, ${acts('towline_system')} as system,
      coalesce((select string_agg(distinct lower(privilege_type), ' ') from aclexplode(c.relacl) where grantee = 0), '') as everybody
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'graphile_worker')
    order by 1`);
  return rows;
}

/** Each way in which a table is not kept as the convention of 0001-roles.sql wants it, as a sentence with its name. */
export async function gaps(client: pg.ClientBase): Promise<string[]> {
  const tables = await readTables(client);
  const { rows: policies } = await client.query<PolicyFacts>(
    `select tablename, roles::text[] as roles, cmd, qual, with_check from pg_policies where schemaname = 'public'`,
  );
  return [
    ...tables.flatMap((table) =>
      gapsOf(
        table,
        policies.filter(({ tablename }) => tablename === table.name),
      ),
    ),
    ...(await foreignReferences(client)),
  ];
}

function gapsOf(table: TableFacts, policies: readonly PolicyFacts[]): string[] {
  const { name, app, system, everybody, isPartition, fleetColumn } = table;
  const found: string[] = [];
  const say = (broken: boolean, what: string): void => void (broken && found.push(`${name}: ${what}`));
  // Migrations are remembered by their owner, and by nobody else.
  const closed = app === '' && system === '' && everybody === '';
  if (name === 'towline_migrations') return closed ? [] : [`${name}: is open to others than its owner`];
  say(!table.enabled, 'row-level security is not enabled');
  say(!table.forced, 'row-level security is not forced');
  say(everybody !== '', `anybody may ${everybody}`);
  say(isPartition && !closed, 'is a partition that can be reached past its table');
  say(
    system !== (systemTables[name]?.acts ?? ''),
    `towline_system may "${system}", and the list says "${systemTables[name]?.acts ?? ''}"`,
  );
  const forApp = policies.filter(({ roles }) => roles.includes('towline_app') || roles.includes('public'));
  const shared = sharedTables[name];
  if (shared) say(app !== shared.acts, `towline_app may "${app}", and the list says "${shared.acts}"`);
  else if (fleetColumn === null) say(app !== '', `towline_app may "${app}" in a table without a fleet`);
  else if (!isPartition) {
    say(app !== '' && forApp.length === 0, 'has no policy for towline_app');
    say(
      forApp.some((policy) => !asksForFleet(policy, fleetColumn)),
      'has a policy that does not ask for the fleet',
    );
  }
  say(/truncate|references|trigger/.test(app + system), 'grants more than rows');
  return found;
}

/** Both what is seen and what is written must be of the fleet; a missing check falls back on the other one. */
function asksForFleet({ qual, with_check: check }: PolicyFacts, column: string): boolean {
  const asks = (expression: string): boolean =>
    new RegExp(String.raw`^\(*\(?${column} = current_fleet\(\)\)?( AND (?!.* OR ).*)?\)*$`).test(expression);
  return (
    [qual, check].some((expression) => expression !== null) &&
    [qual, check].every((expression) => expression === null || asks(expression))
  );
}

/** References between fleet tables that do not carry the fleet. */
async function foreignReferences(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ gap: string }>(`
    with fleet_table as (select attrelid as oid, attnum from pg_attribute where attname = 'fleet_id' and not attisdropped)
    select k.conrelid::regclass || ': its reference to ' || k.confrelid::regclass || ' does not carry the fleet' as gap
    from pg_constraint k join fleet_table a on a.oid = k.conrelid join fleet_table b on b.oid = k.confrelid
    where k.contype = 'f' and not (a.attnum = any(k.conkey) and k.confkey[array_position(k.conkey, a.attnum)] = b.attnum)
    order by 1`);
  return rows.map(({ gap }) => gap);
}
