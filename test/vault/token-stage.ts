/** What tests of v2's tokens stand on: a database with a fleet, the endpoint, processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { newId } from '../../src/domain/ids.ts';
import type { FleetId, SmartcarUserId } from '../../src/domain/ids.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { readTokenSet, type TokenSetRow } from '../../src/store/token-set.ts';
import type { TokenAccessOptions, TokenFamily } from '../../src/vault/token-sets.ts';
import { makeFleet } from '../store/records.ts';
import { createDatabase } from '../support/database.ts';
import { openTokens, type OpenedTokens } from './token-open.ts';
import { startRotation, type Rotation } from './token-rotation.ts';

export const now = new Date('2026-11-20T12:00:00.000Z');
export const later = (s: number): Date => new Date(now.getTime() + s * 1000);

export interface StartedProcess {
  /** Its callers have asked. */
  asking: Promise<void>;
  /** The tokens it used, or what it was told instead. */
  end: Promise<string>;
  /** kill -9, and gone. */
  kill(): Promise<void>;
}

export class TokenStage {
  readonly key = randomBytes(32);
  database!: Database;
  fleetId!: FleetId;
  /** Null between two tests. */
  rotation!: Rotation;
  url = '';
  #drop: () => Promise<void> = () => Promise.resolve();
  #opened: OpenedTokens[] = [];
  #started: StartedProcess[] = [];

  async open(): Promise<void> {
    const place = await createDatabase();
    this.url = place.url;
    this.#drop = () => place.drop();
    this.database = openDatabase({ url: place.url });
    this.fleetId = await makeFleet(this.database);
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.#drop();
  }

  async begin(): Promise<void> {
    this.rotation = await startRotation(now);
  }

  async end(): Promise<void> {
    this.rotation.release();
    for (const { kill } of this.#started) await kill();
    for (const { access, smartcar } of this.#opened) {
      await access.stop();
      await smartcar.close();
    }
    [this.#opened, this.#started] = [[], []];
    await this.rotation.close();
  }

  /** As one process has it. */
  async process(
    limits: TokenAccessOptions['limits'] = {},
    database: TokenAccessOptions['database'] = this.database,
  ): Promise<OpenedTokens> {
    const one = await openTokens(this.rotation.origin, database, this.key, limits);
    this.#opened.push(one);
    return one;
  }

  /** A family whose first pair was given now. */
  async family(one: OpenedTokens, name = 'a'): Promise<TokenFamily> {
    const id = newId('tok', now);
    const smartcarUserId = 'user-1' as SmartcarUserId; // opaque
    const given = { id, fleetId: this.fleetId, smartcarUserId, pair: this.rotation.give(name) };
    await this.database.asFleet(this.fleetId, (tx) => one.access.keep(tx, given, now));
    return { fleetId: this.fleetId, tokenSetId: id };
  }

  async row({ fleetId, tokenSetId }: TokenFamily): Promise<TokenSetRow> {
    const row = await this.database.asFleet(fleetId, (tx) => readTokenSet(tx, tokenSetId));
    if (!row) throw new Error('There is no such family.');
    return row;
  }

  /** A real process whose callers all ask at `at`; its database may be a proxy's. */
  start(family: TokenFamily, at: Date, callers: number, databaseUrl = this.url): StartedProcess {
    const script = fileURLToPath(new URL('./token-process.ts', import.meta.url));
    const { fleetId, tokenSetId } = family;
    const child: ChildProcess = spawn(
      process.execPath,
      [script, this.rotation.origin, this.key.toString('hex'), at.toISOString(), fleetId, tokenSetId, String(callers)],
      { env: { ...process.env, DATABASE_URL: databaseUrl }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let text = '';
    const asking = Promise.withResolvers<void>();
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('asking')) asking.resolve();
    });
    const closed = once(child, 'close');
    const started = {
      asking: asking.promise,
      end: closed.then(() => text.trim().split('\n').at(-1) ?? ''),
      kill: async () => {
        child.kill('SIGKILL');
        await closed;
      },
    };
    this.#started.push(started);
    return started;
  }
}
