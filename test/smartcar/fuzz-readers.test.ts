/** Every reader of an answer, v3's and v2's, against answers that nobody gives on purpose. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from '../../src/smartcar/answer.ts';
import { readApplications } from '../../src/smartcar/applications.ts';
import { readCommandAnswer, type CommandAnswer, type CommandExecution } from '../../src/smartcar/commands.ts';
import { readConnection, readConnections } from '../../src/smartcar/connections.ts';
import { failureInside, failureOf } from '../../src/smartcar/error-body.ts';
import { readDeletion } from '../../src/smartcar/found.ts';
import { parseJson } from '../../src/smartcar/json.ts';
import type { Sent } from '../../src/smartcar/send.ts';
import { readSignalAnswer, readSignalsPage } from '../../src/smartcar/signals.ts';
import {
  readSubscription,
  readSubscriptionCreated,
  readSubscriptions,
  readWebhook,
  readWebhooks,
} from '../../src/smartcar/subscriptions.ts';
import { readApplicationToken } from '../../src/smartcar/token.ts';
import { pathsFor, readBatchAnswer } from '../../src/smartcar/v2/batch.ts';
import { readDeleted, readListing } from '../../src/smartcar/v2/management.ts';
import { readExchange, readRefresh } from '../../src/smartcar/v2/tokens.ts';
import {
  readAttributes,
  readDisconnect,
  readPermissionsPage,
  readUserAnswer,
  readVehiclesPage,
  readVinAnswer,
} from '../../src/smartcar/v2/vehicle.ts';
import { readVehicleAnswer } from '../../src/smartcar/vehicle.ts';
import { connectionId, received, vehicleId } from './fixture.ts';
import { answers, holds, namesLike, receivedAt } from './fuzz-drawn.ts';
import * as shape from './fuzz-shapes.ts';

const isWord =
  (...words: string[]) =>
  (value: string): void =>
    assert.ok(words.includes(value), value);

const isOneOrNone =
  <T>(isValue: (value: T) => void) =>
  (value: T | null): void =>
    value === null ? undefined : isValue(value);

interface Reader {
  names: string[];
  check: (sent: Sent) => Answer<unknown>;
}

/** A reader, the fixtures it is meant for, and what its value must look like. */
const reader = <T>(read: (sent: Sent) => Answer<T>, names: string[], isValue: (value: T) => void): Reader => ({
  names,
  check(sent) {
    const answer = read(sent);
    shape.isAnswer(answer, isValue);
    return answer;
  },
});

const isSecret = (token: string): void => assert.match(token, /^[\x21-\x7E]{1,8192}$/);
const isLifetime = (seconds: number): void => assert.ok(seconds > 0 && seconds <= 30 * 86_400);

function isCar(car: { smartcarVehicleId: string } & Parameters<typeof shape.areAttributes>[0]): void {
  shape.isOpaqueId(car.smartcarVehicleId);
  shape.areAttributes(car);
}

function isPair(pair: { accessToken: string; refreshToken: string; expiresInS: number }): void {
  isSecret(pair.accessToken);
  isSecret(pair.refreshToken);
  isLifetime(pair.expiresInS);
}

function isEnded(ended: { smartcarVehicleId: string; smartcarUserId: string }): void {
  shape.isOpaqueId(ended.smartcarVehicleId);
  shape.isOpaqueId(ended.smartcarUserId);
}

const signalNames = namesLike('signal');
const v2Names = namesLike('v2-');
const wanted = { connectionId, vehicleId };
const granted = ['location', 'odometer', 'security', 'battery', 'charge', 'fuel', 'tires'];
const everything = pathsFor({ permissions: granted.map((what) => `read_${what}`), powertrain: null });

const readers: Record<string, Reader> = {
  connections: reader(readConnections, ['connections'], shape.isPageOf(shape.isListedConnection)),
  'one connection': reader(
    (sent) => readConnection(sent, wanted),
    namesLike('connection'),
    isOneOrNone((one) => {
      shape.isListedConnection(one);
      assert.ok(one.id === connectionId || one.smartcarVehicleId === vehicleId, 'the one that was asked for');
    }),
  ),
  'a car': reader(readVehicleAnswer, namesLike('vehicle-'), isCar),
  signals: reader((sent) => readSignalsPage(sent, receivedAt), signalNames, shape.isPageOf(shape.isReadSignals)),
  'one signal': reader((sent) => readSignalAnswer(sent, receivedAt), signalNames, isOneOrNone(shape.isReading)),
  'the token': reader(readApplicationToken, namesLike('token'), ({ accessToken, expiresInS }) => {
    isSecret(accessToken);
    isLifetime(expiresInS);
  }),
  webhooks: reader(readWebhooks, ['webhooks'], shape.isPageOf(shape.isListedWebhook)),
  'one webhook': reader(readWebhook, ['webhooks'], isOneOrNone(shape.isListedWebhook)),
  applications: reader(
    readApplications,
    namesLike('application'),
    shape.isPageOf((one) => {
      shape.isOpaqueId(one.id);
      assert.ok((one.redirectUris ?? []).every((address) => address.length <= 2_000));
    }),
  ),
  subscriptions: reader(readSubscriptions, ['subscriptions'], shape.isPageOf(shape.isListedSubscription)),
  'one subscription': reader(readSubscription, ['subscriptions'], isOneOrNone(shape.isListedSubscription)),
  'a new subscription': reader(readSubscriptionCreated, ['subscriptions'], isWord('created', 'exists')),
  'a deletion': reader(readDeletion, ['connections'], isWord('deleted', 'gone')),
  "v2's tokens for a code": reader(readExchange, ['v2-token'], isPair),
  "v2's tokens for a token": reader(readRefresh, ['v2-token'], isPair),
  "v2's user": reader(readUserAnswer, ['v2-user'], shape.isOpaqueId),
  "v2's cars": reader(readVehiclesPage, ['v2-vehicles'], shape.isPageOf(shape.isOpaqueId)),
  "v2's car": reader(readAttributes, ['v2-vehicle'], isCar),
  "v2's VIN": reader(
    readVinAnswer,
    ['v2-vin'],
    isOneOrNone((vin) => assert.match(vin, /^[A-Z0-9]{17}$/)),
  ),
  "v2's permissions": reader(
    readPermissionsPage,
    ['v2-permissions'],
    shape.isPageOf((permission) => assert.ok(permission.length <= 100)),
  ),
  "v2's batch": reader(
    (sent) => readBatchAnswer(sent, everything, receivedAt),
    namesLike('v2-batch'),
    shape.isReadSignals,
  ),
  "v2's disconnect": reader(readDisconnect, ['v2-disconnect'], isWord('deleted', 'gone')),
  "v2's connections": reader(readListing, namesLike('v2-connections'), shape.isPageOf(isEnded)),
  "v2's deletion": reader(readDeleted, ['v2-connections-deleted'], (ended) => ended.forEach(isEnded)),
};

