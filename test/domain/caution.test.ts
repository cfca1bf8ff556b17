/** What a car said that speaks against a command, and for how long it does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cautionsOf } from '../../src/domain/caution.ts';
import type { SignalValue } from '../../src/domain/signal.ts';

const now = new Date('2026-11-29T12:00:00Z');
const ago = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);
const make = { freshnessMin: 15 };
const reading = (code: string, value: SignalValue, minutes: number, isDated = true) => ({
  code,
  value,
  measuredAt: isDated ? ago(minutes) : null,
  fetchedAt: ago(minutes),
});
const doors = (isOpen: boolean) => ({
  values: [
    { row: 0, column: 0, isOpen },
    { row: 0, column: 1, isOpen: false },
  ],
});
const told = (...[state, known]: [Parameters<typeof cautionsOf>[0], Parameters<typeof cautionsOf>[1]]): string[] =>
  cautionsOf(state, known, make, now).map(({ meaning, against }) => `${meaning}: ${against.join(', ')}`);

test('an open door speaks against locking, a moving car against both, and a closed door against nothing', () => {
  assert.deepEqual(told(null, [reading('closure-doors', doors(true), 1)]), ['doorOpen: lock']);
  assert.deepEqual(told(null, [reading('closure-doors', doors(false), 1)]), []);
  assert.deepEqual(told(null, [reading('motion-currentspeed', 40, 1)]), ['inMotion: lock, unlock']);
  assert.deepEqual(told(null, [reading('tractionbattery-stateofcharge', 3, 1)]), ['lowBattery: lock, unlock']);
  assert.deepEqual(told(null, [reading('tractionbattery-stateofcharge', 50, 1)]), []);
});

test('what the car answered last counts like what it reported, and is said once', () => {
  const state = { meaning: 'doorOpen', since: ago(2) } as const;
  const [caution, ...others] = cautionsOf(state, [reading('closure-doors', doors(true), 1)], make, now);
  assert.deepEqual([caution?.at, others], [ago(1), []]);
  assert.deepEqual(told({ meaning: 'asleep', since: ago(1) }, []), [], 'a sleeping car is woken by a command');
});

test('a word that is older than the make is asked anew says nothing of now', () => {
  assert.deepEqual(told({ meaning: 'inMotion', since: ago(15) }, []), ['inMotion: lock, unlock']);
  assert.deepEqual(told({ meaning: 'inMotion', since: ago(16) }, []), []);
  assert.deepEqual(cautionsOf({ meaning: 'inMotion', since: ago(31) }, [], { freshnessMin: 600 }, now), []);
});
