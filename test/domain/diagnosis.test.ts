import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { agesStep, permissionGaps, refusedStep, signalAges, signalsStep } from '../../src/domain/check-step.ts';
import type { CheckStep, Finding, StepName } from '../../src/domain/check-step.ts';
import { causeNames } from '../../src/domain/cause.ts';
import { causeOfMeaning, diagnose } from '../../src/domain/diagnosis.ts';
import type {
  Check,
  CheckAnswer,
  Confidence,
  DiagnosedCause,
  KeptHappening,
  Known,
} from '../../src/domain/diagnosis.ts';
import {
  accountMeanings,
  gapMeanings,
  ourMeanings,
  throttleMeanings,
  upstreamMeanings,
  vehicleMeanings,
} from '../../src/domain/failure.ts';
import type { Meaning } from '../../src/domain/failure.ts';
import type { IncidentId } from '../../src/domain/ids.ts';
import { makePolicy } from '../../src/domain/make-policy.ts';
import { defaultRequiredPermissions } from '../../src/domain/permission.ts';
import { diagnosisWords, evidenceText, findingText } from '../../src/texts/diagnosis-words.ts';
import {
  aBrokenConnection,
  aConnection,
  aNewConnection,
  hours,
  locationCode,
  minutes,
  odometerCode,
  policy,
  reading,
  requiredCodes,
} from './builders.ts';

const required = defaultRequiredPermissions;
const meanings: readonly Meaning[] = [
  ...accountMeanings,
  ...vehicleMeanings,
  ...throttleMeanings,
  ...upstreamMeanings,
  ...ourMeanings,
  ...gapMeanings,
];

const fresh = new Map(requiredCodes.map((code) => [code, reading(code, { measuredAt: minutes(-5) })]));

const known = (change: Partial<Known> = {}): Known => ({
  make: makePolicy('VOLKSWAGEN'),
  country: null,
  connection: aConnection(),
  required,
  requestBudget: policy.requestBudget,
  readings: fresh,
  happenings: [],
  alerts: [],
  check: null,
  ...change,
});

const step = (name: StepName, finding: Finding, state: CheckStep['state'] = 'failed'): CheckStep => ({
  ...{ name, state, finding, at: minutes(0), requestId: `request of ${name}` },
});

const answer = (change: Partial<CheckAnswer> = {}): CheckAnswer => ({
  ...{ at: minutes(0), requestId: 'request of signals', came: 3, failure: null, failures: [] },
  ...change,
});

const answered = (meaning: Meaning): CheckAnswer => answer({ came: 0, failure: { meaning, type: null, code: null } });

const check = (change: Partial<Check> = {}): Check => ({
  ...{ startedAt: minutes(0), finishedAt: minutes(0), steps: [], answer: null },
  ...change,
});

const line = (kind: KeptHappening['kind'], change: Partial<KeptHappening> = {}): KeptHappening => ({
  ...{ kind, at: hours(-1), via: 'poll', requestId: 'request of a poll', data: {} },
  ...change,
});

const expiredLine = (change: Partial<KeptHappening> = {}): KeptHappening =>
  line('connection.changed', { to: { status: 'expired', cause: 'signedOut' }, ...change });
const claimLine = (at: Date): KeptHappening =>
  line('connection.suspected', { at, via: 'webhook', meaning: 'signedOut', requestId: 'delivery' });

const suspicion = {
  meaning: 'signedOut' as const,
  signals: [],
  claimedAt: minutes(-5),
  deadlineAt: minutes(40),
  requestId: 'delivery',
  resolutionUrl: null,
};

