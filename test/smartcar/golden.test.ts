/** Known answers that Smartcar's SDKs assert, as far as v3 and webhooks go; v2's are in the tests of v2. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCommandAnswer } from '../../src/smartcar/commands.ts';
import { failureOf } from '../../src/smartcar/error-body.ts';
import { readSubscriptionCreated } from '../../src/smartcar/subscriptions.ts';
import { readVehicleAnswer } from '../../src/smartcar/vehicle.ts';
import { answerChallenge } from '../../src/smartcar/webhook/challenge.ts';
import { verifySignature } from '../../src/smartcar/webhook/signature.ts';
import { against, json } from './badly-behaved-server.ts';
import { fixture, received, userId, vehicleId } from './fixture.ts';

const signatures: [key: string, body: string, signature: string][] = [
  ['amt', 'challenge', '9baf5a7464bd86740ad5a06e439dcf535a075022ed2c92d74efacf646d79328e'],
  ['amt', '{"pizza":"pasta"}', '4c05a8da471f05156ad717baa4017acd13a3a809850b9ca7d3301dcaaa854f70'],
  ['amt-sim-0001', 'nsQsLU7wY9WKt2IU', '016d502f21dc777635dfb7055cfb34825111582a75d082d02520e4df37186c9a'],
  [
    'amt-sim-0001',
    '{"eventId":"e1","eventType":"VEHICLE_STATE","data":{"n":1.0,"s":"é"}}',
    '8af054e3815350d5aad1396afdb08beb615467dcde0c198c6303591034a6d8c9',
  ],
];

for (const [key, body, signature] of signatures) {
  test(`the known signature of ${body} is accepted [§6.5-1, §13-1, §13-2, §13-3, §13-4]`, () => {
    assert.equal(verifySignature(Buffer.from(body), signature, [key]), true);
    assert.equal(verifySignature(Buffer.from(body), signature, ['another', key]), true);
    assert.equal(answerChallenge(body, key), signature);
  });
}

test('the same written again in another way has another signature [§13-4]', () => {
  const [key, body, signature] = signatures[3] ?? assert.fail();
  const again = JSON.stringify(JSON.parse(body));
  const its = '478638495470f4081aca090ea4f1b8741efb7d4b0ca0aac7615802cddb1ea5d2';
  assert.equal(answerChallenge(again, key), its);
  assert.equal(verifySignature(Buffer.from(again), its, [key]), true);
  assert.equal(verifySignature(Buffer.from(again), signature, [key]), false);
});

const docs = 'https://smartcar.com/docs/errors/api-errors';
const errors: [what: string, error: Record<string, unknown> & { statusCode: number }, meaning: string][] = [
  [
    'a bad token, and a bad management token',
    { type: 'AUTHENTICATION', code: null, statusCode: 401, docURL: `${docs}/authentication-errors#null` },
    'credentials',
  ],
  [
    'a missing permission',
    {
      type: 'PERMISSION',
      code: null,
      statusCode: 403,
      docURL: `${docs}/permission-errors#null`,
      resolution: { type: 'REAUTHENTICATE' },
    },
    'permission',
  ],
  [
    'a car that left the account',
    {
      type: 'CONNECTED_SERVICES_ACCOUNT',
      code: 'VEHICLE_MISSING',
      statusCode: 400,
      docURL: `${docs}/connected-services-account-errors#vehicle-missing`,
      resolution: { type: null },
    },
    'vehicleRemoved',
  ],
  ['a request that is refused', { type: 'VALIDATION', code: null, statusCode: 400 }, 'requestRefused'],
];

for (const [what, error, meaning] of errors) {
  for (const [shape, body] of [
    ['on its own', error],
    ['in a list', { errors: [{ ...error, status: String(error.statusCode) }] }],
  ] as const) {
    test(`${what}, ${shape}, is told by type and code [§3.7-1, §3.7-2, §4.1-1, §4.1-2]`, () => {
      const failure = failureOf(received(body, { status: error.statusCode }));
      assert.deepEqual(
        [failure.meaning, failure.type, failure.code, failure.status],
        [meaning, error['type'], error['code'], error.statusCode],
      );
    });
  }
}

test('a subscription to a webhook that does not exist is refused, and is not there [§3.8-3]', () => {
  const answer = readSubscriptionCreated(received({ errors: [{ type: 'VALIDATION', code: null }] }, { status: 400 }));
  assert.ok(!answer.ok && answer.failure.meaning === 'requestRefused');
});

test('ids of 36 characters come through whole, and so does the id of a request [§0.5-5]', () => {
  assert.deepEqual([vehicleId.length, userId.length], [36, 36]);
  const requestId = '5f8c0f7e-8f0a-4f67-8c43-0d1f8e9a7b61';
  const answer = readVehicleAnswer(received(fixture('vehicle-wrapped'), { requestId }));
  assert.ok(answer.ok);
  assert.deepEqual([answer.value.smartcarVehicleId, answer.requestId], [vehicleId, requestId]);
});

test('the seconds of a retry-after come through, whatever was asked [§3.7-6]', async (t) => {
  const { smartcar } = await against(t, (_request, response) =>
    json(response, 429, { errors: [{ type: 'RATE_LIMIT', code: 'VEHICLE' }] }, { 'retry-after': '42' }),
  );
  for (const answer of [
    await smartcar.lock('t', { vehicleId, userId }),
    await smartcar.readVehicle('t', vehicleId, userId),
    await smartcar.listWebhooks('t'),
  ]) {
    assert.ok(!answer.ok);
    assert.deepEqual([answer.failure.meaning, answer.failure.retryAfterS], ['throttledVehicle', 42]);
  }
});

test("v2's word that a command was sent is no result of v3's [§3.6-2]", () => {
  const answer = readCommandAnswer(received({ status: 'success', message: 'Successfully sent request to vehicle' }));
  assert.ok(!answer.ok && answer.wasSent && answer.failure.meaning === 'nonsense');
});
