/** The command line against a whole Towline: what people read, what programs read, and how each command ends. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { newId } from '../../src/domain/ids.ts';
import type { AlertId, VehicleId } from '../../src/domain/ids.ts';
import { insertIncident } from '../../src/store/incident.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';
import { towline } from './command.ts';
import type { Ended } from './command.ts';

let world: World;
let car: SimulatedCar;
let id: VehicleId;
let number: string;

const env = (): Record<string, string> => ({ TOWLINE_URL: world.publicUrl, TOWLINE_API_KEY: world.key });
const run = (...args: string[]): Promise<Ended> => towline(args, env());

/** What a program reads of a command that succeeds. */
async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run(...args, '--json');
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function lines(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run(...args);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}

async function plantAlert(): Promise<AlertId> {
  const alert = newId('alt', world.now());
  await world.ground.database.asFleet(world.fleets[0], (tx) =>
    tx
      .insertInto('alert')
      .values({
        id: alert,
        fleet_id: world.fleets[0],
        key: alert,
        kind: 'notification.failed',
        severity: 'critical',
        state: 'open',
        vehicle_ids: [id],
        detail: JSON.stringify({ reason: 'The mailbox\u001b[31m is full' }),
        opened_at: world.now(),
        acknowledged_at: null,
        acknowledged_by: null,
        resolved_at: null,
      })
      .execute(),
  );
  return alert;
}

async function plantIncident(): Promise<string> {
  const wanted = { fleetId: world.fleets[0], scope: { make: 'FORD', region: 'DE' }, from: world.now() };
  const seen = { accounts: 19, troubled: 17, normalShare: 0.01 };
  const row = await world.ground.database.asFleet(world.fleets[0], (tx) =>
    insertIncident(tx, { ...wanted, ...seen }, world.now()),
  );
  return row?.id ?? '';
}

