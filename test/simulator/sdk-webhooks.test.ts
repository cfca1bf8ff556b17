/** Webhooks, as far as Smartcar's SDK knows them. @see docs/smartcar.md §2.9, §6.5, §12.5, §13 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { briefly, managementToken, refusal, sdk, standSdk, type StandSdk } from './sdk-stand.ts';

async function webhookIdOf({ api }: StandSdk): Promise<string> {
  return (await api('GET', '/webhooks')).body.data[0].id;
}

test('a webhook is subscribed with the token of the car and ended with the management token [§2.1-1, §2.9-1]', async (t) => {
  const home = await standSdk(t);
  const { connectedV2, vehicle, lastAsked, advance, api } = home;
  const car = await connectedV2();
  const webhookId = await webhookIdOf(home);
  const { meta, ...subscribed } = await vehicle(car).subscribe(webhookId);
  assert.deepEqual(subscribed, { webhookId, vehicleId: car.vehicleId });
  assert.equal(meta.requestId.length, 36);
  const path = `/v2.0/vehicles/${car.vehicleId}/webhooks/${webhookId}`;
  assert.deepEqual([lastAsked().method, lastAsked().path, lastAsked().body], ['POST', path, '']);
  assert.equal(lastAsked().headers['authorization'], `Bearer ${car.tokens.access_token}`);
  await advance(10);
  assert.equal((await api('GET', '/subscriptions')).body.data.length, 1);
  assert.equal((await vehicle(car).unsubscribe(managementToken, webhookId)).status, 'success');
  assert.deepEqual([lastAsked().method, lastAsked().path, lastAsked().body], ['DELETE', path, '{}']);
  assert.equal(lastAsked().headers['authorization'], `Bearer ${managementToken}`);
  assert.equal((await api('GET', '/subscriptions')).body.data.length, 0);
});

test('a webhook id that is none is 400 without a code, a wrong management token 401 without one [§2.9-2, §2.9-3, §4.1-2]', async (t) => {
  const home = await standSdk(t);
  const { connectedV2, vehicle } = home;
  const car = await connectedV2();
  const webhookId = await webhookIdOf(home);
  const bad = await refusal(vehicle(car).subscribe('nonsense'));
  assert.deepEqual(briefly(bad), ['SmartcarError', 400, 'VALIDATION', undefined]);
  assert.match(bad.message, /^VALIDATION:null - \w/);
  assert.equal(bad.docURL, 'https://smartcar.com/docs/errors/api-errors/validation-errors#null');
  await vehicle(car).subscribe(webhookId);
  const wrong = await refusal(vehicle(car).unsubscribe('wrong-token', webhookId));
  assert.deepEqual(briefly(wrong), ['SmartcarError', 401, 'AUTHENTICATION', undefined]);
  assert.match(wrong.message, /^AUTHENTICATION:null - \w/);
  const nothing = await refusal(vehicle(car).unsubscribe(managementToken, 'nonsense'));
  assert.deepEqual(briefly(nothing), ['SmartcarError', 400, 'VALIDATION', undefined]);
});

test('the hash of a challenge is what is known of it, and what the simulator waits for [§6.5-2, §13-1, §13-2, §13-3]', async (t) => {
  assert.equal(
    sdk.hashChallenge('amt', 'challenge'),
    '9baf5a7464bd86740ad5a06e439dcf535a075022ed2c92d74efacf646d79328e',
  );
  assert.equal(
    sdk.hashChallenge('amt', '{"pizza":"pasta"}'),
    '4c05a8da471f05156ad717baa4017acd13a3a809850b9ca7d3301dcaaa854f70',
  );
  assert.equal(
    sdk.hashChallenge('amt-sim-0001', 'nsQsLU7wY9WKt2IU'),
    '016d502f21dc777635dfb7055cfb34825111582a75d082d02520e4df37186c9a',
  );
  const { signatureOf } = await import('../../simulator/webhooks/signature.ts');
  assert.equal(sdk.hashChallenge(managementToken, 'challenge'), signatureOf(managementToken, 'challenge'));
  assert.equal(sdk.hashChallenge('amt', 'challenge').length, 64);
  assert.notEqual(sdk.hashChallenge('another', 'challenge'), sdk.hashChallenge('amt', 'challenge'));
  assert.throws(() => sdk.hashChallenge(undefined as unknown as string, 'challenge'), TypeError); // a token that nobody set
  await t.test('a payload that is parsed verifies', () => {
    const signature = sdk.hashChallenge('amt', '{"pizza":"pasta"}');
    assert.equal(sdk.verifyPayload('amt', signature, { pizza: 'pasta' }), true);
    assert.equal(sdk.verifyPayload('another', signature, { pizza: 'pasta' }), false);
    assert.equal(sdk.verifyPayload('amt', signature.toUpperCase(), { pizza: 'pasta' }), false);
  });
});

test('verifyPayload hashes what it would write itself: raw text, 1.0 and white space fail it [§6.5-1, §6.5-4, §12.5-1, §13-4]', () => {
  const raw = '{"eventId":"e1","eventType":"VEHICLE_STATE","data":{"n":1.0,"s":"é"}}';
  const signature = sdk.hashChallenge('amt-sim-0001', raw);
  assert.equal(signature, '8af054e3815350d5aad1396afdb08beb615467dcde0c198c6303591034a6d8c9');
  const written = JSON.stringify(JSON.parse(raw));
  assert.equal(
    sdk.hashChallenge('amt-sim-0001', written),
    '478638495470f4081aca090ea4f1b8741efb7d4b0ca0aac7615802cddb1ea5d2',
  );
  assert.equal(sdk.verifyPayload('amt-sim-0001', signature, JSON.parse(raw)), false, '1.0 became 1');
  assert.equal(sdk.verifyPayload('amt-sim-0001', signature, raw), false, 'text is quoted once more');
  const pretty = JSON.stringify({ pizza: 'pasta' }, null, 2);
  assert.equal(sdk.verifyPayload('amt', sdk.hashChallenge('amt', pretty), JSON.parse(pretty)), false);
});

test('events verify only as long as their bytes are those that the SDK would write [§6.5-4, §12.5-1]', async (t) => {
  const { advance, received, sim, watched } = await standSdk(t);
  const car = await watched();
  const verified = async (bytes: string): Promise<boolean[]> => {
    received.length = 0;
    await sim('PATCH', '/knobs', { webhook: { bytes } });
    await sim('POST', `/cars/${car.vin as string}/state-event`, {});
    await advance(1);
    const [delivery] = received;
    const signature = String(delivery?.headers['sc-signature']);
    const raw = delivery?.bytes.toString('utf8') ?? '';
    return [
      sdk.verifyPayload(managementToken, signature, delivery?.event),
      sdk.verifyPayload(managementToken, signature, raw),
      sdk.hashChallenge(managementToken, raw) === signature,
    ];
  };
  assert.deepEqual(await verified('compact'), [true, false, true]);
  assert.deepEqual(await verified('unusual'), [false, false, true]);
});
