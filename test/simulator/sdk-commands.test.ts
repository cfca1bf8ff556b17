/** What Smartcar's SDK tells a car to do. @see docs/smartcar.md §2.5, §8.2, §12.2 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from './stand.ts';
import { briefly, burning, electric, plugIn, refusal, sdk, standSdk, type SdkVehicle } from './sdk-stand.ts';

const sent = { status: 'success', message: 'Successfully sent request to vehicle' };

/** Keys exactly status and message, beside what the SDK adds. */
function assertSent({ meta, ...body }: Json): void {
  assert.deepEqual(body, sent);
  assert.equal(meta.requestId.length, 36);
}

test('lock and unlock are sent as actions, and answered before the car did anything [§2.5-1, §2.5-2, §2.5-6]', async (t) => {
  const { connectedV2, vehicle, lastAsked, advance } = await standSdk(t);
  const car = await connectedV2(
    (item) => item.fleet === 'first' && item.activity === 'asleep' && item.isLocked === true,
  );
  assertSent(await vehicle(car).unlock());
  assert.deepEqual(
    [lastAsked().method, lastAsked().path, lastAsked().body],
    ['POST', `/v2.0/vehicles/${car.vehicleId}/security`, '{"action":"UNLOCK"}'],
  );
  assert.equal((await vehicle(car).lockStatus()).isLocked, true);
  await advance(30);
  assert.equal((await vehicle(car).lockStatus()).isLocked, false);
  assertSent(await vehicle(car).lock());
  assert.equal(lastAsked().body, '{"action":"LOCK"}');
  await advance(30);
  assert.equal((await vehicle(car).lockStatus()).isLocked, true);
});

test('charging that goes on is stopped, and not started again [§2.2-12, §2.5-1]', async (t) => {
  const { connectedV2, vehicle, lastAsked } = await standSdk(t);
  const car = await connectedV2((item) => item.powertrain === 'BEV' && item.activity === 'charging');
  const twice = await refusal(vehicle(car).startCharge());
  assert.deepEqual(briefly(twice), ['SmartcarError', 409, 'VEHICLE_STATE', 'CHARGING_IN_PROGRESS']);
  assertSent(await vehicle(car).stopCharge());
  assert.deepEqual(
    [lastAsked().path, lastAsked().body],
    [`/v2.0/vehicles/${car.vehicleId}/charge`, '{"action":"STOP"}'],
  );
});

test('charging is started where the cable is in and the battery not full [§2.2-12, §2.5-1]', async (t) => {
  const { connectedV2, vehicle, lastAsked, advance, sim } = await standSdk(t);
  await sim('PATCH', '/knobs', { accessTokenLifeS: 86_400 });
  const car = await connectedV2((item) => item.powertrain === 'BEV' && item.activity === 'charging');
  // It charges up to its driver's goal, and stays on the cable.
  let charge = await vehicle(car).charge();
  for (let hour = 0; hour < 12 && charge.state === 'CHARGING'; hour += 1) {
    await advance(3600);
    charge = await vehicle(car).charge();
  }
  assert.deepEqual([charge.isPluggedIn, charge.state], [true, 'NOT_CHARGING']);
  const nothing = await refusal(vehicle(car).stopCharge());
  assert.deepEqual(briefly(nothing), ['SmartcarError', 409, 'VEHICLE_STATE', 'NOT_CHARGING']);
  assertSent(await vehicle(car).startCharge());
  assert.equal(lastAsked().body, '{"action":"START"}');
});

test('a charge limit is sent as text, and is the limit then; outside of its bounds it is refused [§2.2-13, §2.3-5]', async (t) => {
  const { connectedV2, vehicle, lastAsked } = await standSdk(t);
  const car = await connectedV2((item) => electric(item) && item.activity === 'parked');
  for (const limit of [0.9, '0.6']) {
    assertSent(await vehicle(car).setChargeLimit(limit));
    assert.equal(lastAsked().body, `{"limit":"${String(limit)}"}`);
    assert.equal((await vehicle(car).getChargeLimit()).limit, Number(limit));
  }
  for (const limit of [0.4, 1.1, 'full']) {
    const error = await refusal(vehicle(car).setChargeLimit(limit));
    assert.deepEqual(briefly(error), ['SmartcarError', 400, 'VALIDATION', undefined]);
    assert.deepEqual(error.detail[0].field, ['limit']);
  }
});

test('a destination is sent as numbers; the SDK itself refuses what is not on earth [§2.2-18, §2.5-1]', async (t) => {
  const { connectedV2, vehicle, lastAsked, asked } = await standSdk(t);
  const car = await connectedV2();
  assertSent(await vehicle(car).sendDestination(52.5, 13.4));
  assert.deepEqual(
    [lastAsked().path, lastAsked().body],
    [`/v2.0/vehicles/${car.vehicleId}/navigation/destination`, '{"latitude":52.5,"longitude":13.4}'],
  );
  asked.length = 0;
  await assert.rejects(vehicle(car).sendDestination(91, 0), /^Error: Invalid latitude value/);
  await assert.rejects(vehicle(car).sendDestination(0, -181), /^Error: Invalid longitude value/);
  assert.deepEqual(asked, []);
  const past = await refusal(vehicle(car).request('POST', 'navigation/destination', { latitude: 91, longitude: 0 }));
  assert.deepEqual(briefly(past), ['SmartcarError', 400, 'VALIDATION', undefined]);
});

