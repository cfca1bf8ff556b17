import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { sql } from 'kysely';
import type { SmartcarUserId, SmartcarVehicleId } from '../../src/domain/ids.ts';
import type { Answer } from '../../src/smartcar/answer.ts';
import type { Smartcar } from '../../src/smartcar/smartcar.ts';
import { leaseToken, readTokenRow, storeToken } from '../../src/store/application-token.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import type { Access } from '../../src/vault/access.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { applicationId, open } from './open-access.ts';
import { startTokenEndpoint, type TokenEndpoint } from './token-endpoint.ts';

const key = randomBytes(32);
const now = new Date('2026-09-02T08:00:00Z');
const later = (s: number): Date => new Date(now.getTime() + s * 1000);

let place: TestDatabase;
let database: Database;
let endpoint: TokenEndpoint;
let opened: Smartcar[] = [];

describe("the application's token", () => {
  before(async () => {
    place = await createDatabase();
    database = openDatabase({ url: place.url });
  });
  after(async () => {
    await database.close();
    await place.drop();
  });
  beforeEach(async () => {
    await sql`delete from application_token`.execute(database.owner);
    endpoint = await startTokenEndpoint();
  });
  afterEach(async () => {
    for (const smartcar of opened) await smartcar.close();
    opened = [];
    await endpoint.close();
  });

  function openProcess(withKey = key): { access: Access; smartcar: Smartcar } {
    const one = open(endpoint.origin, database, withKey);
    opened.push(one.smartcar);
    return one;
  }

  const echo = (token: string): Promise<Answer<string>> => Promise.resolve({ ok: true, value: token, requestId: null });
  const tokenAt = async (access: Access, at: Date): Promise<string> => {
    const answer = await access.withAccess(at, echo);
    return answer.ok ? answer.value : `${answer.failure.meaning} ${answer.failure.code ?? ''}`.trim();
  };
  const row = (): Promise<Awaited<ReturnType<typeof readTokenRow>>> =>
    database.asSystem((tx) => readTokenRow(tx, applicationId));

  test('a hundred calls at once fetch one token, and it stands sealed in the row [§1.8-6, §1.8-8]', async () => {
    const { access } = openProcess();
    const tokens = await Promise.all(Array.from({ length: 100 }, () => tokenAt(access, now)));
    assert.deepEqual([...new Set(tokens)], ['token-1']);
    assert.equal(endpoint.count, 1);
    const { sealed, expiresAt, leaseUntil, version } = await row();
    assert.deepEqual([expiresAt, leaseUntil, version], [later(3_600), null, 1]);
    assert.ok(sealed && !sealed.includes('token-1'));
  });

  test('a process that starts later uses the token of the row', async () => {
    await tokenAt(openProcess().access, now);
    assert.equal(await tokenAt(openProcess().access, later(60)), 'token-1');
    assert.equal(endpoint.count, 1);
  });

  test('a token is renewed ahead of its end while the old one is used, and by one process only', async () => {
    const [one, other] = [openProcess().access, openProcess().access];
    await tokenAt(one, now);
    await tokenAt(other, now);
    assert.equal(await tokenAt(one, later(3_600 * 0.79)), 'token-1');
    await one.settled();
    assert.equal(endpoint.count, 1);
    assert.equal(await tokenAt(one, later(3_600 * 0.81)), 'token-1');
    await one.settled();
    assert.equal(endpoint.count, 2);
    assert.equal(await tokenAt(one, later(3_600 * 0.81)), 'token-2');
    await tokenAt(other, later(3_600 * 0.82));
    await other.settled();
    assert.equal(await tokenAt(other, later(3_600 * 0.82)), 'token-2');
    assert.equal(endpoint.count, 2);
  });

  test('a renewal that fails leaves the old token in use until its end', async () => {
    const { access } = openProcess();
    await tokenAt(access, now);
    endpoint.mode = 'failing';
    assert.equal(await tokenAt(access, later(3_000)), 'token-1');
    await access.settled();
    assert.equal(await tokenAt(access, later(3_001)), 'token-1');
    assert.equal(await tokenAt(access, later(3_590)), 'smartcarFailing');
    endpoint.mode = 'ok';
    assert.match(await tokenAt(access, later(3_600)), /^token-/);
  });

  test('two real processes share one token: one request leaves', async () => {
    endpoint.mode = 'hold';
    const started = [startProcess(), startProcess()];
    await Promise.all(started.map(({ asking }) => asking));
    await endpoint.held();
    endpoint.release();
    const ends = await Promise.all(started.map(({ end }) => end));
    assert.deepEqual(ends, ['token-1', 'token-1']);
    assert.equal(endpoint.count, 1);
  });

  function startProcess(): { asking: Promise<void>; end: Promise<string> } {
    const script = fileURLToPath(new URL('./access-process.ts', import.meta.url));
    const child: ChildProcess = spawn(
      process.execPath,
      [script, endpoint.origin, key.toString('hex'), now.toISOString()],
      {
        env: { ...process.env, DATABASE_URL: place.url },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let text = '';
    const asking = Promise.withResolvers<void>();
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('asking')) asking.resolve();
    });
    return { asking: asking.promise, end: once(child, 'close').then(() => text.trim().split('\n').at(-1) ?? '') };
  }

  test('a process that died while fetching is replaced when its lease ends', async () => {
    await row();
    await database.asSystem((tx) => leaseToken(tx, { applicationId, version: 0, now, until: later(1) }));
    assert.equal(await tokenAt(openProcess().access, now), 'token-1');
  });

  test('a lease that ends in a far future was written by a wrong clock, and is not waited for', async () => {
    await row();
    await database.asSystem((tx) => leaseToken(tx, { applicationId, version: 0, now, until: later(86_400) }));
    assert.equal(await tokenAt(openProcess().access, now), 'token-1');
  });

  test('who comes too late with a token uses the one that was stored', async () => {
    endpoint.mode = 'hold';
    const slow = openProcess().access;
    const asked = tokenAt(slow, now);
    await endpoint.held();
    endpoint.mode = 'ok';
    assert.equal(await tokenAt(openProcess().access, later(30)), 'token-2');
    endpoint.release();
    assert.equal(await asked, 'token-2');
    assert.equal((await row()).version, 1);
  });

  const ids = ['0a1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d' as SmartcarVehicleId, 'u1' as SmartcarUserId] as const; // any
  const usedToken = async ({ access, smartcar }: ReturnType<typeof openProcess>, at: Date): Promise<string> => {
    const answer = await access.withAccess(at, (token) => smartcar.readVehicle(token, ...ids));
    return answer.ok ? answer.value.smartcarVehicleId : `${answer.failure.meaning} ${answer.failure.code ?? ''}`.trim();
  };

  test('a token that is refused is replaced once, for all calls that met the refusal [§4.4-1]', async () => {
    const one = openProcess();
    assert.equal(await usedToken(one, now), 'token-1');
    endpoint.revoked.add('token-1');
    const used = await Promise.all(Array.from({ length: 20 }, () => usedToken(one, later(60))));
    assert.deepEqual([...new Set(used)], ['token-2']);
    assert.equal(endpoint.count, 2);
  });

  test('a token that is refused is replaced by the one another process has fetched', async () => {
    const [one, other] = [openProcess(), openProcess()];
    await usedToken(one, now);
    await usedToken(other, now);
    endpoint.revoked.add('token-1');
    assert.equal(await usedToken(other, later(60)), 'token-2');
    assert.equal(await usedToken(one, later(61)), 'token-2');
    assert.equal(endpoint.count, 2);
  });

  test('when every token is refused, Smartcar is not asked for more of them each time', async () => {
    const one = openProcess();
    for (let i = 1; i < 9; i += 1) endpoint.revoked.add(`token-${i}`);
    for (let s = 0; s < 50; s += 10) assert.equal(await usedToken(one, later(s)), 'credentials UNAUTHORIZED');
    assert.equal(endpoint.count, 2);
    assert.equal(await usedToken(one, later(70)), 'credentials UNAUTHORIZED');
    assert.equal(endpoint.count, 3);
  });

  test('a wrong secret is told apart, and not tried again for a minute [§1.8-5, §1.8-8]', async () => {
    endpoint.mode = 'invalid_client';
    const { access } = openProcess();
    for (const s of [0, 1, 30, 59]) assert.equal(await tokenAt(access, later(s)), 'credentials invalid_client');
    assert.equal(endpoint.count, 1);
    endpoint.mode = 'ok';
    assert.equal(await tokenAt(access, later(60)), 'token-2');
    assert.equal((await row()).leaseUntil, null);
  });

  test('a failure of the endpoint is not repeated at once', async () => {
    endpoint.mode = 'failing';
    const { access } = openProcess();
    assert.equal(await tokenAt(access, now), 'smartcarFailing');
    assert.equal(await tokenAt(access, later(1)), 'smartcarFailing');
    assert.equal(endpoint.count, 1);
    endpoint.mode = 'ok';
    assert.equal(await tokenAt(access, later(2)), 'token-2');
  });

  test('a token sealed under a key that is gone is replaced', async () => {
    await tokenAt(openProcess(randomBytes(32)).access, now);
    assert.equal(await tokenAt(openProcess().access, later(1)), 'token-2');
  });

  test('a token that can not be stored is not used', async () => {
    const broken: Pick<Database, 'asSystem'> = {
      asSystem: (work) =>
        database.asSystem(async (tx) => {
          const done = await work(tx);
          if (endpoint.count > 0) throw new Error('The database is gone.');
          return done;
        }),
    };
    const { access, smartcar } = open(endpoint.origin, broken, key);
    opened.push(smartcar);
    await assert.rejects(tokenAt(access, now), /The database is gone/);
    assert.equal((await row()).sealed, null);
  });

  test('an older version never replaces a newer one in the row', async () => {
    await tokenAt(openProcess().access, now);
    const late = { applicationId, version: 0, sealed: Buffer.from('old'), expiresAt: later(9_999) };
    assert.equal(await database.asSystem((tx) => storeToken(tx, late)), false);
    assert.equal((await row()).version, 1);
  });

  test('the token shows in no inspection', async () => {
    const { access } = openProcess();
    await tokenAt(access, now);
    assert.equal(inspect(access, { depth: 9, showHidden: true }), '[application access]');
  });
});
