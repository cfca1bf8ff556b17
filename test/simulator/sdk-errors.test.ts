/** What Smartcar's SDK makes of each way in which an answer can fail. @see docs/smartcar.md §4, §12.3 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorDocUrl, errorRows } from '../../simulator/error-table.ts';
import type { Json } from './stand.ts';
import { briefly, refusal, sdk, sdkConfig, standSdk, uuid } from './sdk-stand.ts';

const v3Only = /:(UNAUTHORIZED|ACCESS_DENIED|INVALID_INPUT_FORMAT|MISSING_PARAMETER|VEHICLE_NOT_FOUND|INVALID_PATH)$/;

test('every error of the table arrives with all its fields, and the code only where there is one [§4.1-1, §4.1-2, §4.1-3, §4.1-4, §4.1-5, §4.3-1, §12.5-2]', async (t) => {
  const { connectedV2, vehicle, sim } = await standSdk(t);
  await sim('PATCH', '/knobs', { limitsVehicles: false });
  const car = await connectedV2();
  const rows = errorRows.filter(({ type, code }) => !v3Only.test(`${type}:${code ?? 'null'}`));
  assert.ok(rows.length > 45);
  for (const { type, code, status, description, resolution, suggestedUserMessage } of rows) {
    await sim('DELETE', '/faults');
    await sim('POST', `/cars/${car.vin}/faults`, { kind: 'error', type, code });
    const error = await refusal(vehicle(car).odometer());
    const name = `${type}:${code ?? 'null'}`;
    assert.deepEqual([error instanceof sdk.SmartcarError, error instanceof Error], [true, true], name);
    assert.deepEqual(briefly(error), ['SmartcarError', status, type, code ?? undefined], name);
    assert.equal('code' in error, code !== null, name);
    assert.equal(error.description, description, name);
    assert.equal(error.message, `${name} - ${description}`);
    assert.equal(error.docURL, errorDocUrl(type, code));
    assert.equal(error.resolution.type, resolution, name);
    assert.equal(error.suggestedUserMessage, suggestedUserMessage ?? undefined, name);
    assert.match(error.requestId, uuid, name);
  }
});

test('a password that was changed is an error with an address in its resolution; a lost car has none [§1.4-5, §4.1-3, §4.1-5]', async (t) => {
  const { connectedV2, vehicle, sim } = await standSdk(t);
  const car = await connectedV2();
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'password-changed' });
  const changed = await refusal(vehicle(car).odometer());
  assert.deepEqual(briefly(changed).slice(1), [400, 'CONNECTED_SERVICES_ACCOUNT', 'AUTHENTICATION_FAILED']);
  assert.equal(changed.resolution.type, 'REAUTHENTICATE');
  assert.equal(new URL(changed.resolution.url).searchParams.get('vehicle_id'), car.vehicleId);
  await sim('DELETE', '/faults');
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'car-removed' });
  const missing = await refusal(vehicle(car).odometer());
  assert.deepEqual(briefly(missing).slice(1), [400, 'CONNECTED_SERVICES_ACCOUNT', 'VEHICLE_MISSING']);
  assert.equal(missing.resolution.type, null);
  assert.equal(
    missing.docURL,
    'https://smartcar.com/docs/errors/api-errors/connected-services-account-errors#vehicle-missing',
  );
});

test('an error that says its resolution as text has it as a type, and one without has none [§4.1-5]', () => {
  const body = { type: 'PERMISSION', code: null, description: 'No.' };
  const text = new sdk.SmartcarError(403, { ...body, resolution: 'REAUTHENTICATE' }, {});
  assert.deepEqual(text['resolution'], { type: 'REAUTHENTICATE' });
  const nothing = new sdk.SmartcarError(403, { ...body, resolution: null }, {});
  assert.equal('resolution' in nothing, false);
  assert.equal('retryAfter' in nothing, false);
});

test('the refusals of OAuth have the word as type, and a message with undefined for its code [§1.6-6, §1.6-8, §12.3-3]', async (t) => {
  const { client } = await standSdk(t);
  const error = await refusal(client().exchangeRefreshToken('no-token'));
  assert.deepEqual(briefly(error), ['SmartcarError', 400, 'invalid_grant', undefined]);
  assert.equal(error.message, `invalid_grant:undefined - ${error.description as string}`);
  assert.equal('resolution' in error, false);
});

test('of a 429 the SDK keeps retry-after as text, and nothing where there was none [§2.1-8, §5-2, §5-3]', async (t) => {
  const { connectedV2, vehicle, sim } = await standSdk(t);
  const car = await connectedV2();
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'rate-limit', retryAfterS: 900 });
  const throttled = await refusal(vehicle(car).odometer());
  assert.deepEqual(briefly(throttled), ['SmartcarError', 429, 'RATE_LIMIT', 'VEHICLE']);
  assert.equal(throttled.retryAfter, '900');
  await sim('DELETE', '/faults');
  await sim('PATCH', '/knobs', { applicationBucket: { capacity: 1, refillPerMinute: 0 } });
  await vehicle(car).odometer();
  const limited = await refusal(vehicle(car).odometer());
  assert.deepEqual(briefly(limited), ['SmartcarError', 429, 'RATE_LIMIT', 'SMARTCAR_API']);
  assert.equal('retryAfter' in limited, false);
});

test("v3's errors lose their type, code and detail; the request stays, out of a header [§3.7-1, §12.3-1]", async (t) => {
  const { token, watched, asked, api } = await standSdk(t);
  const car = await watched();
  const bearer = await token();
  const unknown = await refusal(sdk.getVehicle(bearer, 'nobody'));
  const stranger = await refusal(sdk.getVehicle('not-a-token', car.vehicleId));
  for (const [error, status] of [
    [unknown, 404],
    [stranger, 401],
  ] as const) {
    assert.deepEqual(briefly(error), ['SmartcarError', status, 'SDK_ERROR', undefined]);
    assert.equal(error.message, 'SDK_ERROR:undefined - Unknown error');
    assert.deepEqual(
      ['detail', 'resolution', 'docURL', 'suggestedUserMessage'].filter((name) => name in error),
      [],
    );
    assert.match(error.requestId, uuid);
  }
  assert.equal(asked.length, 2);
  const { errors } = (await api('GET', '/vehicles/nobody')).body;
  assert.deepEqual([errors[0].type, errors[0].code], ['RESOURCE_NOT_FOUND', 'VEHICLE_NOT_FOUND'], 'what was there');
});

test('an answer that is a page is an error whose message is the page, without a type', async (t) => {
  const { connectedV2, vehicle, sim } = await standSdk(t);
  const car = await connectedV2();
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'garbage', status: 502 });
  const error = await refusal(vehicle(car).odometer());
  assert.deepEqual(briefly(error), ['SmartcarError', 502, undefined, undefined]);
  assert.match(error.message, /^<!doctype html>/);
  assert.equal('type' in error, false);
});

test('an error of which half arrived is an SDK_ERROR with that half as its description', async (t) => {
  const { connectedV2, vehicle, sim } = await standSdk(t);
  const car = await connectedV2(undefined, { scope: 'read_vin' });
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'truncated' });
  const error = await refusal(vehicle(car).odometer());
  assert.deepEqual(briefly(error), ['SmartcarError', 403, 'SDK_ERROR', undefined]);
  assert.match(error.description, /^\{"type":"PERMISSION"/);
});

test('a good answer that is a page, or half of one, is taken apart into letters and passes for good', async (t) => {
  const { connectedV2, vehicle, sim } = await standSdk(t);
  const car = await connectedV2();
  const faults: [fault: Json, first: string][] = [
    [{ kind: 'garbage', status: 200 }, '<'],
    [{ kind: 'truncated' }, '{'],
  ];
  for (const [fault, first] of faults) {
    await sim('DELETE', '/faults');
    await sim('POST', `/cars/${car.vin}/faults`, fault);
    const answer = await vehicle(car).odometer();
    assert.deepEqual([answer[0], answer.distance], [first, undefined]);
  }
});

test('a connection that breaks, or is refused, is a TypeError and no SmartcarError', async (t) => {
  const { connectedV2, vehicle, client, sim, running } = await standSdk(t);
  const car = await connectedV2();
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'hang-up' });
  const broken = [() => vehicle(car).odometer(), () => vehicle(car).lock(), () => vehicle(car).batch(['/odometer'])];
  for (const call of broken) assertFetchFailed(await refusal(call));
  await running.simulator.close();
  const refused = [
    () => vehicle(car).odometer(),
    () => sdk.getVehicles(car.tokens.access_token),
    () => client().exchangeRefreshToken(car.tokens.refresh_token),
  ];
  for (const call of refused) assertFetchFailed(await refusal(call));
});

function assertFetchFailed(error: Json): void {
  assert.deepEqual([error.constructor, error.message], [TypeError, 'fetch failed']);
  assert.equal('statusCode' in error, false);
}

test('a refresh whose answer is lost is a TypeError too, and the same token is answered again inside the grace [§1.7-8, §1.7-9]', async (t) => {
  const { connectedV2, client, sim } = await standSdk(t);
  const car = await connectedV2();
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'refresh-answer-lost' });
  assertFetchFailed(await refusal(client().exchangeRefreshToken(car.tokens.refresh_token)));
  const { accessToken } = await client().exchangeRefreshToken(car.tokens.refresh_token);
  assert.deepEqual((await sdk.getVehicles(accessToken)).vehicles, [car.vehicleId]);
});

test('what takes longer than 310 seconds is 408 without a type', async (t) => {
  const { connectedV2, vehicle, sim } = await standSdk(t);
  const car = await connectedV2();
  await sim('POST', `/cars/${car.vin}/faults`, { kind: 'slow', delayMs: 400 });
  const { timeout } = sdkConfig;
  assert.equal(timeout, 310_000);
  t.after(() => (sdkConfig.timeout = timeout));
  sdkConfig.timeout = 20;
  const impatient = vehicle(car);
  for (const call of [() => impatient.odometer(), () => impatient.batch(['/odometer'])]) {
    const error = await refusal(call);
    assert.deepEqual(briefly(error), ['SmartcarError', 408, undefined, undefined]);
    assert.equal(error.message, 'Request timed out');
  }
});
