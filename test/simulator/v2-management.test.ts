/** v2's management API. @see docs/smartcar.md §7 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from '../smartcar/fixture.ts';
import type { Answer, Json } from './stand.ts';
import { basic, managementToken, shapeOf, standV2 } from './v2-stand.ts';

const both = ['/v2.0/management/connections', '/management/v2.0/connections'];

test('connections are listed newest first, by pages with a cursor, at either path [§0.4-4, §7-1, §7-2]', async (t) => {
  const { codeFor, world, call, advance } = await standV2(t);
  const cars = (await world()).cars.filter((car: Json) => car.fleet === 'first').slice(0, 12);
  for (const car of cars) {
    await codeFor(car.account.email, [car.vin]);
    await advance(1);
  }
  for (const path of both) {
    const ask = (query = ''): Promise<Answer> =>
      call('GET', `${path}${query}`, undefined, basic('default', managementToken));
    const page = (await ask()).body;
    assert.deepEqual(shapeOf(page.connections[0]), shapeOf((fixture('v2-connections') as Json).connections[0]));
    assert.equal(page.connections.length, 10);
    assert.equal(typeof page.paging.cursor, 'string');
    const dates = page.connections.map((item: Json) => item.connectedAt);
    assert.deepEqual(dates, [...dates].sort().reverse());
    const rest = (await ask(`?cursor=${encodeURIComponent(page.paging.cursor)}`)).body;
    assert.equal(rest.connections.length, 2);
    assert.deepEqual(rest.paging, { cursor: null });
    assert.equal((await ask('?limit=100')).body.connections.length, 12);
    for (const query of ['?limit=101', '?limit=0', '?cursor=nonsense', '?mode=dead'])
      assert.deepEqual((await ask(query)).body.type, 'VALIDATION');
  }
});

test('filters are by user, by vehicle and by mode [§7-3]', async (t) => {
  const { connectedV2, call } = await standV2(t);
  const one = await connectedV2();
  const other = await connectedV2((car) => car.fleet === 'second', { mode: 'simulated' });
  const ids = async (query: string): Promise<string[]> =>
    (
      await call('GET', `/v2.0/management/connections?${query}`, undefined, basic('default', managementToken))
    ).body.connections.map((item: Json) => item.vehicleId);
  assert.deepEqual(await ids(`user_id=${one.userId}`), [one.vehicleId]);
  assert.deepEqual(await ids(`vehicle_id=${other.vehicleId}`), [other.vehicleId]);
  assert.deepEqual(await ids('mode=live'), [one.vehicleId]);
  assert.deepEqual(await ids('mode=simulated'), [other.vehicleId]);
  assert.deepEqual(await ids('mode=test'), [other.vehicleId]);
  assert.deepEqual(await ids(`user_id=${one.userId}&vehicle_id=${other.vehicleId}`), []);
  assert.equal((await ids('')).length, 2);
});

test('deleting names what it ended and ends it in v3 as well; without a filter it ends nothing [§7-4, §7-6, §7-7]', async (t) => {
  const { codeFor, exchange, world, call, api } = await standV2(t);
  const { cars } = await world();
  const email = cars.find(
    (car: Json) =>
      car.fleet === 'first' && cars.filter((item: Json) => item.account.email === car.account.email).length > 1,
  ).account.email;
  const vins = cars.filter((car: Json) => car.account.email === email).map((car: Json) => car.vin);
  const tokens = (await exchange(await codeFor(email, vins))).body;
  const { vehicles } = (
    await call('GET', '/v2.0/vehicles', undefined, { authorization: `Bearer ${tokens.access_token}` })
  ).body;
  const remove = (query: string): Promise<Answer> =>
    call('DELETE', `/v2.0/management/connections${query}`, undefined, basic('default', managementToken));
  const unfiltered = await remove('');
  assert.deepEqual([unfiltered.status, unfiltered.body.type], [400, 'VALIDATION']);
  const gone = await remove(`?vehicle_id=${vehicles[0]}`);
  assert.deepEqual(shapeOf(gone.body), shapeOf(fixture('v2-connections-deleted')));
  const [{ userId }] = gone.body.connections;
  assert.deepEqual(gone.body.connections, [{ vehicleId: vehicles[0], userId }]);
  const rest = (await remove(`?user_id=${userId}`)).body.connections;
  assert.deepEqual(rest.map((item: Json) => item.vehicleId).sort(), vehicles.slice(1).sort());
  assert.deepEqual((await remove(`?user_id=${userId}`)).body, { connections: [] });
  assert.equal((await api('GET', '/connections')).body.data.length, 0);
});

test('the management token has to be right, and its user is default [§0.5-4, §7-1, §7-8]', async (t) => {
  const { call } = await standV2(t);
  for (const headers of [basic('default', 'wrong'), basic('other', managementToken), {}]) {
    for (const method of ['GET', 'DELETE']) {
      const answer = await call(method, '/v2.0/management/connections?user_id=x', undefined, headers);
      assert.deepEqual([answer.status, answer.body.type, answer.body.code], [401, 'AUTHENTICATION', null]);
    }
  }
});
