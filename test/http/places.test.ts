/** Every place that is not the API: pages behind links, webhooks, the stream, probes, the dashboard's files. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';

import { Refusal } from '../../src/domain/refusal.ts';
import type { LinkPage } from '../../src/flows/link-page.ts';
import type { Flows } from '../../src/http/needs.ts';
import { bearer, publicUrl, signIn, startServer } from './server.ts';
import type { TestServer } from './server.ts';

const connectOrigin = 'http://127.0.0.1:4010';
const fleet = { name: 'North', supportContact: null };
const work: LinkPage = {
  page: 'work',
  kind: 'connect',
  fleet,
  ownerName: 'Grace',
  permissions: { required: ['read_location'], optional: [] },
  problem: null,
  language: 'en',
  cars: [
    {
      connectionId: null,
      number: 'CAR-1',
      plate: null,
      make: 'VOLKSWAGEN',
      model: 'ID.3',
      year: 2023,
      state: 'toDo',
      cause: null,
      starts: 'grant',
      endedAt: null,
      steps: [],
    },
  ],
};

describe('places', () => {
  let server: TestServer;
  const built = mkdtempSync(join(tmpdir(), 'towline-built-'));
  const calls: { name: string; given: unknown[] }[] = [];
  const flows: Partial<Flows> = {
    viewLink: (token) =>
      Promise.resolve(
        token === 'known'
          ? work
          : { page: 'closed', reason: token === 'old' ? 'expired' : 'unknown', fleet: null, language: 'en' },
      ),
    startFromLink(...given) {
      calls.push({ name: 'start', given });
      if (given[0] === 'elsewhere') return Promise.resolve('https://evil.example/oauth/authorize');
      return given[0] === 'known'
        ? Promise.resolve(`${connectOrigin}/oauth/authorize?state=s`)
        : Promise.reject(new Refusal('link_unknown'));
    },
    returnFromConnect(query, browser, confirmed) {
      calls.push({ name: 'return', given: [query, browser, confirmed] });
      return Promise.resolve(browser || confirmed ? { next: 'page', token: 'known' } : { next: 'confirm' });
    },
    viewRenter: (token) =>
      token === 'breaks'
        ? Promise.reject(new Error('no such table'))
        : Promise.resolve({ page: 'closed', reason: 'unknown', fleet: null, startsAt: null, language: 'en' }),
    receiveWebhook(body, signature) {
      calls.push({ name: 'webhook', given: [body, signature] });
      if (body.toString() === 'broken') return Promise.reject(new Error('no room'));
      return Promise.resolve(signature ? { status: 200, body: null } : { status: 401, body: { error: 'unsigned' } });
    },
  };

  before(async () => {
    mkdirSync(join(built, 'assets'));
    writeFileSync(join(built, 'index.html'), '<!doctype html><title>Towline</title>');
    writeFileSync(join(built, 'assets', 'main-abc.js'), 'export {};');
    server = await startServer(flows, { dashboardDir: built, connectOrigin, heartbeatMs: 30 });
  });
  after(async () => {
    await server.close();
    rmSync(built, { recursive: true });
  });

  const inject = (
    method: 'GET' | 'HEAD' | 'POST',
    url: string,
    more: { headers?: Record<string, string>; payload?: string | Buffer } = {},
  ) => server.app.inject({ method, url, ...more });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  test('a link opens a page that nobody indexes, keeps or frames, and GET and HEAD start nothing', async () => {
    calls.length = 0;
    const page = await inject('GET', '/o/known');
    assert.equal(page.statusCode, 200, page.body);
    assert.match(page.body, /<form/);
    assert.deepEqual(
      [
        page.headers['cache-control'],
        page.headers['referrer-policy'],
        page.headers['x-robots-tag'],
        page.headers['x-frame-options'],
      ],
      ['no-store', 'no-referrer', 'noindex, nofollow', 'DENY'],
    );
    assert.match(
      String(page.headers['content-security-policy']),
      /default-src 'none'.*form-action 'self' http:\/\/127\.0\.0\.1:4010/,
    );
    assert.equal((await inject('HEAD', '/o/known')).statusCode, 200);
    assert.deepEqual(calls, []);
    assert.equal((await inject('HEAD', '/connect/callback?code=c&state=s')).statusCode, 404);
    assert.deepEqual(calls, []);
  });

  test('an unknown link is 404 and an expired one 410, both as pages', async () => {
    const unknown = await inject('GET', '/o/nonsense');
    assert.deepEqual([unknown.statusCode, String(unknown.headers['content-type'])], [404, 'text/html; charset=utf-8']);
    assert.equal((await inject('GET', '/o/old')).statusCode, 410);
    const pressed = await inject('POST', '/o/nonsense', { headers: form, payload: '' });
    assert.equal(pressed.statusCode, 404);
    assert.match(pressed.body, /Ask the fleet for a new one/);
  });

  test('whoever tries link after link is stopped, and told when to go on', async () => {
    const guess = () => server.app.inject({ method: 'GET', url: '/o/guess', remoteAddress: '192.0.2.9' });
    for (let i = 0; i < 120; i += 1) await guess();
    const stopped = await guess();
    assert.equal(stopped.statusCode, 429);
    assert.ok(Number(stopped.headers['retry-after']) > 0);
    assert.match(stopped.body, /Too many requests/);
    assert.equal((await inject('GET', '/o/known')).statusCode, 200, 'others are not held up');
  });

  test("a renter's link is no more to be guessed than an owner's, and what breaks behind it is logged without it", async () => {
    const guess = () => server.app.inject({ method: 'GET', url: '/r/guess', remoteAddress: '192.0.2.10' });
    for (let i = 0; i < 120; i += 1) assert.equal((await guess()).statusCode, 404);
    assert.equal((await guess()).statusCode, 429);
    const broken = await inject('GET', '/r/breaks');
    assert.deepEqual([broken.statusCode, String(broken.headers['content-type'])], [500, 'text/html; charset=utf-8']);
    assert.doesNotMatch(broken.body, /no such table/);
    assert.ok(server.logged.some((line) => line.includes('no such table')));
    assert.ok(!server.logged.some((line) => line.includes('/r/')));
  });

  test('the button leads to Connect and nowhere else, and marks this browser', async () => {
    const pressed = await inject('POST', '/o/known', { headers: form, payload: 'connectionId=con_1' });
    assert.deepEqual([pressed.statusCode, pressed.headers.location], [303, `${connectOrigin}/oauth/authorize?state=s`]);
    const cookie = String(pressed.headers['set-cookie']);
    assert.match(cookie, /^towline_browser=[A-Za-z0-9_-]{43}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/);
    assert.equal((calls.at(-1)?.given[1] as { connectionId: string }).connectionId, 'con_1');
    const elsewhere = await inject('POST', '/o/elsewhere', { headers: form, payload: '' });
    assert.deepEqual([elsewhere.statusCode, elsewhere.headers.location], [500, undefined]);
    const foreign = await inject('POST', '/o/known', {
      headers: { ...form, 'sec-fetch-site': 'cross-site' },
      payload: '',
    });
    assert.equal(foreign.statusCode, 403);
  });

  test('the browser that left comes back to its page; another one is asked first', async () => {
    const pressed = await inject('POST', '/o/known', { headers: form, payload: '' });
    const cookie = String(pressed.headers['set-cookie']).split(';')[0] ?? '';
    const back = await inject('GET', '/connect/callback?code=c&state=s', { headers: { cookie } });
    assert.deepEqual([back.statusCode, back.headers.location], [303, '/o/known']);
    const other = await inject('GET', '/connect/callback?code=c&state=s%22%3E%3Cscript%3E');
    assert.equal(other.statusCode, 200);
    assert.match(other.body, /action="\/connect\/confirm"/);
    assert.ok(!other.body.includes('<script>'));
    const confirmed = await inject('POST', '/connect/confirm', { headers: form, payload: 'code=c&state=s' });
    assert.deepEqual([confirmed.statusCode, confirmed.headers.location], [303, '/o/known']);
    const [query, itsOwn, isConfirmed] = calls.at(-1)?.given ?? [];
    assert.deepEqual([query, isConfirmed], [{ code: 'c', state: 's' }, true]);
    // It is the sign-in's from now on, and known when it comes again.
    assert.ok(String(confirmed.headers['set-cookie']).includes(String(itsOwn)));
  });

  test('a webhook reaches the flow byte by byte, whatever it calls itself, and is answered as the flow says', async () => {
    const body = Buffer.from('{ "b":1,\u0000 not json \xff', 'latin1');
    const signed = await inject('POST', '/webhooks/smartcar', {
      headers: { 'sc-signature': 'abc', 'content-type': 'application/json' },
      payload: body,
    });
    assert.equal(signed.statusCode, 200);
    assert.deepEqual(calls.at(-1)?.given, [body, 'abc']);
    const unsigned = await inject('POST', '/webhooks/smartcar', { payload: body });
    assert.deepEqual([unsigned.statusCode, unsigned.json()], [401, { error: 'unsigned' }]);
    assert.equal(
      (await inject('POST', '/webhooks/smartcar', { headers: { 'sc-signature': 'x' }, payload: 'broken' })).statusCode,
      503,
    );
  });

  test('an oversized webhook is refused before the flow sees it', async () => {
    calls.length = 0;
    const answer = await inject('POST', '/webhooks/smartcar', {
      headers: { 'content-type': 'application/json' },
      payload: Buffer.alloc(65 * 1_024, 'x'),
    });
    assert.equal(answer.statusCode, 413);
    assert.deepEqual(calls, []);
  });

  test('a change is told within a second to the fleet it belongs to, once for many, and to nobody else', async () => {
    const url = await server.app.listen({ port: 0, host: '127.0.0.1' });
    const [north, south] = await Promise.all(
      [server.north, server.south].map(({ key }) => openStream(url, bearer(key))),
    );
    assert.ok(north && south);
    await north.until(': ready');
    await south.until(': ready');
    for (const id of ['veh_1', 'veh_2', 'veh_1']) {
      await notify(server, JSON.stringify({ fleetId: server.north.id, vehicles: [id], topics: ['vehicles'] }));
    }
    await notify(server, 'not json');
    const heard = await north.until('event: change');
    assert.match(heard, /data: \{"topics":\["vehicles"\],"vehicles":\["veh_1","veh_2"\]\}/);
    await south.until(': still here');
    assert.ok(!south.text().includes('event: change'));
    await Promise.all([north.end(), south.end()]);
  });

  test('a stream ends when the session ends', async () => {
    const url = server.app.listeningOrigin;
    const cookie = await signIn(server.app);
    const stream = await openStream(url, { cookie });
    await stream.until(': still here');
    await server.app.inject({ method: 'POST', url: '/api/auth/sign-out', headers: { cookie, origin: publicUrl } });
    await stream.ended;
    assert.equal((await fetch(`${url}/api/v1/stream`)).status, 401);
  });

  test('probes say that the process lives, what it misses, and how much it did', async () => {
    assert.equal((await inject('GET', '/healthz')).statusCode, 200);
    assert.deepEqual((await inject('GET', '/readyz')).json(), { ready: true, missing: [] });
    const metrics = await inject('GET', '/metrics');
    assert.match(metrics.body, /towline_http_requests_total\{method="GET",route="\/o\/:token",status="404"\} \d+/);
    assert.match(metrics.body, /towline_smartcar_requests_available 120/);
    assert.match(metrics.body, /towline_webhook_answers_total\{status="413"\} 1/);
    assert.ok(!metrics.body.includes('known'));
    const far = (headers: Record<string, string>) =>
      server.app.inject({ method: 'GET', url: '/metrics', remoteAddress: '192.0.2.1', headers });
    assert.equal((await far({})).statusCode, 401);
    assert.equal((await far(bearer(server.north.key))).statusCode, 200);
    assert.equal((await inject('GET', '/metrics', { headers: { 'x-forwarded-for': '192.0.2.1' } })).statusCode, 401);
  });

  test('the dashboard is one page for all its addresses, and its files are kept for good', async () => {
    const html = { accept: 'text/html' };
    for (const url of ['/', '/vehicles', '/vehicles/veh_1?tab=timeline']) {
      const page = await inject('GET', url, { headers: html });
      assert.deepEqual([page.statusCode, page.headers['cache-control']], [200, 'no-cache'], url);
      assert.match(page.body, /<title>Towline/);
      assert.match(String(page.headers['content-security-policy']), /script-src 'self';.*frame-ancestors 'none'/);
      assert.equal(page.headers['strict-transport-security'], undefined, 'not on a plain address');
    }
    const file = await inject('GET', '/assets/main-abc.js');
    assert.equal(file.headers['cache-control'], 'public, max-age=31536000, immutable');
    for (const url of ['/assets/gone.js', '/api/nothing', '/webhooks/other', '/assets/..%2f..%2fpackage.json']) {
      assert.equal((await inject('GET', url, { headers: html })).statusCode, 404, url);
    }
  });
});

describe('a server without a dashboard or a database', () => {
  test('says how to build the dashboard, and that the database is missing', async () => {
    const server = await startServer({}, { publicUrl: 'https://towline.example' });
    const page = await server.app.inject({ method: 'GET', url: '/vehicles', headers: { accept: 'text/html' } });
    assert.deepEqual([page.statusCode, page.body.includes('npm start')], [503, true]);
    assert.match(String(page.headers['strict-transport-security']), /max-age=31536000/);
    const signedIn = await server.app.inject({
      method: 'POST',
      url: '/api/auth/sign-in/email',
      payload: { email: 'ada@north.example', password: 'a long enough password' },
    });
    for (const cookie of [signedIn.headers['set-cookie']].flat())
      assert.match(String(cookie), /^__Secure-towline\..*Secure/);
    const cookie = [signedIn.headers['set-cookie']]
      .flat()
      .map((line) => String(line).split(';')[0])
      .filter((part) => !part?.includes('session_data'))
      .join('; ');
    await server.loseDatabase();
    assert.deepEqual((await server.app.inject({ method: 'GET', url: '/readyz' })).json(), {
      ready: false,
      missing: ['database'],
    });
    for (const headers of [bearer(server.north.key), { cookie }]) {
      const answer = await server.app.inject({ method: 'GET', url: '/api/v1/me', headers });
      assert.deepEqual(
        [answer.statusCode, answer.json<{ code: string }>().code],
        [503, 'database_unavailable'],
        JSON.stringify(headers),
      );
    }
    await server.close();
  });
});

async function notify(server: TestServer, payload: string): Promise<void> {
  await server.database.asSystem((tx) => sql`select pg_notify('towline_changes', ${payload})`.execute(tx));
}

interface OpenStream {
  text(): string;
  /** Resolves with everything heard so far once it holds this. */
  until(part: string): Promise<string>;
  ended: Promise<void>;
  end(): Promise<void>;
}

async function openStream(url: string, headers: Record<string, string>): Promise<OpenStream> {
  const stopping = new AbortController();
  const response = await fetch(`${url}/api/v1/stream`, {
    headers,
    signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(10_000)]),
  });
  assert.equal(response.status, 200);
  let heard = '';
  const waiting = new Set<() => void>();
  const ended = (async () => {
    try {
      for await (const chunk of response.body ?? []) {
        heard += Buffer.from(chunk).toString();
        waiting.forEach((look) => look());
      }
    } catch (error) {
      if (!stopping.signal.aborted) throw error;
    }
  })();
  return {
    text: () => heard,
    until: (part) =>
      new Promise((resolve, reject) => {
        const look = (): void => (heard.includes(part) ? resolve(heard) : undefined);
        waiting.add(look);
        look();
        ended.then(() => reject(new Error(`The stream ended without ${part}: ${heard}`)), reject);
      }),
    ended,
    async end() {
      stopping.abort();
      await ended;
    },
  };
}
