import assert from 'node:assert/strict';
import { test } from 'node:test';

import { alertKinds } from '../../src/domain/alert.ts';
import { consentKinds, consentWays } from '../../src/domain/consent.ts';
import { erasureKinds } from '../../src/domain/erasure.ts';
import { causeNames, statuses } from '../../src/domain/cause.ts';
import { can } from '../../src/domain/connection.ts';
import {
  accountMeanings,
  gapMeanings,
  ourMeanings,
  throttleMeanings,
  upstreamMeanings,
  vehicleMeanings,
} from '../../src/domain/failure.ts';
import type { Freshness, StaleReason } from '../../src/domain/freshness.ts';
import { movedStates, moveReasons } from '../../src/domain/move.ts';
import { knownPermissions } from '../../src/domain/permission.ts';
import { signals } from '../../src/domain/signal.ts';
import { timelineKinds } from '../../src/domain/timeline.ts';
import { english } from '../../src/texts/english.ts';
import { catalogue, isMessageKey, languages, say, spokenLanguage } from '../../src/texts/say.ts';
import { timelineText } from '../../src/texts/timeline-words.ts';
import {
  alertText,
  capabilityText,
  causeText,
  connectErrors,
  consentText,
  connectErrorText,
  erasedText,
  freshnessAction,
  freshnessText,
  makeName,
  meaningText,
  movedText,
  nextActionFor,
  ownerCauseText,
  permissionText,
  permissionWhy,
  signalName,
  statusWord,
  suspicionText,
  vehicleTitle,
} from '../../src/texts/words.ts';

const meanings = [
  ...accountMeanings,
  ...vehicleMeanings,
  ...throttleMeanings,
  ...upstreamMeanings,
  ...ourMeanings,
  ...gapMeanings,
];
const staleReasons: StaleReason[] = ['asleep', 'deepSleep', 'unreachable', 'notSubscribed', 'connection', 'silent'];
const whole = (text: string | null): void => {
  assert.ok(text && text.length > 3, `there is a text: ${text}`);
  assert.doesNotMatch(text, /undefined|unknown|none\b|[{}]|\s{2}|^\s|\s$|\.\.|: \.|\(\)/, text);
};

test('every status and every cause has its words for operator and owner, with the make and without', () => {
  for (const status of statuses) whole(statusWord(status));
  for (const cause of causeNames) {
    for (const make of ['VOLKSWAGEN', null]) {
      whole(causeText(cause, { make }));
      whole(ownerCauseText(cause, { make }));
    }
    whole(nextActionFor(cause, 'error', null)?.text ?? null);
  }
  assert.equal(nextActionFor(null, 'active', null), null);
  assert.deepEqual(nextActionFor('signedOut', 'expired', null), {
    who: 'owner',
    action: 'reauthenticate',
    text: 'Owner: sign in again',
  });
});

test('a cause names the make as its maker writes it', () => {
  assert.equal(
    causeText('signedOut', { make: 'VOLKSWAGEN' }),
    "The owner's Volkswagen account no longer lets us in; the password was probably changed.",
  );
  assert.equal(
    ownerCauseText('signedOut', { make: null }),
    'The manufacturer signed us out, most often because a password was changed.',
  );
  assert.deepEqual(['BMW', 'KIA', 'LAND_ROVER', 'MERCEDES_BENZ', 'VOLKSWAGEN'].map(makeName), [
    'BMW',
    'Kia',
    'Land Rover',
    'Mercedes-Benz',
    'Volkswagen',
  ]);
});

test('every meaning has its words, plain and as a suspicion', () => {
  for (const meaning of meanings) {
    whole(meaningText(meaning));
    whole(suspicionText(meaning, { make: 'BMW' }));
    whole(suspicionText(meaning, { make: null }));
  }
});

test('every reason for old data has its sentence, and says what brings fresh data unless the connection says it', () => {
  for (const reason of staleReasons) {
    for (const state of ['stale', 'never'] as const) {
      const now: Freshness = { state, reason, since: null, who: 'vehicle' };
      whole(freshnessText(now));
      if (reason === 'connection') assert.equal(freshnessAction(now), null);
      else whole(freshnessAction(now)?.text ?? null);
    }
  }
  assert.equal(freshnessText({ state: 'fresh', reason: null, since: new Date(0), who: null }), null);
});

