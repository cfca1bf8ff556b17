import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoCredentials } from '../../simulator/credentials.ts';
import { redirectUri, stand, type Json } from './stand.ts';

const isFord = (car: Json): boolean => car.fleet === 'spare' && car.make === 'FORD';
const queryOf = (url: unknown): Record<string, string> => Object.fromEntries(new URL(String(url)).searchParams);

test('an address that wants no code gets none, by either name of the application [§1.1-1, §1.1-2, §1.2-3]', async (t) => {
  const { carOf, connectUrl, sim } = await stand(t);
  const car = await carOf(isFord);
  const url = new URL(connectUrl({ response_type: 'none', application_id: demoCredentials.applicationId }));
  url.searchParams.delete('client_id');
  const { redirect } = await sim('POST', '/authorize', {
    url: url.toString(),
    email: car.account.email,
    vins: [car.vin],
  });
  assert.deepEqual(queryOf(redirect), { user_id: car.userId, state: 's1' });
});

test('an external id stays until another takes its place, and the word null clears it [§1.1-16, §1.2-4]', async (t) => {
  const { api, carOf, connectUrl, sim } = await stand(t);
  const car = await carOf(isFord);
  const connect = async (query: Record<string, string>): Promise<string | undefined> => {
    const body = { url: connectUrl(query), email: car.account.email, vins: [car.vin] };
    return queryOf((await sim('POST', '/authorize', body)).redirect)['external_id'];
  };
  const found = async (id: string): Promise<number> =>
    (await api('GET', `/connections?filter[user.externalId]=${id}`)).body.meta.totalCount;
  assert.equal(await connect({ external_id: 'own_1' }), 'own_1');
  assert.equal(await connect({}), 'own_1');
  assert.equal(await connect({ external_id: 'own_2' }), 'own_2');
  assert.deepEqual([await found('own_1'), await found('own_2')], [0, 1]);
  assert.equal(await connect({ external_id: 'null' }), undefined);
  assert.equal(await found('own_2'), 0);
});

test('a VIN limits the choice, and without single_select it is refused [§1.1-13]', async (t) => {
  const { api, call, connectUrl, sim, world } = await stand(t);
  const { accounts } = await world();
  const account = accounts.find((item: Json) => item.vins.length > 1);
  const [first, second] = account.vins as string[];
  const url = connectUrl({ single_select: 'true', single_select_vin: second ?? '' });
  await sim('POST', '/authorize', { url, email: account.email });
  const { data } = (await api('GET', '/connections')).body;
  assert.equal(data.length, 1);
  const car = await sim('GET', `/cars/${second ?? ''}`);
  assert.equal(data[0].relationships.vehicle.data.id, car.vehicleId);
  const refused = await call('GET', connectUrl({ single_select_vin: first ?? '' }).replace(/^https?:\/\/[^/]+/, ''));
  assert.equal(refused.status, 400);
});

test('who goes back from a page of errors brings what it said, who has an unknown car which one [§1.3-2, §1.3-5]', async (t) => {
  const { call, connectUrl, sim } = await stand(t);
  const pathOf = (url: string): string => url.replace(/^https?:\/\/[^/]+/, '');
  const page = await call('GET', pathOf(connectUrl({ single_select_vin: 'short', single_select: 'true' })));
  const back = /id="back-link" href="([^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const { state, ...configuration } = queryOf((await call('GET', back)).headers.get('location'));
  assert.deepEqual([page.status, state], [400, 's1']);
  assert.deepEqual(configuration, {
    error: 'configuration_error',
    error_description: 'There has been an error in the configuration of your application.',
    status_code: '400',
    error_message: '400: Invalid parameter single_select_vin: short',
  });
  const body = { url: connectUrl(), email: 'smartcar@vehicle-incompatible.com' };
  const { error, error_description, vin, make } = queryOf((await sim('POST', '/authorize', body)).redirect);
  assert.deepEqual(
    [error, error_description, vin, make],
    ['vehicle_incompatible', "The user's vehicle is not compatible.", '0SCAUDI012FE3B132', 'AUDI'],
  );
});

test('an owner who does not sign in again comes back with an error of the same shape [§1.4-3]', async (t) => {
  const { connected, reconnectUrl, sim } = await stand(t);
  const car = await connected(isFord);
  const { redirect } = await sim('POST', '/authorize', { url: reconnectUrl(car.vehicleId), error: 'access_denied' });
  assert.ok(String(redirect).startsWith(redirectUri));
  assert.deepEqual(queryOf(redirect), {
    error: 'access_denied',
    error_description: 'User denied access to application.',
    state: 'r1',
  });
});

test('a lost login leaves the connection in the list, and a whole new Connect gives it another id for the same vehicle [§1.4-7, §9.1-5]', async (t) => {
  const { api, advance, connectUrl, connected, sim } = await stand(t);
  const car = await connected(isFord);
  await advance(10);
  await sim('POST', `/accounts/${car.account.email as string}/password`, { password: 'changed' });
  await advance(2 * 86_400);
  const listed = async (): Promise<Json> => (await api('GET', '/connections')).body.data[0];
  const before = await listed();
  assert.equal(before.relationships.vehicle.data.id, car.vehicleId);
  await sim('POST', '/authorize', {
    url: connectUrl({ approval_prompt: 'force' }),
    email: car.account.email,
    password: 'changed',
    vins: [car.vin],
  });
  const after = await listed();
  assert.notEqual(after.id, before.id);
  assert.deepEqual(after.relationships.vehicle, before.relationships.vehicle);
  assert.equal(after.relationships.user.data.id, before.relationships.user.data.id);
});