describe('what is wrong with a vehicle', () => {
  const lines: readonly (readonly [title: string, known: Known, cause: DiagnosedCause | null, sure: Confidence])[] = [
    ['a vehicle without a connection was never connected', known({ connection: null }), 'neverConnected', 'certain'],
    [
      'what was disconnected here is our own doing',
      known({ connection: aBrokenConnection('disconnectedHere', { endedAt: hours(-1) }) }),
      'disconnectedHere',
      'certain',
    ],
    ['a proved connection is likely well', known(), null, 'likely'],
    [
      'a check that brings data makes a proved connection certainly well',
      known({ check: check({ answer: answer() }) }),
      null,
      'certain',
    ],
    [
      'one read that says so makes an expired connection likely',
      known({ connection: aBrokenConnection('signedOut'), happenings: [expiredLine()] }),
      'signedOut',
      'likely',
    ],
    [
      'a claim and a read that say the same make it certain',
      known({ connection: aBrokenConnection('signedOut'), happenings: [expiredLine(), claimLine(minutes(-62))] }),
      'signedOut',
      'certain',
    ],
    [
      'a claim that was believed when its time ran out stays suspected',
      known({ connection: aBrokenConnection('signedOut'), happenings: [expiredLine(), claimLine(hours(-9))] }),
      'signedOut',
      'suspected',
    ],
    [
      'a claim that is being checked is suspected',
      known({ connection: aConnection({ suspicion }), happenings: [claimLine(minutes(-5))] }),
      'signedOut',
      'suspected',
    ],
    [
      'two reads that say the same make it certain',
      known({
        connection: aBrokenConnection('signedOut'),
        happenings: [expiredLine()],
        check: check({ answer: answered('signedOut') }),
      }),
      'signedOut',
      'certain',
    ],
    [
      'a check and the line that it led to are one witness',
      known({
        connection: aBrokenConnection('signedOut', { since: minutes(0) }),
        happenings: [expiredLine({ at: minutes(0), via: 'check', requestId: 'request of signals' })],
        check: check({ answer: answered('signedOut') }),
      }),
      'signedOut',
      'likely',
    ],
    [
      'what was decided is not covered by what a check met in passing',
      known({
        connection: aBrokenConnection('signedOut'),
        happenings: [expiredLine()],
        check: check({ answer: answered('smartcarFailing') }),
      }),
      'signedOut',
      'likely',
    ],
    [
      'a check that was throttled says so',
      known({ check: check({ answer: answered('throttledApplication') }) }),
      'throttledApplication',
      'likely',
    ],
    [
      'our own credentials that were refused in a check are said, though no connection is doubted for them',
      known({ check: check({ answer: answered('credentials') }) }),
      'credentials',
      'likely',
    ],
    [
      'a connection that Smartcar lists no more is likely revoked',
      known({ check: check({ steps: [step('listed', { says: 'unlisted' })] }) }),
      'revokedByOwner',
      'likely',
    ],
    [
      'a required permission that was never granted is likely, and certain when the list says so again',
      known({
        connection: aBrokenConnection('permissionMissing', { permissions: ['read_vehicle_info'] }),
        check: check({
          steps: [step('permissions', { says: 'gaps', gaps: [{ permission: 'read_location', why: 'notGranted' }] })],
        }),
      }),
      'permissionMissing',
      'certain',
    ],
    [
      'what Smartcar neither lists nor finds was taken back, and is not waited for',
      known({
        check: check({ steps: [step('listed', { says: 'unlisted' })], answer: answered('notFound') }),
      }),
      'revokedByOwner',
      'likely',
    ],
    [
      'the first data that did not come is only a deadline',
      known({
        connection: aBrokenConnection('noFirstData'),
        readings: new Map(),
        happenings: [line('connection.changed', { to: { status: 'error', cause: 'noFirstData' } })],
      }),
      'noFirstData',
      'suspected',
    ],
    [
      'a new connection waits for first data',
      known({ connection: aNewConnection(), readings: new Map() }),
      'waitingForFirstData',
      'suspected',
    ],
    [
      'a car that sleeps while its data grows old is asleep',
      known({
        connection: aConnection({ vehicleState: { meaning: 'asleep', since: hours(-20) } }),
        readings: new Map([[locationCode, reading(locationCode, { measuredAt: hours(-20) })]]),
      }),
      'asleep',
      'likely',
    ],
    [
      'data that grows old without a word is concluded, not known',
      known({ readings: new Map(requiredCodes.map((code) => [code, reading(code, { measuredAt: hours(-20) })])) }),
      'silent',
      'suspected',
    ],
    [
      'some signals that never came are said while the others flow',
      known({ readings: new Map([[odometerCode, reading(odometerCode, { measuredAt: minutes(-5) })]]) }),
      'someMissing',
      'suspected',
    ],
  ];
  for (const [title, given, cause, sure] of lines)
    test(title, () => {
      const found = diagnose(given, minutes(1));
      assert.deepEqual([found.cause, found.confidence], [cause, sure]);
    });

  test('what a check met in passing is forgotten after an hour, and when data came since', () => {
    const throttled = known({ check: check({ answer: answered('throttledApplication') }) });
    assert.equal(diagnose(throttled, minutes(59)).cause, 'throttledApplication');
    assert.equal(diagnose(throttled, minutes(61)).cause, null);
    const heard = { ...throttled, connection: aConnection({ lastTelemetryAt: minutes(10) }) };
    assert.equal(diagnose(heard, minutes(20)).cause, null);
  });

  test('a check that died is not said to run for ever', () => {
    const died = known({ check: check({ finishedAt: null }) });
    assert.equal(diagnose(died, minutes(1)).isRunning, true);
    assert.equal(diagnose(died, minutes(11)).isRunning, false);
  });

  test('evidence is in the order of time, newest first, and says what was done apart from what was seen', () => {
    const found = diagnose(
      known({
        connection: aBrokenConnection('signedOut'),
        happenings: [line('owner.asked', { at: minutes(-59) }), expiredLine(), claimLine(minutes(-62))],
        check: check({ answer: answered('signedOut') }),
        alerts: [{ kind: 'connection.expired', severity: 'warning', openedAt: hours(-1) }],
      }),
      minutes(1),
    );
    assert.deepEqual(
      found.evidence.map(({ what }) => what),
      ['failure', 'happening', 'alert', 'happening'],
    );
    assert.deepEqual(
      found.tried.map(({ happening }) => happening.kind),
      ['owner.asked'],
    );
  });
});