const errorNames = [...namesLike('error'), ...v2Names.filter((name) => name.startsWith('v2-error'))];
/** Where a refusal may be what was hoped for: it is gone, there already, or nothing to be had. v2 says so by its words. */
const isWelcome = (name: string, status: number): boolean =>
  name === "v2's disconnect" ? status >= 400 && status <= 499 : [403, 404, 409].includes(status);

for (const [name, { names, check }] of Object.entries(readers)) {
  test(`whatever is answered instead of ${name} comes to a value or a meaning`, () => {
    holds(answers(names, errorNames), (sent) => {
      const answer = check(sent);
      const mayBe = sent.came && ((sent.status >= 200 && sent.status <= 299) || isWelcome(name, sent.status));
      assert.ok(mayBe || !answer.ok || answer.value === null, 'what failed is no success');
    });
  });
}

function isExecution(execution: CommandExecution, ...states: string[]): void {
  shape.isOpaqueId(execution.id);
  assert.ok(states.includes(execution.state));
  shape.isInstant(execution.executedAt);
  shape.isInstant(execution.completedAt);
}

function isCommandAnswer(answer: CommandAnswer): void {
  shape.isPlain(answer);
  if (answer.ok) return isExecution(answer.value, 'succeeded', 'pending');
  shape.isFailure(answer.failure);
  if (answer.execution) isExecution(answer.execution, 'failed');
}

test('whatever comes of a command, it is done, under way or failed, and never done without a word of success', () => {
  const drawn = answers(namesLike('command-'), ['error-v3', 'error-v2']);
  holds(
    drawn,
    (sent) => {
      const answer = readCommandAnswer(sent);
      isCommandAnswer(answer);
      if (!answer.ok) assert.equal(answer.wasSent, sent.came || sent.left);
      else if (answer.value.state === 'succeeded') assert.ok(sent.came && /success/i.test(sent.text));
    },
    1_500,
  );
});

test('an error is a failure with a meaning, whatever is in it and wherever it stands', () => {
  holds(answers(errorNames, [...errorNames, 'token-invalid-client']), (sent) => {
    for (const came of ['answer', 'refresh'] as const) {
      const failure = failureOf(sent, came);
      shape.isPlain(failure);
      shape.isFailure(failure);
    }
    const inside = failureInside(sent.came ? parseJson(sent.text) : undefined, null, sent.came ? sent.status : null);
    shape.isPlain(inside);
    shape.isFailure(inside);
  });
});

// — bugs that were found here —

test('a command whose error has an object for its status is an error all the same', () => {
  const body = '{"errors":[{"type":"VEHICLE_STATE","code":"ASLEEP","status":{"toString":1,"valueOf":1}}]}';
  const answer = readCommandAnswer(received(body, { status: 202 }));
  assert.ok(!answer.ok && answer.failure.meaning === 'asleep');
});

test("v2's disconnect is not done because a failing server mentions a permission", () => {
  const answer = readDisconnect(received('{"type":"PERMISSION","statusCode":403}', { status: 502 }));
  assert.ok(!answer.ok);
});

test("a part of v2's batch that is fetched only tomorrow has no time, and none asks us to wait for longer than a day", () => {
  const body = {
    responses: [
      { path: '/odometer', code: 200, body: { distance: 7 }, headers: { 'sc-fetched-at': '2199-01-01T00:00:00Z' } },
      { path: '/fuel', code: 429, body: { type: 'RATE_LIMIT' }, headers: { 'retry-after': '99999' } },
    ],
  };
  const answer = readBatchAnswer(received(body), everything, receivedAt);
  assert.ok(answer.ok);
  assert.deepEqual(
    answer.value.readings.map(({ fetchedAt }) => fetchedAt),
    [null],
  );
  assert.ok(answer.value.failures.every(({ retryAfterS }) => retryAfterS === 86_400));
});

test('a nickname that is answered instead of the VIN is nonsense', () => {
  const answered = received({
    data: { attributes: { code: 'vehicleidentification-nickname', body: { value: 'Bella' } } },
  });
  const answer = readSignalAnswer(answered, receivedAt, 'vehicleidentification-vin');
  assert.ok(!answer.ok && answer.failure.code === 'ANOTHER_SIGNAL');
});
