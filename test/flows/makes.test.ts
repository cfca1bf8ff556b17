/** What a fleet sets otherwise for a make decides from then on: when a car is read, what is old, how long a claim stands. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { forecastLapses } from '../../src/flows/keep-alive.ts';
import type { MakeView } from '../../src/http/contract/makes.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

let world: World;

const makes = async (): Promise<MakeView[]> => (await world.api('GET', '/makes')).body['items'] as MakeView[];
const one = async (id: string): Promise<MakeView> =>
  (await makes()).find((make) => make.id === id) ?? assert.fail(`${id} is not listed`);
const numberOf = ({ numbers }: MakeView, name: string): MakeView['numbers'][number] =>
  numbers.find((number) => number.name === name) ?? assert.fail(name);

async function set(id: string, overrides: object): Promise<MakeView> {
  const { status, body } = await world.api('PATCH', `/makes/${id}`, { overrides });
  assert.equal(status, 200, JSON.stringify(body));
  return body as unknown as MakeView; // the answer's own shape
}

async function refused(id: string, overrides: object): Promise<[status: number, code: unknown]> {
  const { status, body } = await world.api('PATCH', `/makes/${id}`, { overrides });
  return [status, body['code']];
}

async function carOf(make: string): Promise<SimulatedCar> {
  const cars = (await world.sim('GET', '/sim/api/world'))['cars'] as SimulatedCar[];
  return cars.find((car) => car.make === make && car.fleet !== 'test') ?? assert.fail(make);
}

async function active(car: SimulatedCar): Promise<VehicleId> {
  const id = await world.connectCar(car);
  for (let waited = 0; waited < 900 && (await world.vehicle(id)).connection?.status !== 'active'; waited += 15)
    await world.advance(15);
  assert.equal((await world.vehicle(id)).connection?.status, 'active');
  return id;
}

/** How many times Smartcar was asked for signals. */
async function reads(): Promise<number> {
  const { routes } = (await world.sim('GET', '/sim/api/requests')) as {
    routes: Record<string, { count: number }>;
  };
  return Object.entries(routes)
    .filter(([route]) => route.startsWith('GET ') && route.endsWith('/signals'))
    .reduce((sum, [, { count }]) => sum + count, 0);
}

/** Minutes from the last thing heard of the car to its next read. */
async function minutesToNextRead(id: VehicleId): Promise<number> {
  const { connection } = (await world.api('GET', `/vehicles/${id}`)).body as {
    connection: { nextPollAt: string; lastTelemetryAt: string };
  };
  return (Date.parse(connection.nextPollAt) - Date.parse(connection.lastTelemetryAt)) / 60_000;
}

