/**
 * Where every car is and what it does: a pure function of seed, car and world time.
 * A car repeats a cycle of fourteen days; the odometer goes on from cycle to cycle. Nothing here is stored.
 */
import { chance } from './random.ts';
import type { Car } from './seed/fleet.ts';
import { cycleMinutes, cycleOf, type Cycle, type Segment } from './world-cycle.ts';

export interface WorldState {
  latitude: number;
  longitude: number;
  /** Degrees from north, while driving. */
  heading: number | null;
  /** km/h, 0 when parked. */
  speedKmh: number;
  odometerKm: number;
  /** 0 to 100; null without a traction battery. */
  stateOfChargePercent: number | null;
  /** 0 to 100; null without a tank. */
  fuelPercent: number | null;
  isDriving: boolean;
  isCharging: boolean;
  isPluggedIn: boolean;
  /** What its driver would have done; a remote command may have changed it since. */
  isLocked: boolean;
  hasOpenDoor: boolean;
  isAwake: boolean;
  /** World milliseconds when the car last spoke to its manufacturer. */
  spokeAt: number;
  /** World milliseconds when the car last drove or charged; while it does, now. */
  restsSince: number;
  /** World milliseconds when the present drive or stand began. */
  since: number;
}

/** Monday, 5 January 2026: the day on which all cycles are counted from. */
const epoch = Date.UTC(2026, 0, 5);
const minuteMs = 60_000;

const cycles = new Map<string, Cycle>();

/** The state of a car at a world time in milliseconds. */
export function worldStateAt(seed: number, car: Car, worldMs: number): WorldState {
  const cycle = cachedCycle(seed, car);
  const minutes = (worldMs - epoch) / minuteMs + cycle.offsetMin;
  const round = Math.floor(minutes / cycleMinutes);
  const at = minutes - round * cycleMinutes;
  const segment = segmentAt(cycle.segments, at);
  const msOf = (minute: number): number => epoch + (round * cycleMinutes + minute - cycle.offsetMin) * minuteMs;
  const share = (at - segment.startMin) / (segment.endMin - segment.startMin);
  const place = placeOf(segment, share);
  const charging = chargeShare(segment, at);
  const between = (from: number, to: number, part: number): number => from + (to - from) * part;
  const used = segment.kind === 'drive' ? share : charging;
  const odometer = cycle.firstOdometerKm + round * cycle.distanceKm + segment.odometerKm;
  return {
    ...place,
    speedKmh:
      segment.kind === 'drive' ? Math.round((segment.distanceKm / (segment.endMin - segment.startMin)) * 60) : 0,
    odometerKm: round1(odometer + (segment.kind === 'drive' ? segment.distanceKm * share : 0)),
    stateOfChargePercent: segment.charge === null ? null : Math.round(between(...segment.charge, used)),
    fuelPercent: segment.fuel === null ? null : round1(between(...segment.fuel, segment.kind === 'drive' ? share : 0)),
    isDriving: segment.kind === 'drive',
    isCharging: charging > 0 && charging < 1,
    isPluggedIn: segment.chargeEndMin !== null,
    isLocked: segment.kind === 'parked' && at - segment.startMin > 1,
    hasOpenDoor: segment.kind === 'parked' && at - segment.startMin < 0.5 && segment.startMin > 0,
    ...speech(car, segment, at, msOf),
    since: msOf(segment.startMin),
  };
}

function cachedCycle(seed: number, car: Car): Cycle {
  const key = `${seed} ${car.vin}`;
  const known = cycles.get(key);
  if (known !== undefined) return known;
  const cycle = cycleOf(seed, car);
  cycles.set(key, cycle);
  return cycle;
}

function segmentAt(segments: readonly Segment[], at: number): Segment {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((segments[middle]?.startMin ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  const found = segments[low];
  if (found === undefined) throw new Error('a cycle has segments');
  return found;
}

/** A drive bends away from the straight line and back, as streets do. */
function placeOf(segment: Segment, share: number): Pick<WorldState, 'latitude' | 'longitude' | 'heading'> {
  const { from, to } = segment;
  if (segment.kind === 'parked') return { ...from, heading: null };
  const bend = (part: number): { latitude: number; longitude: number } => {
    const away = Math.sin(part * Math.PI) * segment.bend + Math.sin(part * Math.PI * 5) * segment.bend * 0.15;
    return {
      latitude: round6(from.latitude + (to.latitude - from.latitude) * part - (to.longitude - from.longitude) * away),
      longitude: round6(from.longitude + (to.longitude - from.longitude) * part + (to.latitude - from.latitude) * away),
    };
  };
  const here = bend(share);
  const next = bend(Math.min(1, share + 0.02));
  const degrees = (Math.atan2(next.longitude - here.longitude, next.latitude - here.latitude) * 180) / Math.PI;
  return { ...here, heading: Math.round((degrees + 360) % 360) };
}

function chargeShare(segment: Segment, at: number): number {
  if (segment.kind === 'drive' || segment.chargeEndMin === null) return segment.kind === 'drive' ? 0 : 1;
  return Math.min(1, (at - segment.startMin) / (segment.chargeEndMin - segment.startMin));
}

function speech(
  car: Car,
  segment: Segment,
  at: number,
  msOf: (minute: number) => number,
): Pick<WorldState, 'isAwake' | 'spokeAt' | 'restsSince'> {
  const { awakeAfterMin, heartbeatMin, deepSleepAfterH } = car.make;
  const busyUntil = segment.kind === 'drive' ? segment.endMin : segment.busyUntilMin;
  const awakeUntil = busyUntil + awakeAfterMin;
  const restsSince = msOf(Math.min(at, busyUntil));
  if (at <= awakeUntil) return { isAwake: true, spokeAt: msOf(at), restsSince };
  const quiet = Math.min(at - awakeUntil, deepSleepAfterH * 60);
  const spokeAt = msOf(awakeUntil + Math.floor(quiet / heartbeatMin) * heartbeatMin);
  return { isAwake: false, spokeAt, restsSince };
}

/** Things about a car that hardly ever change: tyre pressures and the small battery, for a day. */
export function slowStateAt(
  seed: number,
  car: Car,
  worldMs: number,
): { tirePressures: number[]; lowVoltagePercent: number; oilPercent: number } {
  const day = Math.floor(worldMs / 86_400_000);
  const tirePressures = [0, 1, 2, 3].map((wheel) =>
    Math.round(228 + chance(seed, car.vin, 'tyre', wheel) * 30 - (day % 9)),
  );
  return {
    tirePressures,
    lowVoltagePercent: Math.round(72 + chance(seed, car.vin, 'low voltage', day) * 26),
    oilPercent: Math.round(25 + chance(seed, car.vin, 'oil') * 70),
  };
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}

function round6(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
