import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { noon, stand, type Json } from './stand.ts';

const day = 86_400;
const isParked = (car: Json): boolean => car.fleet === 'first' && car.activity === 'parked';

test('the clock moves ahead by an amount or to a time, never back, and the clock of the test stays its base', async (t) => {
  const { advance, call, sim } = await stand(t);
  assert.deepEqual(await sim('GET', '/clock'), { now: new Date(noon).toISOString(), aheadS: 0 });
  assert.equal((await sim('POST', '/clock', { advanceS: 60 * day })).aheadS, 60 * day);
  await advance(10);
  assert.equal((await sim('GET', '/clock')).now, new Date(noon + (60 * day + 10) * 1000).toISOString());
  const back = await call('POST', '/sim/api/clock', { to: '2026-11-20T12:00:00Z' });
  assert.equal(back.status, 400);
  assert.match(back.body.error, /never goes back/);
  assert.equal((await sim('POST', '/clock', { to: '2027-03-01T00:00:00+01:00' })).now, '2027-02-28T23:00:00.000Z');
  for (const wish of [{}, { advanceS: -1 }, { advanceS: 1, to: '2030-01-01T00:00:00Z' }, { to: 'tomorrow' }])
    assert.equal((await call('POST', '/sim/api/clock', wish)).status, 400);
});

test('a jump ends tokens, and what was due in between happens once, at the end', async (t) => {
  const { received, sim, token, call, watched } = await stand(t);
  await watched(isParked);
  const bearer = { authorization: `Bearer ${await token()}` };
  await sim('POST', '/clock', { advanceS: 3590 });
  assert.equal((await call('GET', '/v3/connections', undefined, bearer)).status, 200);
  await sim('POST', '/clock', { advanceS: 20 });
  assert.equal((await call('GET', '/v3/connections', undefined, bearer)).status, 401);
  received.length = 0;
  const started = performance.now();
  await sim('POST', '/clock', { advanceS: 60 * day });
  assert.ok(performance.now() - started < 5_000, 'sixty days take seconds');
  assert.ok(received.length <= 2, `one turn of the car, not ${String(received.length)}`);
  const { now } = await sim('GET', '/clock');
  assert.ok(received.every(({ event }) => event.meta.deliveredAt === Date.parse(now as string)));
});

test('lived through, everything due happens in order and at its time', async (t) => {
  const { received, sim, watched } = await stand(t);
  const car = await watched(isParked);
  await sim('POST', '/clock', { advanceS: 2 * day, livesThrough: true });
  const times = received.map(({ event }) => event.meta.deliveredAt as number);
  assert.ok(times.length > 10, `${String(times.length)} events`);
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
  assert.ok(Math.max(...times) > noon + 1.5 * day * 1000 && Math.max(...times) <= noon + (2 * day + 10) * 1000);
  const seen = await sim('GET', `/cars/${car.vin as string}`);
  assert.ok(Date.parse(seen.connection.lastRetrievedAt) > noon + 1.9 * day * 1000);
});

test('a failed delivery keeps its distances when the clock jumps over its next attempt [§6.4-4]', async (t) => {
  const { advance, received, receiver, sim, watched } = await stand(t);
  const car = await watched(isParked);
  receiver.answers.push(500, 500, 500, 500);
  await sim('POST', `/cars/${car.vin as string}/claims`, { type: 'PERMISSION', code: null });
  await advance(1);
  await sim('POST', '/clock', { advanceS: day });
  const attempts = (): Json[] => received.filter(({ event }) => event.eventType === 'VEHICLE_ERROR');
  assert.equal(attempts().length, 2, 'the second attempt at the end of the jump');
  await advance(45);
  assert.equal(attempts().length, 2);
  await advance(10);
  assert.equal(attempts().length, 3, 'the third 50 s after it');
});

test('a restart keeps the clock', async (t) => {
  const path = mkdtempSync(join(tmpdir(), 'simulator-'));
  t.after(() => rmSync(path, { recursive: true }));
  const { restart, sim } = await stand(t, { stateFile: join(path, 'state.json') });
  await sim('POST', '/clock', { advanceS: 3 * day });
  await restart();
  assert.equal((await sim('GET', '/clock')).aheadS, 3 * day);
});
