/** Watching what Smartcar sends: whether it still does, whether it can be understood, and how much of it is errors. */
import type { AlertChange } from '../domain/alert.ts';
import type { FleetId } from '../domain/ids.ts';
import { firstIdOf } from '../domain/ids.ts';
import { after } from '../domain/schedule.ts';
import { habitD, isOver, silenceAfterS } from '../domain/silence.ts';
import { applyAlertChanges } from '../store/alert.ts';
import type { Database, Tx } from '../store/database.ts';
import { listFleets } from '../store/fleet.ts';
import {
  addBeat,
  beatsBetween,
  countProcessed,
  countReported,
  countSubscribed,
  forgetPulses,
  readPulses,
} from '../store/webhook-pulse.ts';
import type { Pulse } from '../store/webhook-pulse.ts';

const dayS = 86_400;
const windowS = 3_600;
/** Shares that operators are told of, and the fewest of which a share says something. */
const processing = { limit: 0.05, fewest: 5 };
const reported = { limit: 0.1, fewest: 5 };

/** Opens and closes the alerts about silence, about what could not be understood, and about many errors at once. */
export async function watchSilence({ database }: { database: Database }, now: Date): Promise<void> {
  const unreadable = await judgeProcessing(database, now);
  for (const { id } of await database.asSystem(listFleets)) {
    await database.asFleet(id, async (tx) => {
      await noteBeats(tx, id, now);
      const changes = [unreadable, await judgeErrors(tx, now), ...(await judgeSilence(tx, now))];
      await applyAlertChanges(tx, id, [], changes, now);
      await forgetPulses(tx, after(now, -30 * dayS));
    });
  }
}

/** What came since this was last done joins what is known; the pause before it counts too. */
async function noteBeats(tx: Tx, fleetId: FleetId, now: Date): Promise<void> {
  const known = new Map((await readPulses(tx, after(now, -habitD * dayS))).map((pulse) => [pulse.make, pulse]));
  const since = known.get('')?.lastAt ?? after(now, -habitD * dayS);
  for (const beat of await beatsBetween(tx, since, now)) {
    const before = known.get(beat.make)?.lastAt;
    const pauseS = before ? Math.round((beat.firstAt.getTime() - before.getTime()) / 1_000) : 0;
    await addBeat(tx, fleetId, { ...beat, longestGapS: Math.max(beat.longestGapS, pauseS) });
  }
}

const kind = 'webhooks.silent';
const keyOf = (make: string): string => (make === '' ? kind : `${kind}:${make}`);

/** Of the whole fleet, or else of single makes; only where subscribed cars could be heard of. */
async function judgeSilence(tx: Tx, now: Date): Promise<AlertChange[]> {
  const pulses = await readPulses(tx, after(now, -habitD * dayS));
  const subscribed = await countSubscribed(tx);
  const whole = pulses.find(({ make }) => make === '');
  const isQuiet = (pulse: Pulse | undefined, cars: number): boolean => {
    const limitS = pulse ? silenceAfterS(pulse) : null;
    return pulse !== undefined && limitS !== null && cars > 0 && pulse.lastAt < after(now, -limitS);
  };
  const cars = [...subscribed.values()].reduce((sum, count) => sum + count, 0);
  const allQuiet = isQuiet(whole, cars);
  return pulses.map((pulse) => {
    const { make } = pulse;
    const quiet = make === '' ? allQuiet : !allQuiet && isQuiet(pulse, subscribed.get(make) ?? 0);
    return quiet
      ? { change: 'open', key: keyOf(make), kind, severity: 'warning', detail: make === '' ? {} : { make } }
      : { change: 'resolve', key: keyOf(make) };
  });
}

/** Over all fleets: what can't be understood tells no fleet. */
async function judgeProcessing(database: Database, now: Date): Promise<AlertChange> {
  const from = firstIdOf('whk', after(now, -windowS));
  const { settled, quarantined } = await database.asSystem((tx) => countProcessed(tx, from));
  return shareAlert('webhooks.processing-errors', quarantined, settled, processing);
}

async function judgeErrors(tx: Tx, now: Date): Promise<AlertChange> {
  const counted = await countReported(tx, after(now, -windowS));
  return shareAlert('webhooks.error-rate', counted.reported, counted.vehicles, reported);
}

function shareAlert(
  key: 'webhooks.processing-errors' | 'webhooks.error-rate',
  count: number,
  of: number,
  { limit, fewest }: { limit: number; fewest: number },
): AlertChange {
  if (!isOver(count, of, limit, fewest)) return { change: 'resolve', key };
  const detail = { share: String(Math.min(100, Math.round((count / of) * 100))), count: String(count) };
  return { change: 'open', key, kind: key, severity: 'warning', detail };
}
