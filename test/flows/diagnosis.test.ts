/** Diagnosis end to end: a person presses "Check now", and reads what is wrong, how sure that is, and what it rests on. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import type { DiagnosisView, StepView, SupportFile } from '../../src/http/contract/diagnosis.ts';
import { takeFor } from '../../src/flows/budget.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';
import { startGateway } from './every-error-gateway.ts';
import type { Gateway } from './every-error-gateway.ts';

interface Streamed {
  status: number;
  steps: StepView[];
  diagnosis: DiagnosisView;
  /** Names of the events in their order. */
  events: string[];
}

async function ask(world: World, method: string, path: string, accept: string): Promise<Response> {
  const headers = { authorization: `Bearer ${world.key}`, 'towline-fleet': world.fleets[0], accept };
  return fetch(`${world.publicUrl}/api/v1${path}`, { method, headers });
}

/** As the page and the CLI ask: every step as it comes, and the diagnosis at the end. */
async function check(world: World, id: VehicleId): Promise<Streamed> {
  const response = await ask(world, 'POST', `/vehicles/${id}/check`, 'text/event-stream');
  const blocks = (await response.text()).split('\n\n').filter((block) => block.startsWith('event: '));
  const read = blocks.map((block) => {
    const [, name = '', data = ''] = /^event: (.+)\ndata: (.+)$/.exec(block) ?? [];
    return { name, data: JSON.parse(data) as unknown };
  });
  assert.equal(read.at(-1)?.name, 'diagnosis', JSON.stringify(read));
  return {
    status: response.status,
    events: read.map(({ name }) => name),
    steps: read.filter(({ name }) => name === 'step').map(({ data }) => data as StepView),
    diagnosis: read.at(-1)?.data as DiagnosisView,
  };
}

const last = async (world: World, id: VehicleId): Promise<DiagnosisView> =>
  (await world.api('GET', `/vehicles/${id}/diagnosis`)).body as unknown as DiagnosisView;

const statesOf = (steps: readonly StepView[]): Record<string, string> =>
  Object.fromEntries(steps.map(({ name, state }) => [name, state]));

const detailOf = ({ steps }: { steps: StepView[] }, name: string): string =>
  steps.find((step) => step.name === name)?.detail ?? '';

async function until(world: World, id: VehicleId, status: string): Promise<void> {
  for (let waited = 0; waited < 3_600; waited += 15) {
    if ((await world.vehicle(id)).connection?.status === status) return;
    await world.advance(15);
  }
  assert.equal((await world.vehicle(id)).connection?.status, status);
}

/** The fault of one car, in place while `work` goes on. */
async function withFault<T>(world: World, path: string, fault: object, work: () => Promise<T>): Promise<T> {
  const made = await world.sim('POST', path, fault);
  try {
    return await work();
  } finally {
    await world.sim('DELETE', `/sim/api/faults/${String(made['id'])}`);
  }
}

/** One car of each account, so that what befalls one owner befalls one car; makes that take every permission. */
async function ownCars(world: World): Promise<SimulatedCar[]> {
  const seen = new Set<string>();
  return (await world.cars('first')).filter(({ make, account: { email } }) => {
    const isFirst = ['VOLKSWAGEN', 'HYUNDAI', 'SKODA', 'VOLVO'].includes(make) && !seen.has(email);
    seen.add(email);
    return isFirst;
  });
}

/** As if the first read had come before the store was filled. */
async function forgetReadings(world: World, id: VehicleId): Promise<void> {
  const { owner } = world.ground.database;
  await owner
    .updateTable('vehicle_state')
    .set({ signals: '{}', newest_at: null })
    .where('vehicle_id', '=', id)
    .execute();
}

/** What no hand-over may hold: sign-ins, addresses, places, whole VINs, tokens. */
function assertNothingSecret(text: string, car: SimulatedCar, world: World): void {
  assert.ok(!text.includes(car.account.email), 'an e-mail address');
  assert.doesNotMatch(text, /new one/, 'a password');
  assert.ok(!text.includes(car.vin), 'the whole VIN');
  assert.ok(!text.includes(world.key), 'a key');
  assert.doesNotMatch(text, /@|bearer|eyJ|-?\d{1,3}\.\d{4,}|latitude|longitude|https?:/i);
}

