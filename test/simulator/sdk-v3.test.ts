/** What Smartcar's SDK knows of v3: three reads, and headers by hand. @see docs/smartcar.md §3.3, §3.4, §12.4 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { briefly, refusal, sdk, setEnvironment, standSdk, uuid } from './sdk-stand.ts';

test('getVehicle reads a vehicle of v3 without a user, with the headers beside the body [§3.1-1, §3.3-1, §12.4-1]', async (t) => {
  const { token, watched, lastAsked, origin } = await standSdk(t);
  // v3's vehicles have a host of their own.
  setEnvironment(t, { SMARTCAR_API_ORIGIN: 'http://127.0.0.1:9', SMARTCAR_API_V3_ORIGIN: origin });
  const car = await watched();
  const { body, headers } = await sdk.getVehicle(await token(), car.vehicleId);
  assert.equal(lastAsked().path, `/v3/vehicles/${car.vehicleId}/`);
  assert.equal('sc-user-id' in lastAsked().headers, false);
  const { id, attributes } = body.data;
  assert.deepEqual([id, attributes.make, attributes.model], [car.vehicleId, car.make, car.model]);
  assert.equal(typeof attributes.year, 'number');
  assert.match(headers['sc-request-id'], uuid);
});

test("getVehicle reads the preview's vehicle, too, as the SDK's own tests have it [§3.3-2]", async (t) => {
  const { token, watched, sim } = await standSdk(t);
  const car = await watched();
  await sim('PATCH', '/knobs', { vehicleShape: 'unwrapped' });
  const { body } = await sdk.getVehicle(await token(), car.vehicleId);
  assert.deepEqual([body.id, body.attributes.make], [car.vehicleId, car.make]);
});

test('getVehicle is 404 for a stranger and 401 for a bad token; the public test vehicle is not here [§3.1-1, §12.3-1]', async (t) => {
  const { token, watched } = await standSdk(t);
  const car = await watched();
  assert.equal((await refusal(sdk.getVehicle(await token(), '0a1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d'))).statusCode, 404);
  assert.equal((await refusal(sdk.getVehicle('not-a-token', car.vehicleId))).statusCode, 401);
  const known = refusal(sdk.getVehicle('test-data-token', 'tst2e255-d3c8-4f90-9fec-e6e68b98e9cb'));
  assert.deepEqual(briefly(await known), ['SmartcarError', 401, 'SDK_ERROR', undefined]);
});

test('getSignals and getSignal send no user, and are refused for it [§3.1-2, §3.1-3, §12.4-1]', async (t) => {
  const { token, watched, lastAsked } = await standSdk(t);
  const car = await watched();
  const vehicle = new sdk.Vehicle(car.vehicleId, await token());
  const path = `/v3/vehicles/${car.vehicleId}/signals`;
  assert.deepEqual(briefly(await refusal(vehicle.getSignals())), ['SmartcarError', 400, 'SDK_ERROR', undefined]);
  assert.equal(lastAsked().path, path);
  assert.equal((await refusal(vehicle.getSignal('closure-islocked'))).statusCode, 400);
  assert.equal(lastAsked().path, `${path}/closure-islocked`);
});

test('with a user put in on the way, getSignals reads the store, and loses what the list says of its pages [§3.4-1, §3.4-5, §3.4-6, §12.4-1]', async (t) => {
  const { token, watched, onTheWay, api } = await standSdk(t);
  const car = await watched();
  const vehicle = new sdk.Vehicle(car.vehicleId, await token());
  onTheWay.userId = car.userId;
  const { body, headers } = await vehicle.getSignals();
  assert.ok(body.data.length > 5);
  for (const { id, type, attributes } of body.data) {
    assert.match(id, uuid);
    assert.deepEqual([type, attributes.status.value], ['signal', 'SUCCESS']);
  }
  assert.match(headers['sc-request-id'], uuid);
  const whole = await api('GET', `/vehicles/${car.vehicleId}/signals`, undefined, car.user);
  assert.equal(whole.body.meta.totalCount, body.data.length);
  assert.deepEqual(
    Object.keys(whole.body).filter((key) => !(key in body)),
    ['meta'],
  );
});

test('with a user put in on the way, getSignal reads one signal, of which the preview had no data [§3.4-5, §3.4-9, §3.4-11]', async (t) => {
  const { token, watched, onTheWay, sim } = await standSdk(t);
  const car = await watched();
  const vehicle = new sdk.Vehicle(car.vehicleId, await token());
  onTheWay.userId = car.userId;
  const { body, headers } = await vehicle.getSignal('closure-islocked');
  assert.deepEqual(
    [body.data.attributes.code, typeof body.data.attributes.body.value],
    ['closure-islocked', 'boolean'],
  );
  assert.equal(body.included.vehicle.id, car.vehicleId);
  assert.match(headers['sc-request-id'], uuid);
  await sim('PATCH', '/knobs', { signalShape: 'unwrapped', timestamps: 'seconds' });
  const preview = (await vehicle.getSignal('closure-islocked')).body;
  assert.equal(preview.attributes.code, 'closure-islocked');
  assert.equal('meta' in preview, false, 'its times are lost with it');
});

test('a signal that the store does not hold, and a car that no webhook watches, are 404 without a reason [§3.4-4, §3.4-13, §12.3-1]', async (t) => {
  const { token, connected, advance, onTheWay, sim } = await standSdk(t);
  const car = await connected();
  await advance(10);
  const vehicle = new sdk.Vehicle(car.vehicleId, await token());
  onTheWay.userId = car.userId;
  assert.ok((await vehicle.getSignals()).body.data.length > 5);
  const absent = await refusal(vehicle.getSignal('weather-rain'));
  assert.deepEqual(briefly(absent), ['SmartcarError', 404, 'SDK_ERROR', undefined]);
  await sim('PATCH', '/knobs', { unsubscribedReads: '404' });
  const unwatched = await refusal(vehicle.getSignals());
  assert.deepEqual(briefly(unwatched), ['SmartcarError', 404, 'SDK_ERROR', undefined]);
});

test('a store that is still empty is a list of nothing [§3.4-3]', async (t) => {
  const { token, connected, onTheWay } = await standSdk(t);
  const car = await connected();
  onTheWay.userId = car.userId;
  assert.deepEqual((await new sdk.Vehicle(car.vehicleId, await token()).getSignals()).body.data, []);
});

test('request is the only way to say the user, and another user is 404 or 403 [§3.1-2, §3.1-5, §12.4-1]', async (t) => {
  const { token, watched, lastAsked, sim } = await standSdk(t);
  const car = await watched();
  const vehicle = new sdk.Vehicle(car.vehicleId, await token(), { version: '3' });
  const signals = await vehicle.request('GET', 'signals', undefined, car.user, '3');
  assert.ok(signals.body.data.length > 5);
  assert.equal(lastAsked().headers['sc-user-id'], car.userId);
  const lock = await vehicle.request('GET', 'signals/closure-islocked', undefined, car.user, '3');
  assert.equal(typeof lock.body.data.attributes.body.value, 'boolean');
  assert.match(lock.meta['sc-request-id'], uuid);
  const stranger = { 'sc-user-id': '0a1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d' };
  for (const wrongUser of ['404', '403']) {
    await sim('PATCH', '/knobs', { wrongUser });
    const error = await refusal(vehicle.request('GET', 'signals', undefined, stranger));
    assert.equal(error.statusCode, Number(wrongUser));
  }
});

test("a token of v3 opens nothing of v2, and v2's nothing of v3 [§2.1-1, §3.1-1]", async (t) => {
  const { token, connectedV2, vehicle, onTheWay } = await standSdk(t);
  const car = await connectedV2();
  const crossed = new sdk.Vehicle(car.vehicleId, await token());
  assert.deepEqual(briefly(await refusal(crossed.odometer())).slice(1, 3), [401, 'AUTHENTICATION']);
  onTheWay.userId = car.userId;
  assert.equal((await refusal(vehicle(car).getSignals())).statusCode, 401);
  assert.equal((await refusal(sdk.getVehicle(car.tokens.access_token, car.vehicleId))).statusCode, 401);
});
