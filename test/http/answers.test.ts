/** How mistakes are told, acts are done once, and the description agrees with the answers. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Refusal, refusals } from '../../src/domain/refusal.ts';
import type { RefusalCode } from '../../src/domain/refusal.ts';
import { files, paths } from '../../src/http/contract/paths.ts';
import { problem } from '../../src/http/contract/shared.ts';
import { bearer, makeVehicle, now, startServer } from './server.ts';
import type { TestServer } from './server.ts';

describe('answers', () => {
  let server: TestServer;
  let vehicleId: string;
  let checks = 0;
  let throwing: () => unknown = () => new Error('not set');
  let running: PromiseWithResolvers<void> | null = null;

  before(async () => {
    server = await startServer({
      async check() {
        checks += 1;
        await running?.promise;
      },
      acknowledgeAlert: () => Promise.reject(throwing()),
      sendConnectLink: () =>
        Promise.resolve({ url: 'http://127.0.0.1:4000/o/secret-of-a-link', expiresAt: now, delivered: false }),
    });
    ({ vehicleId } = await makeVehicle(server, server.north.id, { number: 'CAR-1', status: 'active', newsH: 1 }));
  });
  after(() => server.close());

  const post = (url: string, headers: Record<string, string> = {}, payload: string | object = {}) =>
    server.app.inject({
      method: 'POST',
      url: `/api/v1${url}`,
      headers: { ...bearer(server.north.key), ...headers },
      payload,
    });

  test('every refusal has its status, its code and its remedy', async () => {
    for (const code of Object.keys(refusals) as RefusalCode[]) {
      throwing = () => new Refusal(code, 'Said for this one case.');
      const answer = await post('/alerts/alt_00000000000000000000000000/acknowledge');
      const body = problem.parse(answer.json());
      assert.deepEqual(
        [answer.statusCode, body.code, body.title, body.detail],
        [refusals[code].status, code, refusals[code].title, 'Said for this one case.'],
      );
      assert.equal(body.requestId, answer.headers['x-request-id']);
    }
    assert.deepEqual(
      server.logged.filter((line) => line.includes('A request failed')),
      [],
      'a refusal is no fault',
    );
  });

  test('what breaks is answered without details and logged once with the id of the request', async () => {
    throwing = () => new Error('the secret of the house');
    const answer = await post('/alerts/alt_00000000000000000000000000/acknowledge');
    assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [500, 'internal']);
    assert.ok(!answer.body.includes('secret'));
    const lines = server.logged.filter((line) => line.includes(String(answer.headers['x-request-id'])));
    assert.equal(lines.length, 1);
  });

  test('a database that is away is 503, not a fault', async () => {
    throwing = () => Object.assign(new Error('connect ENOENT'), { code: 'ENOENT', syscall: 'connect' });
    const answer = await post('/alerts/alt_00000000000000000000000000/acknowledge');
    assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [503, 'database_unavailable']);
  });

  test('what does not fit is told field by field', async () => {
    const answer = await post('/owners', {}, { name: '', email: 'nobody', country: 'de', admin: true });
    assert.equal(answer.statusCode, 400);
    const { code, errors = [] } = problem.parse(answer.json());
    assert.equal(code, 'invalid_input');
    assert.deepEqual(errors.map(({ field }) => field).sort(), ['', 'country', 'email', 'name']);
  });

  test('a body that is no JSON, too large, or of another type is refused', async () => {
    const json = { 'content-type': 'application/json' };
    assert.equal((await post('/owners', json, '{"name":')).json<{ code: string }>().code, 'invalid_input');
    assert.equal(
      (await post('/owners', { 'content-type': 'text/csv' }, 'a;b')).json<{ code: string }>().code,
      'unsupported_media_type',
    );
    assert.equal(
      (await post('/owners', json, JSON.stringify({ name: 'x'.repeat(300_000) }))).json<{ code: string }>().code,
      'too_large',
    );
    assert.equal((await post('/owners', json, '{"__proto__": {"admin": true}}')).statusCode, 400);
  });

  test('a zero byte, which no text can hold, is a mistake of the caller', async () => {
    for (const url of ['/vehicles?q=%00', '/vehicles/%00/signals', '/owners?q=a%00b', '/alerts?vehicle=%00']) {
      const answer = await server.app.inject({
        method: 'GET',
        url: `/api/v1${url}`,
        headers: bearer(server.north.key),
      });
      assert.equal(answer.statusCode, 400, url);
    }
  });

  test('an unknown address is a problem for programs', async () => {
    const answer = await server.app.inject({ method: 'GET', url: '/api/v1/nothing' });
    assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [404, 'not_found']);
    assert.equal(
      (await server.app.inject({ method: 'GET', url: '/api/v1/vehicles/%00', headers: bearer(server.north.key) }))
        .statusCode,
      404,
    );
  });

  test('the same key and request act once and are answered the same again', async () => {
    const before = checks;
    const first = await post(`/vehicles/${vehicleId}/check`, { 'idempotency-key': 'one' });
    const second = await post(`/vehicles/${vehicleId}/check`, { 'idempotency-key': 'one' });
    assert.deepEqual([first.statusCode, second.statusCode], [200, 200], first.body);
    assert.equal(second.body, first.body);
    assert.equal(second.headers['idempotent-replayed'], 'true');
    assert.equal(checks - before, 1);
    const other = await post(`/vehicles/${vehicleId}/connect`, { 'idempotency-key': 'one' });
    assert.deepEqual([other.statusCode, other.json<{ code: string }>().code], [409, 'idempotency_conflict']);
  });

  test('a double tap while the first still runs does not act twice', async () => {
    const before = checks;
    running = Promise.withResolvers();
    const first = post(`/vehicles/${vehicleId}/check`, { 'idempotency-key': 'two' });
    first.catch(() => undefined);
    void first.then(() => undefined);
    while (checks === before) await new Promise((resolve) => setImmediate(resolve));
    const second = await post(`/vehicles/${vehicleId}/check`, { 'idempotency-key': 'two' });
    running.resolve();
    running = null;
    assert.equal((await first).statusCode, 200);
    assert.deepEqual([second.statusCode, second.json<{ code: string }>().code], [409, 'idempotency_conflict']);
    assert.equal(checks - before, 1);
  });

  test('a refused request leaves its key free', async () => {
    throwing = () => new Refusal('alert_closed');
    const url = '/alerts/alt_00000000000000000000000000/acknowledge';
    assert.equal((await post(url, { 'idempotency-key': 'three' })).json<{ code: string }>().code, 'alert_closed');
    assert.equal((await post(url, { 'idempotency-key': 'three' })).json<{ code: string }>().code, 'alert_closed');
  });

  test('answers kept for an Idempotency-Key hold no link in clear', async () => {
    const first = await post(`/vehicles/${vehicleId}/connect`, { 'idempotency-key': 'four' });
    assert.match(first.body, /secret-of-a-link/);
    assert.equal((await post(`/vehicles/${vehicleId}/connect`, { 'idempotency-key': 'four' })).body, first.body);
    const kept = await server.database.asFleet(server.north.id, (tx) =>
      tx.selectFrom('idempotency').selectAll().execute(),
    );
    assert.ok(!JSON.stringify(kept).includes('secret-of-a-link'));
  });

  test('what acts is in the audit log with who did it, and no secret', async () => {
    const answer = await server.app.inject({ method: 'GET', url: '/api/v1/audit', headers: bearer(server.north.key) });
    const { items } = answer.json<{ items: { act: string; subject: string | null; requestId: string | null }[] }>();
    const linked = items.filter(({ act }) => act === 'connectVehicle');
    assert.equal(linked.length, 1, 'an answer given again is no second act');
    assert.equal(linked[0]?.subject, vehicleId);
    assert.ok(linked[0]?.requestId);
    assert.ok(!answer.body.includes('secret-of-a-link'));
  });

  test('the description names every call and file, its parameters and its problems', async () => {
    const answer = await server.app.inject({ method: 'GET', url: '/api/openapi.json' });
    const document = answer.json<{
      openapi: string;
      paths: Record<
        string,
        Record<string, { operationId: string; responses: Record<string, unknown>; parameters?: { name: string }[] }>
      >;
    }>();
    assert.equal(document.openapi, '3.1.0');
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [operationId, method.toUpperCase(), path]),
    );
    const at = (path: string): string => `/api/v1${path.replaceAll(/:(\w+)/g, '{$1}')}`;
    const expected = [
      ...Object.entries(paths).map(([name, [method, path]]) => [name, method, at(path)]),
      ...Object.entries(files).map(([name, path]) => [name, 'GET', at(path)]),
    ];
    assert.deepEqual(described.sort(), expected.sort());
    const list = document.paths['/api/v1/vehicles']?.['get'];
    assert.ok(list?.parameters?.some(({ name }) => name === 'freshness'));
    assert.deepEqual(Object.keys(list?.responses ?? {}), ['200', '4XX', '5XX']);
    const docs = await server.app.inject({ method: 'GET', url: '/api/docs/' });
    assert.equal(docs.statusCode, 200);
  });
});
