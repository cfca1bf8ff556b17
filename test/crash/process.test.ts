/** The real program: killed in mid-work, ended in order, left by its database, and two at once. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { demoCredentials } from '../../simulator/credentials.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { createDatabase } from '../support/database.ts';
import { freePort } from '../support/ports.ts';
import { temporaryFolder } from '../support/start-servers.ts';
import { watchFleet, type WatchedFleet } from './fleet.ts';
import { startProgram, until, type Program, type ProgramOptions } from './program.ts';
import { rowsOf, run } from './sql.ts';

const running = new Set<Program>();

async function start(options: ProgramOptions): Promise<Program> {
  const program = await startProgram(options);
  running.add(program);
  void program.ended.then(() => running.delete(program));
  return program;
}

after(async () => {
  const left = [...running];
  for (const program of left) program.kill('SIGKILL');
  await Promise.all(left.map(({ ended }) => ended));
});

/** Longer than any lease. */
const allLeasesS = 130;

/** As the job engine does by itself four hours after a death. */
const freeTasks = (url: string): Promise<void> =>
  run(
    url,
    `select graphile_worker.force_unlock_workers(array(select distinct locked_by from graphile_worker._private_jobs where locked_by is not null))`,
  );

describe('kill -9 in mid-work', () => {
  let fleet: WatchedFleet;
  before(async () => {
    fleet = await watchFleet(6);
  });
  after(() => fleet.close());

  test('nothing is lost and nothing is sent twice, however often it happens', async () => {
    const port = await freePort();
    const options = {
      databaseUrl: fleet.databaseUrl,
      simulatorOrigin: fleet.world.simulator.origin,
      port,
      clockFile: fleet.clockFile,
    };
    await fleet.world.sim('PATCH', '/sim/api/knobs', {
      webhook: { url: `http://127.0.0.1:${port}/webhooks/smartcar` },
    });
    for (const { account } of fleet.cars) {
      await fleet.world.sim('POST', `/sim/api/accounts/${encodeURIComponent(account.email)}/password`, {
        password: 'another-one',
      });
    }
    const before = await fleet.count('select from webhook_inbox');
    const moments: [string, string][] = [
      ['a webhook is kept', `select from webhook_inbox offset ${before}`],
      ['an owner is to be written to', 'select from notification'],
      ['a message is in the mailbox', 'select from mailbox_message'],
    ];
    for (const [what, question] of moments) {
      const program = await start(options);
      await passUntil(fleet, what, async () => (await fleet.count(question)) > 0);
      program.kill('SIGKILL');
      await program.ended;
      await fleet.pass(allLeasesS);
      await freeTasks(fleet.databaseUrl);
    }
    await start(options);
    await passUntil(
      fleet,
      'every owner has a message',
      async () => (await fleet.count('select from mailbox_message')) === 6,
    );
    await passUntil(
      fleet,
      'nothing waits',
      async () =>
        (await fleet.count("select from webhook_inbox where state = 'pending'")) +
          (await fleet.count("select from notification where state <> 'sent'")) ===
        0,
    );
    await mustBeTold(fleet);
  });

  async function mustBeTold({ rows, cars }: WatchedFleet): Promise<void> {
    const six = (row: object): object[] => cars.map(() => row);
    assert.deepEqual(
      await rows('select status, cause from connection'),
      six({ status: 'expired', cause: 'signedOut' }),
    );
    assert.deepEqual(await rows('select kind, state from alert'), six({ kind: 'connection.expired', state: 'open' }));
    assert.deepEqual(await rows('select state from reauthentication_request'), six({ state: 'open' }));
    assert.deepEqual(await rows('select kind, state from notification'), six({ kind: 'reconnect', state: 'sent' }));
    const recipients = (await rows('select recipient from mailbox_message')).map(({ recipient }) => recipient);
    assert.deepEqual(recipients.sort(), cars.map(({ account }) => account.email).sort());
    assert.deepEqual(
      await rows("select vehicle_id from timeline where kind = 'owner.asked' group by vehicle_id having count(*) > 1"),
      [],
    );
    assert.deepEqual(
      await rows("select event_id from webhook_inbox where state = 'applied' group by event_id having count(*) > 1"),
      [],
    );
  }
});

/** Time goes on in small steps until another process has done it. */
const passUntil = (fleet: WatchedFleet, what: string, holds: () => Promise<boolean>): Promise<void> =>
  until(what, async () => (await holds()) || (await fleet.pass(2), false));

describe('SIGTERM', () => {
  test('what is asked is still answered, and the process ends in order within seconds', async (t) => {
    const database = await createDatabase();
    t.after(() => database.drop());
    const program = await start({
      databaseUrl: database.url,
      simulatorOrigin: 'http://127.0.0.1:9',
      port: await freePort(),
    });
    const held = new pg.Client({ connectionString: database.url });
    await held.connect();
    await held.query('begin');
    await held.query('lock table webhook_inbox in access exclusive mode');
    const answer = deliver(program.url);
    const waiting = `select from pg_locks
      where relation = 'webhook_inbox'::regclass and mode = 'RowExclusiveLock' and not granted`;
    await until('the delivery waits for its row', async () => (await rowsOf(database.url, waiting)).length > 0);
    const askedAt = Date.now();
    program.kill('SIGTERM');
    await until('it listens no more', () =>
      fetch(`${program.url}/healthz`).then(
        () => false,
        () => true,
      ),
    );
    await held.query('commit');
    await held.end();
    assert.equal((await answer).status, 200);
    assert.deepEqual(await program.ended, [0, null]);
    assert.ok(Date.now() - askedAt < 10_000, `it took ${Date.now() - askedAt} ms`);
    assert.equal((await rowsOf(database.url, 'select from webhook_inbox')).length, 1);
  });
});

