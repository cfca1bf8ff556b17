/** A command is sent again only where the car certainly did nothing, never after its deadline, and the car confirms it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  answered,
  cancelled,
  commandTypes,
  confirmWithinS,
  dueStep,
  heard,
  leaving,
  leavingLate,
  meets,
  newCommand,
  readBack,
  retryOf,
  runOut,
  unconnected,
} from '../../src/domain/command.ts';
import type { Command, CommandAnswered, CommandType } from '../../src/domain/command.ts';
import {
  accountMeanings,
  gapMeanings,
  ourMeanings,
  throttleMeanings,
  upstreamMeanings,
  vehicleMeanings,
} from '../../src/domain/failure.ts';
import type { Meaning } from '../../src/domain/failure.ts';
import { newId } from '../../src/domain/ids.ts';
import { makePolicy } from '../../src/domain/make-policy.ts';
import { towline } from '../../src/domain/role.ts';
import { after } from '../../src/domain/schedule.ts';
import { aConnection, minutes } from './builders.ts';

const make = makePolicy('VOLKSWAGEN');
const start = minutes(0);
const at = (seconds: number): Date => after(start, seconds);

function aCommand(type: CommandType, deadlineS = 60): Command {
  const { fleetId, vehicleId, id: connectionId } = aConnection();
  const asked = { id: newId('cmd', start), fleetId, vehicleId, connectionId, type, requestedBy: towline, deadlineS };
  return newCommand(asked, start);
}

const sent = (type: CommandType, deadlineS?: number): Command => leaving(aCommand(type, deadlineS), make, at(1));

const refusedWith = (
  meaning: Meaning,
  change: { wasSent?: boolean; retryAfterS?: number | null } = {},
): CommandAnswered => ({
  came: 'failed',
  wasSent: change.wasSent ?? true,
  failure: {
    meaning,
    type: null,
    code: null,
    status: null,
    requestId: 'req-1',
    retryAfterS: change.retryAfterS ?? null,
    resolutionUrl: null,
  },
});

const word = (value: boolean, seconds: number) => ({ value, measuredAt: at(seconds), fetchedAt: at(seconds + 2) });
const told = ({ state, cause }: Command): string => (cause ? `${state}: ${cause}` : state);

test('what is accepted is sent, and confirmed by what the car says of itself after that alone', () => {
  const accepted = answered(sent('unlock'), { came: 'accepted', requestId: 'req-9' }, make, at(3));
  assert.equal(told(accepted), 'sent');
  assert.equal(told(heard(accepted, word(false, 0), at(4))), 'sent', 'measured before it left');
  assert.equal(told(heard(accepted, { value: false, measuredAt: null, fetchedAt: null }, at(4))), 'sent', 'undated');
  const fetchedBefore = { value: false, measuredAt: at(200), fetchedAt: at(0) };
  assert.equal(told(heard(accepted, fetchedBefore, at(4))), 'sent', 'a clock that runs ahead, fetched before it left');
  const confirmed = heard(accepted, word(false, 5), at(9));
  assert.deepEqual([told(confirmed), confirmed.endedAt, confirmed.dueAt], ['confirmed', at(9), null]);
});

test('a car that is not heard leaves it unconfirmed, and late word still confirms it for an hour', () => {
  const accepted = answered(sent('lock'), { came: 'accepted', requestId: null }, make, at(3));
  const silent = runOut(accepted, at(1_000));
  assert.equal(told(silent), 'unconfirmed: notHeard');
  assert.equal(told(heard(silent, word(true, 1_200), at(1_210))), 'confirmed');
  assert.equal(told(heard(silent, word(false, 1_200), at(1_210))), 'unconfirmed: notHeard');
  assert.equal(told(heard(silent, word(true, 903 + 3_601), at(4_510))), 'unconfirmed: notHeard', "another day's lock");
  assert.equal(told(heard(silent, word(true, 1_200), at(90_000))), 'confirmed', 'measured then, and told the next day');
});

test('a lock that may be done and leaves no more is listened for, and has not expired', () => {
  const doubtful = answered(sent('lock'), refusedWith('smartcarUnreachable'), make, at(3));
  assert.equal(told(doubtful), 'queued: smartcarUnreachable');
  const late = runOut(doubtful, at(60));
  assert.deepEqual(
    [told(late), late.dueAt, told(runOut(late, at(2_000)))],
    ['sent', at(68), 'unconfirmed: answerLost'],
  );
  assert.equal(told(heard(late, word(true, 61), at(70))), 'confirmed');
  const again = leaving(doubtful, make, at(5));
  const tooLate = answered(again, { came: 'tooLate' }, make, at(60));
  assert.deepEqual([told(tooLate), dueStep(tooLate, at(60))], ['sent', 'readBack']);
  assert.equal(told(answered(again, refusedWith('throttledVehicle', { retryAfterS: 99 }), make, at(6))), 'sent');
  assert.equal(told(answered(again, refusedWith('doorOpen'), make, at(6))), 'failed: doorOpen', 'the car is open');
  assert.equal(told(unconnected(doubtful, at(9))), 'unconfirmed: connectionEnded');
  assert.equal(told(unconnected(aCommand('lock'), at(9))), 'failed: connectionEnded');
});

test('what leaves later than it was to is confirmed by what was measured after that alone', () => {
  const held = leavingLate(sent('unlock'), make, at(20));
  assert.deepEqual(
    [told(heard(held, word(false, 9), at(21))), told(heard(held, word(false, 22), at(23)))],
    ['sent', 'confirmed'],
  );
});

test('a car that was heard and is not so is said to be not done', () => {
  const accepted = answered(sent('lock'), { came: 'accepted', requestId: null }, make, at(3));
  assert.equal(told(runOut(heard(accepted, word(false, 30), at(33)), at(900))), 'unconfirmed: notDone');
});

test('an unlock whose answer is lost is never sent again; a lock is', () => {
  for (const meaning of ['manufacturerFailing', 'smartcarFailing', 'smartcarUnreachable', 'nonsense'] as const) {
    const unlock = answered(sent('unlock'), refusedWith(meaning), make, at(3));
    assert.deepEqual([told(unlock), dueStep(unlock, at(20))], ['sent', 'readBack'], meaning);
    assert.equal(told(runOut(unlock, at(900))), 'unconfirmed: answerLost', meaning);
    assert.equal(told(answered(sent('lock'), refusedWith(meaning), make, at(3))), `queued: ${meaning}`, meaning);
  }
});

test('what certainly never left, and what was told to wait, is sent again inside the deadline', () => {
  const unsent = answered(sent('unlock'), refusedWith('smartcarUnreachable', { wasSent: false }), make, at(3));
  assert.deepEqual([told(unsent), unsent.dueAt], ['queued: smartcarUnreachable', at(5)]);
  const waits = answered(sent('unlock'), refusedWith('throttledVehicle', { retryAfterS: 20 }), make, at(3));
  assert.deepEqual([told(waits), waits.dueAt], ['queued: throttledVehicle', at(23)]);
  const tooLong = answered(sent('unlock'), refusedWith('throttledVehicle', { retryAfterS: 57 }), make, at(3));
  assert.equal(told(tooLong), 'failed: throttledVehicle', 'it could only leave at its deadline');
});

test('it is sent five times at most', () => {
  let c = aCommand('lock', 600);
  for (let second = 0; c.state === 'queued'; second += 20)
    c = answered(leaving(c, make, at(second)), refusedWith('smartcarFailing'), make, at(second));
  assert.deepEqual([c.sends, told(c)], [5, 'sent']);
});

test('what names its reason was not done', () => {
  const reasons = [
    ...accountMeanings,
    ...gapMeanings,
    ...ourMeanings,
    ...vehicleMeanings,
    'requestLimit',
    'notFound',
  ] as const;
  for (const meaning of reasons)
    assert.equal(told(answered(sent('unlock'), refusedWith(meaning), make, at(3))), `failed: ${meaning}`, meaning);
});

test('nothing leaves at its deadline; what it was last refused for is why', () => {
  assert.equal(dueStep(aCommand('unlock'), at(59.9)), 'send');
  assert.equal(dueStep(aCommand('unlock'), at(60)), 'end');
  assert.equal(told(runOut(aCommand('unlock'), at(60))), 'expired: deadlinePassed');
  const asleep = answered(sent('lock'), refusedWith('asleep'), make, at(2));
  assert.equal(told(runOut(asleep, at(60))), 'failed: asleep', 'the car was asked, and refused');
  const again = leaving(asleep, make, at(50));
  assert.equal(told(answered(again, { came: 'tooLate' }, make, at(61))), 'failed: asleep');
  assert.equal(told(answered(again, { came: 'accepted', requestId: null }, make, at(52))), 'sent');
  assert.equal(told(answered(sent('unlock'), { came: 'tooLate' }, make, at(61))), 'expired: deadlinePassed');
});

test('a car is listened for until Smartcar has surely fetched it anew, between two minutes and a quarter of an hour', () => {
  const within = (name: string): number => confirmWithinS(makePolicy(name)) / 60;
  assert.deepEqual(['VOLVO', 'VOLKSWAGEN', 'KIA'].map(within), [4.5, 15, 15]);
});

test('the car is read ever less often, and the last look is the end', () => {
  let c = answered(sent('unlock'), { came: 'accepted', requestId: null }, make, at(1));
  const looks: number[] = [];
  while (c.dueAt && c.confirmBy && c.dueAt < c.confirmBy) {
    looks.push((c.dueAt.getTime() - start.getTime()) / 1_000);
    c = readBack(c, c.dueAt);
  }
  assert.deepEqual(looks, [9, 24, 54, 114, 294, 594]);
  assert.deepEqual(c.dueAt, c.confirmBy);
});

test('the same wish pressed again is the same command; another one waits; what was accepted gives way', () => {
  const queued = aCommand('unlock');
  const accepted = answered(sent('unlock'), { came: 'accepted', requestId: null }, make, at(3));
  assert.equal(meets(queued, 'unlock', at(2)), 'isTheSame');
  assert.equal(meets(sent('unlock'), 'unlock', at(80)), 'isTheSame', 'no answer yet');
  assert.equal(meets(sent('unlock'), 'lock', at(80)), 'waits');
  const heardFirst = heard(sent('unlock'), word(false, 5), at(6));
  assert.equal(meets(heardFirst, 'unlock', at(60)), 'givesWay', 'done, though its answer has not come');
  assert.equal(meets(sent('unlock'), 'lock', at(91)), 'givesWay', 'its answer is lost');
  assert.equal(meets(accepted, 'unlock', at(14)), 'isTheSame', 'a second press');
  assert.equal(meets(accepted, 'unlock', at(15)), 'givesWay', 'a second wish');
  assert.equal(meets(accepted, 'lock', at(4)), 'givesWay');
});

test('whether trying again makes sense is said of each ending', () => {
  const failed = (meaning: Meaning): string | null =>
    retryOf(answered(sent('unlock'), refusedWith(meaning), make, at(3)));
  assert.deepEqual(
    [failed('inMotion'), failed('doorOpen'), failed('signedOut'), failed('requestLimit'), failed('notFound')],
    ['now', 'later', 'no', 'later', 'now'],
  );
  assert.deepEqual([retryOf(aCommand('lock')), retryOf(runOut(aCommand('lock'), at(60)))], [null, 'now']);
});

const anyAnswer: fc.Arbitrary<CommandAnswered> = fc.oneof(
  fc.constant<CommandAnswered>({ came: 'accepted', requestId: null }),
  fc.constant<CommandAnswered>({ came: 'tooLate' }),
  fc
    .record({
      meaning: fc.constantFrom<Meaning>(
        ...[...accountMeanings, ...gapMeanings, ...ourMeanings],
        ...[...vehicleMeanings, ...throttleMeanings, ...upstreamMeanings],
      ),
      wasSent: fc.boolean(),
      retryAfterS: fc.option(fc.integer({ min: 0, max: 90 })),
    })
    .map(({ meaning, ...change }) => refusedWith(meaning, change)),
);

test('whatever is answered and heard: no second unlock may reach the car, and nothing leaves late', () => {
  const step = fc.oneof(
    fc.record({ what: fc.constant('due' as const), waitS: fc.integer({ min: 0, max: 40 }), answer: anyAnswer }),
    fc.record({
      what: fc.constant('word' as const),
      waitS: fc.integer({ min: 0, max: 40 }),
      value: fc.boolean(),
      agoS: fc.integer({ min: 0, max: 60 }),
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...commandTypes), fc.array(step, { maxLength: 25 }), (type, steps) => {
      let c = aCommand(type);
      let second = 0;
      let mayHaveBeenDone = 0;
      for (const one of steps) {
        second += one.waitS;
        const now = at(second);
        const before = c;
        if (one.what === 'word') {
          c = heard(c, word(one.value, second - one.agoS), now);
          if (c.state === 'confirmed' && before.state !== 'confirmed') {
            assert.ok(before.sentAt && at(second - one.agoS) > before.sentAt, 'confirmed by word from before it left');
            assert.equal(one.value, type === 'lock');
          }
        } else if (c.dueAt && c.dueAt <= now) {
          const what = dueStep(c, now);
          if (what === 'end') c = runOut(c, now);
          else if (what === 'readBack') c = readBack(c, now);
          else {
            assert.ok(now < c.deadlineAt, 'left late');
            c = answered(leaving(c, make, now), one.answer, make, now);
            const { answer } = one;
            const isDoubtful =
              answer.came === 'accepted' ||
              (answer.came === 'failed' &&
                answer.wasSent &&
                upstreamMeanings.some((meaning) => meaning === answer.failure.meaning && meaning !== 'notFound'));
            if (isDoubtful) mayHaveBeenDone += 1;
          }
        }
        const isUndone = c.state === 'expired' || c.state === 'cancelled';
        assert.ok(!isUndone || mayHaveBeenDone === 0, `${c.state}, and it may have been done`);
        assert.equal(c.endedAt === null, c.dueAt !== null, 'is due exactly while it is open');
        assert.equal(c.endedAt === null, c.state === 'queued' || c.state === 'sent');
        if (before.endedAt && c !== before) assert.equal(`${before.state} ${c.state}`, 'unconfirmed confirmed');
      }
      if (type === 'unlock') assert.ok(mayHaveBeenDone <= 1, 'two unlocks may have reached the car');
    }),
    { numRuns: 2_000 },
  );
});

test('what is taken back before it left stays so', () => {
  const taken = cancelled(aCommand('unlock'), at(1));
  assert.deepEqual([told(taken), taken.dueAt, heard(taken, word(false, 9), at(9))], ['cancelled', null, taken]);
});
