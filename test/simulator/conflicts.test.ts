/** Where documents contradict each other, a knob chooses; the first value is what happens without. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoCredentials } from '../../simulator/credentials.ts';
import { stand, type Json } from './stand.ts';

const isParked = (car: Json): boolean => car.fleet === 'first' && car.activity === 'parked';

test('a connection is found by its own id, by its vehicle’s, or by both [§3.2-8]', async (t) => {
  const { api, connected, sim } = await stand(t);
  const car = await connected(isParked);
  const { id } = (await sim('GET', `/cars/${car.vin as string}`)).connection;
  const found = async (connectionPath: string): Promise<number[]> => {
    await sim('PATCH', '/knobs', { connectionPath });
    const statuses: number[] = [];
    for (const name of [id, car.vehicleId]) statuses.push((await api('GET', `/connections/${name as string}`)).status);
    return statuses;
  };
  assert.deepEqual(await found('connection'), [200, 404]);
  assert.deepEqual(await found('vehicle'), [404, 200]);
  assert.deepEqual(await found('both'), [200, 200]);
  assert.equal((await api('DELETE', `/connections/${car.vehicleId as string}`)).status, 204);
});

test('subscriptions stand at their own path, or below their webhook [§3.8-7]', async (t) => {
  const { advance, api, connected, sim } = await stand(t);
  const car = await connected(isParked);
  const webhookId = (await api('GET', '/webhooks')).body.data[0].id as string;
  const below = `/webhooks/${webhookId}/subscriptions`;
  const body = { data: { attributes: { userId: car.userId, vehicleId: car.vehicleId } } };
  assert.equal((await api('POST', below, body)).status, 501);
  assert.equal((await api('POST', '/subscriptions', body)).status, 400, 'there the webhook must be named');
  await sim('PATCH', '/knobs', { subscriptionPaths: 'webhooks' });
  assert.equal((await api('GET', '/subscriptions')).status, 501);
  assert.equal((await api('POST', below, body)).status, 202);
  await advance(5);
  const [subscription] = (await api('GET', below)).body.data;
  assert.equal(subscription.relationships.vehicle.data.id, car.vehicleId);
  await sim('PATCH', '/knobs', { subscriptionPaths: 'both' });
  assert.equal((await api('GET', `/subscriptions/${subscription.id as string}`)).status, 200);
  assert.equal((await api('DELETE', `${below}/${subscription.id as string}`)).status, 204);
});

test('the token endpoint understands JSON and forms, or one of them [§1.8-7]', async (t) => {
  const { call, sim } = await stand(t);
  const { apiClientId: client_id, apiClientSecret: client_secret } = demoCredentials;
  const wish = { grant_type: 'client_credentials', client_id, client_secret };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const statuses = async (iamAccepts: string): Promise<number[]> => {
    await sim('PATCH', '/knobs', { iamAccepts });
    const json = await call('POST', '/oauth2/token', wish);
    const asForm = await call('POST', '/oauth2/token', new URLSearchParams(wish).toString(), form);
    return [json.status, asForm.status];
  };
  assert.deepEqual(await statuses('both'), [200, 200]);
  assert.deepEqual(await statuses('json'), [200, 400]);
  assert.deepEqual(await statuses('form'), [400, 200]);
});

test('the link back is prev, or previous [§3.4-12]', async (t) => {
  const { api, connected, sim } = await stand(t);
  await connected(isParked);
  const names = async (): Promise<string[]> => Object.keys((await api('GET', '/connections')).body.links);
  assert.ok((await names()).includes('prev'));
  await sim('PATCH', '/knobs', { previousLink: 'previous' });
  assert.deepEqual(
    (await names()).filter((name) => name.startsWith('prev')),
    ['previous'],
  );
});

test('codes of errors are those of the table, or those of the preview [§3.7-7]', async (t) => {
  const { api, call, sim, connected, subscribe } = await stand(t);
  const car = await connected(isParked);
  const codes = async (): Promise<Json[]> => {
    const answers = [
      await call('GET', '/v3/connections'),
      await api('GET', '/vehicles/none'),
      await api('GET', `/vehicles/${car.vehicleId as string}/signals`),
    ];
    return answers.map(({ body }) => body.errors[0].code);
  };
  assert.deepEqual(await codes(), ['UNAUTHORIZED', 'VEHICLE_NOT_FOUND', 'MISSING_PARAMETER']);
  await sim('PATCH', '/knobs', { errorCodes: 'preview' });
  assert.deepEqual(await codes(), ['unauthorized', 'not_found', 'bad_request']);
  await sim('PATCH', '/knobs', { errorCodes: 'table', validationCode: 'null' });
  await subscribe(car);
  const again = await subscribe(car);
  assert.deepEqual([again.status, again.body.errors[0].type, again.body.errors[0].code], [409, 'VALIDATION', null]);
});

test('a car without a subscription is read from the store of the day, or is empty, or is not found [§3.4-13]', async (t) => {
  const { advance, api, connected, sim, subscribe } = await stand(t);
  const car = await connected(isParked);
  await advance(10);
  const read = async (unsubscribedReads?: string): Promise<Json[]> => {
    if (unsubscribedReads !== undefined) await sim('PATCH', '/knobs', { unsubscribedReads });
    const all = await api('GET', `/vehicles/${car.vehicleId as string}/signals`, undefined, car.user);
    const one = await api(
      'GET',
      `/vehicles/${car.vehicleId as string}/signals/vehicleidentification-vin`,
      undefined,
      car.user,
    );
    return [all.status, all.body.meta?.totalCount ?? null, one.status];
  };
  const [status, count, one] = await read('store');
  assert.deepEqual([status, count > 5, one], [200, true, 200]);
  assert.deepEqual(await read('empty'), [200, 0, 404]);
  assert.deepEqual(await read('404'), [404, null, 404]);
  await subscribe(car);
  await advance(10);
  assert.deepEqual(await read(), [200, count, 200]);
});
