import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controls } from '../../simulator/control/description.ts';
import { stand, type Json } from './stand.ts';

test('the OpenAPI document names every control, and no other', async (t) => {
  const { running, sim } = await stand(t);
  const document = await sim('GET', '/openapi.json');
  assert.equal(document.openapi, '3.1.0');
  const documented = Object.entries(document.paths as Record<string, object>)
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`))
    .sort();
  const { calls, imitated } = await sim('GET', '');
  assert.deepEqual(documented, Object.keys(calls).sort());
  // One route with a parameter that may be absent is two controls.
  const registered = running.simulator.routes
    .filter((route) => route.includes(' /sim/api'))
    .flatMap((route) => (route.endsWith('?') ? [route.slice(0, -1), route.replace(/\/:\w+\?$/, '')] : [route]))
    .map((route) => route.replaceAll(/:(\w+)/g, '{$1}'));
  assert.deepEqual(documented, registered.sort());
  assert.ok(imitated.includes('GET /v3/vehicles/:vehicleId/signals') && imitated.includes('POST /oauth2/token'));
  assert.equal(
    imitated.some((route: string) => route.includes('/sim') || route.endsWith('*')),
    false,
  );
});

test('every control that is registered is described', async (t) => {
  const { call } = await stand(t);
  for (const { method, path } of controls) {
    const url = `/sim/api${path.replaceAll(/\{\w+\}/g, 'none')}`;
    const answer = await call(method, url, method === 'GET' || method === 'DELETE' ? undefined : { odd: true });
    assert.notEqual(answer.status, 501, `${method} ${url}`);
    assert.ok(answer.status < 500, `${method} ${url}: ${answer.text}`);
  }
});

test('a body of a control is described by the schema that validates it', async (t) => {
  const { call, sim } = await stand(t);
  const { paths } = await sim('GET', '/openapi.json');
  const schemaOf = (path: string, method: string): Json =>
    paths[path][method].requestBody.content['application/json'].schema;
  const kinds = schemaOf('/sim/api/faults', 'post').oneOf.map((item: Json) => item.properties.kind.const);
  assert.ok(kinds.includes('answer-lost') && kinds.includes('unreachable'));
  const { failureShape } = schemaOf('/sim/api/knobs', 'patch').properties;
  assert.deepEqual(failureShape.enum, ['signals', 'request', 'signals-without-meta']);
  for (const value of failureShape.enum as string[])
    assert.equal((await call('PATCH', '/sim/api/knobs', { failureShape: value })).status, 200);
  const examples = controls.filter(({ example }) => example !== undefined);
  for (const { body, example, path } of examples) assert.equal(body?.safeParse(example).success, true, path);
});

test('a control that gets a form says that it takes JSON', async (t) => {
  const { call, sim } = await stand(t);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const refused = await call('POST', '/sim/api/faults', 'kind=hang-up', form);
  assert.equal(refused.status, 415);
  assert.match(refused.body.error, /content-type: application\/json/);
  assert.deepEqual((await sim('GET', '/faults')).faults, []);
});

test('the quick start shows the present password and the ids of this world', async (t) => {
  const { call, sim } = await stand(t);
  const [car] = (await sim('GET', '/world')).cars;
  await sim('POST', `/accounts/${car.account.email as string}/password`, { password: 'another-one' });
  const { text } = await call('GET', '/sim/start');
  for (const words of ['another-one', car.vin as string, car.account.email as string]) assert.ok(text.includes(words));
});
