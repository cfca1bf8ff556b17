/** Who may come in: keys, people, fleets, roles, origins. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { paths } from '../../src/http/contract/paths.ts';
import type { CallName } from '../../src/http/contract/paths.ts';
import { routes } from '../../src/http/contract/routes.ts';
import { mayDo, roles } from '../../src/domain/role.ts';
import { bearer, makeKey, makeRecords, makeVehicle, password, publicUrl, signIn, startServer } from './server.ts';
import type { TestServer } from './server.ts';

/** Smartcar's application is every fleet's: these are refused to a fleet's administrator too. */
const ofTheInstallation: ReadonlySet<CallName> = new Set<CallName>([
  'createFleet',
  'startReconciliation',
  'listAdoptable',
  'adopt',
  'getGoLive',
  'checkGoLive',
  'sendTestMessage',
]);

describe('the door', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer({ reconciledPlatforms: () => ['v3'] });
  });
  after(() => server.close());

  const get = (url: string, headers: Record<string, string>) =>
    server.app.inject({ method: 'GET', url: `/api/v1${url}`, headers });

  test('who has neither key nor session is told to sign in, on every call', async () => {
    for (const [method, path] of Object.values(paths)) {
      const answer = await server.app.inject({ method, url: `/api/v1${path.replace(':id', 'x')}` });
      assert.equal(answer.statusCode, 401, path);
      const body = answer.json<Record<string, unknown>>();
      assert.deepEqual(
        [body['code'], body['status'], body['requestId']],
        ['not_signed_in', 401, answer.headers['x-request-id']],
      );
      assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
    }
  });

  test('a key that nobody made, or one that ended, opens nothing', async () => {
    assert.equal((await get('/me', bearer('a-key-that-nobody-ever-made-0000'))).statusCode, 401);
    const made = await server.app.inject({
      method: 'POST',
      url: '/api/v1/api-keys',
      headers: bearer(server.north.key),
      payload: { name: 'Short-lived' },
    });
    assert.equal(made.statusCode, 201);
    const { id, key } = made.json<{ id: string; key: string }>();
    assert.equal((await get('/me', bearer(key))).json<{ role: string }>().role, 'viewer');
    const ended = await server.app.inject({
      method: 'DELETE',
      url: `/api/v1/api-keys/${id}`,
      headers: bearer(server.north.key),
    });
    assert.equal(ended.statusCode, 200);
    assert.equal((await get('/me', bearer(key))).statusCode, 401);
    assert.ok(!(await get('/api-keys', bearer(server.north.key))).body.includes(key), 'a key is shown once');
  });

  test('each role may do what its table says and nothing else', async () => {
    for (const role of roles) {
      const key = await makeKey(server, server.north.id, role);
      for (const name of Object.keys(paths) as CallName[]) {
        const [method, path] = paths[name];
        const answer = await server.app.inject({
          method,
          url: `/api/v1${path.replace(':id', 'x')}`,
          headers: bearer(key),
          ...(method === 'GET' ? {} : { payload: { wrong: 1 } }),
        });
        const refused = answer.statusCode === 403;
        assert.equal(
          refused,
          !mayDo(role, routes[name].needs) || (ofTheInstallation.has(name) && refused),
          `${role} ${name} ${answer.statusCode}`,
        );
        if (refused) assert.equal(answer.json<{ code: string }>().code, 'not_allowed');
      }
    }
  });

  test('a person signs in with the right password, asks as themselves, and is out after signing out', async () => {
    const cookie = await signIn(server.app);
    const me = await get('/me', { cookie });
    assert.equal(me.statusCode, 200, me.body);
    const { name, email, role, fleet, fleets, installationAdministrator } = me.json<Record<string, unknown>>();
    assert.deepEqual(
      { name, email, role, installationAdministrator },
      { name: 'Ada', email: 'ada@north.example', role: 'administrator', installationAdministrator: true },
    );
    assert.equal((fleet as { id: string }).id, server.north.id);
    assert.equal((fleets as unknown[]).length, 2);

    const out = await server.app.inject({
      method: 'POST',
      url: '/api/auth/sign-out',
      headers: { cookie, origin: publicUrl },
    });
    assert.equal(out.statusCode, 200, out.body);
    const sessionOnly = cookie
      .split('; ')
      .filter((part) => !part.includes('session_data'))
      .join('; ');
    assert.equal((await get('/me', { cookie: sessionOnly })).statusCode, 401);
    const act = await server.app.inject({
      method: 'POST',
      url: '/api/v1/owners',
      headers: { cookie, origin: publicUrl },
      payload: {},
    });
    assert.equal(act.statusCode, 401, 'what acts never trusts a cached session');
  });

  test('a session cookie is closed to scripts and other sites', async () => {
    const answer = await server.app.inject({
      method: 'POST',
      url: '/api/auth/sign-in/email',
      payload: { email: 'ada@north.example', password },
    });
    const cookies = [answer.headers['set-cookie']].flat();
    assert.ok(cookies.length > 0);
    for (const cookie of cookies) assert.match(String(cookie), /^towline\..*HttpOnly; SameSite=Lax/);
  });

  test('a wrong password is refused, nobody can sign up, and guessing is slowed', async () => {
    const guess = (email: string) =>
      server.app.inject({
        method: 'POST',
        url: '/api/auth/sign-in/email',
        remoteAddress: '192.0.2.7',
        payload: { email, password: 'wrong password' },
      });
    const wrong = await guess('ada@north.example');
    const stranger = await guess('nobody@north.example');
    assert.deepEqual(
      [wrong.statusCode, stranger.statusCode, wrong.body],
      [401, 401, stranger.body],
      'the same answer whether or not the address is known',
    );
    const signUp = await server.app.inject({
      method: 'POST',
      url: '/api/auth/sign-up/email',
      payload: { name: 'Eve', email: 'eve@x.example', password },
    });
    assert.equal(signUp.statusCode, 404);
    for (let i = 0; i < 10; i += 1) await guess('ada@north.example');
    const slowed = await guess('ada@north.example');
    assert.equal(slowed.statusCode, 429);
    assert.ok(Number(slowed.headers['retry-after']) > 0);
    assert.ok((await signIn(server.app)).length > 0, 'others are not held up');
  });

  test('what acts by cookie must come from our own pages', async () => {
    const cookie = await signIn(server.app);
    const post = (headers: Record<string, string>) =>
      server.app.inject({ method: 'POST', url: '/api/v1/fleets', headers: { cookie, ...headers }, payload: {} });
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'http://127.0.0.1:4010' },
      { origin: 'null' },
      {},
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const answer = await post(headers as Record<string, string>);
      assert.deepEqual(
        [answer.statusCode, answer.json<{ code: string }>().code],
        [403, 'wrong_origin'],
        JSON.stringify(headers),
      );
    }
    assert.equal((await post({ origin: publicUrl })).statusCode, 400);
    assert.equal((await post({ origin: 'http://localhost:4000' })).statusCode, 400);
    assert.equal((await post({ 'sec-fetch-site': 'same-origin' })).statusCode, 400);
  });

  test("a fleet's key opens its own fleet; only an installation's names others", async () => {
    const inFleet = (key: string, fleet: string) => get('/me', { ...bearer(key), 'towline-fleet': fleet });
    assert.equal((await inFleet(server.north.key, server.north.id)).statusCode, 200);
    assert.equal((await inFleet(server.north.key, server.south.id)).statusCode, 404);
    const visited = await inFleet(server.installationKey, server.south.id);
    assert.equal(visited.json<{ fleet: { name: string } }>().fleet.name, 'South');
    assert.equal((await inFleet(server.installationKey, 'flt_unknown')).statusCode, 404);
  });

  test("only the installation's administrator makes a fleet", async () => {
    const make = (key: string) =>
      server.app.inject({ method: 'POST', url: '/api/v1/fleets', headers: bearer(key), payload: { name: 'West' } });
    assert.equal((await make(server.north.key)).statusCode, 403);
    const made = await make(server.installationKey);
    assert.equal(made.statusCode, 201, made.body);
    assert.equal(
      (
        await get('/overview', { ...bearer(server.installationKey), 'towline-fleet': made.json<{ id: string }>().id })
      ).json<{ vehicles: number }>().vehicles,
      0,
    );
  });

  test("another fleet's things are not there: 404 for each id, and nothing of them in any list", async () => {
    const { vehicleId, ownerId } = await makeVehicle(server, server.south.id, {
      number: 'SOUTH-1',
      status: 'active',
      newsH: 1,
    });
    const records = await makeRecords(server, server.south.id, { vehicleId, ownerId, number: 'SOUTH-1' });
    const ofVehicle = ['', '/signals', '/timeline'].map((part) => `/vehicles/${vehicleId}${part}`);
    for (const url of [...ofVehicle, `/owners/${ownerId}`, ...records]) {
      assert.equal((await get(url, bearer(server.south.key))).statusCode, 200, url);
      assert.equal((await get(url, bearer(server.north.key))).statusCode, 404, url);
    }
    const closed: string[] = [paths.listAdoptable[1], paths.getGoLive[1]];
    for (const [method, path] of Object.values(paths)) {
      if (method !== 'GET' || path.includes(':id') || closed.includes(path)) continue;
      const answer = await get(path, bearer(server.north.key));
      assert.equal(answer.statusCode, 200, `${path} ${answer.body}`);
      assert.ok(!/SOUTH-1|South/.test(answer.body), path);
    }
    const theirs = ['/vehicles', '/owners', '/alerts', '/notifications', '/mailbox', '/webhook-events', '/audit'];
    for (const url of theirs)
      assert.equal(
        (await get(url, bearer(server.south.key))).json<{ items: unknown[] }>().items.length >= 1,
        true,
        url,
      );
    const line = (await get(`/vehicles/${vehicleId}/timeline`, bearer(server.south.key))).json<{
      items: { text: string }[];
    }>().items[0];
    assert.ok((line?.text.length ?? 0) > 10);
    assert.equal(
      (await get('/vehicles?q=SOUTH', bearer(server.north.key))).json<{ items: unknown[] }>().items.length,
      0,
    );
  });
});
