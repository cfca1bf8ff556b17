/**
 * What befalls each car while its fleet is moved, drawn from a seed before anything begins, and what has to become of it.
 * Nothing here knows Towline but by the words of its report.
 */
import { seeded } from '../../simulator/random.ts';
import type { MovedState, MoveReason } from '../../src/domain/move.ts';
import type { Failing, Twist } from './gateway.ts';

/** What happens to a car, by the hour of the move. */
export interface Deed {
  atH: number;
  what:
    | { do: 'twist'; twist: Twist }
    | { do: 'fault'; fault: Record<string, unknown> }
    | { do: 'mend'; kind: string }
    | { do: 'fetch' }
    | { do: 'end-tokens' }
    | { do: 'disconnect' }
    | { do: 'grant-anew' };
}

/** How a car has to stand at the end. */
export interface End {
  state: MovedState;
  reason: MoveReason | null;
  platform: 'v2' | 'v3';
  status: 'active' | 'disconnected';
  /** The permission that v3 lacks. */
  lost?: string;
}

export interface Fate {
  name: string;
  /** Of 200 cars. */
  cars: number;
  /** Befalls an account, so only cars that are alone in theirs have it. */
  isOfAccount?: boolean;
  /**
   * Has to be noticed, or to find the car moved, within hours: only cars have it that may be read so often. Where twenty
   * requests a day are all, two batches that are killed and sent again leave none until the next day.
   */
  isNoticed?: boolean;
  deeds(roll: () => number): Deed[];
  end: End;
  /** What the report says while the move runs, where finishing it changes that. */
  before?: Pick<End, 'state' | 'reason'>;
  /** The hour from which the owner has a reason of their own to be written to; absent: never. */
  ownerActsAtH?: number;
  /** The status changes on the way, for a reason that isn't the move's. */
  isTroubled?: boolean;
  /** What becomes of a wish to have it back on v2; absent: it goes back. */
  wayBack?: MoveReason;
}

const moved: End = { state: 'moved', reason: null, platform: 'v3', status: 'active' };
const notProved: End = { state: 'failed', reason: 'notProved', platform: 'v2', status: 'active' };
const skipped = (reason: MoveReason): End => ({ state: 'skipped', reason, platform: 'v2', status: 'active' });

const twist = (atH: number, given: Twist): Deed => ({ atH, what: { do: 'twist', twist: given } });
const fault = (atH: number, kind: string, more: object = {}): Deed => ({
  atH,
  what: { do: 'fault', fault: { kind, ...more } },
});
const mend = (atH: number, kind: string): Deed => ({ atH, what: { do: 'mend', kind } });
const between = (from: number, to: number, roll: number): number => from + (to - from) * roll;
const oneOf = <T>(all: readonly [T, ...T[]], roll: number): T => all[Math.floor(roll * all.length)] ?? all[0];

const required = ['location-preciselocation', 'odometer-traveleddistance', 'closure-islocked'] as const;
const failings: readonly [Failing, ...Failing[]] = ['error', 'garbage', 'hang-up', 'throttle'];
/** A read on v2 takes seven of the twenty requests a day that these makes allow. @see docs/smartcar.md §5-13 */
const readSeldom: ReadonlySet<string> = new Set(['HYUNDAI', 'KIA']);
/** Before the first hour. */
const from = -0.01;

