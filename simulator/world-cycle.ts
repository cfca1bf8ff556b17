/** Fourteen days of one car: drives, stands and charges, worked out once. */
import { seeded } from './random.ts';
import type { Car } from './seed/fleet.ts';

export interface Place {
  latitude: number;
  longitude: number;
}

/** A drive or a stand. Minutes count from the beginning of the cycle. */
export interface Segment {
  kind: 'parked' | 'drive';
  startMin: number;
  endMin: number;
  from: Place;
  to: Place;
  distanceKm: number;
  /** How far the way bends from the straight line, as a share of it. */
  bend: number;
  /** Kilometres since the beginning of the cycle, at the start. */
  odometerKm: number;
  /** Percent at start and end; null without a traction battery. */
  charge: readonly [number, number] | null;
  /** Percent at start and end; null without a tank. */
  fuel: readonly [number, number] | null;
  /** When charging ends; null: not plugged in. */
  chargeEndMin: number | null;
  /** When the car last had something to do; may lie before the cycle (negative). */
  busyUntilMin: number;
}

export interface Cycle {
  segments: readonly Segment[];
  distanceKm: number;
  firstOdometerKm: number;
  /** Cars don't all stand at the same place of their cycle. */
  offsetMin: number;
}

export const cycleMinutes = 14 * 1440;

interface Walk {
  car: Car;
  roll: () => number;
  home: Place;
  at: Place;
  minute: number;
  odometerKm: number;
  charge: number | null;
  fuel: number | null;
  segments: Segment[];
}

const firstCharge = 80;
const firstFuel = 95;

/** The cycle of a car; the same for the same seed. */
export function cycleOf(seed: number, car: Car): Cycle {
  const roll = seeded(seed, car.vin, 'cycle');
  const home = near({ latitude: car.city.latitude, longitude: car.city.longitude }, 1 + roll() * 6, roll());
  const walk: Walk = {
    car,
    roll,
    home,
    at: home,
    minute: 0,
    odometerKm: 0,
    charge: car.model.batteryKwh > 0 ? firstCharge : null,
    fuel: car.model.tankLitres > 0 ? firstFuel : null,
    segments: [],
  };
  const offsetMin = Math.floor(roll() * cycleMinutes);
  const firstOdometerKm = Math.round(4_000 + roll() * 70_000);
  for (const [start, isLastOfDay, isLast] of departures(car, roll)) drive(walk, start, isLastOfDay, isLast);
  park(walk, cycleMinutes, true);
  const last = walk.segments.at(-1);
  const first = walk.segments[0];
  if (first !== undefined && last !== undefined) first.busyUntilMin = last.busyUntilMin - cycleMinutes;
  return { segments: walk.segments, distanceKm: walk.odometerKm, firstOdometerKm, offsetMin };
}

function departures(car: Car, roll: () => number): [start: number, isLastOfDay: boolean, isLast: boolean][] {
  const found: [number, boolean, boolean][] = [];
  for (let day = 0; day < 13; day += 1) {
    const count = tripsOn(car, day, roll());
    const starts = Array.from({ length: count }, () => day * 1440 + Math.floor(60 + roll() * 1320)).sort(
      (a, b) => a - b,
    );
    starts.forEach((start, index) => found.push([start, index === starts.length - 1, false]));
  }
  const last = found.at(-1);
  if (last !== undefined) last[2] = true;
  return found;
}

function tripsOn(car: Car, day: number, roll: number): number {
  if (car.habit === 'sleeper') return day === 0 ? 3 : 0;
  return car.habit === 'busy' ? 6 + Math.floor(roll * 6) : Math.floor(2 + roll * 4);
}

function drive(walk: Walk, wanted: number, isLastOfDay: boolean, isLast: boolean): void {
  const { roll, car } = walk;
  const start = Math.max(wanted, walk.minute + 12);
  const goesHome = isLastOfDay && distanceKm(walk.at, walk.home) > 0.5;
  const to = goesHome ? walk.home : near(walk.home, 1.5 + roll() ** 2 * 28, roll());
  const distance = Math.max(1.1, distanceKm(walk.at, to) * 1.3);
  const minutes = Math.max(4, (distance / Math.min(88, 24 + distance * 0.9)) * 60);
  if (start + minutes > cycleMinutes - 720) return;
  park(walk, start, false);
  const charge =
    walk.charge === null ? null : ([walk.charge, Math.max(6, walk.charge - chargeUsed(car, distance))] as const);
  const usesFuel = walk.fuel !== null && (walk.charge === null || walk.charge < 12);
  const fuel =
    walk.fuel === null
      ? null
      : ([walk.fuel, usesFuel ? Math.max(4, walk.fuel - fuelUsed(car, distance)) : walk.fuel] as const);
  const end = start + minutes;
  walk.segments.push({
    kind: 'drive',
    startMin: start,
    endMin: end,
    from: walk.at,
    to,
    distanceKm: distance,
    bend: (roll() - 0.5) * 0.5,
    odometerKm: walk.odometerKm,
    charge,
    fuel,
    chargeEndMin: null,
    busyUntilMin: end,
  });
  walk.at = to;
  walk.minute = end;
  walk.odometerKm += distance;
  walk.charge = charge?.[1] ?? null;
  // The last way of a cycle leads past a filling station, so that the next cycle begins as this one did.
  walk.fuel = fuel === null ? null : isLast || fuel[1] < 16 ? firstFuel : fuel[1];
}

function park(walk: Walk, until: number, isLast: boolean): void {
  const { charge } = walk;
  const goal = isLast ? firstCharge : 90;
  const isCharging = charge !== null && (isLast || charge < 55) && until - walk.minute > 45;
  const needed = isCharging ? (Math.abs(goal - charge) / 100) * walk.car.model.batteryKwh * (60 / 11) : 0;
  const chargeEnd = isCharging ? Math.min(until, walk.minute + Math.max(10, needed)) : null;
  const reached = !isCharging
    ? charge
    : isLast || needed <= until - walk.minute
      ? goal
      : charge + (goal - charge) * ((until - walk.minute) / needed);
  walk.segments.push({
    kind: 'parked',
    startMin: walk.minute,
    endMin: until,
    from: walk.at,
    to: walk.at,
    distanceKm: 0,
    bend: 0,
    odometerKm: walk.odometerKm,
    charge: charge === null || reached === null ? null : [charge, reached],
    fuel: walk.fuel === null ? null : [walk.fuel, walk.fuel],
    chargeEndMin: chargeEnd,
    busyUntilMin: chargeEnd ?? walk.minute,
  });
  walk.minute = until;
  walk.charge = reached;
}

function chargeUsed(car: Car, distance: number): number {
  return ((distance * 0.17) / car.model.batteryKwh) * 100;
}

function fuelUsed(car: Car, distance: number): number {
  return ((distance * 0.064) / car.model.tankLitres) * 100;
}

function near(place: Place, km: number, roll: number): Place {
  const angle = roll * 2 * Math.PI;
  const latitude = place.latitude + (Math.cos(angle) * km) / 111;
  const longitude = place.longitude + (Math.sin(angle) * km) / (111 * Math.cos((place.latitude * Math.PI) / 180));
  return { latitude: Math.round(latitude * 1e6) / 1e6, longitude: Math.round(longitude * 1e6) / 1e6 };
}

function distanceKm(a: Place, b: Place): number {
  const north = (a.latitude - b.latitude) * 111;
  const east = (a.longitude - b.longitude) * 111 * Math.cos((a.latitude * Math.PI) / 180);
  return Math.hypot(north, east);
}