test('every reason why something cannot be done has its sentence', () => {
  const grant = { cause: null, permissions: [], platform: 'v3' } as const;
  const states = [
    null,
    { ...grant, status: 'active' },
    { ...grant, status: 'disconnected', cause: 'disconnectedHere' },
  ] as const;
  for (const state of states) {
    for (const capability of Object.values(can(state && { ...state, permissions: [] }))) {
      if (capability.allowed) continue;
      assert.ok(isMessageKey(capability.reason), capability.reason);
      whole(capabilityText(capability.reason));
    }
  }
  whole(capabilityText('something.else'));
});

test('every permission and signal has its name, and an unknown one stays readable', () => {
  for (const permission of knownPermissions) assert.ok(isMessageKey(`permission.${permission}`), permission);
  for (const code of Object.keys(signals)) assert.ok(isMessageKey(`signal.${code}`), code);
  assert.equal(permissionText('control_security'), 'Lock and unlock');
  assert.equal(permissionText('read_roof_box'), 'Read roof box');
  assert.equal(permissionText('control_wipers'), 'Control wipers');
  assert.equal(signalName('closure-tailgate'), 'Closure: tailgate');
});

test('every alert is a sentence, with its details and without', () => {
  for (const kind of alertKinds) {
    whole(alertText(kind, {}, 'CAR-104'));
    whole(
      alertText(
        kind,
        { cause: 'signedOut', field: 'vin', expected: 'A', found: 'B', count: '12', reason: 'mailbox full' },
        null,
      ),
    );
  }
  assert.equal(
    alertText('budget.forecast', { state: 'over', used: '9000', quota: '12000', forecast: '13400' }, null),
    'At this pace about 13,400 requests to Smartcar will be used this month, of 12,000. Vehicles will be read less often towards its end.',
  );
  assert.equal(
    alertText('connection.expired', { cause: 'platformMigrated', make: 'VOLVO' }, 'CAR-104'),
    'CAR-104 expired. Volvo moved its accounts to a new system; each owner has to sign in once more.',
  );
});

test('every event of the timeline is one line, with its details and without', () => {
  const data = {
    meaning: 'signedOut',
    reported: 'A:B',
    problem: 'wrongCar',
    field: 'year',
    expected: '2023',
    found: '2019',
    rental: 'B-7',
  };
  for (const kind of timelineKinds) {
    whole(
      timelineText({
        kind,
        via: 'poll',
        data,
        to: { status: 'expired', cause: 'signedOut' },
        from: { status: 'active', cause: null },
      }),
    );
  }
  for (const kind of timelineKinds.filter(
    (name) => !name.startsWith('connection.s') && name !== 'connection.changed',
  )) {
    whole(timelineText({ kind, via: 'poll' }));
  }
  for (const error of connectErrors) {
    whole(timelineText({ kind: 'connection.refused', via: 'connect', data: { problem: 'connectError', error } }));
  }
});

test('a refused return says why, however much of it was kept', () => {
  const line = (data: Record<string, unknown>): string =>
    timelineText({ kind: 'connection.refused', via: 'connect', data });
  assert.equal(line({}), 'Connecting did not succeed.');
  assert.equal(line({ reported: 'connectError' }), 'Connecting did not succeed.');
  assert.equal(line({ reported: 'access_denied' }), 'Connecting did not succeed: the owner declined the permissions.');
  assert.equal(line({ reported: 'wrongCar' }), 'Connecting did not succeed: another car was chosen.');
  assert.equal(
    line({ problem: 'wrongCar', field: 'year', expected: '2023', found: '2019' }),
    'Connecting did not succeed: another car was chosen (year 2019 instead of 2023).',
  );
});

test('a change of status reads as what it is, what it was, why, and how we know', () => {
  const active = { status: 'active', cause: null } as const;
  const expired = { status: 'expired', cause: 'signedOut' } as const;
  assert.equal(
    timelineText({ kind: 'connection.changed', via: 'poll', from: active, to: expired, data: { make: 'KIA' } }),
    "Expired, was Active. The owner's Kia account no longer lets us in; the password was probably changed. Seen in a regular read.",
  );
  assert.equal(
    timelineText({
      kind: 'connection.changed',
      via: 'poll',
      from: { status: 'pending', cause: 'waitingForFirstData' },
      to: active,
    }),
    'Active: data flows. Seen in a regular read.',
  );
  assert.equal(
    timelineText({ kind: 'connection.changed', via: 'webhook', from: expired, to: active }),
    'Active, was Expired. Reported by Smartcar.',
  );
});