/** Every command of the SDK, with the permission that it needs. */
const commands: Record<string, [permission: string, run: (vehicle: SdkVehicle) => Promise<Json>]> = {
  lock: ['control_security', (vehicle) => vehicle.lock()],
  unlock: ['control_security', (vehicle) => vehicle.unlock()],
  startCharge: ['control_charge', (vehicle) => vehicle.startCharge()],
  stopCharge: ['control_charge', (vehicle) => vehicle.stopCharge()],
  setChargeLimit: ['control_charge', (vehicle) => vehicle.setChargeLimit(0.8)],
  sendDestination: ['control_navigation', (vehicle) => vehicle.sendDestination(52.5, 13.4)],
};

test('every command without its own permission is 403, and with a bad token 401 [§2.1-1, §4.2-1, §4.2-6]', async (t) => {
  const { connectedV2, vehicle, sim } = await standSdk(t);
  const car = await connectedV2(plugIn);
  const stranger = new sdk.Vehicle(car.vehicleId, 'not-a-token');
  for (const [name, [permission, command]] of Object.entries(commands)) {
    await sim('DELETE', '/faults');
    await sim('POST', `/cars/${car.vin}/faults`, { kind: 'permission-missing', permission });
    const without = await refusal(command(vehicle(car)));
    assert.deepEqual(briefly(without), ['SmartcarError', 403, 'PERMISSION', undefined], name);
    const bad = await refusal(command(stranger));
    assert.deepEqual(briefly(bad), ['SmartcarError', 401, 'AUTHENTICATION', undefined], name);
  }
});

test('a car that is out of reach refuses every command with what its owner may be told [§4.1-4, §4.3-1]', async (t) => {
  const { connectedV2, vehicle, sim } = await standSdk(t);
  const car = await connectedV2(plugIn);
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'unreachable' });
  for (const [name, [, command]] of Object.entries(commands)) {
    const error = await refusal(command(vehicle(car)));
    assert.deepEqual(briefly(error), ['SmartcarError', 409, 'VEHICLE_STATE', 'UNREACHABLE'], name);
    assert.equal(typeof error.suggestedUserMessage, 'string', name);
  }
});

test('a car that drives can not be locked, one without a cable not be charged, and one without a battery never [§8.2-1]', async (t) => {
  const { connectedV2, vehicle } = await standSdk(t);
  const moving = await connectedV2((item) => item.fleet === 'first' && item.activity === 'driving');
  for (const command of ['lock', 'unlock'] as const)
    assert.deepEqual(briefly(await refusal(vehicle(moving)[command]())).slice(1), [409, 'VEHICLE_STATE', 'IN_MOTION']);
  const loose = await connectedV2((item) => electric(item) && item.activity === 'parked');
  for (const command of ['startCharge', 'stopCharge'] as const) {
    const { statusCode, code } = await refusal(vehicle(loose)[command]());
    assert.deepEqual([statusCode, code], [409, 'CHARGING_PLUG_NOT_CONNECTED']);
  }
  const ice = await connectedV2(burning);
  assert.equal((await refusal(vehicle(ice).startCharge())).code, 'VEHICLE_NOT_CAPABLE');
  assert.equal((await refusal(vehicle(ice).setChargeLimit(0.8))).code, 'VEHICLE_NOT_CAPABLE');
});

test("Smartcar's simulated car stops no charging, and takes no limit while it charges [§8.2-3]", async (t) => {
  const { connectedV2, vehicle } = await standSdk(t);
  const charging = (item: Json): boolean => item.powertrain === 'BEV' && item.activity === 'charging';
  const car = await connectedV2(charging, { mode: 'simulated' });
  assert.deepEqual(briefly(await refusal(vehicle(car).stopCharge())).slice(1), [409, 'VEHICLE_STATE', 'UNKNOWN']);
  const limit = await refusal(vehicle(car).setChargeLimit(0.9));
  assert.deepEqual(briefly(limit).slice(1), [501, 'COMPATIBILITY', 'SMARTCAR_NOT_CAPABLE']);
});

test('disconnecting ends the car for its token; afterwards everything about it is 403 [§2.7-1, §2.7-2, §8.2-2]', async (t) => {
  const { connectedV2, vehicle, lastAsked, sim } = await standSdk(t);
  const car = await connectedV2();
  const stranger = new sdk.Vehicle(car.vehicleId, 'not-a-token');
  assert.deepEqual(briefly(await refusal(stranger.disconnect())).slice(1, 3), [401, 'AUTHENTICATION']);
  const { meta, ...body } = await vehicle(car).disconnect();
  assert.deepEqual(body, { status: 'success' });
  assert.equal(meta.requestId.length, 36);
  assert.deepEqual(
    [lastAsked().method, lastAsked().path, lastAsked().body],
    ['DELETE', `/v2.0/vehicles/${car.vehicleId}/application`, ''],
  );
  for (const call of [vehicle(car).attributes(), vehicle(car).odometer(), vehicle(car).disconnect()])
    assert.deepEqual(briefly(await refusal(call)), ['SmartcarError', 403, 'PERMISSION', undefined]);
  assert.deepEqual((await sdk.getVehicles(car.tokens.access_token)).vehicles, []);
  await sim('PATCH', '/knobs', { disconnectedVehicle: '401' });
  assert.deepEqual(briefly(await refusal(vehicle(car).odometer())).slice(1, 3), [401, 'AUTHENTICATION']);
});