describe('the steps of a check', () => {
  test('a permission is of no use when it was not granted, the car can not, or the plan does not cover it', () => {
    const granted = required.filter((permission) => permission !== 'control_security');
    const gaps = permissionGaps(required, granted, [
      { signal: locationCode, meaning: 'incompatible' },
      { signal: odometerCode, meaning: 'planLimit' },
      { signal: 'wheel-tires', meaning: 'permission' },
    ]);
    assert.deepEqual(Object.fromEntries(gaps.map(({ permission, why }) => [permission, why])), {
      read_location: 'notSupported',
      read_odometer: 'notInPlan',
      control_security: 'notGranted',
    });
  });

  test('a refusal that passes by itself is to be known, every other one fails', () => {
    for (const meaning of meanings) {
      const passes = ([...vehicleMeanings, ...throttleMeanings] as readonly Meaning[]).includes(meaning);
      assert.equal(refusedStep({ meaning, retryAfterS: null }).state, passes ? 'warning' : 'failed', meaning);
    }
  });

  test('signals that all fail because the car sleeps are no failure, those that fail for the account are', () => {
    const all = (meaning: Meaning): string =>
      signalsStep(
        required,
        [],
        requiredCodes.map((signal) => ({ signal, meaning })),
      ).state;
    assert.deepEqual([all('asleep'), all('signedOut'), all('manufacturerFailing')], ['warning', 'failed', 'failed']);
    assert.equal(signalsStep(required, [], []).finding.says, 'storeEmpty');
  });

  test('ages tell the old from what never came', () => {
    const readings = new Map([
      [locationCode, reading(locationCode, { measuredAt: hours(-20) })],
      [odometerCode, reading(odometerCode, { measuredAt: minutes(-5) })],
    ]);
    const ages = signalAges({ required, readings, failures: [], make: makePolicy('VOLKSWAGEN') }, minutes(0));
    assert.deepEqual(agesStep(ages), {
      state: 'warning',
      finding: { says: 'agesOld', old: [locationCode], lacking: ['closure-islocked'] },
    });
  });
});

