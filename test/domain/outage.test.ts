/** A manufacturer's outage as it shows in each signal, in answers that are themselves fine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { upstreamMeanings } from '../../src/domain/failure.ts';
import {
  aBrokenConnection,
  aConnection,
  data,
  lockCode,
  minutes,
  odometerCode,
  reading,
  refused,
  signalFailure,
  signals,
} from './builders.ts';
import { tell } from './story.ts';

// Proved at minute -10; a Volkswagen's data is renewed every ten minutes, and four rounds of that are waited for.
const lastsAt = 30;

for (const meaning of upstreamMeanings) {
  test(`signals that all fail for ${meaning} are an error once that has lasted, and the first good ones heal it`, () => {
    const { lines, connection } = tell(aConnection(), [
      refused(5, meaning, 4),
      refused(lastsAt - 1, meaning, 4),
      refused(lastsAt, meaning, 24),
      refused(lastsAt + 15, meaning, 44),
      data(60, 59),
    ]);
    assert.deepEqual(lines, [
      `${lastsAt}: active → error (${meaning})`,
      `${lastsAt}: alert opens: connection.error`,
      `60: error (${meaning}) → active`,
      '60: alert closes: connection.error',
      '60: settled with the owner',
    ]);
    assert.equal(connection.provedAt?.getTime(), minutes(59).getTime());
  });
}

test('what never changes still comes in an outage, and heals nothing', () => {
  const vin = reading('vehicleidentification-vin', { fetchedAt: minutes(-300) });
  const outage = refused(lastsAt, 'manufacturerFailing', 24);
  const { states } = tell(aConnection(), [
    { ...outage, readings: [vin] },
    { ...refused(lastsAt + 15, 'manufacturerFailing', 24), readings: [vin] },
  ]);
  assert.deepEqual(states, Array(2).fill('error (manufacturerFailing)'));
});

test('a VIN that comes though the owner signed out is no data of the car', () => {
  const known = { kind: 'telemetry', at: minutes(-10) } as const;
  const car = aConnection({ lastTelemetryAt: minutes(-10), lastSuccess: known });
  const still = ['vehicleidentification-vin', 'tractionbattery-nominalcapacity', 'constructor'].map((code) =>
    reading(code, { fetchedAt: minutes(4) }),
  );
  const { connection } = tell(car, [{ ...refused(5, 'signedOut', 4), readings: still }]);
  assert.equal(connection.cause, 'signedOut');
  assert.deepEqual([connection.lastTelemetryAt, connection.lastSuccess], [minutes(-10), known]);
});

test('a car without a subscription is fetched once a day, so its outage is believed after a day and a half', () => {
  const car = aConnection({ subscribedAt: null });
  const { states } = tell(car, [refused(600, 'manufacturerFailing', 4), refused(2_150, 'manufacturerFailing', 4)]);
  assert.deepEqual(states, ['active', 'error (manufacturerFailing)']);
});

test('on v2 each read asks the car, so nothing has to be subscribed', () => {
  const car = aConnection({ platform: 'v2', subscribedAt: null });
  const { states } = tell(car, [refused(29, 'manufacturerFailing', 29), refused(30, 'manufacturerFailing', 30)]);
  assert.deepEqual(states, ['active', 'error (manufacturerFailing)']);
});

const spared = {
  'one required signal that comes': signals(lastsAt, {
    readings: [reading(odometerCode, { fetchedAt: minutes(-60) })],
    failures: [signalFailure('manufacturerFailing', lockCode, minutes(20))],
  }),
  'one that fails for the state of the car': signals(lastsAt, {
    failures: [
      signalFailure('manufacturerFailing', odometerCode, minutes(20)),
      signalFailure('asleep', lockCode, minutes(20)),
    ],
  }),
  'the word of a webhook': refused(lastsAt, 'manufacturerFailing', 24, { via: 'webhook' }),
  'an empty store': signals(lastsAt),
};
for (const [what, outcome] of Object.entries(spared)) {
  test(`${what} is no outage`, () => {
    assert.deepEqual(tell(aConnection(), [outcome]).lines, []);
  });
}

test('an outage does not cover up what a person has to repair', () => {
  const { lines } = tell(aBrokenConnection('signedOut'), [refused(300, 'manufacturerFailing', 290)]);
  assert.deepEqual(lines, []);
});

test('an outage of another machine than before is the cause from then on', () => {
  const { states } = tell(aBrokenConnection('smartcarFailing', { provedAt: minutes(-120) }), [
    refused(5, 'manufacturerFailing', 4),
  ]);
  assert.deepEqual(states, ['error (manufacturerFailing)']);
});
