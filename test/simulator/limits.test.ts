import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stand, type Json } from './stand.ts';

const isParked = (car: Json): boolean => car.fleet === 'first' && car.activity === 'parked';

test('a vehicle has so many requests a month, then 430 until the calendar month ends [§5-5]', async (t) => {
  const { advance, api, clock, connected, sim } = await stand(t);
  const car = await connected(isParked);
  await advance(10);
  await sim('PATCH', '/knobs', { monthlyQuota: 3 });
  const read = async (): Promise<Json> =>
    api('GET', `/vehicles/${car.vehicleId as string}/signals`, undefined, car.user);
  assert.deepEqual([(await read()).status, (await read()).status, (await read()).status], [200, 200, 200]);
  const refused = await read();
  const [error] = refused.body.errors;
  assert.deepEqual(
    [refused.status, error.type, error.code, error.resolution, refused.headers.get('retry-after')],
    [430, 'BILLING', 'VEHICLE_REQUEST_LIMIT', { type: 'CONTACT_SUPPORT' }, null],
  );
  const { vehicles } = await sim('GET', '/requests');
  const [count] = vehicles;
  assert.deepEqual(
    [count.vin, count.requests, count.usedThisMonth, count.period, count.refusedWith],
    [car.vin, 4, 3, '2026-11', 'VEHICLE_REQUEST_LIMIT'],
  );
  await sim('DELETE', '/requests');
  assert.equal((await read()).status, 430, 'the counts begin again, the quota does not');
  clock.now = Date.UTC(2026, 10, 30, 23, 59, 59);
  assert.equal((await read()).status, 430);
  clock.now = Date.UTC(2026, 11, 1);
  assert.equal((await read()).status, 200, 'a new month has begun');
});

test('another vehicle is not touched by a spent quota, and what names no vehicle is free', async (t) => {
  const { api, connected, sim } = await stand(t);
  const spent = await connected(isParked);
  const other = await connected(
    (car) => isParked(car) && car.vin !== spent.vin && car.account.email !== spent.account.email,
  );
  await sim('PATCH', '/knobs', { monthlyQuota: 1 });
  const read = async (car: Json): Promise<number> => (await api('GET', `/vehicles/${car.vehicleId as string}`)).status;
  assert.deepEqual([await read(spent), await read(spent), await read(other)], [200, 430, 200]);
  assert.equal((await api('GET', '/connections')).status, 200);
});

test('vehicles that were connected after the plan was full answer 430 [§10-2]', async (t) => {
  const { api, clock, connected, sim } = await stand(t);
  const first = await connected(isParked);
  clock.now += 1000;
  const second = await connected((car) => isParked(car) && car.account.email !== first.account.email);
  await sim('PATCH', '/knobs', { vehicleLimit: 1 });
  assert.equal((await api('GET', `/vehicles/${first.vehicleId as string}`)).status, 200);
  const refused = await api('GET', `/vehicles/${second.vehicleId as string}`);
  assert.deepEqual([refused.status, refused.body.errors[0].code], [430, 'VEHICLE_LIMIT']);
  await sim('DELETE', `/cars/${first.vin as string}/connection`);
  assert.equal((await api('GET', `/vehicles/${second.vehicleId as string}`)).status, 200, 'a place is free');
});

test('by the older guidance a Kia has twenty requests a day and a Chevrolet one in thirty minutes [§5-13]', async (t) => {
  const { api, clock, connected, sim } = await stand(t);
  await sim('PATCH', '/knobs', { vehicleBuckets: 'older-guidance' });
  const statuses = async (car: Json, count: number): Promise<Json[]> => {
    const answers: Json[] = [];
    for (let number = 0; number < count; number += 1)
      answers.push(await api('GET', `/vehicles/${car.vehicleId as string}`));
    return answers;
  };
  const kia = await connected((car) => car.make === 'KIA');
  const kias = await statuses(kia, 21);
  assert.deepEqual([kias[19].status, kias[20].status, kias[20].headers.get('retry-after')], [200, 429, '4320']);
  const chevrolet = await connected((car) => car.make === 'CHEVROLET');
  const [once, twice] = await statuses(chevrolet, 2);
  assert.deepEqual([once.status, twice.status, twice.headers.get('retry-after')], [200, 429, '1800']);
  clock.now += 1_800_000;
  assert.equal((await statuses(chevrolet, 1))[0].status, 200);
});

test('the log keeps the last two hundred requests with their errors, and never a token or a query', async (t) => {
  const { api, call, connected, sim, token } = await stand(t);
  const car = await connected(isParked);
  await api('GET', '/connections?filter[userId]=somebody');
  await api('GET', `/vehicles/${car.vehicleId as string}/signals`);
  await call('POST', '/oauth2/token', {
    grant_type: 'client_credentials',
    client_id: 'client_x',
    client_secret: 'hush',
  });
  await call('GET', '/v9/nothing');
  const answer = await call('GET', '/sim/api/requests');
  const [unknown, iam, read, list] = answer.body.last;
  assert.deepEqual([unknown.route, unknown.status], ['unknown path', 501]);
  assert.deepEqual([iam.route, iam.status, iam.error], ['/oauth2/token', 401, 'invalid_client']);
  assert.deepEqual(
    [read.method, read.route, read.vehicleId, read.status, read.error, read.requestId.length],
    ['GET', '/v3/vehicles/:vehicleId/signals', car.vehicleId, 400, 'VALIDATION:MISSING_PARAMETER', 36],
  );
  assert.deepEqual([list.route, list.status, list.error], ['/v3/connections', 200, null]);
  for (const secret of [await token(), 'hush', 'somebody', 'Bearer']) assert.equal(answer.text.includes(secret), false);
  for (let number = 0; number < 210; number += 1) await call('GET', '/v9/nothing');
  assert.equal((await sim('GET', '/requests')).last.length, 200);
  await sim('DELETE', '/requests');
  assert.deepEqual((await sim('GET', '/requests')).last, []);
});
