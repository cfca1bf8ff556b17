/** Every outcome and every connection that can be, for properties. */
import fc from 'fast-check';
import { causeNames, factsOf } from '../../src/domain/cause.ts';
import type { Connection } from '../../src/domain/connection.ts';
import {
  accountMeanings,
  gapMeanings,
  ourMeanings,
  throttleMeanings,
  upstreamMeanings,
  vehicleMeanings,
} from '../../src/domain/failure.ts';
import type { Failure, Meaning } from '../../src/domain/failure.ts';
import type { IncidentId, SmartcarConnectionId, TokenSetId } from '../../src/domain/ids.ts';
import type { Outcome, Via } from '../../src/domain/outcome.ts';
import type { Permission } from '../../src/domain/permission.ts';
import type { Reading } from '../../src/domain/reading.ts';
import { makePolicy } from '../../src/domain/make-policy.ts';
import type { Policy } from '../../src/domain/transition.ts';
import {
  aBrokenConnection,
  aConnection,
  aNewConnection,
  chargeCode,
  claimed,
  cleared,
  data,
  disconnected,
  failed,
  listed,
  minutes,
  policy,
  reading,
  repaired,
  requiredCodes,
  signals,
} from './builders.ts';

export const allMeanings: readonly Meaning[] = [
  ...accountMeanings,
  ...vehicleMeanings,
  ...throttleMeanings,
  ...upstreamMeanings,
  ...ourMeanings,
  ...gapMeanings,
];

const meaning = fc.constantFrom(...allMeanings);
const code = fc.constantFrom(...requiredCodes, chargeCode, 'never-heard-of');
const via = fc.constantFrom<Via>('poll', 'check', 'webhook', 'connect', 'reconciliation');
/** Minutes that something may be older than the outcome that brings it; sometimes ahead of it. */
const age = fc.integer({ min: -5, max: 3_000 });

const failure: fc.Arbitrary<Failure> = fc.record({
  meaning,
  type: fc.constantFrom(null, 'PERMISSION'),
  code: fc.constantFrom(null, 'UNKNOWN'),
  status: fc.constantFrom(null, 403, 500),
  requestId: fc.constantFrom(null, 'req-1'),
  retryAfterS: fc.option(fc.integer({ min: 0, max: 100_000 })),
  resolutionUrl: fc.constantFrom(null, 'https://connect.smartcar.com/x'),
});
const claims = fc.array(fc.record({ failure, signals: fc.array(code, { maxLength: 3 }) }), { maxLength: 3 });

const fetchedAt = (minute: number): fc.Arbitrary<Date | null> => fc.option(age.map((old) => minutes(minute - old)));

const signalsAt = (minute: number): fc.Arbitrary<Outcome> =>
  fc
    .record({
      readings: fc.array(fc.record({ code, fetchedAt: fetchedAt(minute) }), { maxLength: 4 }),
      failures: fc.array(fc.record({ failure, signal: code, fetchedAt: fetchedAt(minute) }), { maxLength: 4 }),
      via,
    })
    .map((drawn) =>
      signals(minute, {
        via: drawn.via,
        readings: drawn.readings.map((one) =>
          reading(one.code, { fetchedAt: one.fetchedAt, receivedAt: minutes(minute) }),
        ),
        failures: drawn.failures.map(({ failure, ...rest }) => ({ ...failure, ...rest })),
      }),
    );

const observedBy = (minute: number) => ({ via: 'operator', at: minutes(minute), requestId: null }) as const;

const onV3 = { platform: 'v3', tokenSetId: null } as const;
/** The family of v2's tokens that new grants come with. */
export const grantedTokens = 'tok_2' as TokenSetId; // any id will do
const onV2 = { platform: 'v2', tokenSetId: grantedTokens } as const;
const grant = fc.constantFrom(null, onV3, onV2);
const moves = fc.record({
  platform: fc.constantFrom('v3' as const, 'v2' as const),
  permissions: fc.constant<Permission[]>([...policy.requiredPermissions]),
  smartcarConnectionId: fc.constantFrom(null, 'grant-3' as SmartcarConnectionId),
});

const withSignals = (drawn: { failure: Failure; signals: string[] }[]) =>
  drawn.map(({ failure, signals }) => ({ ...failure, signals }));

