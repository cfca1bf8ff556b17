import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, latestFetch } from '../../src/domain/proof.ts';
import type { Question } from '../../src/domain/proof.ts';
import { chargeCode, locationCode, lockCode, minutes, reading, signalFailure } from './builders.ts';

const grant: Question = { kind: 'grant', at: minutes(0), provedAt: null, signals: [locationCode, lockCode] };
const claim: Question = { ...grant, kind: 'claim', provedAt: minutes(-30) };
const came = (code: string, fetched: number | null) =>
  reading(code, { fetchedAt: fetched === null ? null : minutes(fetched) });
const refusal = (fetched: number | null, code = locationCode) =>
  signalFailure('signedOut', code, fetched === null ? null : minutes(fetched));

const table = [
  ['a grant is proved by one required signal fetched after it', grant, [came(lockCode, 1)], [], 'proved'],
  ['… though another one failed', grant, [came(lockCode, 1)], [refusal(1)], 'proved'],
  ['… not by one of its very moment', grant, [came(lockCode, 0)], [], 'undecided'],
  ['… not by one that nobody requires', grant, [came(chargeCode, 1)], [], 'undecided'],
  ['… not by one without a fetch time', grant, [came(lockCode, null)], [], 'undecided'],
  ['… not by an empty store', grant, [], [], 'undecided'],
  ['a grant is refuted by a failure fetched after it', grant, [], [refusal(1)], 'refuted'],
  ['… not by one fetched before it', grant, [], [refusal(-1)], 'undecided'],
  ['… not by one without a fetch time', grant, [], [refusal(null)], 'undecided'],
  ['… not while another required signal is there', grant, [came(lockCode, -5)], [refusal(1)], 'undecided'],
  ['… not by a failure of what nobody requires', grant, [], [refusal(1, chargeCode)], 'undecided'],
  ['a claim is refuted by a success fetched after it', claim, [came(lockCode, 1)], [], 'proved'],
  ['… and holds by a failure fetched since the last proof', claim, [], [refusal(-29)], 'refuted'],
  ['… not by one fetched before the last proof', claim, [], [refusal(-30)], 'undecided'],
  ['… but by one without a fetch time, as a second witness', claim, [], [refusal(null)], 'refuted'],
  [
    'a sleeping car says nothing for or against',
    claim,
    [],
    [signalFailure('asleep', lockCode, minutes(1))],
    'undecided',
  ],
  [
    'neither does a failing manufacturer',
    claim,
    [],
    [signalFailure('manufacturerFailing', lockCode, minutes(1))],
    'undecided',
  ],
  ['nor a car that can not tell', claim, [], [signalFailure('incompatible', lockCode, minutes(1))], 'undecided'],
] as const;

for (const [title, question, readings, failures, verdict] of table) {
  test(`${title}: ${verdict}`, () => assert.equal(judge(question, readings, failures).verdict, verdict));
}

test('the newest of several fetch times is the proof', () => {
  assert.deepEqual(
    latestFetch([came(lockCode, 2), came(lockCode, 9), came(lockCode, null), came(lockCode, 4)]),
    minutes(9),
  );
  assert.equal(latestFetch([came(lockCode, null)]), null);
});
