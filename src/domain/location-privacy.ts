/**
 * How much of a position is kept. A fleet can say that it knows precisely only where cars are that are rented: outside
 * rentals a position is kept to about a kilometre, as the newest value alone, and makes no history. One function decides;
 * whoever keeps a reading asks it, and says whether the car was in a rental when the reading was measured.
 */
import type { Reading } from './reading.ts';
import type { SignalValue } from './signal.ts';

export const preciseLocations = ['always', 'rentalsOnly'] as const;
/** When positions are kept precisely. */
export type PreciseLocation = (typeof preciseLocations)[number];

/** A hundredth of a degree: 1.1 km from north to south, less from west to east. */
const decimals = 2;

export interface KeptReading {
  reading: Reading;
  /** Whether it makes history, besides being the newest. */
  isHistory: boolean;
}

/** What of a reading is kept, whatever signal it is: what holds no position is kept as it is. */
export function minimise(reading: Reading, setting: PreciseLocation, isInRental: boolean): KeptReading {
  if (setting === 'always' || isInRental || !holdsPosition(reading.value)) return { reading, isHistory: true };
  return { reading: { ...reading, value: rounded(reading.value) }, isHistory: false };
}

/** A position to about a kilometre; everything else as it is. */
export const rounded = (value: SignalValue): SignalValue => roundIn(value) as SignalValue; // the same shape as it was

const coordinates = ['latitude', 'longitude', 'lat', 'lng', 'lon'];

function holdsPosition(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([name, part]) => (coordinates.includes(name) && typeof part === 'number') || holdsPosition(part),
  );
}

function roundIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(roundIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      coordinates.includes(name) && typeof part === 'number' ? roundDegrees(part) : roundIn(part),
    ]),
  );
}

/** Never minus zero, which no database keeps. */
const roundDegrees = (degrees: number): number => Number(degrees.toFixed(decimals)) + 0;