test('every way back from Connect without success says what happened and what to do next', () => {
  for (const error of [...connectErrors, 'something_new']) {
    for (const make of ['FORD', null]) for (const text of Object.values(connectErrorText(error, { make }))) whole(text);
  }
});

test('a car is called as people call it', () => {
  assert.equal(vehicleTitle({ make: 'VOLKSWAGEN', model: 'ID.3', year: 2023, number: 'CAR-1' }), 'VW ID.3 2023');
  assert.equal(vehicleTitle({ make: null, model: null, year: 2023, number: 'CAR-1' }), 'CAR-1');
});

test('no sentence uses the words of the trade, shouts or presses', () => {
  for (const [key, text] of Object.entries(english)) {
    // Who sets an application up has Smartcar's dashboard open, and finds things there by these two names.
    const read = key.startsWith('goLive.') ? text.replaceAll(/token|webhook/gi, '') : text;
    assert.doesNotMatch(read, /token|oauth|webhook|scope|entity|\bsync|!|urgent/i, key);
  }
});

test('every way of agreeing and of taking back is a sentence, and so is everything that is erased', () => {
  for (const kind of consentKinds) for (const way of consentWays) whole(consentText({ kind, way }));
  for (const kind of erasureKinds) for (const count of [1, 2]) whole(erasedText(kind, count));
  for (const permission of [...knownPermissions, 'read_roof_box']) whole(permissionWhy(permission));
  assert.equal(erasedText('readings', 1), '1 value in the history');
});

test('what becomes of a car in the move to v3 is a sentence, and names what would be lost', () => {
  for (const state of movedStates) whole(movedText({ state, reason: null, lostPermissions: [] }));
  for (const reason of moveReasons)
    whole(movedText({ state: 'skipped', reason, lostPermissions: ['read_battery', 'read_tires'] }));
  assert.match(
    movedText({ state: 'skipped', reason: 'permissionsDiffer', lostPermissions: ['read_something_new'] }),
    /lost: .*something new/,
  );
});

test('every message compiles, and every language has every key', () => {
  const params = {
    make: 'KIA',
    name: 'A',
    title: 'B',
    count: 2,
    more: 1,
    at: new Date(0),
    detail: 'none',
    field: 'none',
    reported: 'none',
    reason: 'none',
  };
  const rest = {
    fleet: 'F',
    contact: 'C',
    found: 'x',
    expected: 'y',
    requestId: 'r',
    car: 'c',
    plate: 'p',
    cause: 'z.',
    how: 'h.',
    from: 'f',
    to: 't',
    claim: 'cl',
    date: 'da',
    host: 'ho',
    added: 'ad',
    removed: 're',
    of: 'of',
    share: 'sh',
    region: 'Rg',
    failing: 8,
    joined: 9,
    vehicle: 'v',
    kind: 'k',
    error: 'e',
    button: 'b',
    permissions: 'pe',
    signals: 'si',
    came: 2,
    old: 'none',
    lacking: 'la',
    wait: 'none',
    step: 'st',
    text: 'te',
    why: 'wh.',
    todo: 'to.',
    chosen: 2,
    filters: 'fi',
    except: 1,
    freshness: 'stale',
    who: 'owner',
    permission: 'pr',
    q: 'q',
    value: 1,
    planMin: 1,
    leastMin: 1,
    perDay: 1,
    claimMin: 1,
    staleH: 1,
    days: 1,
    because: 'be.',
    most: 2,
    columns: 'co',
    line: 'li',
    otherLine: 'ol',
    reads: 2,
    minutes: 2,
    meaning: 'me',
    others: 'ot',
    url: 'ur',
    address: 'ad',
    status: 404,
    code: 'none',
    age: 'ag',
    wanted: 'wa',
    sendsTo: 'se',
    makes: 'ma',
    variables: 'va',
    state: 'over',
    used: 'us',
    quota: 'qu',
    forecast: 'fo',
    rental: 're',
    time: 'ti',
    phone: 'ph',
    reference: 'rf',
    percent: 7,
    what: 'wh',
    type: 'lock',
  };
  for (const language of languages) {
    assert.deepEqual(Object.keys(catalogue(language)).sort(), Object.keys(english).sort());
    for (const key of Object.keys(english).filter(isMessageKey))
      assert.ok(say(language, key, { ...params, ...rest }).length >= 1, key);
  }
  assert.equal(spokenLanguage('en-GB'), 'en');
  assert.equal(spokenLanguage('tlh'), 'en');
});