describe('the diagnosis of a car on v3', () => {
  let world: World;
  let gateway: Gateway;
  let cars: SimulatedCar[];

  before(async () => {
    gateway = await startGateway();
    world = await startWorld({ smartcarOrigin: gateway.origin });
    gateway.target = world.simulator.origin;
    await world.sim('PATCH', '/sim/api/knobs', { limitsVehicles: false });
    cars = await ownCars(world);
  });
  after(async () => {
    await world.close();
    await gateway.close();
  });

  const carAt = (place: number): SimulatedCar => cars[place] ?? assert.fail(`no car ${place}`);
  let healthy: VehicleId;

  test('a vehicle that was never connected says so, and can not be checked', async () => {
    const { body } = await world.api('POST', '/vehicles', { number: 'CAR-900' });
    const id = body['id'] as VehicleId;
    const found = await last(world, id);
    assert.deepEqual(
      [found.status, found.cause, found.confidence, found.nextAction?.who, found.steps, found.wording.owner],
      ['unconnected', 'neverConnected', 'certain', 'operator', [], null],
    );
    const answer = await ask(world, 'POST', `/vehicles/${id}/check`, 'text/event-stream');
    assert.equal(answer.status, 409, 'refused before anything is streamed');
    assert.equal(((await answer.json()) as { code: string }).code, 'not_connected');
  });

  test('a healthy car passes step by step, and all is certain', async () => {
    healthy = await world.connectCar(carAt(0));
    await until(world, healthy, 'active');
    const run = await check(world, healthy);
    assert.equal(run.status, 200);
    assert.deepEqual(statesOf(run.steps), {
      access: 'passed',
      smartcar: 'passed',
      listed: 'passed',
      permissions: 'passed',
      signals: 'passed',
      ages: 'passed',
      webhook: 'passed',
      command: 'skipped',
      rental: 'skipped',
      incident: 'passed',
    });
    assert.deepEqual(
      [run.diagnosis.cause, run.diagnosis.confidence, run.diagnosis.nextAction],
      [null, 'certain', null],
    );
    assert.ok(run.steps.find(({ name }) => name === 'signals')?.requestId, "Smartcar's request id is kept");
    assert.deepEqual((await last(world, healthy)).steps, run.steps, 'the last one is kept');
    assert.ok(
      run.diagnosis.signals.every(({ measuredAt, fetchedAt, receivedAt }) => measuredAt && fetchedAt && receivedAt),
    );
    assert.deepEqual(world.faults, []);
  });

  test('who asks without the stream gets the vehicle, with its diagnosis', async () => {
    const { status, body } = await world.api('POST', `/vehicles/${healthy}/check`);
    assert.deepEqual([status, body['id'], (body['diagnosis'] as DiagnosisView).steps.length], [200, healthy, 10]);
    const { body: timeline } = await world.api('GET', `/vehicles/${healthy}/timeline`);
    const runs = (timeline['items'] as { kind: string }[]).filter(({ kind }) => kind === 'check.run');
    assert.equal(runs.length, 2, 'each check is one line of the timeline');
  });

  test('a changed password is likely after the read that says so, certain after the second, with words for the owner', async () => {
    const car = carAt(1);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    await world.sim('PATCH', '/sim/api/knobs', { webhook: { isDelivering: false } });
    await world.sim('POST', `/sim/api/accounts/${encodeURIComponent(car.account.email)}/password`, {
      password: 'new one',
    });
    world.pass(900);
    await world.simulator.advanceTo(world.now());
    const first = await check(world, id);
    assert.deepEqual(
      [first.diagnosis.status, first.diagnosis.cause, first.diagnosis.confidence],
      ['expired', 'signedOut', 'likely'],
    );
    assert.equal(statesOf(first.steps)['signals'], 'failed');
    assert.match(first.diagnosis.wording.owner ?? '', /sign in once/);
    assert.equal(first.diagnosis.nextAction?.who, 'owner');
    const second = await check(world, id);
    assert.equal(second.diagnosis.confidence, 'certain');
    assert.ok(
      second.diagnosis.evidence.some(({ what }) => /CONNECTED_SERVICES_ACCOUNT:AUTHENTICATION_FAILED/.test(what)),
    );
    assert.ok(second.diagnosis.tried.some(({ what }) => /owner was asked/.test(what)));
    await world.sim('PATCH', '/sim/api/knobs', { webhook: { isDelivering: true } });

    const asText = await ask(world, 'GET', `/vehicles/${id}/diagnosis/support`, 'text/plain');
    assert.match(asText.headers.get('content-type') ?? '', /^text\/plain/);
    const text = await asText.text();
    assertNothingSecret(text, car, world);
    const asJson = await ask(world, 'GET', `/vehicles/${id}/diagnosis/support`, 'application/json');
    const file = (await asJson.json()) as SupportFile;
    assertNothingSecret(JSON.stringify(file), car, world);
    assert.equal(file.vehicle.vinEnding, car.vin.slice(-6));
    for (const wanted of [
      car.vehicleId,
      file.connection?.userId,
      file.connection?.connectionId,
      'signedOut',
      'location-preciselocation',
    ])
      assert.ok(wanted && text.includes(wanted), String(wanted));
    const requestId = second.steps.find(({ name }) => name === 'signals')?.requestId;
    assert.ok(requestId && text.includes(requestId), "Smartcar's request ids are what its support needs");
  });

  test('a permission that the owner took away is told as not granted, in words', async () => {
    const car = carAt(0);
    await withFault(
      world,
      `/sim/api/cars/${car.vin}/faults`,
      { kind: 'permission-missing', permission: 'read_location' },
      async () => {
        const { diagnosis, steps } = await check(world, healthy);
        assert.equal(statesOf(steps)['permissions'], 'failed');
        assert.match(detailOf({ steps }, 'permissions'), /not granted by the owner/);
        assert.equal(diagnosis.cause, 'permissionMissing');
        assert.deepEqual(
          diagnosis.permissions.missing.map(({ permission, why }) => [permission, why]),
          [['read_location', 'notGranted']],
        );
        assert.match(diagnosis.wording.owner ?? '', /leave all required boxes ticked/);
      },
    );
  });

  test('a sleeping car is a state of the car, and not of its connection', async () => {
    const car = carAt(2);
    const id = await world.connectCar(car);
    await until(world, id, 'active');
    await withFault(world, `/sim/api/cars/${car.vin}/faults`, { kind: 'asleep', hours: 1 }, async () => {
      for (let waited = 0; waited < 26; waited += 2) await world.advance(2 * 3_600);
      const { diagnosis } = await check(world, id);
      assert.equal(diagnosis.status, 'active');
      assert.ok(diagnosis.cause === 'asleep', String(diagnosis.cause));
      assert.equal(diagnosis.wording.owner, null);
    });
  });

  test('an empty store is waited for, and says that nothing came', async () => {
    const car = carAt(3);
    const id = await world.connectCar(car);
    await withFault(world, `/sim/api/cars/${car.vin}/faults`, { kind: 'empty-store' }, async () => {
      await forgetReadings(world, id);
      const { diagnosis, steps } = await check(world, id);
      assert.deepEqual([diagnosis.status, diagnosis.cause], ['pending', 'waitingForFirstData']);
      assert.deepEqual([statesOf(steps)['signals'], statesOf(steps)['ages']], ['failed', 'failed']);
      assert.match(detailOf({ steps }, 'signals'), /no data of this car yet/);
    });
  });

  test('a Smartcar that answers garbage is failing, and no owner is thought of', async () => {
    await withFault(world, '/sim/api/faults', { kind: 'garbage' }, async () => {
      const { diagnosis, steps } = await check(world, healthy);
      assert.deepEqual([diagnosis.status, diagnosis.wording.owner], ['active', null]);
      assert.ok(['smartcarFailing', 'nonsense'].includes(diagnosis.cause ?? ''), String(diagnosis.cause));
      assert.deepEqual(
        [statesOf(steps)['smartcar'], statesOf(steps)['listed'], statesOf(steps)['signals']],
        ['failed', 'skipped', 'failed'],
      );
    });
  });

  test('a check that Smartcar lets wait says so, and does not ask again', async () => {
    await world.sim('DELETE', '/sim/api/requests').catch(() => undefined);
    await withFault(world, '/sim/api/faults', { kind: 'rate-limit', retryAfterS: 600 }, async () => {
      const { diagnosis, steps } = await check(world, healthy);
      assert.deepEqual([statesOf(steps)['smartcar'], statesOf(steps)['signals']], ['warning', 'skipped']);
      assert.match(detailOf({ steps }, 'smartcar'), /Nothing was read; Towline asks again by itself, in 10 min/);
      assert.match(diagnosis.causeText, /wait/);
      assert.equal(diagnosis.status, 'active');
    });
  });

  test('credentials of ours that are refused are our turn, and an alert', async () => {
    gateway.answers.set('/oauth2/token', { status: 401, body: '{"error":"invalid_client"}' });
    try {
      await world.advance(2 * 3_600);
      const { diagnosis, steps } = await check(world, healthy);
      assert.equal(statesOf(steps)['access'], 'failed');
      assert.deepEqual([diagnosis.status, diagnosis.cause, diagnosis.nextAction?.who], ['active', 'credentials', 'us']);
      const { body } = await world.api('GET', '/alerts');
      assert.ok((body['items'] as { kind: string }[]).some(({ kind }) => kind === 'smartcar.credentials-refused'));
    } finally {
      gateway.answers.clear();
    }
  });

  test('a connection that was disconnected here is certain, and our own doing', async () => {
    await world.advance(120);
    await world.api('POST', `/vehicles/${healthy}/disconnect`, {});
    const found = await last(world, healthy);
    assert.deepEqual([found.status, found.cause, found.confidence], ['disconnected', 'disconnectedHere', 'certain']);
    assert.deepEqual(world.faults, []);
  });
});

