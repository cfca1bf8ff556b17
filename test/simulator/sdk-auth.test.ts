/** `AuthClient` of Smartcar's SDK. @see docs/smartcar.md §1.1, §1.6, §1.7, §12.1, §12.2 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redirectUri } from './stand.ts';
import {
  applicationId,
  briefly,
  clientSecret,
  parked,
  refusal,
  sdk,
  setEnvironment,
  standSdk,
  uuid,
} from './sdk-stand.ts';

test("the SDK's authorize address is on the API origin, and leads to Connect there [§12.1-1]", async (t) => {
  const { client, origin, call } = await standSdk(t);
  const url = new URL(client().getAuthUrl(['required:read_vin', 'read_location'], { state: 's', forcePrompt: true }));
  assert.equal(url.origin + url.pathname, `${origin}/oauth/authorize`);
  const page = await call('GET', `${url.pathname}${url.search}`);
  assert.equal(page.status, 200);
  assert.match(page.text, /id="continue-button"/);
});

test('without an API origin the authorize address is at connect.smartcar.com [§0.4-1]', (t) => {
  setEnvironment(t, { SMARTCAR_API_ORIGIN: '' });
  const client = new sdk.AuthClient({ clientId: applicationId, clientSecret });
  assert.ok(client.getAuthUrl(['read_vin']).startsWith('https://connect.smartcar.com/oauth/authorize?'));
});

test('every option of getAuthUrl has its parameter, and Connect takes them [§1.1-1, §1.1-4, §1.1-8, §1.1-9, §1.1-10, §1.1-11, §1.1-12, §1.1-13, §1.1-14, §1.1-15]', async (t) => {
  const { client, carOf, through } = await standSdk(t);
  const car = await carOf(parked);
  const text = client({ mode: 'simulated' }).getAuthUrl(['required:read_vin', 'read_location'], {
    state: 'a state',
    forcePrompt: true,
    singleSelect: { vin: car.vin },
    makeBypass: car.make,
    flags: { country: 'DE', 'color-theme': 'dark' },
    user: 'owner-42',
  });
  assert.match(text, /scope=required%3Aread_vin%20read_location&/);
  const url = new URL(text);
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    response_type: 'code',
    client_id: applicationId,
    approval_prompt: 'force',
    redirect_uri: redirectUri,
    scope: 'required:read_vin read_location',
    state: 'a state',
    single_select: 'true',
    single_select_vin: car.vin,
    make: car.make,
    flags: 'country:DE color-theme:dark',
    user: 'owner-42',
    mode: 'simulated',
  });
  const end = await through({ url: text, email: car.account.email });
  assert.equal(end.searchParams.get('state'), 'a state');
  assert.match(end.searchParams.get('code') ?? '', uuid);
  const plain = new URL(client().getAuthUrl());
  assert.deepEqual(
    [...plain.searchParams.keys()],
    ['response_type', 'client_id', 'approval_prompt', 'redirect_uri', 'mode'],
  );
  assert.deepEqual([plain.searchParams.get('approval_prompt'), plain.searchParams.get('mode')], ['auto', 'live']);
  const one = new URL(client().getAuthUrl(['read_vin'], { singleSelect: { enabled: false } }));
  assert.equal(one.searchParams.get('single_select'), 'false');
});

test('an authorize address of another client, or with another redirect, ends on a page of Connect [§0.5-3, §1.1-3]', async (t) => {
  const { client, call } = await standSdk(t);
  for (const wrong of [{ clientId: 'client_01TOWLINEDEMO' }, { redirectUri: 'http://127.0.0.1:4000/elsewhere' }]) {
    const url = new URL(client(wrong).getAuthUrl(['read_vin']));
    const page = await call('GET', `${url.pathname}${url.search}`);
    assert.equal(page.status, 400);
    assert.equal(page.headers.get('location'), null);
  }
});

test('an AuthClient needs credentials, from its options or the environment, and a mode that there is [§12.1-2]', (t) => {
  setEnvironment(t, { SMARTCAR_CLIENT_ID: '', SMARTCAR_CLIENT_SECRET: '' });
  assert.throws(() => new sdk.AuthClient(), /^Error: SMARTCAR_CLIENT_ID not set or passed as arguments$/);
  assert.throws(() => new sdk.AuthClient({ clientId: 'a' }), /SMARTCAR_CLIENT_SECRET not set or passed as arguments/);
  assert.throws(
    () => new sdk.AuthClient({ clientId: 'a', clientSecret: 'b', mode: 'dead' }),
    /"mode" parameter MUST be/,
  );
  setEnvironment(t, { SMARTCAR_CLIENT_ID: 'from-outside', SMARTCAR_CLIENT_SECRET: 'b' });
  assert.match(new sdk.AuthClient().getAuthUrl(['read_vin']), /client_id=from-outside/);
});

test('a code becomes a pair with two dates: two hours, and always sixty days [§1.6-1, §1.6-2, §1.6-5, §1.7-4]', async (t) => {
  const { client, codeFor, carOf, lastAsked, sim } = await standSdk(t);
  const car = await carOf(parked);
  for (const lifeS of [7200, 1800]) {
    await sim('PATCH', '/knobs', { accessTokenLifeS: lifeS });
    const code = await codeFor(car.account.email, [car.vin]);
    const before = Date.now();
    const access = await client().exchangeCode(code);
    const after = Date.now();
    assert.deepEqual(Object.keys(access), ['accessToken', 'refreshToken', 'expiration', 'refreshExpiration']);
    assert.match(access.accessToken, uuid);
    assert.match(access.refreshToken, uuid);
    const within = (date: Date, seconds: number): boolean =>
      +date >= before + seconds * 1000 && +date <= after + seconds * 1000;
    assert.ok(within(access.expiration, lifeS), 'the reply decides');
    assert.ok(within(access.refreshExpiration, 60 * 86_400), 'fixed');
    const { method, path, headers, body } = lastAsked();
    assert.deepEqual([method, path], ['POST', '/oauth/token']);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), {
      code,
      grant_type: 'authorization_code',
      redirect_uri: redirectUri,
    });
    assert.match(headers['content-type'] ?? '', /^application\/x-www-form-urlencoded/);
    assert.equal(headers['authorization'], `Basic ${btoa(`${applicationId}:${clientSecret}`)}`);
    assert.match(headers['user-agent'] ?? '', /^Smartcar\/10\.4\.0 \(\S+; \S+\) Node\.js v\d+\.\d+\.\d+$/);
  }
});

test('a code that was used, or never was one, is refused in the words that other SDKs were told [§1.2-2, §1.6-6, §1.6-10, §12.3-3]', async (t) => {
  const { client, codeFor, carOf } = await standSdk(t);
  const car = await carOf(parked);
  const code = await codeFor(car.account.email, [car.vin]);
  await client().exchangeCode(code);
  for (const bad of [code, 'bad code here']) {
    const error = await refusal(client().exchangeCode(bad));
    assert.deepEqual(briefly(error), ['SmartcarError', 400, 'invalid_request', undefined]);
    assert.equal(error.description, `Invalid code: ${bad}.`);
    assert.equal(error.message, `invalid_request:undefined - Invalid code: ${bad}.`);
  }
});

test('without a redirect the SDK sends the word undefined; the code is refused, and stays good [§12.2-1]', async (t) => {
  const { client, codeFor, carOf, lastAsked } = await standSdk(t);
  const car = await carOf(parked);
  const code = await codeFor(car.account.email, [car.vin]);
  const without = new sdk.AuthClient({ clientId: applicationId, clientSecret });
  assert.doesNotMatch(without.getAuthUrl(['read_vin']), /redirect_uri/);
  assert.deepEqual(briefly(await refusal(without.exchangeCode(code))).slice(1, 3), [400, 'invalid_request']);
  assert.equal(new URLSearchParams(lastAsked().body).get('redirect_uri'), 'undefined');
  assert.equal(typeof (await client().exchangeCode(code)).refreshToken, 'string');
});

test('a refresh token becomes another pair, once; after its grace it is refused [§1.6-3, §1.7-1, §1.7-3, §1.7-8]', async (t) => {
  const { client, connectedV2, lastAsked, clock } = await standSdk(t);
  const { tokens } = await connectedV2();
  const next = await client().exchangeRefreshToken(tokens.refresh_token);
  assert.notEqual(next.accessToken, tokens.access_token);
  assert.notEqual(next.refreshToken, tokens.refresh_token);
  assert.deepEqual(Object.fromEntries(new URLSearchParams(lastAsked().body)), {
    grant_type: 'refresh_token',
    refresh_token: tokens.refresh_token,
  });
  clock.now += 60_000;
  const error = await refusal(client().exchangeRefreshToken(tokens.refresh_token));
  assert.deepEqual(briefly(error), ['SmartcarError', 400, 'invalid_grant', undefined]);
  assert.match(error.message, /^invalid_grant:undefined - \w/);
  assert.notEqual((await client().exchangeRefreshToken(next.refreshToken)).refreshToken, next.refreshToken);
});

test('a wrong secret is invalid_client for the SDK, whatever it exchanges [§1.6-9]', async (t) => {
  const { client, connectedV2 } = await standSdk(t);
  const { tokens } = await connectedV2();
  const stranger = client({ clientSecret: 'wrong' });
  for (const call of [() => stranger.exchangeCode('x'), () => stranger.exchangeRefreshToken(tokens.refresh_token)])
    assert.deepEqual(briefly(await refusal(call)), ['SmartcarError', 401, 'invalid_client', undefined]);
  assert.equal(typeof (await client().exchangeRefreshToken(tokens.refresh_token)).accessToken, 'string');
});

test('flags go into the query of the token endpoint, which takes them [§12.2-4]', async (t) => {
  const { client, codeFor, carOf, lastAsked } = await standSdk(t);
  const car = await carOf(parked);
  const flags = { country: 'DE', feature: true };
  const { refreshToken } = await client().exchangeCode(await codeFor(car.account.email, [car.vin]), { flags });
  assert.equal(lastAsked().path, '/oauth/token?flags=country%3ADE+feature%3Atrue');
  await client().exchangeRefreshToken(refreshToken, { flags });
  assert.equal(lastAsked().path, '/oauth/token?flags=country%3ADE+feature%3Atrue');
});