export const fates: readonly Fate[] = [
  { name: 'v3 does not list it', cars: 6, deeds: () => [twist(from, { isUnlisted: true })], end: skipped('notListed') },
  {
    name: 'v3 lists it with fewer permissions',
    cars: 4,
    deeds: () => [twist(from, { lostPermission: 'read_odometer' })],
    end: { ...skipped('permissionsDiffer'), lost: 'read_odometer' },
  },
  {
    name: 'v3 never tells a required signal',
    cars: 5,
    deeds: (roll) => [twist(from, { lacking: oneOf(required, roll()) })],
    end: notProved,
  },
  {
    name: 'v3 refuses a required signal',
    cars: 4,
    deeds: (roll) => [twist(from, { forbidden: oneOf(required, roll()) })],
    end: notProved,
  },
  { name: 'v3 has no data', cars: 4, deeds: () => [fault(from, 'empty-store')], end: notProved },
  {
    name: 'v3 fails to the end',
    cars: 4,
    deeds: (roll) => [twist(from, { failing: oneOf(failings, roll()) })],
    end: notProved,
  },
  {
    name: 'v3 fails for some hours',
    cars: 10,
    deeds: (roll) => [twist(from, { failing: oneOf(failings, roll()) }), twist(between(0.5, 24, roll()), {})],
    end: moved,
  },
  {
    name: 'v3 has no data for some hours',
    cars: 8,
    deeds: (roll) => [fault(from, 'empty-store'), mend(between(0.5, 28, roll()), 'empty-store')],
    end: moved,
  },
  {
    // v3 has fetched it before it fell asleep, and so knows as much as v2.
    name: 'asleep all the time',
    cars: 10,
    deeds: () => [{ atH: -1, what: { do: 'fetch' } }, fault(-1, 'asleep'), mend(40.5, 'asleep')],
    end: moved,
  },
  {
    name: 'throttled on both for some hours',
    cars: 6,
    deeds: (roll) => [fault(from, 'rate-limit', { retryAfterS: 900 }), mend(between(0.5, 6, roll()), 'rate-limit')],
    end: moved,
  },
  {
    name: "v2's tokens refused before",
    cars: 5,
    isNoticed: true,
    deeds: () => [{ atH: -4.9, what: { do: 'end-tokens' } }],
    end: { ...moved, reason: 'tokensGone' },
    isTroubled: true,
    wayBack: 'tokensGone',
  },
  {
    name: "v2's tokens refused on the way",
    cars: 4,
    isNoticed: true,
    deeds: () => [fault(from, 'empty-store'), { atH: 3, what: { do: 'end-tokens' } }, mend(8, 'empty-store')],
    end: { ...moved, reason: 'tokensGone' },
    isTroubled: true,
    wayBack: 'tokensGone',
  },
  {
    name: 'revoked by its owner on the way',
    cars: 5,
    isOfAccount: true,
    deeds: (roll) => [
      fault(from, 'empty-store'),
      fault(between(2, 8, roll()), 'access-revoked'),
      mend(9, 'empty-store'),
    ],
    end: { ...skipped('moveEnded'), status: 'disconnected' },
    before: { state: 'waiting', reason: 'broken' },
    ownerActsAtH: 2,
    isTroubled: true,
  },
  {
    name: 'revoked by its owner once moved',
    cars: 4,
    isOfAccount: true,
    isNoticed: true,
    deeds: () => [fault(10, 'access-revoked')],
    end: { ...moved, status: 'disconnected' },
    ownerActsAtH: 10,
    isTroubled: true,
  },
  {
    name: 'revoked and granted anew on the way',
    cars: 2,
    isOfAccount: true,
    isNoticed: true,
    deeds: () => [
      fault(from, 'empty-store'),
      fault(4, 'access-revoked'),
      mend(9, 'empty-store'),
      { atH: 12, what: { do: 'grant-anew' } },
    ],
    end: { ...skipped('notOnV2'), platform: 'v3' },
    ownerActsAtH: 4,
    isTroubled: true,
  },
  {
    name: 'revoked and granted anew once moved',
    cars: 2,
    isOfAccount: true,
    isNoticed: true,
    deeds: () => [fault(10, 'access-revoked'), { atH: 14, what: { do: 'grant-anew' } }],
    end: moved,
    ownerActsAtH: 10,
    isTroubled: true,
    wayBack: 'grantedAnew',
  },
  {
    name: 'disconnected by an operator on the way',
    cars: 2,
    deeds: () => [fault(from, 'empty-store'), { atH: 3, what: { do: 'disconnect' } }],
    end: { ...skipped('ended'), status: 'disconnected' },
    isTroubled: true,
  },
  {
    name: 'disconnected by an operator once moved',
    cars: 2,
    isNoticed: true,
    deeds: () => [{ atH: 12, what: { do: 'disconnect' } }],
    end: { ...moved, status: 'disconnected' },
    isTroubled: true,
    wayBack: 'ended',
  },
];

export const nothing: Fate = { name: 'nothing of its own', cars: 0, deeds: () => [], end: moved };

export interface Fated<C> {
  car: C;
  fate: Fate;
  deeds: readonly Deed[];
}

/** Gives each car its fate; a smaller fleet has each of them once at least. @throws when there are too few cars */
export function drawFates<C extends { vin: string; email: string; make: string }>(
  seed: number,
  cars: readonly C[],
): Fated<C>[] {
  const roll = seeded(seed, 'fates');
  const left = shuffled(cars, roll);
  const alone = (car: C): boolean => cars.filter(({ email }) => email === car.email).length === 1;
  const drawn: Fated<C>[] = [];
  const isChoosy = ({ isOfAccount, isNoticed }: Fate): number => Number((isOfAccount ?? false) || (isNoticed ?? false));
  for (const fate of [...fates].sort((a, b) => isChoosy(b) - isChoosy(a))) {
    const wanted = Math.max(1, Math.round((fate.cars * cars.length) / 200));
    for (let given = 0; given < wanted; given += 1) {
      const place = left.findIndex(
        (car) => (!fate.isOfAccount || alone(car)) && (!fate.isNoticed || !readSeldom.has(car.make)),
      );
      const [car] = place < 0 ? [] : left.splice(place, 1);
      if (!car) throw new Error(`There are too few cars for the fate "${fate.name}".`);
      drawn.push({ car, fate, deeds: fate.deeds(roll) });
    }
  }
  return [...drawn, ...left.map((car) => ({ car, fate: nothing, deeds: [] }))];
}

function shuffled<T>(all: readonly T[], roll: () => number): T[] {
  return all
    .map((one) => ({ one, at: roll() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}