describe('the diagnosis of a car on v2', () => {
  let world: World;
  let car: SimulatedCar;
  let id: VehicleId;

  before(async () => {
    world = await startWorld({ speaks: 'v2' });
    car = (await world.cars('first')).find(({ make }) => make === 'VOLKSWAGEN') ?? assert.fail();
    id = await world.connectCar(car);
    await until(world, id, 'active');
  });
  after(() => world.close());

  test('asks for the grant by its tokens, and for the list by the management token', async () => {
    const { diagnosis, steps } = await check(world, id);
    const states = statesOf(steps);
    assert.deepEqual(
      [
        states['access'],
        states['smartcar'],
        states['listed'],
        states['permissions'],
        states['signals'],
        states['webhook'],
      ],
      ['passed', 'passed', 'passed', 'passed', 'passed', 'skipped'],
    );
    assert.deepEqual([diagnosis.cause, diagnosis.confidence], [null, 'certain']);
    assert.deepEqual(world.faults, []);
  });

  test('tokens that are taken no longer are an answer about the owner, who has to give access again', async () => {
    await world.ground.database.owner.updateTable('token_set').set({ access_expires_at: world.now() }).execute();
    await world.sim('DELETE', '/sim/api/v2/families');
    const { diagnosis, steps } = await check(world, id);
    assert.deepEqual([statesOf(steps)['smartcar'], statesOf(steps)['permissions']], ['passed', 'failed']);
    assert.deepEqual(
      [diagnosis.status, diagnosis.cause, diagnosis.nextAction?.who],
      ['expired', 'tokensRefused', 'owner'],
    );
    assert.match(diagnosis.wording.owner ?? '', /give access once more/);
    world.pass(3 * 3_600);
    const again = await check(world, id);
    const states = statesOf(again.steps);
    assert.deepEqual([states['access'], states['listed'], states['signals']], ['failed', 'skipped', 'skipped']);
    assert.equal(again.diagnosis.confidence, 'certain');
  });
});

describe('a budget that is used up', () => {
  test('refuses the check in words, and asks Smartcar nothing', async () => {
    const world = await startWorld();
    try {
      const [car] = await world.cars('first');
      const id = await world.connectCar(car ?? assert.fail());
      world.ground.budget.perMinute = 0;
      const { capacity } = world.ground.budget;
      await takeFor(world.ground, 'person', capacity, 1, world.now());
      const answer = await ask(world, 'POST', `/vehicles/${id}/check`, 'text/event-stream');
      const { code, detail } = (await answer.json()) as { code: string; detail: string };
      assert.deepEqual([answer.status, code], [429, 'too_many_requests']);
      assert.match(detail, /used up for the moment/);
      assert.deepEqual((await last(world, id)).steps, []);
    } finally {
      await world.close();
    }
  });
});