/** An outcome of any kind and meaning, seen at this minute; a disconnect here only when it is wanted. */
export const outcomeAt = (minute: number, ending: boolean): fc.Arbitrary<Outcome> =>
  fc.oneof(
    { weight: 4, arbitrary: signalsAt(minute) },
    { weight: 2, arbitrary: age.map((old) => data(minute, minute - old)) },
    {
      weight: 4,
      arbitrary: fc.record({ failure, via }).map((drawn): Outcome => ({ ...failed(minute, 'asleep'), ...drawn })),
    },
    {
      weight: 3,
      arbitrary: claims.map((drawn): Outcome => ({ ...claimed(minute, 'asleep'), claims: withSignals(drawn) })),
    },
    {
      weight: 1,
      arbitrary: claims.map((drawn): Outcome => ({ ...cleared(minute, 'asleep'), claims: withSignals(drawn) })),
    },
    {
      weight: 1,
      arbitrary: fc
        .subarray(policy.requiredPermissions.slice())
        .chain((permissions) => grant.map((one) => repaired(minute, { permissions, grant: one }))),
    },
    { weight: 1, arbitrary: moves.map((one): Outcome => ({ ...observedBy(minute), kind: 'moved', ...one })) },
    { weight: 1, arbitrary: fc.constant<Outcome>({ ...observedBy(minute), kind: 'notOnV3' }) },
    {
      weight: 1,
      arbitrary: fc
        .option(fc.subarray(policy.requiredPermissions.slice()))
        .map((permissions) => listed(minute, { permissions })),
    },
    { weight: ending ? 1 : 0, arbitrary: fc.constant(disconnected(minute)) },
  );

/** Outcomes in the order in which they were observed. */
export const courseOfEvents = (ending = true): fc.Arbitrary<Outcome[]> =>
  fc
    .array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 20 })
    .map((gaps) => gaps.reduce<number[]>((so, gap) => [...so, (so.at(-1) ?? 1) + gap], []))
    .chain((times) => fc.tuple(...times.map((minute) => outcomeAt(minute, ending))));

/** Living connections: new, active, and broken for each cause. */
export const connection: fc.Arbitrary<Connection> = fc
  .tuple(
    fc.constantFrom(null, ...causeNames.filter((cause) => cause !== 'disconnectedHere' && cause !== 'superseded')),
    fc.boolean(),
    fc.constantFrom({}, onV2),
  )
  .map(([cause, subscribed, platform]) => {
    const change = { ...platform, ...(subscribed ? {} : { subscribedAt: null }) };
    if (cause === null) return aConnection(change);
    return cause === 'waitingForFirstData' ? aNewConnection(change) : aBrokenConnection(cause, change);
  })
  .map((c) => (c.cause && factsOf(c.cause).retryAfterS === null ? { ...c, nextPollAt: null } : c));

export const policyOf: fc.Arbitrary<Policy> = fc.record({
  v3: fc.boolean(),
  requiredPermissions: fc.subarray(policy.requiredPermissions.slice()),
  incident: fc.option(
    fc.record({
      id: fc.constantFrom('inc_1' as IncidentId, 'inc_2' as IncidentId),
      from: fc.integer({ min: -60, max: 600 }).map(minutes),
    }),
  ),
  make: fc.constantFrom(null, 'VOLKSWAGEN', 'kia', 'CHEVROLET', 'NEVERHEARDOF').map((make) => makePolicy(make)),
  intervalS: fc.integer({ min: 60, max: 86_400 }),
  requestBudget: fc.record({
    perVehiclePerMonth: fc.integer({ min: 1, max: 100_000 }),
    reserveForCommands: fc.double({ min: 0, max: 0.5, noNaN: true }),
  }),
  chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

export const readingOfAnyAge = (codes: readonly string[]): fc.Arbitrary<Reading> =>
  fc
    .record({
      code: fc.constantFrom(...codes),
      value: fc.integer({ min: -50, max: 200 }),
      measured: fc.option(fc.integer({ min: 0, max: 60 })),
      fetched: fc.option(fc.integer({ min: 0, max: 60 })),
      received: fc.integer({ min: 0, max: 60 }),
    })
    .map(({ code, value, measured, fetched, received }) => ({
      ...{ code, value, unit: null, receivedAt: minutes(received) },
      measuredAt: measured === null ? null : minutes(measured),
      fetchedAt: fetched === null ? null : minutes(fetched),
    }));
