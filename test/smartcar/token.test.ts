/** The application's token, asked for as JSON or as a form, whichever is understood. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { applicationTokenRequest } from '../../src/smartcar/token.ts';
import { against, json } from './badly-behaved-server.ts';
import { fixture } from './fixture.ts';

const asJson = 'application/json';
const form = 'application/x-www-form-urlencoded';

test('the credentials go into a form as they do into JSON, whatever is in them [§1.8-1, §1.8-7]', () => {
  const request = applicationTokenRequest({ apiClientId: 'client_01', apiClientSecret: 'a b&c=%é' }, 'form');
  assert.equal(request.headers['content-type'], form);
  assert.deepEqual(Object.fromEntries(new URLSearchParams(request.body)), {
    client_id: 'client_01',
    client_secret: 'a b&c=%é',
    grant_type: 'client_credentials',
  });
});

type Refuse = (response: ServerResponse) => void;
const refusals: [name: string, refuse: Refuse][] = [
  ['a 400 invalid_request', (response) => json(response, 400, fixture('token-invalid-request'))],
  ['a 406', (response) => void response.writeHead(406).end()],
  ['a 415', (response) => void response.writeHead(415).end('Unsupported Media Type')],
];

for (const [name, refuse] of refusals) {
  test(`where JSON is refused with ${name}, a form is tried, and remembered [§1.8-4, §1.8-7]`, async (t) => {
    const types: unknown[] = [];
    const { smartcar } = await against(t, (request, response) => {
      types.push(request.headers['content-type']);
      if (request.headers['content-type'] === form) json(response, 200, fixture('token'));
      else refuse(response);
    });
    for (let time = 0; time < 2; time += 1) {
      const answer = await smartcar.fetchApplicationToken();
      assert.ok(answer.ok && answer.value.expiresInS === 3600);
    }
    assert.deepEqual(types, [asJson, form, form]);
  });
}

test('where a form stops being understood, JSON is asked again [§1.8-7]', async (t) => {
  let understood = form;
  const types: unknown[] = [];
  const { smartcar } = await against(t, (request, response) => {
    types.push(request.headers['content-type']);
    if (request.headers['content-type'] === understood) json(response, 200, fixture('token'));
    else json(response, 400, fixture('token-invalid-request'));
  });
  assert.ok((await smartcar.fetchApplicationToken()).ok);
  understood = asJson;
  assert.ok((await smartcar.fetchApplicationToken()).ok);
  assert.deepEqual(types, [asJson, form, form, asJson]);
});

test('a wrong secret is not tried in another way [§1.8-5]', async (t) => {
  for (const status of [401, 400]) {
    const { smartcar, asked } = await against(t, (_request, response) =>
      json(response, status, fixture('token-invalid-client')),
    );
    const answer = await smartcar.fetchApplicationToken();
    assert.ok(!answer.ok);
    assert.deepEqual([answer.failure.meaning, answer.failure.code], ['credentials', 'invalid_client']);
    assert.equal(asked.length, 1);
  }
});

test('a wrong secret that only the form tells is told', async (t) => {
  const { smartcar, asked } = await against(t, (request, response) =>
    request.headers['content-type'] === form
      ? json(response, 401, fixture('token-invalid-client'))
      : json(response, 415, {}),
  );
  const answer = await smartcar.fetchApplicationToken();
  assert.ok(!answer.ok && answer.failure.code === 'invalid_client');
  assert.equal(asked.length, 2);
});

test('where neither is understood, the first refusal stands, and JSON comes first again', async (t) => {
  const types: unknown[] = [];
  const { smartcar } = await against(t, (request, response) => {
    types.push(request.headers['content-type']);
    json(response, request.headers['content-type'] === form ? 503 : 400, { error: 'invalid_request' });
  });
  for (let time = 0; time < 2; time += 1) {
    const answer = await smartcar.fetchApplicationToken();
    assert.ok(!answer.ok);
    assert.deepEqual(
      [answer.failure.meaning, answer.failure.code, answer.failure.status],
      ['requestRefused', 'invalid_request', 400],
    );
  }
  assert.deepEqual(types, [asJson, form, asJson, form]);
});

test('an iam that fails, is busy or speaks nonsense is asked once, and is no wrong secret', async (t) => {
  for (const [status, meaning] of [
    [500, 'smartcarFailing'],
    [429, 'throttledApplication'],
    [200, 'nonsense'],
    [403, 'smartcarFailing'],
  ] as const) {
    const { smartcar, asked } = await against(t, (_request, response) => json(response, status, {}));
    const answer = await smartcar.fetchApplicationToken();
    assert.ok(!answer.ok && answer.failure.meaning === meaning && answer.failure.code !== 'invalid_client');
    assert.equal(asked.length, 1);
  }
});