describe('makes', () => {
  let kia: SimulatedCar;
  let id: VehicleId;

  before(async () => {
    world = await startWorld();
    kia = await carOf('KIA');
    id = await active(kia);
  });
  after(() => world.close());
  beforeEach(async () => void (await set('KIA', {})));

  test('each make says what is known of it and from where, the fleet’s own makes first', async () => {
    const all = await makes();
    assert.deepEqual([all[0]?.id, all[0]?.vehicles, all.at(-1)?.id], ['KIA', 1, 'other']);
    const { name, numbers, quirks, connectsInBrowser, before: steps, effect } = await one('KIA');
    assert.equal(name, 'Kia');
    assert.deepEqual(
      numbers.map(({ name: number, value, isChosen, source, sure }) => [number, value, isChosen, source, sure]),
      [
        ['freshnessMin', 72, false, '§5-13', 'disputed'],
        ['staleAfterH', 24, false, '§5-35', 'concluded'],
        ['leastPollMin', 72, false, '§5-13', 'disputed'],
        ['requestsPerDay', 20, false, '§5-13', 'disputed'],
        ['deepSleepAfterD', null, false, null, null],
        ['signInAgainAfterD', null, false, null, null],
      ],
    );
    assert.deepEqual(
      quirks.map(({ source }) => source),
      ['§5-13', '§5-25'],
    );
    assert.deepEqual([connectsInBrowser, steps], [null, []]);
    assert.deepEqual(effect, [
      'Read at most every 72 min, whatever the plan says (5 min).',
      'A claim that something broke is settled after 288 min at the latest.',
      'News counts as old after 24 h.',
    ]);
    assert.deepEqual((await one('TESLA')).before, [
      { text: 'Have the phone with your Tesla app at hand for a virtual key.', source: '§2.5-3' },
    ]);
    assert.equal((await one('FORD')).connectsInBrowser?.value, false);
    assert.ok((await one('FORD')).effect.includes('Invitations to connect are not mailed.'));
  });

  test('a car is never read sooner than its make allows, and sooner once the fleet allows it [§5-13]', async () => {
    const start = await reads();
    for (let minute = 0; minute < 24 * 60; minute += 10) {
      await world.advance(600);
      assert.ok((await minutesToNextRead(id)) >= 72);
    }
    const inADay = (await reads()) - start;
    assert.ok(inADay > 0 && inADay <= 20, `${inADay} reads in a day`);
    const { effect } = await set('KIA', { leastPollMin: null, requestsPerDay: null });
    assert.equal(effect[0], 'Read at most every 5 min, as the plan says.');
    await world.advance(2 * 3_600);
    assert.ok((await minutesToNextRead(id)) <= 22, 'four times as long while it stands');
    const less = await set('KIA', { leastPollMin: 30 });
    assert.equal(less.effect[0], 'Read at most every 72 min (20 requests a day), whatever the plan says (5 min).');
    await set('KIA', { leastPollMin: 120 });
    await world.advance(3_600);
    assert.ok((await minutesToNextRead(id)) >= 120);
  });

  test('what is old is what the fleet says, on the vehicle, in lists and in counts', async () => {
    await world.sim('POST', `/sim/api/cars/${kia.vin}/faults`, { kind: 'unreachable' });
    await world.advance(3 * 3_600);
    const seen = async (): Promise<unknown[]> => {
      const { freshness } = await world.vehicle(id);
      const listed = (await world.api('GET', '/vehicles?freshness=stale')).body['items'] as unknown[];
      const counted = (await world.api('GET', '/overview')).body['freshness'] as { stale: number };
      const checked = (await world.api('GET', `/vehicles/${id}/diagnosis`)).body['signals'] as { state: string }[];
      return [freshness.state, listed.length, counted.stale, checked.some(({ state }) => state === 'fresh')];
    };
    assert.deepEqual(await seen(), ['fresh', 0, 0, true]);
    await set('KIA', { staleAfterH: 2 });
    assert.deepEqual(await seen(), ['stale', 1, 1, false]);
    await set('KIA', {});
    await world.api('PATCH', '/settings', { staleAfterS: 3_600 });
    assert.deepEqual(await seen(), ['stale', 1, 1, false]);
    await set('KIA', { staleAfterH: 10 });
    assert.deepEqual(await seen(), ['fresh', 0, 0, true], 'what is set for the make comes before what is set for all');
    assert.equal(numberOf(await one('KIA'), 'staleAfterH').otherwise, 1);
    assert.equal(numberOf(await one('KIA'), 'staleAfterH').sure, 'fleet');
    await world.api('PATCH', '/settings', { staleAfterS: null });
    await world.sim('DELETE', `/sim/api/cars/${kia.vin}/faults`);
  });

  test('how long a claim may stay undecided follows the make’s pace', async () => {
    const deadlineMin = async (): Promise<number> => {
      await world.sim('POST', `/sim/api/cars/${kia.vin}/claims`, {
        type: 'CONNECTED_SERVICES_ACCOUNT',
        code: 'AUTHENTICATION_FAILED',
        state: 'ERROR',
      });
      await world.settle();
      const { connection } = await world.vehicle(id);
      const suspicion = connection?.suspicion as { claimedAt: string; deadlineAt: string } | null;
      assert.ok(suspicion);
      for (let waited = 0; waited < 7_200 && (await world.vehicle(id)).connection?.suspicion; waited += 60)
        await world.advance(60);
      return (Date.parse(suspicion.deadlineAt) - Date.parse(suspicion.claimedAt)) / 60_000;
    };
    assert.equal(Math.round(await deadlineMin()), 288);
    await set('KIA', { freshnessMin: 15 });
    assert.equal(Math.round(await deadlineMin()), 60);
  });

  test('a lapse is forecast by what the fleet says of its owners [§5-10]', async () => {
    const rivian = await active(await carOf('RIVIAN'));
    const lapses = async (): Promise<unknown> => {
      await forecastLapses(world.ground, world.now());
      return ((await world.api('GET', `/vehicles/${rivian}`)).body['connection'] as { lapsesAt: unknown }).lapsesAt;
    };
    assert.notEqual(await lapses(), null);
    await set('RIVIAN', { signInAgainAfterD: null });
    assert.equal(await lapses(), null);
    await set('RIVIAN', {});
    assert.notEqual(await lapses(), null);
  });

  test('what is set replaces what was set, leaves other makes alone, and goes back as a whole', async () => {
    await set('VOLVO', { freshnessMin: 8 });
    await set('KIA', { leastPollMin: 40, staleAfterH: 12 });
    const changed = await set('kia', { staleAfterH: 6 });
    assert.deepEqual(
      changed.numbers.filter(({ isChosen }) => isChosen).map(({ name, value, otherwise }) => [name, value, otherwise]),
      [['staleAfterH', 6, 24]],
    );
    const settings = (await world.api('GET', '/settings')).body['makes'];
    assert.deepEqual(settings, { VOLVO: { freshnessMin: 8 }, KIA: { staleAfterH: 6 } });
    await set('KIA', {});
    await set('VOLVO', {});
    assert.deepEqual((await world.api('GET', '/settings')).body['makes'], {});
    const audit = (await world.api('GET', '/audit')).body['items'] as { act: string; subject: string }[];
    assert.deepEqual([audit[0]?.act, audit[0]?.subject], ['changeMake', 'VOLVO']);
  });

  test('numbers for all other makes hold where nothing is documented', async () => {
    await set('other', { freshnessMin: 25, leastPollMin: 50 });
    const volvo = await one('VOLVO');
    assert.deepEqual(
      [
        numberOf(volvo, 'freshnessMin').value,
        numberOf(volvo, 'leastPollMin').value,
        numberOf(volvo, 'leastPollMin').sure,
      ],
      [3, 50, 'fleet'],
    );
    assert.equal(numberOf(await one('KIA'), 'leastPollMin').value, 72);
    await set('other', {});
  });

  test('what makes no sense is refused, and nothing is changed', async () => {
    for (const overrides of [
      { freshnessMin: 0 },
      { freshnessMin: null },
      { leastPollMin: 1_441 },
      { staleAfterH: 'soon' },
      { signInAgainAfterD: -1 },
      { somethingElse: 1 },
      { connectsInBrowser: true },
    ])
      assert.deepEqual(await refused('KIA', overrides), [400, 'invalid_input'], JSON.stringify(overrides));
    assert.deepEqual(await refused('NEVERHEARDOF', { freshnessMin: 5 }), [404, 'not_found']);
    await world.api('POST', '/vehicles', { make: 'Neverheardof' });
    await set('NEVERHEARDOF', { freshnessMin: 5 });
    await set('NEVERHEARDOF', {});
    assert.deepEqual((await world.api('GET', '/settings')).body['makes'], {});
    assert.deepEqual(world.faults, []);
  });

  test('a diagnosis says what is known of the make where it explains the cause [§5-8]', async () => {
    const bmw = await carOf('BMW');
    const broken = await active(bmw);
    const known = async (): Promise<unknown> =>
      (await world.api('GET', `/vehicles/${broken}/diagnosis`)).body['quirks'];
    assert.deepEqual(await known(), []);
    await world.sim('POST', `/sim/api/cars/${bmw.vin}/faults`, { kind: 'subscription-lapsed' });
    for (let waited = 0; waited < 900 && (await world.vehicle(broken)).connection?.cause === null; waited += 15)
      await world.advance(15);
    assert.deepEqual(await known(), [
      {
        text: 'Data older than a month is reported as a lapsed subscription. A car that stood for so long may only have to be driven.',
        source: '§5-8',
        sureText: "Smartcar's documentation",
      },
    ]);
  });
});
