import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noon, stand, type Json } from './stand.ts';

const isParked = (car: Json): boolean => car.fleet === 'first' && car.activity === 'parked' && car.isLocked;

test('an accepted unlock gives no state: the doors follow later, and the signal later still [§3.6-1, §3.6-2, §3.6-5, §11-3]', async (t) => {
  const { advance, api, sim, received, watched } = await stand(t);
  const car = await watched(isParked);
  const { vin, vehicleId } = car as { vin: string; vehicleId: string };
  const answer = await api('POST', `/vehicles/${vehicleId}/commands/security/unlock`, undefined, {
    ...car.user,
    'content-type': 'application/json',
  });
  assert.equal(answer.status, 200);
  const { type, attributes, meta } = answer.body.data;
  assert.deepEqual(
    [type, attributes],
    ['command-execution', { commandType: 'security-unlock', status: { value: 'SUCCESS' }, executionMode: 'sync' }],
  );
  assert.equal(meta.durationInSeconds, 2);
  assert.equal((await sim('GET', `/cars/${vin}`)).isLocked, true, 'the car needs a moment');
  await advance(20);
  assert.equal((await sim('GET', `/cars/${vin}`)).isLocked, false);
  const lock = await api('GET', `/vehicles/${vehicleId}/signals/closure-islocked`, undefined, car.user);
  assert.deepEqual(lock.body.data.attributes.body, { value: false });
  assert.ok(lock.body.data.meta.oemUpdatedAt > meta.executedAt, 'newer than the command');
  assert.ok(
    received.some(({ event }) => event.data.triggers?.some((trigger: Json) => trigger.code === 'closure-islocked')),
  );
});

test('a command needs the user, the permission and a car that can [§2.5-3, §3.1-2]', async (t) => {
  const { api, connected, sim } = await stand(t);
  const car = await connected(isParked);
  const path = `/vehicles/${car.vehicleId as string}/commands/security/lock`;
  const refusal = async (kind: Json): Promise<[number, string, string | null]> => {
    await sim('DELETE', '/faults');
    await sim('POST', `/cars/${car.vin as string}/faults`, kind);
    const { status, body } = await api('POST', path, undefined, car.user);
    return [status, body.errors[0].type, body.errors[0].code];
  };
  assert.equal((await api('POST', path)).body.errors[0].code, 'MISSING_PARAMETER');
  assert.deepEqual(await refusal({ kind: 'permission-missing', permission: 'control_security' }), [
    403,
    'PERMISSION',
    null,
  ]);
  assert.deepEqual(await refusal({ kind: 'door-open' }), [409, 'VEHICLE_STATE', 'DOOR_OPEN']);
  assert.deepEqual(await refusal({ kind: 'unreachable' }), [409, 'VEHICLE_STATE', 'UNREACHABLE']);
  assert.deepEqual(await refusal({ kind: 'asleep' }), [409, 'VEHICLE_STATE', 'ASLEEP']);
  assert.deepEqual(await refusal({ kind: 'virtual-key-required' }), [
    400,
    'CONNECTED_SERVICES_ACCOUNT',
    'VIRTUAL_KEY_REQUIRED',
  ]);
  assert.deepEqual(await refusal({ kind: 'password-changed' }), [
    400,
    'CONNECTED_SERVICES_ACCOUNT',
    'AUTHENTICATION_FAILED',
  ]);
  assert.deepEqual(await refusal({ kind: 'error', type: 'VEHICLE_STATE', code: 'LOW_BATTERY' }), [
    409,
    'VEHICLE_STATE',
    'LOW_BATTERY',
  ]);
  const driving = await connected((item) => item.fleet === 'first' && item.activity === 'driving');
  const moving = await api(
    'POST',
    `/vehicles/${driving.vehicleId as string}/commands/security/unlock`,
    undefined,
    driving.user,
  );
  assert.deepEqual([moving.status, moving.body.errors[0].code], [409, 'IN_MOTION']);
});

test('a car that ignores commands answers success and stays as it was', async (t) => {
  const { advance, api, sim, watched } = await stand(t);
  // A car that has slept for days isn't driven away in the next minute.
  const car = await watched((item) => item.fleet === 'first' && noon - Date.parse(item.spokeAt) > 86_400_000);
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'lock-ignored' });
  assert.equal(
    (await api('POST', `/vehicles/${car.vehicleId as string}/commands/security/unlock`, undefined, car.user)).status,
    200,
  );
  await advance(60);
  assert.equal((await sim('GET', `/cars/${car.vin as string}`)).isLocked, true);
});

test('a streamed command answers 202 without a length, and its real result comes in the same body [§3.6-3, §3.6-4]', async (t) => {
  const { advance, running, sim, token, watched } = await stand(t);
  const car = await watched(isParked);
  await sim('PATCH', '/knobs', { commandMode: 'stream' });
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'unreachable' });
  const response = await fetch(
    `${running.simulator.origin}/v3/vehicles/${car.vehicleId as string}/commands/security/lock`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${await token()}`, ...car.user },
    },
  );
  assert.deepEqual([response.status, response.headers.get('content-length')], [202, null]);
  await advance(176);
  // A body of the simulator's own making.
  const { errors } = (await response.json()) as Json;
  assert.deepEqual([errors[0].status, errors[0].code], ['409', 'UNREACHABLE']);
});
