import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { noon, stand, type Json } from './stand.ts';

/** A car that has slept for more than a day isn't driven away in the next minutes; a Volvo would lock itself again. */
const isParked = (car: Json): boolean =>
  car.fleet === 'first' && noon - Date.parse(car.spokeAt as string) > 86_400_000 && car.make !== 'VOLVO';
const unlockOf = (car: Json): string => `/vehicles/${car.vehicleId as string}/commands/security/unlock`;

test('a car acts though its answer is lost on the way [§3.6-8]', async (t) => {
  const { advance, api, sim, watched } = await stand(t);
  const car = await watched(isParked);
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'answer-lost' });
  await assert.rejects(api('POST', unlockOf(car), undefined, car.user));
  await advance(20);
  assert.equal((await sim('GET', `/cars/${car.vin as string}`)).isLocked, false);
});

test('a car that is told now may act minutes later [§3.6-5]', async (t) => {
  const { advance, api, sim, watched } = await stand(t);
  const car = await watched(isParked);
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'lock-late', delayS: 60 });
  assert.equal((await api('POST', unlockOf(car), undefined, car.user)).status, 200);
  await advance(40);
  assert.equal((await sim('GET', `/cars/${car.vin as string}`)).isLocked, true);
  await advance(40);
  assert.equal((await sim('GET', `/cars/${car.vin as string}`)).isLocked, false);
});

test('an unlocked car that is told to lock stays open until it acts [§3.6-5]', async (t) => {
  const { advance, api, sim, watched } = await stand(t);
  const car = await watched(isParked);
  const isLocked = async (): Promise<unknown> => (await sim('GET', `/cars/${car.vin as string}`)).isLocked;
  await api('POST', unlockOf(car), undefined, car.user);
  await advance(20);
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'lock-late', delayS: 60 });
  await api('POST', unlockOf(car).replace('unlock', 'lock'), undefined, car.user);
  await advance(40);
  assert.equal(await isLocked(), false);
  await advance(40);
  assert.equal(await isLocked(), true);
});

test('a lock that is moved by hand is so at once, and a command that was on its way acts after it', async (t) => {
  const { advance, api, sim, watched } = await stand(t);
  const car = await watched(isParked);
  const path = `/cars/${car.vin as string}`;
  const isLocked = async (): Promise<unknown> => (await sim('GET', path)).isLocked;
  const signal = `/vehicles/${car.vehicleId as string}/signals/closure-islocked`;
  assert.equal((await sim('POST', `${path}/lock`, { isLocked: false })).isLocked, false);
  await advance(5);
  const shown = await api('GET', signal, undefined, car.user);
  assert.deepEqual(shown.body.data.attributes.body, { value: false }, 'and its signal follows');
  await sim('POST', `${path}/faults`, { kind: 'lock-late', delayS: 60 });
  await api('POST', unlockOf(car), undefined, car.user);
  await sim('POST', `${path}/lock`, { isLocked: true });
  assert.equal(await isLocked(), true);
  await advance(80);
  assert.equal(await isLocked(), false);
});

test('a streamed answer has no length, its head comes at once, and its errors name another status [§3.6-3, §3.6-4]', async (t) => {
  const { advance, running, sim, token, watched } = await stand(t);
  const car = await watched(isParked);
  await sim('PATCH', '/knobs', { commandMode: 'stream', streamAfterS: 175 });
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'door-open' });
  const headers = { authorization: `Bearer ${await token()}`, ...car.user };
  const url = `${running.simulator.origin}/v3/vehicles/${car.vehicleId as string}/commands/security/lock`;
  const pending = httpRequest(url, { method: 'POST', headers });
  const response = await new Promise<Json>((resolve, reject) => {
    pending.on('response', resolve).on('error', reject).end();
  });
  assert.deepEqual(
    [response.statusCode, response.headers['content-length'], response.headers['transfer-encoding']],
    [202, undefined, 'chunked'],
  );
  let body = '';
  response.on('data', (chunk: Buffer) => (body += chunk.toString()));
  const ended = new Promise((resolve) => response.on('end', resolve));
  await advance(100);
  assert.equal(body, '', 'the car is not done');
  await advance(76);
  await ended;
  const [error] = JSON.parse(body).errors;
  assert.deepEqual([error.status, error.type, error.code], ['409', 'VEHICLE_STATE', 'DOOR_OPEN']);
  const { last } = await sim('GET', '/requests');
  assert.deepEqual([last[0].status, last[0].error], [202, 'VEHICLE_STATE:DOOR_OPEN']);
});

test('charging is refused to a car that burns, and to one without its plug [§3.6-9]', async (t) => {
  const { api, connected, sim, world } = await stand(t);
  const refusal = async (fits: (car: Json) => boolean): Promise<Json[]> => {
    const car = await connected(fits, { scope: 'read_charge control_charge' });
    const path = `/vehicles/${car.vehicleId as string}/commands/charge/stop`;
    const { status, body } = await api('POST', path, undefined, car.user);
    return [status, body.errors[0].code];
  };
  const burns = (car: Json): boolean => car.fleet === 'first' && car.powertrain === 'ICE';
  assert.deepEqual(await refusal(burns), [501, 'VEHICLE_NOT_CAPABLE']);
  const drives = (car: Json): boolean => car.activity === 'driving' && car.powertrain === 'BEV';
  while (!(await world()).cars.some(drives)) await sim('POST', '/clock', { advanceS: 600 });
  assert.deepEqual(await refusal(drives), [409, 'CHARGING_PLUG_NOT_CONNECTED']);
});
