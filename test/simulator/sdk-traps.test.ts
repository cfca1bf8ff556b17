/** What else surprises whoever uses Smartcar's SDK: settings that are global or fixed too soon. @see docs/smartcar.md §12.5 */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { briefly, refusal, sdk, sdkConfig, setEnvironment, standSdk } from './sdk-stand.ts';

/** The version is everybody's: it is as before when the test ends. */
function keepVersion(t: TestContext): void {
  const { version } = sdkConfig;
  t.after(() => sdk.setApiVersion(version));
}

test('the version is global, except for vehicles that were made before', async (t) => {
  keepVersion(t);
  const { connectedV2, vehicle, lastAsked } = await standSdk(t);
  const car = await connectedV2();
  assert.equal(sdk.getApiVersion(), '2.0');
  const early = vehicle(car);
  sdk.setApiVersion('1.0');
  assert.equal(sdk.getApiVersion(), '1.0');
  assert.ok((await early.odometer()).distance > 0);
  assert.match(lastAsked().path, /^\/v2\.0\//);
  for (const call of [() => vehicle(car).odometer(), () => sdk.getUser(car.tokens.access_token)]) {
    const error = await refusal(call);
    assert.match(lastAsked().path, /^\/v1\.0\//);
    assert.deepEqual(briefly(error), ['SmartcarError', 404, 'RESOURCE_NOT_FOUND', 'VERSION']);
  }
});

test('the auth origin is fixed when a client is made, the origin of a vehicle when it is made', async (t) => {
  const { connectedV2, client, vehicle } = await standSdk(t);
  const car = await connectedV2();
  const [early, earlyVehicle] = [client(), vehicle(car)];
  setEnvironment(t, { SMARTCAR_AUTH_ORIGIN: 'http://127.0.0.1:9', SMARTCAR_API_ORIGIN: 'http://127.0.0.1:9' });
  assert.equal(typeof (await early.exchangeRefreshToken(car.tokens.refresh_token)).accessToken, 'string');
  assert.ok((await earlyVehicle.odometer()).distance > 0);
  assert.match(early.getAuthUrl(['read_vin']), /^http:\/\/127\.0\.0\.1:9\/oauth\/authorize/, 'but not this one');
});

test('nothing refreshes by itself: an access token that ended is 401, every time [§1.6-5, §4.2-1]', async (t) => {
  const { connectedV2, vehicle, clock, asked } = await standSdk(t);
  const car = await connectedV2();
  const asking = vehicle(car);
  clock.now += 7_199_000;
  assert.equal((await asking.attributes()).id, car.vehicleId);
  clock.now += 1_000;
  asked.length = 0;
  for (let turn = 0; turn < 2; turn += 1)
    assert.deepEqual(briefly(await refusal(asking.attributes())), ['SmartcarError', 401, 'AUTHENTICATION', undefined]);
  assert.deepEqual(
    asked.map(({ method, path }) => `${method} ${path}`),
    Array(2).fill(`GET /v2.0/vehicles/${car.vehicleId as string}/`),
  );
});

test('two refreshes at once send the same token twice; the grace alone saves them [§1.7-3, §1.7-8]', async (t) => {
  const { connectedV2, client, sim } = await standSdk(t);
  const car = await connectedV2();
  const twice = (token: string) =>
    Promise.allSettled([client().exchangeRefreshToken(token), client().exchangeRefreshToken(token)]);
  const [one, other] = await twice(car.tokens.refresh_token);
  assert.ok(one.status === 'fulfilled' && other.status === 'fulfilled');
  assert.equal(one.value.refreshToken, other.value.refreshToken);
  await sim('PATCH', '/knobs', { refreshReplay: 'error' });
  const outcomes = (await twice(one.value.refreshToken)).map(({ status }) => status).sort();
  assert.deepEqual(outcomes, ['fulfilled', 'rejected']);
});
