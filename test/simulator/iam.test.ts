import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoCredentials } from '../../simulator/credentials.ts';
import { stand } from './stand.ts';

const { apiClientId, apiClientSecret } = demoCredentials;

test('an application token is given for JSON, for a form and for Basic, and lives one hour [§1.8-1, §1.8-2, §1.8-3, §1.8-7]', async (t) => {
  const { call, clock } = await stand(t);
  const fields = { grant_type: 'client_credentials', client_id: apiClientId, client_secret: apiClientSecret };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const basic = `Basic ${Buffer.from(`${apiClientId}:${apiClientSecret}`).toString('base64')}`;
  const answers = [
    await call('POST', '/oauth2/token', fields),
    await call('POST', '/oauth2/token', new URLSearchParams(fields).toString(), form),
    await call('POST', '/oauth2/token', 'grant_type=client_credentials', { ...form, authorization: basic }),
  ];
  for (const { status, body } of answers) {
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(body), ['access_token', 'token_type', 'expires_in']);
    assert.equal(body.expires_in, 3600);
  }
  const bearer = { authorization: `Bearer ${String(answers[2]?.body.access_token)}` };
  clock.now += 3_599_000;
  assert.equal((await call('GET', '/v3/connections', undefined, bearer)).status, 200);
  clock.now += 2_000;
  assert.equal((await call('GET', '/v3/connections', undefined, bearer)).status, 401);
});

test('a wrong secret is invalid_client, and a request that lacks something is invalid_request [§1.8-4, §1.8-5]', async (t) => {
  const { call } = await stand(t);
  const wrong = await call('POST', '/oauth2/token', {
    grant_type: 'client_credentials',
    client_id: apiClientId,
    client_secret: 'no',
  });
  assert.deepEqual([wrong.status, wrong.body.error], [401, 'invalid_client']);
  const missing = await call('POST', '/oauth2/token', { client_id: apiClientId });
  assert.deepEqual([missing.status, missing.body.error], [400, 'invalid_request']);
  const broken = await call('POST', '/oauth2/token', '{"grant_type":', { 'content-type': 'application/json' });
  assert.deepEqual([broken.status, broken.body.error], [400, 'invalid_request']);
  const text = await call('POST', '/oauth2/token', 'hello', { 'content-type': 'text/plain' });
  assert.deepEqual([text.status, text.body.error], [400, 'invalid_request']);
});

test('a bearer that nobody issued is refused with an error document and a request id [§3.1-1, §3.7-1, §3.7-2, §3.7-3]', async (t) => {
  const { call, sim, token } = await stand(t);
  for (const authorization of ['Bearer nonsense', 'Basic abc', '']) {
    const answer = await call('GET', '/v3/connections', undefined, { authorization });
    assert.equal(answer.status, 401);
    const [error] = answer.body.errors;
    assert.deepEqual([error.status, error.type, error.code], ['401', 'AUTHENTICATION', 'UNAUTHORIZED']);
    assert.equal(error.meta.debug.requestId, answer.headers.get('sc-request-id'));
    assert.match(error.meta.debug.requestId, /^[0-9a-f-]{36}$/);
  }
  const bearer = { authorization: `Bearer ${await token()}` };
  await sim('POST', '/tokens/revoke');
  assert.equal((await call('GET', '/v3/connections', undefined, bearer)).status, 401);
});
