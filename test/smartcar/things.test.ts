/** One connection, user, subscription, webhook and application: asked for by id, found, not there, deleted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SmartcarUserId } from '../../src/domain/ids.ts';
import { readApplications } from '../../src/smartcar/applications.ts';
import { onlyAsked, readConnection, readConnections } from '../../src/smartcar/connections.ts';
import { readDeletion } from '../../src/smartcar/found.ts';
import type { Sent } from '../../src/smartcar/send.ts';
import { readSubscription, readWebhook } from '../../src/smartcar/subscriptions.ts';
import { against, json } from './badly-behaved-server.ts';
import { applicationId, connectionId, fixture, received, userId, vehicleId } from './fixture.ts';

const missing = (code: string): unknown => ({ errors: [{ type: 'RESOURCE_NOT_FOUND', code, status: '404' }] });
const one = fixture('connection-one') as { data: Record<string, unknown> }; // a fixture of ours
const wanted = { connectionId, vehicleId };
const idOf = (sent: Sent, of = wanted): unknown => {
  const answer = readConnection(sent, of);
  return answer.ok ? (answer.value?.id ?? null) : `${answer.failure.meaning} ${answer.failure.code ?? ''}`;
};

test('a connection is read wrapped, unwrapped, or as a list of one [§3.2-5]', () => {
  for (const body of [one, one.data, { data: [one.data] }]) assert.equal(idOf(received(body)), connectionId);
  assert.equal(idOf(received({ data: [] })), null);
});

test('a connection that is not there is no failure, and a wrong path is one', () => {
  assert.equal(idOf(received(missing('CONNECTION_NOT_FOUND'), { status: 404 })), null);
  assert.equal(idOf(received(missing('INVALID_PATH'), { status: 404 })), 'notFound INVALID_PATH');
  assert.equal(idOf(received('', { status: 503 })), 'smartcarFailing ');
});

test("somebody else's connection in place of the one that was asked for is nonsense [§3.2-8]", () => {
  const others = { connectionId: 'conn-2' as typeof connectionId, vehicleId: 'veh-2' as typeof vehicleId }; // any other ids
  assert.equal(idOf(received(one), others), 'nonsense ANOTHER_CONNECTION');
  assert.equal(idOf(received(one), { ...others, vehicleId }), connectionId);
});

test('a connection is asked for by its id, and where that finds nothing, by its vehicle [§3.2-5, §3.2-8]', async (t) => {
  const { smartcar, asked } = await against(t, (request, response) =>
    request.url?.endsWith(vehicleId) ? json(response, 200, one) : json(response, 404, missing('VEHICLE_NOT_FOUND')),
  );
  const found = await smartcar.findConnection('t', wanted);
  assert.ok(found.ok && found.value?.smartcarVehicleId === vehicleId);
  const alone = await smartcar.findConnection('t', { connectionId });
  assert.deepEqual(alone, { ok: true, value: null, requestId: 'req-7' });
  assert.deepEqual(asked, [
    `GET /v3/connections/${connectionId}`,
    `GET /v3/connections/${vehicleId}`,
    `GET /v3/connections/${connectionId}`,
  ]);
});

test('a connection that neither id finds is not there; one that can not be asked for is unknown', async (t) => {
  let status = 404;
  const { smartcar, asked } = await against(t, (_request, response) =>
    json(response, status, status === 404 ? missing('CONNECTION_NOT_FOUND') : {}),
  );
  const gone = await smartcar.findConnection('t', wanted);
  assert.ok(gone.ok && gone.value === null);
  assert.equal(asked.length, 2);
  status = 500;
  const unknown = await smartcar.findConnection('t', wanted);
  assert.ok(!unknown.ok && unknown.failure.meaning === 'smartcarFailing');
  assert.equal(asked.length, 3);
});

test('a list that shows external ids is held to the one that was asked for [§3.2-9]', () => {
  const withExternal = (externalId: unknown): unknown => ({
    data: [
      {
        ...one.data,
        relationships: { ...(one.data['relationships'] as object), user: { data: { id: userId, externalId } } },
      },
    ], // a fixture of ours
  });
  const left = (externalId: unknown): number => {
    const answer = readConnections(received(withExternal(externalId)));
    return answer.ok ? onlyAsked(answer.value.items, { externalId: 'own_1' }).length : Number.NaN;
  };
  assert.deepEqual(['own_1', 'own_2', undefined, null].map(left), [1, 0, 1, 1]);
});

test('a user is deleted with every connection, once [§3.2-7, §3.2-10]', async (t) => {
  let status = 204;
  const { smartcar, asked } = await against(t, (_request, response) => {
    if (status === 204) response.writeHead(204).end();
    else json(response, 404, missing('USER_NOT_FOUND'));
  });
  assert.deepEqual(await smartcar.deleteUser('t', userId), { ok: true, value: 'deleted', requestId: null });
  status = 404;
  const gone = await smartcar.deleteUser('t', '../connections/x' as SmartcarUserId); // an id as bad as they come
  assert.ok(gone.ok && gone.value === 'gone');
  assert.deepEqual(asked, [`DELETE /v3/users/${userId}`, 'DELETE /v3/users/../connections/x']);
});

test('a subscription and a webhook are found, not found, and the subscription deleted [§3.8-1, §3.8-6]', async (t) => {
  const subscriptions = fixture('subscriptions') as { data: unknown[] }; // a fixture of ours
  const webhooks = fixture('webhooks') as { data: unknown[] }; // a fixture of ours
  const { smartcar, asked } = await against(t, (request, response) => {
    if (request.method === 'DELETE') return void response.writeHead(204).end();
    if (request.url?.endsWith('/none')) return json(response, 404, missing('NOT_FOUND'));
    const list = request.url?.includes('/webhooks/') ? webhooks : subscriptions;
    json(response, 200, { data: list.data[0], links: { self: '…' } });
  });
  const subscription = await smartcar.findSubscription('t', 'sub-01');
  assert.ok(subscription.ok && subscription.value?.smartcarVehicleId === vehicleId);
  const webhook = await smartcar.findWebhook('t', 'w1');
  assert.ok(webhook.ok && webhook.value?.name === 'Fleet signals');
  for (const none of [await smartcar.findSubscription('t', 'none'), await smartcar.findWebhook('t', 'none')])
    assert.ok(none.ok && none.value === null);
  const deleted = await smartcar.deleteSubscription('t', 'sub-01');
  assert.ok(deleted.ok && deleted.value === 'deleted');
  assert.deepEqual(asked, [
    'GET /v3/subscriptions/sub-01',
    'GET /v3/webhooks/w1',
    'GET /v3/subscriptions/none',
    'GET /v3/webhooks/none',
    'DELETE /v3/subscriptions/sub-01',
  ]);
});

test('where the path of subscriptions is not known, the one below the webhook is tried [§3.8-7]', async (t) => {
  const subscriptions = fixture('subscriptions') as { data: unknown[] }; // a fixture of ours
  const { smartcar, asked } = await against(t, (request, response) => {
    if (request.url?.startsWith('/v3/subscriptions')) return json(response, 404, missing('INVALID_PATH'));
    if (request.method === 'POST') return json(response, 202, {});
    if (request.method === 'DELETE') return void response.writeHead(204).end();
    json(response, 200, request.url?.endsWith('/sub-01') ? { data: subscriptions.data[0] } : subscriptions);
  });
  const answers = [
    await smartcar.createSubscription('t', { vehicleId, userId, webhookId: 'w1' }),
    await smartcar.listSubscriptions('t', { webhookId: 'w1' }),
    await smartcar.findSubscription('t', 'sub-01', 'w1'),
    await smartcar.deleteSubscription('t', 'sub-01', 'w1'),
  ];
  assert.ok(answers.every(({ ok }) => ok));
  const alone = await smartcar.findSubscription('t', 'sub-01');
  assert.ok(!alone.ok && alone.failure.meaning === 'notFound');
  assert.deepEqual(
    asked.filter((one) => one.includes('/webhooks/')),
    [
      'POST /v3/webhooks/w1/subscriptions',
      'GET /v3/webhooks/w1/subscriptions?filter[webhookId]=w1&page[number]=1&page[size]=100',
      'GET /v3/webhooks/w1/subscriptions/sub-01',
      'DELETE /v3/webhooks/w1/subscriptions/sub-01',
    ],
  );
});

test('a subscription that is refused for another reason is not asked for elsewhere', async (t) => {
  const { smartcar, asked } = await against(t, (_request, response) =>
    json(response, 404, missing('VEHICLE_NOT_FOUND')),
  );
  const answer = await smartcar.createSubscription('t', { vehicleId, userId, webhookId: 'w1' });
  assert.ok(!answer.ok && answer.failure.code === 'VEHICLE_NOT_FOUND');
  assert.equal(asked.length, 1);
});

test('an application says its name and where it may send owners back, where it says so [§3.8-10]', async (t) => {
  const { smartcar, asked } = await against(t, (_request, response) => json(response, 200, fixture('applications')));
  const answer = await smartcar.listApplications('t');
  const redirectUris = ['https://towline.example/connect/callback'];
  assert.deepEqual(answer.ok && answer.value, [{ id: applicationId, name: 'Car sharing', redirectUris }]);
  assert.deepEqual(asked, ['GET /v3/applications']);
  const bare = readApplications(received({ data: [{ id: 'a1', attributes: { redirectUris: [7] } }] }));
  assert.deepEqual(bare.ok && bare.value.items, [{ id: 'a1', name: null, redirectUris: null }]);
});

for (const [name, read] of [
  ['a connection', (sent: Sent) => readConnection(sent, wanted)],
  ['a webhook', readWebhook],
  ['a subscription', readSubscription],
  ['applications', readApplications],
  ['a deletion', readDeletion],
] as const) {
  test(`no answer makes reading ${name} throw`, () => {
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.jsonValue().map((data) => JSON.stringify({ data, links: data })),
    );
    fc.assert(
      fc.property(
        body,
        fc.constantFrom(200, 202, 204, 302, 400, 401, 404, 500),
        (text, status) => typeof read(received(text, { status })).ok === 'boolean',
      ),
    );
  });
}
