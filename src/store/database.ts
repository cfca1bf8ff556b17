/**
 * The way into PostgreSQL: one pool for each of the three roles Towline works under, and what every query relies on
 * (timeouts, parsed integers, a lost connection that never ends the process). It holds no queries of a table.
 */
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { listenOn, type Listening, type ListenOptions } from './listen.ts';
import type { Tables } from './schema.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15_000;
/** A transaction never spans a network call, so one that idles longer than this is lost. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
const IDLE_CONNECTION_TIMEOUT_MS = 60_000;

/** A transaction under one of the two roles. */
export type Tx = Transaction<Tables>;

export interface DatabaseOptions {
  /** `postgres://…`; its role owns the tables, and may `SET ROLE` to the other two. */
  url: string;
  /** The most connections of each of the three pools (8). */
  maxConnections?: number;
  /** Told of connections that break while nobody waits for them, once for each. */
  onConnectionLost?: (error: Error) => void;
}

export interface Database {
  /** The owner of the tables: for the job engine and the installation's own tables. Row-level security may not bind it. */
  readonly owner: Kysely<Tables>;
  /** The owner's pool, for libraries that bring their own queries (the job engine, people's sign-in). */
  readonly ownerPool: pg.Pool;
  /** As `towline_app` without a fleet: sees no row of a fleet table. Use `asFleet`. */
  readonly app: Kysely<Tables>;
  /** As `towline_system`: sees the due and inbox tables of all fleets, and nothing else. */
  readonly system: Kysely<Tables>;
  /** One transaction as `towline_app` that sees this fleet's rows and no others. Commits when `work` resolves. */
  asFleet<T>(fleetId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** One transaction as `towline_system`. Commits when `work` resolves. */
  asSystem<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Whether the database answers within the time. Never throws. */
  ping(timeoutMs: number): Promise<boolean>;
  /**
   * Calls the handler with the payload of each NOTIFY on the channel, on a connection of its own that comes back when
   * it is lost. Notifications of the gap are lost: `onGap` is called once the channel is heard again.
   */
  listen(channel: string, handler: (payload: string) => void, onGap?: () => void): Promise<Listening>;
  /** Ends every connection; waits for queries that run. */
  close(): Promise<void>;
}

/** Opens the pools; connections are made when they are first needed, so a database that is down throws later. */
export function openDatabase(given: DatabaseOptions): Database {
  let closing = false;
  // A server that stops right after us cuts connections whose farewell it has not read yet; that is no loss.
  const options: DatabaseOptions = {
    ...given,
    onConnectionLost: (error) => closing || given.onConnectionLost?.(error),
  };
  const pools = {
    owner: openPool(options, null),
    app: openPool(options, 'towline_app'),
    system: openPool(options, 'towline_system'),
  };
  const [owner, app, system] = [pools.owner, pools.app, pools.system].map(builder) as [
    Kysely<Tables>, // map keeps the length, which its type doesn't say
    Kysely<Tables>,
    Kysely<Tables>,
  ];
  const listenings = new Set<Listening>();
  return {
    owner,
    ownerPool: pools.owner,
    app,
    system,
    asFleet: (fleetId, work) => inFleet(app, fleetId, work),
    asSystem: (work) => system.transaction().execute(work),
    ping: (timeoutMs) => ping(app, timeoutMs),
    async listen(channel, handler, onGap) {
      const listening = await listenOn(listenOptions(options, channel, handler, onGap));
      listenings.add(listening);
      return listening;
    },
    async close() {
      closing = true;
      await Promise.all([...listenings].map((listening) => listening.stop()));
      await Promise.all([owner.destroy(), app.destroy(), system.destroy()]);
    },
  };
}

function builder(pool: pg.Pool): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

async function inFleet<T>(app: Kysely<Tables>, fleetId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  if (fleetId === '') throw new Error('A fleet transaction needs the id of its fleet.');
  return app.transaction().execute(async (tx) => {
    await sql`select set_config('towline.fleet_id', ${fleetId}, true)`.execute(tx);
    return work(tx);
  });
}

async function ping(app: Kysely<Tables>, timeoutMs: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, timeoutMs, false as const);
  const answered = sql`select 1`.execute(app).then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answered, late]);
  } finally {
    clearTimeout(timer);
  }
}

function openPool(options: DatabaseOptions, role: 'towline_app' | 'towline_system' | null): pg.Pool {
  const pool = new pg.Pool({
    ...connectionOf(options.url, role),
    max: options.maxConnections ?? 8,
    idleTimeoutMillis: IDLE_CONNECTION_TIMEOUT_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: { getTypeParser },
  });
  const report = (error: Error): void => options.onConnectionLost?.(error);
  pool.on('error', report);
  // A client that is checked out has no listener of the pool's, and an unheard 'error' would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

function connectionOf(url: string, role: string | null): { connectionString: string; options: string } {
  // What the url says wins over what stands beside it in pg's configuration; the role must not be lost that way.
  const [address = url, query = ''] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  const given = parameters.get('options');
  parameters.delete('options');
  const settings = [
    given,
    `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
    `-c idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_TIMEOUT_MS}`,
    '-c timezone=UTC',
    // As a start option it is also what RESET ROLE goes back to.
    role && `-c role=${role}`,
  ];
  const rest = parameters.toString();
  return { connectionString: rest ? `${address}?${rest}` : address, options: settings.filter(Boolean).join(' ') };
}

function listenOptions(
  options: DatabaseOptions,
  channel: string,
  handler: (payload: string) => void,
  onGap?: () => void,
): ListenOptions {
  return {
    connection: { ...connectionOf(options.url, 'towline_system'), connectionTimeoutMillis: CONNECT_TIMEOUT_MS },
    channel,
    handler,
    onGap: onGap ?? (() => undefined),
    onConnectionLost: options.onConnectionLost ?? (() => undefined),
  };
}

const DATE = 1082;
const INT8_ARRAY = 1016;
const textParsers = pg.types.getTypeParser;

/** Counts and sums are int8: they arrive as numbers, and one that a number can't hold is an error, never a near miss. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (format === 'binary') return textParsers(oid, 'binary') as (value: string) => unknown; // binary is never asked for
  if (oid === pg.types.builtins.INT8) return safeInteger;
  // A calendar day has no zone: it stays the text it is.
  if (oid === DATE) return (value) => value;
  if (oid === INT8_ARRAY) return (value) => int8Array(value);
  return textParsers(oid, 'text');
}

function safeInteger(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`The database answered an integer too large: ${value}`);
  return number;
}

function int8Array(value: string): (number | null)[] {
  const inner = value.slice(1, -1);
  if (inner === '') return [];
  return inner.split(',').map((item) => (item === 'NULL' ? null : safeInteger(item)));
}
