/**
 * Draws what is held against the readers: the same each time. `FUZZ_SEED=7` draws others, `FUZZ_TIMES=20` draws twenty
 * times as many.
 */
import fc from 'fast-check';
import type { Sent } from '../../src/smartcar/send.ts';
import { minutes } from '../domain/builders.ts';
import { received } from './fixture.ts';
import { bodies, fixtureNames } from './fuzz-bodies.ts';
import { isUnpolluted } from './fuzz-shapes.ts';

/** In the builders' time, for which connections are made. */
export const receivedAt = minutes(30);
export const fuzzTimes = Number(process.env['FUZZ_TIMES'] ?? 1);
export const fuzzSeed = Number(process.env['FUZZ_SEED'] ?? 20_260_902);

/** Holds of everything that is drawn; a failure prints the seed and the smallest body that it fails for. */
export function holds<T>(drawn: fc.Arbitrary<T>, check: (value: T) => void, numRuns = 700): void {
  const property = fc.property(drawn, (value) => {
    check(value);
    isUnpolluted();
  });
  fc.assert(property, { seed: fuzzSeed, numRuns: numRuns * fuzzTimes });
}

/** The fixtures of one kind. */
export const namesLike = (start: string): string[] => fixtureNames.filter((name) => name.startsWith(start));

const successes = [200, 200, 200, 200, 201, 202, 204, 299];
const refusals = [301, 400, 401, 403, 404, 409, 429, 430, 500, 502, 599, 600, 999];

const answered = (statuses: readonly number[], names: readonly string[]): fc.Arbitrary<Sent> =>
  fc
    .record({
      text: bodies(names),
      status: fc.constantFrom(...statuses),
      requestId: fc.constantFrom(null, 'req-1'),
      retryAfterS: fc.constantFrom(null, 0, 120, 86_400),
    })
    .map(({ text, ...change }) => received(text, change));

/** An answer to the question these fixtures answer, or one of these errors, of any status; now and then none at all. */
export const answers = (names: readonly string[], errors: readonly string[]): fc.Arbitrary<Sent> =>
  fc.oneof(
    { weight: 14, arbitrary: answered(successes, names) },
    { weight: 5, arbitrary: answered(refusals, errors) },
    { weight: 1, arbitrary: answered(refusals, names) },
    {
      weight: 1,
      arbitrary: fc.record({
        came: fc.constant(false as const),
        why: fc.constantFrom('unreachable', 'nonsense'),
        reason: fc.constantFrom('ECONNREFUSED', 'UND_ERR_HEADERS_TIMEOUT', 'TypeError', 'HTTPParserError'),
        left: fc.boolean(),
        requestId: fc.constantFrom(null, 'req-1'),
      }),
    },
  );
