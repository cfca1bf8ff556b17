/**
 * Cautions: what the car said a while ago that speaks against locking or unlocking it now. They are said before a person
 * presses, and refuse nothing: a door may have been closed since, and the car itself refuses what it can't do.
 *
 * @see docs/decisions/0028-commands.md
 */
import type { CommandType } from './command.ts';
import type { Connection } from './connection.ts';
import type { VehicleMeaning } from './failure.ts';
import type { MakePolicy } from './make-policy.ts';
import type { Reading } from './reading.ts';

export interface Caution {
  meaning: VehicleMeaning;
  /** Which commands it speaks against. */
  against: readonly CommandType[];
  /** When the car was so. */
  at: Date;
}

/** What a car refuses in this state, as makes document it. @see docs/smartcar.md §4 */
const speaksAgainst: Readonly<Partial<Record<VehicleMeaning, readonly CommandType[]>>> = {
  doorOpen: ['lock'],
  hoodOpen: ['lock'],
  trunkOpen: ['lock'],
  ignitionOn: ['lock', 'unlock'],
  inMotion: ['lock', 'unlock'],
  lowBattery: ['lock', 'unlock'],
  inService: ['lock', 'unlock'],
};

/** Percent below which cars go to sleep for good, and don't hear a command. */
const nearlyEmptyPercent = 5;
/** A car's word is of now for as long as its make is asked anew, and for half an hour at most. */
const saysNowS = ({ freshnessMin }: Pick<MakePolicy, 'freshnessMin'>): number =>
  Math.min(1_800, Math.max(120, freshnessMin * 60));

export function cautionsOf(
  state: Connection['vehicleState'],
  known: Iterable<Pick<Reading, 'code' | 'value' | 'measuredAt' | 'fetchedAt'>>,
  make: Pick<MakePolicy, 'freshnessMin'>,
  now: Date,
): Caution[] {
  const since = now.getTime() - saysNowS(make) * 1_000;
  const said = [
    ...(state ? [{ meaning: state.meaning, at: state.since }] : []),
    ...[...known].flatMap((reading) => {
      const [meaning, at] = [meaningOf(reading), reading.measuredAt ?? reading.fetchedAt];
      return meaning && at ? [{ meaning, at }] : [];
    }),
  ];
  const byMeaning = new Map<VehicleMeaning, Caution>();
  for (const { meaning, at } of said) {
    const against = speaksAgainst[meaning];
    const before = byMeaning.get(meaning);
    if (against && at.getTime() >= since && (!before || before.at < at))
      byMeaning.set(meaning, { meaning, against, at });
  }
  return [...byMeaning.values()];
}

/** The signals that can say it. */
export const cautionSignals = [
  'closure-doors',
  'closure-reartrunk',
  'closure-fronttrunk',
  'motion-currentspeed',
  'tractionbattery-stateofcharge',
] as const;

function meaningOf({ code, value }: Pick<Reading, 'code' | 'value'>): VehicleMeaning | null {
  switch (code) {
    case 'closure-doors':
      return isAnyOpen(value) ? 'doorOpen' : null;
    case 'closure-reartrunk':
    case 'closure-fronttrunk':
      return isAnyOpen(value) ? 'trunkOpen' : null;
    case 'motion-currentspeed':
      return typeof value === 'number' && value > 0 ? 'inMotion' : null;
    case 'tractionbattery-stateofcharge':
      return typeof value === 'number' && value < nearlyEmptyPercent ? 'lowBattery' : null;
    default:
      return null;
  }
}

/** One part of several, or the thing itself. */
function isAnyOpen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, part]) => (name === 'isOpen' && part === true) || isAnyOpen(part));
}
