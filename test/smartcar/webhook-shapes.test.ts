/** The shapes of a delivery one by one: legacy ones, the life of an error, and what errors leave out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseWebhook } from '../../src/smartcar/webhook/parse-webhook.ts';
import { fixture } from './fixture.ts';

const receivedAt = new Date('2026-03-01T08:12:53Z');
const parse = (body: unknown): ReturnType<typeof parseWebhook> =>
  parseWebhook(Buffer.from(JSON.stringify(body)), receivedAt);

const legacy: [eventName: string, what: string][] = [
  ['verify', 'A challenge of a legacy webhook (verify)'],
  ['scheduled', 'A scheduled report of a legacy webhook (scheduled)'],
  ['schedule', 'A scheduled report of a legacy webhook (schedule)'],
  ['dynamic', 'A dynamic report of a legacy webhook (dynamic)'],
  ['eventBased', 'A charging event of a legacy webhook (eventBased)'],
  ['diagnostic', 'A diagnostic event of a legacy webhook (diagnostic)'],
  ['constructor', 'An event of a legacy webhook (constructor)'],
  ['<b>', 'An event of a legacy webhook'],
];

for (const [eventName, what] of legacy) {
  test(`a legacy ${eventName} is told apart, and says what to do [§6.1-2, §6.2-3, §6.2-4]`, () => {
    for (const payload of [{ vehicles: [] }, { eventType: 'VEHICLE_STATE', challenge: 'x' }, null]) {
      assert.deepEqual(parse({ version: '2.0', webhookId: 'w1', eventName, mode: 'live', payload }), {
        kind: 'legacy',
        reason:
          `${what}: only webhooks of version 4 are used. ` +
          "Make a new webhook in Smartcar's dashboard, with this same address, and delete the old one there.",
      });
    }
  });
}

test('what is of version 2 is legacy though it names no event, and what names a type of version 4 is not [§6.1-1, §6.1-2, §6.2-2]', () => {
  assert.equal(parse(fixture('webhook-legacy-scheduled')).kind, 'legacy');
  assert.equal(parse(fixture('webhook-legacy-charging')).kind, 'legacy');
  assert.equal(parse({ version: '2.0', payload: {} }).kind, 'legacy');
  assert.equal(parse({ version: '2.0' }).kind, 'unreadable');
  assert.equal(parse({ ...(fixture('webhook-state-documented') as object), eventName: 'scheduled' }).kind, 'state'); // a fixture of ours
});

test('an error is claimed, seen in a signal, and resolved [§6.3-3, §6.7-3, §6.8-1, §6.8-2, §6.9-2]', () => {
  const [claimed, seen, resolved] = (fixture('webhook-error-lifecycle') as unknown[]).map(parse); // a fixture of ours
  assert.ok(claimed?.kind === 'error' && seen?.kind === 'state' && resolved?.kind === 'error');
  const signals = ['location-preciselocation'];
  assert.deepEqual(
    claimed.claimed.map((claim) => [claim.meaning, claim.signals]),
    [['vehicleUnreachable', signals]],
  );
  assert.deepEqual(
    [seen.readings.map(({ code }) => code), seen.failures.map(({ signal, meaning }) => [signal, meaning])],
    [['closure-islocked'], [['location-preciselocation', 'vehicleUnreachable']]],
  );
  assert.deepEqual(
    [resolved.claimed, resolved.cleared.map((claim) => [claim.meaning, claim.signals, claim.resolutionUrl])],
    [[], [['vehicleUnreachable', signals, null]]],
  );
  assert.deepEqual([claimed.sequence, seen.sequence, resolved.sequence], [41, 40, null]);
});

test('a sequence is a number, or none, and costs the delivery nothing [§6.7-13]', () => {
  const state = fixture('webhook-state-documented') as { meta: object }; // a fixture of ours
  const sequenceOf = (sequence: unknown): unknown => {
    const parsed = parse({ ...state, meta: { ...state.meta, sequence } });
    return parsed.kind === 'state' ? [parsed.sequence, parsed.deliveryId === null] : parsed.kind;
  };
  assert.deepEqual(
    [7, '7', 0, -1, 1.5, 1e300, 'seven', null, {}].map(sequenceOf),
    [7, 7, 0, null, null, null, null, null, null].map((sequence) => [sequence, false]),
  );
});

const third = fixture('webhook-error-third') as { data: object }; // a fixture of ours
const withError = (error: object): ReturnType<typeof parse> =>
  parse({ ...third, data: { ...third.data, errors: [error] } });

test('a type and a code that are joined in one word are two [§6.8-5]', () => {
  const error = withError({ type: 'CONNECTED_SERVICES_ACCOUNT:AUTHENTICATION_FAILED', state: 'ERROR' });
  assert.ok(error.kind === 'error');
  assert.deepEqual(
    error.claimed.map(({ type, code, meaning, signals }) => [type, code, meaning, signals]),
    [['CONNECTED_SERVICES_ACCOUNT', 'AUTHENTICATION_FAILED', 'signedOut', []]],
  );
});

const permission = { type: 'PERMISSION', code: null };
const asleep = { type: 'VEHICLE_STATE', code: 'ASLEEP' };
const incapable = { type: 'COMPATIBILITY', code: 'VEHICLE_NOT_CAPABLE' };
const account = { type: 'CONNECTED_SERVICES_ACCOUNT' };
const bare: [what: string, error: object, claimed: unknown[], cleared: unknown[]][] = [
  ['no state', asleep, ['asleep'], []],
  ['a state in lower case', { ...asleep, state: 'resolved' }, [], ['asleep']],
  ['a state nobody knows', { ...asleep, state: 'PAUSED' }, [], []],
  ['no code', { ...permission, state: 'ERROR' }, ['permission'], []],
  ['a resolution that is text', { ...permission, resolution: 'REAUTHENTICATE' }, ['permission'], []],
  ['a resolution that is null', { ...incapable, resolution: null }, ['incompatible'], []],
  ['a resolution of no type', { ...incapable, resolution: { type: null } }, ['incompatible'], []],
  ['support as its resolution', { ...incapable, resolution: { type: 'CONTACT_SUPPORT' } }, ['incompatible'], []],
  [
    'an action of the user as its resolution',
    { ...account, code: 'VIRTUAL_KEY_REQUIRED', resolution: { type: 'USER_ACTION_REQUIRED' } },
    ['virtualKeyMissing'],
    [],
  ],
  [
    'a type that is about signing in',
    { type: 'AUTHENTICATION', code: null, resolution: { type: 'REAUTHENTICATE' } },
    ['signedOut'],
    [],
  ],
];

for (const [what, given, claimed, cleared] of bare) {
  test(`an error with ${what} is read [§6.8-1, §6.8-7, §6.8-9]`, () => {
    const error = withError(given);
    assert.ok(error.kind === 'error');
    assert.deepEqual(
      [error.claimed, error.cleared].map((claims) => claims.map(({ meaning }) => meaning)),
      [claimed, cleared],
    );
  });
}

test("a fuel level of the dashboard's test stays as it came, and says that it is made up [§3.5-10, §6.7-4]", () => {
  const state = parse(fixture('webhook-state-test-fuel'));
  assert.ok(state.kind === 'state' && state.test);
  assert.deepEqual(
    state.readings.map(({ value, unit }) => [value, unit]),
    [[0.77, null]],
  );
});
