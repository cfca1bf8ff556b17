/** What goes wrong in the month, drawn from a seed before it begins. Nothing here knows Towline. */
import { pick, seeded } from '../../simulator/random.ts';

export interface ProvedCar {
  vin: string;
  make: string;
  model: string;
  year: number;
  email: string;
  /** Seconds in which the manufacturer's data are renewed: the car's true turn comes within them. */
  freshnessS: number;
}

export const troubles = [
  'password',
  'signed-out',
  'revoked',
  'migrated',
  'sold',
  'removed',
  'lapsed',
  'account-issue',
  'gap',
  'asleep',
  'deaf',
] as const;
export type Trouble = (typeof troubles)[number];

/** One trouble of an account; at most one a month, so that the truth is plain. */
export interface PlannedTrouble {
  at: number;
  what: Trouble;
  email: string;
  /** Null for all cars of the account. */
  vin: string | null;
  /** When it mends itself; null when only a person can, or nobody. */
  until: number | null;
  /** What becomes of a revocation. */
  fate: 'for-good' | 'given-back' | 'by-link';
}

export interface PlannedClaim {
  at: number;
  vin: string;
  type: string;
  code: string | null;
  signals: string[];
  /** The car's next true turn comes so much later. */
  turnAfterS: number;
}

export interface Span {
  at: number;
  until: number;
}

export interface Plan {
  troubles: PlannedTrouble[];
  claims: PlannedClaim[];
  outages: (Span & { make: string; share: number; code: string })[];
  smartcarDown: Span;
  /** Events are made and lost. */
  lostDay: Span;
  rateLimits: Span[];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Share of accounts that have each trouble in the month. Far more than a real month has, so that each cause has cases enough. */
const shares: Readonly<Record<Trouble, number>> = {
  password: 0.14,
  'signed-out': 0.06,
  revoked: 0.1,
  migrated: 0.09,
  sold: 0.03,
  removed: 0.05,
  lapsed: 0.08,
  'account-issue': 0.06,
  gap: 0.05,
  asleep: 0.08,
  deaf: 0.05,
};

export function planMonth(seed: number, cars: readonly ProvedCar[], startAt: number, days: number): Plan {
  // Troubles begin between the first day and the third from the last: in less they would all begin at once.
  if (days < 6) throw new Error('A month is played over six days at least.');
  const roll = seeded(seed, 'month');
  const emails = [...new Set(cars.map(({ email }) => email))];
  const within = (from: number, to: number): number => startAt + (from + roll() * (to - from)) * dayMs;
  const span = (at: number, hours: number): Span => ({ at, until: at + hours * hourMs });
  const planned = emails.flatMap((email) => troubleOf(email, cars, roll, within, days));
  const makes = [...new Set(cars.map(({ make }) => make))];
  const third = days / 3;
  return {
    troubles: planned,
    claims: planClaims(roll, cars, startAt, days),
    outages: [1, 0.3, 0.4 + roll() * 0.5].map((share, index) => ({
      ...span(within(third * index + 1, third * (index + 1) - 1), 8 + roll() * 6),
      make: makes.splice(Math.floor(roll() * makes.length), 1)[0] ?? '',
      share,
      code: pick(['NO_RESPONSE', 'UNKNOWN_ISSUE', 'KNOWN_ISSUE'], roll()),
    })),
    smartcarDown: span(within(days * 0.4, days * 0.5), 7),
    lostDay: span(within(days * 0.6, days * 0.7), 24),
    rateLimits: [0.2, 0.55, 0.85].map((part) => span(within(days * part, days * part + 1), 1 + roll())),
  };
}

function troubleOf(
  email: string,
  cars: readonly ProvedCar[],
  roll: () => number,
  within: (from: number, to: number) => number,
  days: number,
): PlannedTrouble[] {
  const what = drawn(roll());
  const at = within(1, days - 3);
  const until = lastsH(what, roll);
  const fateRoll = roll();
  const own = cars.filter((car) => car.email === email);
  const vin = pick(own, roll()).vin;
  if (what === null) return [];
  const ofAccount: readonly Trouble[] = ['password', 'signed-out', 'revoked', 'migrated', 'account-issue'];
  return [
    {
      at,
      what,
      email,
      vin: ofAccount.includes(what) ? null : vin,
      until: until === null ? null : at + until * hourMs,
      fate: fateRoll < 0.4 ? 'for-good' : fateRoll < 0.7 ? 'given-back' : 'by-link',
    },
  ];
}

function drawn(roll: number): Trouble | null {
  let left = roll;
  for (const trouble of troubles) {
    left -= shares[trouble];
    if (left < 0) return trouble;
  }
  return null;
}

/** Hours until it is over by itself; null when it takes a person who is asked, or never ends. */
function lastsH(what: Trouble | null, roll: () => number): number | null {
  const part = roll();
  if (what === 'lapsed' || what === 'removed') return 24 + part * 8 * 24;
  if (what === 'account-issue') return 12 + part * 6 * 24;
  if (what === 'asleep' || what === 'deaf') return 6 + part * 10 * 24;
  return null;
}

/** Of things that the fleet doesn't require, and of nothing at all. */
const notRequired = [
  'wheel-tires',
  'tractionbattery-stateofcharge',
  'internalcombustionengine-oillife',
  'charge-ischarging',
];

/** Each day: about one car in twelve is said to lack a permission that nobody requires, one in sixty to be signed out or revoked. */
function planClaims(roll: () => number, cars: readonly ProvedCar[], startAt: number, days: number): PlannedClaim[] {
  const claims: PlannedClaim[] = [];
  for (let day = 1; day < days - 1; day += 1) {
    for (const { vin, freshnessS } of cars) {
      const [which, when, turn, signal] = [roll(), roll(), roll(), roll()];
      const common = { at: startAt + (day + when) * dayMs, vin, turnAfterS: 20 + turn * freshnessS };
      const account = { ...common, type: 'CONNECTED_SERVICES_ACCOUNT', signals: [] };
      if (which < 0.012) claims.push({ ...account, code: 'AUTHENTICATION_FAILED' });
      else if (which < 0.016) claims.push({ ...account, code: 'PERMISSION' });
      else if (which < 0.1)
        claims.push({ ...common, type: 'PERMISSION', code: null, signals: [pick(notRequired, signal)] });
    }
  }
  return claims;
}
