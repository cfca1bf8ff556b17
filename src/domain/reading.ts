/** Readings: one value of one signal, with its three times, which are never mixed. */
import { signals } from './signal.ts';
import type { SignalCode, SignalValue } from './signal.ts';

export interface Reading {
  code: SignalCode;
  value: SignalValue;
  /** As reported (`km`, `percent`, …); null when the value has none. */
  unit: string | null;
  /** When the car or its manufacturer dated the value; null when nobody did. */
  measuredAt: Date | null;
  /** When Smartcar got it from the manufacturer; null when it did not say. */
  fetchedAt: Date | null;
  /** When it reached us. */
  receivedAt: Date;
}

export type SetAside = { reading: Reading; reason: 'older' | 'impossible' | 'future' };

/** A car's clock may run ahead of ours by this much before its value is set aside. */
const toleratedSkewMs = 10 * 60_000;

/**
 * Which of the new readings replace what is known. A good value is never replaced by an older one; the order is that of
 * the car's clock, then of Smartcar's, then of ours.
 */
export function merge(
  known: ReadonlyMap<SignalCode, Reading>,
  fresh: readonly Reading[],
): { accepted: Reading[]; setAside: SetAside[] } {
  const accepted = new Map<SignalCode, Reading>();
  const setAside: SetAside[] = [];
  for (const reading of fresh) {
    const reason = objection(reading, accepted.get(reading.code) ?? known.get(reading.code));
    if (reason) setAside.push({ reading, reason });
    else accepted.set(reading.code, reading);
  }
  return { accepted: [...accepted.values()], setAside };
}

function objection(reading: Reading, known: Reading | undefined): SetAside['reason'] | null {
  if (!isPossible(reading)) return 'impossible';
  if (reading.measuredAt && reading.measuredAt.getTime() > reading.receivedAt.getTime() + toleratedSkewMs)
    return 'future';
  return known && isOlder(reading, known) ? 'older' : null;
}

function isOlder(reading: Reading, known: Reading): boolean {
  if (reading.measuredAt && known.measuredAt && reading.measuredAt.getTime() !== known.measuredAt.getTime()) {
    return reading.measuredAt < known.measuredAt;
  }
  if (reading.fetchedAt && known.fetchedAt) return reading.fetchedAt < known.fetchedAt;
  return reading.receivedAt < known.receivedAt;
}

function isPossible(reading: Reading): boolean {
  const range = signals[reading.code]?.range;
  if (range) {
    return typeof reading.value === 'number' && reading.value >= range[0] && reading.value <= range[1];
  }
  if (reading.code !== 'location-preciselocation') return true;
  const at = locationOf(reading.value);
  return (
    at !== null &&
    Math.abs(at.latitude) <= 90 &&
    Math.abs(at.longitude) <= 180 &&
    !(at.latitude === 0 && at.longitude === 0)
  );
}

/** The location a value holds, or null when it has no coordinates (`locationType` alone has been seen). */
export function locationOf(value: SignalValue): { latitude: number; longitude: number } | null {
  if (typeof value !== 'object' || Array.isArray(value)) return null;
  const { latitude, longitude } = value as Record<string, unknown>; // narrowed to a plain object above
  return typeof latitude === 'number' && typeof longitude === 'number' ? { latitude, longitude } : null;
}
