/** What strangers and slips send: refused with a reason, and never a fault of ours. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { bearer, startServer } from './server.ts';
import type { TestServer } from './server.ts';

const cursorOf = (...parts: string[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

describe('odd input', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer();
  });
  after(() => server.close());

  const ask = (method: 'GET' | 'POST', url: string, payload?: object) =>
    server.app.inject({ method, url, headers: bearer(server.north.key), ...(payload ? { payload } : {}) });

  test('a cursor from before all times is not one of ours', async () => {
    for (const time of ['-271821-04-20T00:00:00.000Z', '+275760-09-13T00:00:00.000Z', 'soon']) {
      const answer = await ask('GET', `/api/v1/alerts?cursor=${cursorOf(time, 'x')}`);
      assert.equal(answer.json<{ code: string }>().code, 'invalid_cursor', time);
    }
  });

  test('an address that is none, or that leads out of the dashboard, is answered as not found', async () => {
    for (const url of ['/api/v1/vehicles/%ZZ', '/assets/../../../package.json', '//elsewhere.example/%2e%2e']) {
      const answer = await server.app.inject({ method: 'GET', url });
      assert.equal(answer.statusCode, 404, url);
      assert.match(String(answer.headers['content-type']), /^application\/problem\+json/, url);
    }
    assert.deepEqual(
      server.logged.filter((line) => line.includes('"level":50')),
      [],
    );
  });

  test('a name of several lines is refused before it can become a header of a mail', async () => {
    const owner = { name: 'Eve\r\nBcc: all@fleet.example', email: 'eve@fleet.example' };
    const answers = [
      await ask('POST', '/api/v1/owners', owner),
      await ask('POST', '/api/v1/owners', { name: 'Eve', email: 'eve@fleet.example', language: 'not a language!' }),
      await ask('POST', '/api/v1/vehicles', { number: 'A\u0007B' }),
      await ask('POST', '/api/v1/vehicles', { make: 'TESLA\nX' }),
    ];
    assert.deepEqual(
      answers.map((answer) => answer.json<{ code: string }>().code),
      answers.map(() => 'invalid_input'),
    );
  });
});