describe('a diagnosis in words', () => {
  const whole = (text: string): void => {
    assert.match(text, /^.{5,}[.…]?$/s, text);
    assert.doesNotMatch(text, /undefined|\bnone\b|[{}]|\s{2}|\.\.|\(\)/, text);
  };

  test('every cause and every meaning has its sentence, its turn, and words for the owner where it is theirs', () => {
    const found = diagnose(known(), minutes(1));
    const causes = new Set<DiagnosedCause>([
      ...causeNames,
      ...meanings.map(causeOfMeaning),
      'neverConnected',
      'someMissing',
    ]);
    for (const cause of causes) {
      const words = diagnosisWords({ ...found, cause, confidence: 'certain' }, { make: 'VOLKSWAGEN' });
      whole(words.text);
      const isOwners = words.nextAction?.who === 'owner' || words.nextAction?.action === 'widen';
      assert.equal(words.owner !== null, isOwners, cause);
      if (words.owner) whole(words.owner);
    }
  });

  test('an owner who has to act elsewhere is told what to do, and not only what happened', () => {
    const found = { ...diagnose(known(), minutes(1)), confidence: 'certain' } as const;
    const words = diagnosisWords({ ...found, cause: 'subscriptionLapsed' }, { make: 'CHEVROLET' });
    assert.match(words.owner ?? '', /Renew them in the Chevrolet app/);
  });

  test('what is only claimed is said as a suspicion, and nothing is written to the owner for it', () => {
    const found = diagnose(
      known({ connection: aConnection({ suspicion }), happenings: [claimLine(minutes(-5))] }),
      minutes(1),
    );
    const words = diagnosisWords(found, { make: 'VOLKSWAGEN' });
    assert.match(words.text, /^Suspected, being checked: /);
    assert.deepEqual(words.nextAction, { who: 'nobody', action: 'automatic', text: 'Nobody: being checked' });
    assert.equal(words.owner, null);
  });

  test('while an incident is open, a check that was told the owner signed out asks nothing of the owner', () => {
    const held = aConnection({ suspicion, heldBy: 'inc_00000000000000000000000001' as IncidentId });
    const told = check({ answer: answered('signedOut') });
    const found = diagnose(known({ connection: held, happenings: [claimLine(minutes(-5))], check: told }), minutes(1));
    const words = diagnosisWords(found, { make: 'VOLKSWAGEN' });
    assert.deepEqual([found.confidence, words.nextAction?.who, words.owner], ['suspected', 'nobody', null]);
  });

  test('every finding and every kind of evidence has its sentence', () => {
    const findings: Finding[] = [
      ...(['accessHeld', 'answered', 'listed', 'unlisted', 'listClosed', 'allGranted', 'storeEmpty'] as const).map(
        (says) => ({ says }),
      ),
      ...(
        [
          'agesFresh',
          'subscribed',
          'notSubscribed',
          'subscribedElsewhere',
          'noCommand',
          'noRental',
          'noIncident',
        ] as const
      ).map((says) => ({ says })),
      { says: 'lastCommand', type: 'unlock', state: 'failed', cause: 'doorOpen' },
      { says: 'lastCommand', type: 'lock', state: 'confirmed', cause: null },
      { says: 'inRental', reference: 'B-7' },
      { says: 'inIncident', make: 'FORD', region: 'DE' },
      { says: 'inIncident', make: null, region: null },
      { says: 'gaps', gaps: [{ permission: 'read_location', why: 'notInPlan' }] },
      { says: 'signalsCame', came: 1 },
      { says: 'someSignalsFailed', came: 0, failed: [{ code: locationCode, meaning: 'asleep' }] },
      { says: 'agesOld', old: [locationCode], lacking: [] },
      { says: 'agesOld', old: [], lacking: [locationCode] },
      { says: 'refused', meaning: 'throttledVehicle', waitS: 600 },
      { says: 'refused', meaning: 'throttledVehicle', waitS: null },
      { says: 'refused', meaning: 'smartcarFailing', waitS: null },
      { says: 'notAsked', because: 'smartcar' },
    ];
    for (const finding of findings) whole(findingText(finding));
    const when = { at: minutes(0), requestId: null };
    whole(evidenceText({ ...when, what: 'happening', happening: expiredLine() }, { make: 'VOLKSWAGEN' }));
    whole(evidenceText({ ...when, what: 'came', came: 2 }, { make: null }));
    const alert = { ...when, what: 'alert' as const, kind: 'connection.expired' };
    assert.equal(evidenceText(alert, { make: null }), 'An alert is open since then: connection expired.');
    const failed = { meaning: 'signedOut' as const, type: 'CONNECTED_SERVICES_ACCOUNT', code: null };
    whole(evidenceText({ ...when, what: 'failure', ...failed }, { make: null }));
    whole(
      evidenceText({ ...when, what: 'signals', codes: [locationCode], fetchedAt: null, ...failed }, { make: null }),
    );
  });
});
