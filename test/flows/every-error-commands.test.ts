/** Every published error as the answer to a lock: with its status, at the end of a streamed 202, and inside a 200. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isThrottleMeaning, isVehicleMeaning } from '../../src/domain/failure.ts';
import type { SmartcarUserId, SmartcarVehicleId } from '../../src/domain/ids.ts';
import { rowFor } from '../../src/smartcar/classify.ts';
import { openSmartcar, type Smartcar } from '../../src/smartcar/smartcar.ts';
import { causeText, passingText } from '../../src/texts/words.ts';
import { demoCredentials } from '../../simulator/credentials.ts';
import { startSimulator, type RunningSimulator } from '../../simulator/server.ts';
import type { SimulatedCar } from '../support/world.ts';
import { ofMake, promisedFor } from './every-error-fleet.ts';
import { startGateway, type Gateway } from './every-error-gateway.ts';
import { keyOf, published, type PublishedError } from './every-error-table.ts';

const callback = 'http://127.0.0.1:1/callback';

describe('a command that is answered with each published error', () => {
  const clock = { now: new Date('2026-05-04T08:00:00Z') };
  let gateway: Gateway;
  let simulator: RunningSimulator;
  let smartcar: Smartcar;
  let car: SimulatedCar;
  let ids: { vehicleId: SmartcarVehicleId; userId: SmartcarUserId };
  let token: string;

  before(async () => {
    const options = { clock: () => clock.now, seed: 7, bucket: null, redirectUris: [callback] };
    simulator = await startSimulator({ ...demoCredentials, ...options });
    gateway = await startGateway();
    gateway.target = simulator.origin;
    const { origin } = gateway;
    smartcar = openSmartcar({
      origins: { connect: origin, iam: origin, apiV3: origin, managementApiV3: origin },
      credentials: demoCredentials,
      mode: 'live',
    });
    car = await connectedCar();
    // As the simulator lists them.
    ids = { vehicleId: car.vehicleId as SmartcarVehicleId, userId: car.userId as SmartcarUserId };
    const answer = await smartcar.fetchApplicationToken();
    assert.ok(answer.ok);
    token = answer.value.accessToken;
    await sim('PATCH', '/knobs', { makesDiffer: false, limitsVehicles: false });
  });
  after(async () => {
    await smartcar.close();
    await gateway.close();
    await simulator.close();
  });

  async function sim(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(`${simulator.origin}/sim/api${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    assert.ok(answer.ok, await answer.clone().text());
    return (await answer.json()) as Record<string, unknown>; // the simulator answers objects
  }

  async function connectedCar(): Promise<SimulatedCar> {
    const find = async (): Promise<SimulatedCar> =>
      ((await sim('GET', '/world'))['cars'] as SimulatedCar[])[0] ?? assert.fail(); // the simulator's own list
    const { vin, account } = await find();
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: demoCredentials.applicationId,
      redirect_uri: callback,
      scope: 'read_security control_security',
      state: 's',
    });
    await sim('POST', '/authorize', { url: `/oauth/authorize?${query.toString()}`, email: account.email, vins: [vin] });
    return find();
  }

  async function withFault(line: PublishedError, isWholeRequest: boolean): Promise<void> {
    await sim('DELETE', '/faults');
    const { type, code } = line;
    await sim('POST', `/cars/${car.vin}/faults`, { kind: 'error', type, code, isWholeRequest });
  }

  /** Sends it, and lets the simulator's clock stand where it is until the stream has ended. */
  async function lockStreamed(): ReturnType<Smartcar['lock']> {
    const state = { isDone: false };
    const answer = smartcar.lock(token, ids).finally(() => {
      state.isDone = true;
    });
    while (!state.isDone) {
      await simulator.advanceTo(clock.now);
      await sim('GET', '/knobs');
    }
    return answer;
  }

  function assertFailed(
    line: PublishedError,
    answer: Awaited<ReturnType<Smartcar['lock']>>,
    status: number | null,
  ): void {
    assert.ok(!answer.ok);
    const { failure } = answer;
    assert.deepEqual(
      [failure.meaning, failure.type, failure.code, failure.status, answer.wasSent],
      [line.meaning, line.type, line.code, status, true],
    );
    const { meaning } = failure;
    const passes = isVehicleMeaning(meaning) || isThrottleMeaning(meaning);
    const words = passes ? passingText(meaning).text : causeText(line.ending?.[1] ?? assert.fail(), { make: car.make });
    const promised = promisedFor(rowFor({ came: 'answer', resolution: null, ...line }));
    assert.equal(words, passes ? promised.operator : ofMake(promised.operator, car.make));
  }

  for (const line of published) {
    test(`${keyOf(line)} means ${line.meaning} with its status, at the end of a 202, and inside a 200 (${line.fact})`, async () => {
      await sim('PATCH', '/knobs', { commandMode: 'sync' });
      await withFault(line, true);
      assertFailed(line, await smartcar.lock(token, ids), line.status);
      await withFault(line, false);
      assertFailed(line, await smartcar.unlock(token, ids), line.status);

      await sim('PATCH', '/knobs', { commandMode: 'stream', streamAfterS: 0 });
      assertFailed(line, await lockStreamed(), line.status);

      const { type, code } = line;
      const attributes = { commandType: 'security-lock', status: { value: 'FAILURE', error: { type, code } } };
      const body = JSON.stringify({ data: { id: 'exec_1', type: 'command-execution', attributes } });
      gateway.answers.set('/commands/security/', { status: 200, body });
      assertFailed(line, await smartcar.lock(token, ids), null);
      gateway.answers.clear();
    });
  }

  test('without a fault the same car is locked', async () => {
    await sim('DELETE', '/faults');
    await sim('PATCH', '/knobs', { commandMode: 'sync' });
    const answer = await smartcar.lock(token, ids);
    assert.ok(answer.ok);
    assert.equal(answer.value.state, 'succeeded');
  });
});