/** A delivery as Smartcar signs it; nobody's car. */
function deliver(url: string): Promise<Response> {
  const body = JSON.stringify({
    eventId: crypto.randomUUID(),
    eventType: 'VEHICLE_STATE',
    data: { vehicle: { id: crypto.randomUUID() }, signals: [] },
    triggers: [],
    meta: { deliveredAt: Date.now(), mode: 'LIVE', version: '4.0' },
  });
  const signature = createHmac('sha256', demoCredentials.managementToken).update(body).digest('hex');
  return fetch(`${url}/webhooks/smartcar`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sc-signature': signature },
    body,
  });
}

describe('the database goes away', () => {
  test('/readyz says so, webhooks are answered 503, and all of it comes back by itself', async (t) => {
    const folder = await temporaryFolder();
    let server = await startEmbeddedPostgres({ dataDir: folder, durable: false });
    t.after(async () => {
      await server.stop();
      for (const place of new Set([folder, server.dataDir])) rmSync(place, { recursive: true, force: true });
    });
    const { url } = await createDatabase({ name: 'own', url: server.url });
    const program = await start({ databaseUrl: url, simulatorOrigin: 'http://127.0.0.1:9', port: await freePort() });
    const ready = async (): Promise<number> => (await fetch(`${program.url}/readyz`)).status;
    assert.equal(await ready(), 200);
    await server.stop();
    assert.equal(await ready(), 503);
    assert.deepEqual(await (await fetch(`${program.url}/readyz`)).json(), { ready: false, missing: ['database'] });
    assert.equal((await deliver(program.url)).status, 503);
    assert.equal((await fetch(`${program.url}/healthz`)).status, 200);
    server = await startEmbeddedPostgres({ dataDir: folder, durable: false });
    await until('it is ready again', async () => (await ready()) === 200);
    assert.equal((await deliver(program.url)).status, 200);
    const takenUp = "select from webhook_inbox where state = 'ignored'";
    await until('the delivery is taken up', async () => (await rowsOf(url, takenUp)).length === 1);
    program.kill('SIGTERM');
    assert.deepEqual(await program.ended, [0, null]);
  });
});

describe('two workers on one database', () => {
  let fleet: WatchedFleet;
  before(async () => {
    fleet = await watchFleet(8);
    const {
      databaseUrl,
      clockFile,
      world: { simulator },
    } = fleet;
    const options = { databaseUrl, simulatorOrigin: simulator.origin, port: 0, clockFile, role: 'worker' } as const;
    await Promise.all([start(options), start(options)]);
  });
  after(() => fleet.close());

  test('no car is read twice for one due time', async () => {
    const { world, cars, count, databaseUrl } = fleet;
    for (let round = 1; round <= 3; round += 1) {
      await world.sim('DELETE', '/sim/api/requests');
      await fleet.pass(1);
      await run(databaseUrl, `update connection_due set due_at = '${world.now().toISOString()}'`);
      const dueNow = `select from connection_due where due_at <= '${world.now().toISOString()}'`;
      await until('every car is read', async () => (await count(dueNow)) === 0);
      assert.equal(await readsOf(fleet), cars.length, `reads in round ${round}`);
    }
  });

  test('each webhook is applied once, also when it comes twice', async () => {
    const { world, cars, rows, count } = fleet;
    const lowest = await rows('select max(id) as id from webhook_inbox');
    await world.sim('PATCH', '/sim/api/knobs', { webhook: { duplicates: 'same-event-id' } });
    for (let round = 1; round <= 3; round += 1) {
      for (const { vin } of cars) await world.sim('POST', `/sim/api/cars/${vin}/state-event`, {});
      await fleet.pass(1);
      await until(
        'every delivery is settled',
        async () => (await count("select from webhook_inbox where state = 'pending'")) === 0,
      );
    }
    const since = `from webhook_inbox where id > '${String(lowest[0]?.['id'])}'`;
    assert.equal(await count(`select ${since} and state = 'applied'`), 3 * cars.length);
    assert.equal(await count(`select ${since} and state = 'duplicate'`), 3 * cars.length);
    assert.equal(await count(`select ${since}`), 6 * cars.length);
    assert.equal(await count(`select ${since} and attempts > 1`), 0);
    assert.deepEqual(
      await rows(`select event_id ${since} and state = 'applied' group by event_id having count(*) > 1`),
      [],
    );
  });

  async function readsOf({ world }: WatchedFleet): Promise<number> {
    const routes = (await world.sim('GET', '/sim/api/requests'))['routes'] as Record<string, { count: number }>;
    return Object.entries(routes)
      .filter(([route]) => route.endsWith('/signals'))
      .reduce((sum, [, { count }]) => sum + count, 0);
  }
});
