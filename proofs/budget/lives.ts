/** What cars do in a month, and what can be known of it: their trips, what Smartcar's store holds when, and its webhooks. */
import { makePolicy } from '../../src/domain/make-policy.ts';

export interface Life {
  make: string;
  platform: 'v3' | 'v2';
  /** Smartcar's webhook watches it. */
  isWatched: boolean;
  /** Start and end of each trip, in milliseconds. */
  trips: readonly (readonly [start: number, end: number])[];
  /** Between two fetches of Smartcar's, in milliseconds, and when the first one is. */
  cadenceMs: number;
  phaseMs: number;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** A parked car speaks about so often. */
const heartbeatMs = 4 * 3_600_000;

/** Of twenty cars: a mix of makes with and without limits of their own. */
const mix = [
  ...['VOLKSWAGEN', 'VOLKSWAGEN', 'VOLKSWAGEN', 'VOLKSWAGEN', 'SKODA', 'SKODA', 'AUDI', 'BMW', 'BMW', 'FORD'],
  ...['FORD', 'VOLVO', 'TESLA', 'TOYOTA', 'RENAULT', 'HYUNDAI', 'HYUNDAI', 'KIA', 'CHEVROLET', 'CADILLAC'],
] as const;

/** Every tenth car is still on v2, every tenth is not watched; cars are driven from not at all to six times a day. */
export function livesOf(count: number, from: Date, days: number, random: () => number): Life[] {
  return Array.from({ length: count }, (_, index): Life => {
    const make = mix[index % mix.length] ?? 'VOLKSWAGEN';
    const platform = index % 10 === 7 ? 'v2' : 'v3';
    const isWatched = platform === 'v3' && index % 10 !== 3;
    return {
      make,
      platform,
      isWatched,
      trips: tripsOf(from, days, random),
      cadenceMs: isWatched ? makePolicy(make).freshnessMin * minuteMs : dayMs,
      phaseMs: random() * dayMs,
    };
  });
}

function tripsOf(from: Date, days: number, random: () => number): [number, number][] {
  const perDay = random() < 0.1 ? 0 : 6 * random() ** 2;
  const trips: [number, number][] = [];
  for (let day = 0; day < days; day += 1) {
    let at = from.getTime() + day * dayMs + (6 + 4 * random()) * 3_600_000;
    for (let trip = Math.round(perDay * 2 * random()); trip > 0; trip -= 1) {
      const end = at + (10 + 80 * random()) * minuteMs;
      trips.push([at, end]);
      at = end + (10 + 300 * random()) * minuteMs;
    }
  }
  return trips.sort(([a], [b]) => a - b);
}

/** When the car last spoke, at the latest at `at`; null before its first trip. */
export function lastSpoken({ trips }: Life, at: number): number | null {
  const trip = trips.findLast(([start]) => start <= at);
  if (!trip) return null;
  const end = Math.min(trip[1], at);
  return at < trip[1] ? at : end + Math.floor((at - end) / heartbeatMs) * heartbeatMs;
}

/** When Smartcar fetched what its store holds; on v2 each read asks the car. */
export const fetchedAt = ({ platform, cadenceMs, phaseMs }: Life, at: number): number =>
  platform === 'v2' ? at : at - ((at - phaseMs) % cadenceMs);

/** The moments at which a webhook brings values: while it is driven, and when it stops. */
export function webhooksOf({ isWatched, trips, cadenceMs, phaseMs }: Life): number[] {
  if (!isWatched) return [];
  const moments = trips.flatMap(([start, end]) => {
    const first = start + cadenceMs - ((start - phaseMs) % cadenceMs);
    const during = Array.from(
      { length: Math.max(0, Math.ceil((end - first) / cadenceMs)) },
      (_, i) => first + i * cadenceMs,
    );
    return [...during, end + cadenceMs / 2];
  });
  return moments.sort((a, b) => a - b);
}
