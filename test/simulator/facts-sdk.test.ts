/** What Smartcar's own SDK is known to do, seen by running it against the simulator. @see docs/smartcar.md §12.1 to §12.5 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test, type TestContext } from 'node:test';
import { demoCredentials } from '../../simulator/credentials.ts';
import { redirectUri, type Json } from './stand.ts';
import { standV2 } from './v2-stand.ts';

const { applicationId: clientId, clientSecret, managementToken } = demoCredentials;

/** The SDK, asking the simulator for everything. */
async function witness(t: TestContext) {
  const home = await standV2(t);
  const { origin } = home.running.simulator;
  const names = ['API', 'AUTH', 'API_V3', 'MANAGEMENT_API'].map((name) => `SMARTCAR_${name}_ORIGIN`);
  for (const name of names) process.env[name] = origin;
  t.after(() => {
    for (const name of names) Reflect.deleteProperty(process.env, name);
  });
  const smartcar: Json = createRequire(import.meta.url)('smartcar');
  return { ...home, origin, smartcar };
}

/** What a call is refused with. */
async function refusal(call: Promise<unknown>): Promise<Json> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: 'It was not refused.' });
}

test('its authorize address is on the API origin, and leads to Connect there [§12.1-1]', async (t) => {
  const { smartcar, origin, call } = await witness(t);
  const client = new smartcar.AuthClient({ clientId, clientSecret, redirectUri });
  const url = new URL(client.getAuthUrl(['read_vin'], { state: 's' }));
  assert.equal(url.origin + url.pathname, `${origin}/oauth/authorize`);
  assert.match((await call('GET', `${url.pathname}${url.search}`)).text, /id="continue-button"/);
});

test('without a redirect it sends the word undefined, and the code is refused [§12.2-1]', async (t) => {
  const { smartcar, codeFor, carOf } = await witness(t);
  const car = await carOf((item) => item.fleet === 'first');
  const code = await codeFor(car.account.email, [car.vin]);
  const without = new smartcar.AuthClient({ clientId, clientSecret });
  const error = await refusal(without.exchangeCode(code));
  assert.deepEqual([error.statusCode, error.type], [400, 'invalid_request']);
  const access = await new smartcar.AuthClient({ clientId, clientSecret, redirectUri }).exchangeCode(code);
  assert.equal(typeof access.refreshToken, 'string');
});

test('without dates it asks for a history from undefined to undefined, and is answered [§12.2-2]', async (t) => {
  const { smartcar, origin, connectedV2 } = await witness(t);
  const car = await connectedV2(undefined, { scope: 'read_service_history' });
  const vehicle = new smartcar.Vehicle(car.vehicleId, car.tokens.access_token);
  const asked: string[] = [];
  const real = globalThis.fetch;
  t.mock.method(globalThis, 'fetch', (request: Request) => {
    asked.push(request.url.replace(origin, ''));
    return real(request);
  });
  const { data } = await vehicle.serviceHistory();
  assert.ok(Array.isArray(data));
  assert.deepEqual(asked, [
    `/v2.0/vehicles/${car.vehicleId as string}/service/history?start_date=undefined&end_date=undefined`,
  ]);
});

test('it deletes connections by user or by vehicle, and refuses both at once [§12.2-3]', async (t) => {
  const { smartcar, connectedV2 } = await witness(t);
  const car = await connectedV2();
  const both = await refusal(
    smartcar.deleteConnections(managementToken, { userId: car.userId, vehicleId: car.vehicleId }),
  );
  assert.match(both.message, /EITHER user_id OR vehicle_id/);
  const { connections } = await smartcar.deleteConnections(managementToken, { vehicleId: car.vehicleId });
  assert.deepEqual(connections, [{ vehicleId: car.vehicleId, userId: car.userId }]);
});

test('of an error of v3 it keeps neither type nor code [§12.3-1]', async (t) => {
  const { smartcar, token } = await witness(t);
  const error = await refusal(smartcar.getVehicle(await token(), 'nobody'));
  assert.deepEqual(
    [error.name, error.statusCode, error.type, error.code],
    ['SmartcarError', 404, 'SDK_ERROR', undefined],
  );
});

test('a failed item of a batch breaks it, and with headers it says 200 [§12.3-2]', async (t) => {
  const { smartcar, connectedV2, sim } = await witness(t);
  const car = await connectedV2(undefined, { scope: 'read_odometer' });
  const vehicle = new smartcar.Vehicle(car.vehicleId, car.tokens.access_token);
  const crash = await refusal((async () => (await vehicle.batch(['/odometer', '/location'])).location())());
  assert.deepEqual([crash.constructor.name, /content-type/.test(String(crash.message))], ['TypeError', true]);
  await sim('PATCH', '/knobs', { batchErrorHeaders: true });
  const batch = await vehicle.batch(['/odometer', '/location']);
  assert.ok(batch.odometer().distance > 0);
  const error = await refusal((async () => batch.location())());
  assert.deepEqual([error.name, error.type, error.statusCode], ['SmartcarError', 'PERMISSION', 200]);
});

test('it reads v3 signals only with the user put into a header by hand [§12.4-1]', async (t) => {
  const { smartcar, token, watched } = await witness(t);
  const car = await watched();
  const vehicle = new smartcar.Vehicle(car.vehicleId, await token(), { version: '3' });
  assert.equal((await refusal(vehicle.getSignals())).statusCode, 400);
  const signals = await vehicle.request('GET', 'signals', undefined, car.user, '3');
  assert.ok(signals.body.data.length > 5);
});

test('it verifies events only as long as their bytes are those that it would write [§6.5-4, §12.5-1]', async (t) => {
  const { smartcar, advance, received, sim, watched } = await witness(t);
  const car = await watched();
  const verified = async (bytes: string): Promise<boolean> => {
    received.length = 0;
    await sim('PATCH', '/knobs', { webhook: { bytes } });
    await sim('POST', `/cars/${car.vin as string}/state-event`, {});
    await advance(1);
    const [delivery] = received;
    return smartcar.verifyPayload(managementToken, delivery?.headers['sc-signature'], delivery?.event);
  };
  assert.deepEqual([await verified('compact'), await verified('unusual')], [true, false]);
});