describe('the command line of a running Towline', () => {
  before(async () => {
    world = await startWorld();
    const cars = await world.cars('first');
    car = cars.find(({ make }) => make === 'VOLKSWAGEN') ?? assert.fail('There is no Volkswagen.');
    id = await world.connectCar(car);
    await world.advance(60);
    number = String((await world.api('GET', `/vehicles/${id}`)).body['number']);
  });
  after(() => world.close());

  describe('what is read', () => {
    test('the overview says in aligned lines how the fleet is, and as JSON what the API says', async () => {
      const shown = await lines('status');
      assert.ok(shown.includes('Vehicles      1'), shown.join('\n'));
      assert.ok(shown.includes('Status        active 1'), shown.join('\n'));
      assert.equal((await json('status'))['vehicles'], 1);
    });

    test('vehicles are listed with their status, and the filters are those of the API', async () => {
      const [head = '', line = '', ...rest] = await lines('vehicles', 'list');
      assert.deepEqual(rest, []);
      assert.match(head, /^NUMBER +PLATE +CAR +STATUS +CAUSE +TURN +DATA +NEWEST +ID$/);
      assert.ok(line.includes(number) && line.includes('active') && line.endsWith(id), line);
      assert.equal(line.indexOf('active'), head.indexOf('STATUS'));
      assert.deepEqual(await lines('vehicles', 'list', '--status', 'expired'), ['No vehicles.']);
      assert.deepEqual(await json('vehicles', '--status', 'expired'), { items: [], nextCursor: null });
    });

    test('a vehicle is found by its id, its number and its VIN, however they are written', async () => {
      for (const meant of [id, number, car.vin, car.vin.toLowerCase()]) {
        assert.equal((await json('vehicles', 'show', meant))['id'], id, meant);
      }
      const shown = await lines('vehicles', 'show', number);
      assert.equal(shown[0], number);
      assert.ok(shown.some((line) => /^Status +active$/.test(line)));
    });

    test('a list that is longer than its page says so, and --all reads on to the end', async () => {
      for (const name of ['Anna', 'Berta', 'Clara'])
        await world.api('POST', '/owners', { name, email: `${name}@x.example` });
      const page = await run('owners', 'list', '--limit', '2');
      assert.equal(page.code, 0);
      assert.equal(page.stdout.trimEnd().split('\n').length, 3);
      assert.match(page.stderr, /^There are more: --all, or --cursor \S+\n$/);
      const cursor = /--cursor (\S+)/.exec(page.stderr)?.[1] ?? '';
      assert.equal(((await json('owners', 'list', '--cursor', cursor))['items'] as unknown[]).length, 2);
      assert.equal(((await json('owners', 'list', '--all'))['items'] as unknown[]).length, 4);
      assert.equal((await run('owners', '--all', '--limit', '2')).code, 2);
    });

    test('no colours reach a file, and a person who wants them has them', async () => {
      assert.ok(!(await run('vehicles')).stdout.includes('\u001b'));
      const painted = await towline(['vehicles'], { ...env(), FORCE_COLOR: '1' });
      assert.ok(painted.stdout.includes('\u001b[32mactive'));
      const plain = await towline(['vehicles'], { ...env(), FORCE_COLOR: '0' });
      assert.ok(!plain.stdout.includes('\u001b'));
    });

    test('another fleet is named by its id or its name, and one that is not seen is not found', async () => {
      const fleets = (await world.api('GET', '/me')).body['fleets'] as { id: string; name: string }[];
      const other = fleets.find((fleet) => fleet.id !== world.fleets[0]) ?? assert.fail('There is one fleet alone.');
      assert.equal((await json('status', '--fleet', other.id))['vehicles'], 0);
      assert.equal((await json('status', '--fleet', other.name.toUpperCase()))['vehicles'], 0);
      assert.equal((await run('status', '--fleet', 'Nowhere')).code, 3);
    });
  });

  describe('what acts', () => {
    test('an alert is looked after, then closed, and what it says can not steer the terminal', async () => {
      const alert = await plantAlert();
      const shown = await lines('alerts', 'list');
      assert.ok(
        shown.some((line) => line.startsWith('critical') && line.includes(alert)),
        shown.join('\n'),
      );
      assert.ok(!shown.join('').includes('\u001b'));
      assert.match((await lines('alerts', 'acknowledge', alert))[0] ?? '', /^Looked after: /);
      assert.equal(((await json('alerts', '--state', 'acknowledged'))['items'] as unknown[]).length, 1);
      assert.equal((await json('alerts', 'resolve', alert))['state'], 'resolved');
      const again = await run('alerts', 'resolve', alert);
      assert.equal(again.code, 4);
      assert.match(again.stderr, /^This alert is resolved already\./);
    });

    test('a link is made for an owner, and an active connection needs no repair', async () => {
      const spare = (await world.api('POST', '/vehicles', { number: 'SPARE-1' })).body;
      const owner = (await world.api('POST', '/owners', { name: 'Dora', email: 'dora@x.example' })).body;
      await world.api('PATCH', `/vehicles/${String(spare['id'])}`, { ownerId: owner['id'] });
      assert.match((await lines('connect', 'SPARE-1'))[0] ?? '', /^http:\/\/127\.0\.0\.1:\d+\/o\/\S+$/);
      assert.equal((await lines('connect', 'spare-1', '--deliver', 'email'))[0], 'The owner gets it by mail.');
      assert.equal((await run('connect', 'SPARE-1', '--deliver', 'pigeon')).code, 2);
      const needless = await run('reconnect', number);
      assert.equal(needless.code, 4);
      assert.match(needless.stderr, /nothing to repair/);
    });

    test('nothing is disconnected before somebody said so, and then it is, with the owner’s way back', async () => {
      const unasked = await run('disconnect', number);
      assert.equal(unasked.code, 2);
      assert.match(unasked.stderr, /Nothing was done: add --yes/);
      assert.equal((await world.vehicle(id)).connection?.status, 'active');
      assert.equal((await lines('disconnect', number, '--yes'))[0], `${number} is disconnected.`);
      assert.equal((await world.vehicle(id)).connection?.status, 'disconnected');
      assert.equal((await run('disconnect', number, '--yes')).code, 4);
      const way = await json('reconnect', number);
      assert.equal(way['route'], 'authorize');
      assert.equal((await lines('reconnect', number))[0], 'The owner connects the vehicle again.');
    });
  });

  describe('what goes wrong', () => {
    test('a key that is none of ours is refused with the remedy, and shown nowhere', async () => {
      const key = 'twl_not-a-key-of-this-installation';
      const { code, stdout, stderr } = await towline(['status'], { ...env(), TOWLINE_API_KEY: key });
      assert.deepEqual({ code, stdout }, { code: 4, stdout: '' });
      assert.match(stderr, /Sign in, or send an API key.*\nRequest id \S+\n$/s);
      assert.ok(!stderr.includes(key));
      const odd = await towline(['status'], { ...env(), TOWLINE_API_KEY: 'two words\nof a key that is none' });
      assert.equal(odd.code, 2);
      assert.ok(!odd.stderr.includes('words\nof'));
      for (const args of [['status', '--key', key], ['status', `--key=${key}`], ['status', key], [key]]) {
        const wrong = await run(...args);
        assert.equal(wrong.code, 2);
        assert.ok(!`${wrong.stdout}${wrong.stderr}`.includes(key), args.join(' '));
      }
    });

    test('the key is read from a file, and a file that is not there is wrong usage', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'towline-cli-'));
      try {
        const file = join(folder, 'key');
        writeFileSync(file, `${world.key}\n`);
        const bare = { TOWLINE_URL: world.publicUrl };
        assert.equal((await towline(['status', '--key-file', file], bare)).code, 0);
        assert.equal((await towline(['status', '--key-file', join(folder, 'none')], bare)).code, 2);
        const none = await towline(['status'], bare);
        assert.equal(none.code, 2);
        assert.match(none.stderr, /^There is no API key\. Put one into TOWLINE_API_KEY/);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    test('where nothing answers, or something else does, the address is said to be looked at', async () => {
      const away = await run('status', '--url', 'http://127.0.0.1:9');
      assert.equal(away.code, 1);
      assert.match(away.stderr, /^Towline can not be reached at http:\/\/127\.0\.0\.1:9/);
      const elsewhere = await run('status', '--url', `${world.simulator.origin}/sim`);
      assert.equal(elsewhere.code === 0, false);
      const program = await run('status', '--json', '--url', 'http://127.0.0.1:9');
      assert.equal((JSON.parse(program.stderr) as { code: string }).code, 'offline');
      assert.equal((await run('status', '--url', 'ftp://x.example')).code, 2);
    });

    test('what is not there ends with 3, and what the API does not take ends with 2 and names the field', async () => {
      assert.equal((await run('vehicles', 'show', newId('veh', world.now()))).code, 3);
      assert.equal((await run('vehicles', 'show', 'NO-SUCH-NUMBER')).code, 3);
      assert.equal((await run('alerts', 'resolve', 'alt_none')).code, 3);
      const wrong = await run('vehicles', 'list', '--status', 'purple');
      assert.equal(wrong.code, 2);
      assert.match(wrong.stderr, /\n {2}status: /);
      const program = await run('vehicles', 'show', 'NO-SUCH-NUMBER', '--json');
      assert.equal((JSON.parse(program.stderr) as { code: string }).code, 'not_found');
    });

    test('every command explains itself without a key, and none takes what it does not know', async () => {
      const overall = await towline(['--help']);
      assert.equal(overall.code, 0);
      const names =
        overall.stdout
          .split('\n\n')[1]
          ?.split('\n')
          .map((line) => line.trim().split(/ {2,}/)[0] ?? '') ?? [];
      assert.ok(names.length >= 10, overall.stdout);
      for (const name of names.map((listed) => listed.replace(/( \[?[A-Z]+\]?)+$/, ''))) {
        const help = await towline([...name.split(' '), '--help']);
        assert.equal(help.code, 0, name);
        assert.ok(help.stdout.startsWith(`towline ${name}`), help.stdout);
      }
      assert.equal((await towline([])).code, 2);
      assert.equal((await towline(['fly'])).code, 2);
      assert.equal((await run('vehicles', 'show')).code, 2);
      assert.equal((await run('status', 'now')).code, 2);
      assert.equal((await run('status', '--limit', '3')).code, 2);
    });
  });

  test('a rental is started, found overdue, ended by its reference, and one that did not take place is cancelled', async () => {
    const other = (await world.cars('first')).find(({ make }) => make === 'TESLA') ?? assert.fail('There is no Tesla.');
    const rented = await world.connectCar(other);
    await world.advance(60);
    const called = String((await json('vehicles', 'show', rented))['number']);
    assert.deepEqual(await lines('rentals'), ['No rentals.']);
    const until = new Date(world.now().getTime() + 600_000).toISOString();
    const began = ['The rental B-1 is active.'];
    assert.deepEqual(await lines('rental', 'start', called, 'B-1', '--until', until), began);
    assert.deepEqual(await lines('rental', 'start', called, 'B-1'), began, 'told again');
    const inRental = (await json('vehicles', '--in-rental', 'true'))['items'] as { id: string }[];
    assert.deepEqual(
      inRental.map((one) => one.id),
      [rented],
    );
    assert.deepEqual(await lines('rentals', '--overdue'), ['No rentals.']);
    await world.advance(900);
    const [head, row, ...rest] = await lines('rentals', 'list', '--overdue');
    assert.match(head ?? '', /^REFERENCE +STATE +VEHICLE +SINCE +PLANNED END +ENDED +ID$/);
    assert.match(row ?? '', new RegExp(`^B-1 +overdue +${called} +.+ ago +.+ ago +– +rnt_`));
    assert.deepEqual(rest, []);
    const second = await run('rental', 'start', called, 'B-2');
    assert.equal(second.code, 4);
    assert.match(second.stderr, /B-1/);
    assert.equal((await run('rental', 'start', called, 'B-2', '--until', 'soon')).code, 2);
    assert.deepEqual(await lines('rental', 'end', 'B-1'), ['The rental B-1 is over.']);

    await lines('rental', 'start', called, 'B-2');
    assert.equal((await run('rental', 'cancel', 'B-2')).code, 2, 'nobody is there to be asked');
    assert.deepEqual(await lines('rental', 'cancel', 'B-2', '--yes'), ['The rental B-2 is cancelled.']);
    assert.equal((await run('rental', 'end', 'B-2')).code, 4);
    const states = ((await json('rentals'))['items'] as { state: string }[]).map(({ state }) => state);
    assert.deepEqual(states, ['cancelled', 'completed']);
  });

  test('incidents are listed with how many fail, and one is ended by hand, once', async () => {
    assert.deepEqual(await lines('incidents'), ['No incidents.']);
    const incident = await plantIncident();
    const [head, row] = await lines('incidents', '--state', 'open');
    assert.match(head ?? '', /STATE\s+OPENED\s+FAILING\s+ID\s+WHAT/);
    assert.match(row ?? '', /Open\s+.*0 of 0.*Ford in Germany/i);
    assert.deepEqual(await lines('incidents', 'end', incident), [
      'Ford in Germany: ended by hand. Owners are asked again, and each vehicle is judged by itself.',
    ]);
    const again = await run('incidents', 'end', incident);
    assert.equal(again.code, 4);
    assert.match(again.stderr, /over already/);
  });
});
