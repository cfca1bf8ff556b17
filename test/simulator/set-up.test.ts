/** What an application's owner sets up in Smartcar's dashboard, and can get wrong. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { demoCredentials } from '../../simulator/credentials.ts';
import { redirectUri, stand, type Json, type Received } from './stand.ts';

const typesOf = (received: readonly Received[]): string[] => received.map(({ event }) => event.eventType);

const tokenStatus = async (call: Awaited<ReturnType<typeof stand>>['call'], secret: string): Promise<number> => {
  const body = { grant_type: 'client_credentials', client_id: demoCredentials.apiClientId, client_secret: secret };
  return (await call('POST', '/oauth2/token', body)).status;
};

test('a webhook that nobody made is not listed, takes no subscription and sends nothing; making it sends VERIFY', async (t) => {
  const { api, advance, call, received, receiver, sim, subscribe, watched } = await stand(t);
  const car = await watched();
  received.length = 0;
  await sim('PATCH', '/knobs', { webhook: { isCreated: false } });
  assert.deepEqual((await api('GET', '/webhooks')).body.data, []);
  assert.deepEqual((await api('GET', '/subscriptions')).body.data, [], 'it took its subscriptions along');
  assert.equal((await call('POST', '/sim/api/webhooks/verify')).status, 400);
  await sim('POST', `/cars/${car.vin as string}/state-event`, {});
  await advance(900);
  assert.deepEqual(received, []);
  receiver.knowsToken = true;
  await sim('PATCH', '/knobs', { webhook: { isCreated: true } });
  assert.deepEqual(typesOf(received), ['VERIFY']);
  assert.equal((await sim('GET', '/webhooks')).verification.isVerified, true);
  await subscribe(car);
  await advance(10);
  assert.equal((await api('GET', '/subscriptions')).body.data.length, 1);
});

test('a webhook tells where it sends and what it was set to, or its name alone [§3.8-11]', async (t) => {
  const { api, sim } = await stand(t);
  await sim('PATCH', '/knobs', { webhook: { data: ['closure-islocked'], triggers: [] } });
  const attributes = async (): Promise<Json> => (await api('GET', '/webhooks')).body.data[0].attributes;
  const { url } = (await sim('GET', '/knobs')).webhook;
  const { name, ...others } = await attributes();
  assert.deepEqual(others, {
    callbackUri: url,
    errorCallbackUri: null,
    isEnabled: true,
    autoSubscribe: false,
    triggers: [],
    data: ['closure-islocked'],
  });
  await sim('PATCH', '/knobs', { dashboardShows: 'names' });
  assert.deepEqual(await attributes(), { name });
  const [application] = (await api('GET', '/applications')).body.data;
  assert.deepEqual(Object.keys(application.attributes), ['name']);
});

test('an event carries the signals that were ticked, and comes when one of the triggers changes [§6.7-2]', async (t) => {
  const { advance, received, sim, watched } = await stand(t);
  const car = await watched();
  const data = ['closure-islocked', 'odometer-traveleddistance'];
  await sim('PATCH', '/knobs', { webhook: { data, triggers: [] } });
  received.length = 0;
  await advance(3_600);
  assert.deepEqual(received, [], 'nothing is a trigger');
  await sim('POST', `/cars/${car.vin as string}/state-event`, {});
  await advance(2);
  const signals = (received as Received[])[0]?.event.data.signals;
  assert.deepEqual(signals.map(({ code }: Json) => code).sort(), data);
});

test('other addresses and secrets hold from now on, over a restart too, and everything can be as it was', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { call, connectUrl, restart, sim } = await stand(t, { stateFile: join(folder, 'state.json') });
  const other = 'https://cars.example.com/connect/callback';
  await sim('PATCH', '/application', { redirectUris: [other] });
  assert.equal((await call('GET', connectUrl().replace(/^https?:\/\/[^/]+/, ''))).status, 400);
  assert.equal((await call('PATCH', '/sim/api/application', { redirectUris: ['nowhere'] })).status, 400);
  const { secret } = await sim('POST', '/application/secrets', { of: 'v3' });
  assert.equal(await tokenStatus(call, demoCredentials.apiClientSecret), 401);
  await restart();
  assert.deepEqual((await sim('GET', '/application')).redirectUris, [other]);
  assert.equal(await tokenStatus(call, secret as string), 200);
  await sim('DELETE', '/application');
  assert.deepEqual((await sim('GET', '/application')).redirectUris, [redirectUri]);
  assert.equal(await tokenStatus(call, demoCredentials.apiClientSecret), 200);
});

test('the forms of the pages do what the controls do', async (t) => {
  const { call, sim } = await stand(t);
  const press = (fields: Record<string, string>) =>
    call('POST', '/sim/act', new URLSearchParams(fields).toString(), {
      'content-type': 'application/x-www-form-urlencoded',
    });
  await press({ action: 'knobs', 'webhook.data': 'closure-islocked  closure-doors', 'webhook.triggers': '' });
  const { webhook } = await sim('GET', '/knobs');
  assert.deepEqual([webhook.data, webhook.triggers], [['closure-islocked', 'closure-doors'], null]);
  await press({ action: 'redirect-uris', uris: 'https://a.example/x https://b.example/y' });
  assert.deepEqual((await sim('GET', '/application')).redirectUris, ['https://a.example/x', 'https://b.example/y']);
  await press({ action: 'secret', of: 'v2' });
  await press({ action: 'first-application' });
  assert.deepEqual((await sim('GET', '/application')).redirectUris, [redirectUri]);
});
