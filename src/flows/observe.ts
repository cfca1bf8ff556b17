/** The one path: an outcome, whoever brought it, becomes the next connection and everything that follows, in one transaction. */
import type { Connection } from '../domain/connection.ts';
import type { AlertChange } from '../domain/alert.ts';
import type { ConnectionId, FleetId, VehicleId } from '../domain/ids.ts';
import type { Outcome } from '../domain/outcome.ts';
import { makePolicy } from '../domain/make-policy.ts';
import { minimise } from '../domain/location-privacy.ts';
import type { KeptReading, PreciseLocation } from '../domain/location-privacy.ts';
import { merge } from '../domain/reading.ts';
import type { Reading } from '../domain/reading.ts';
import { brokenInRental, brokenLine } from '../domain/rental.ts';
import { towline } from '../domain/role.ts';
import { after } from '../domain/schedule.ts';
import type { Actor } from '../domain/role.ts';
import type { Happening } from '../domain/timeline.ts';
import { transition } from '../domain/transition.ts';
import type { Policy, Transition } from '../domain/transition.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { writeConnection } from '../store/connection.ts';
import { findConnectionSetting } from '../store/connection-setting.ts';
import type { ConnectionSetting } from '../store/connection-setting.ts';
import type { Database, Tx } from '../store/database.ts';
import { announce, enqueue } from '../store/outbox.ts';
import type { Topic } from '../store/outbox.ts';
import { findActiveRental, wasInRental } from '../store/rental.ts';
import { settleItems } from '../store/reconnect-batch.ts';
import { readLatest, writeReadings } from '../store/telemetry.ts';
import { insertHappenings } from '../store/timeline.ts';
import { isLostRace } from '../store/violation.ts';
import { askOwner, settleWithOwner } from './ask-owner.ts';
import { compareVin } from './compare-vin.ts';
import { hearCommand } from './tell-command.ts';
import { recordConsents } from './record-consent.ts';
import type { ConsentWitness } from './record-consent.ts';

/** Times a lost race is worked out again before it is a fault. */
const mostTries = 5;

export interface ObserveNeeds {
  database: Database;
  /** Spreads polls; a number in [0, 1). */
  chance: () => number;
  /** There are no credentials for v3. */
  grantsOnV2: boolean;
}

export interface Observed {
  fleetId: FleetId;
  connectionId: ConnectionId;
  /** In the order in which they are to be believed. */
  outcomes: readonly Outcome[];
  /** Who caused it; Towline itself when absent. */
  actor?: Actor;
  /** Behind which link it happened and what was on the page; absent where nobody came through Connect. */
  witness?: (tx: Tx) => Promise<ConsentWitness>;
  /** Work that commits with it. Answering false means that it was done before: nothing is changed then. */
  together?: (tx: Tx, setting: ConnectionSetting) => Promise<boolean>;
}

/** @returns what came of it, or null when this fleet has no such connection or it was done before */
export async function observe(needs: ObserveNeeds, observed: Observed, now: Date): Promise<Transition | null> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await needs.database.asFleet(observed.fleetId, (tx) => record(tx, needs, observed, now));
    } catch (error) {
      if (error instanceof DoneBefore) return null;
      if (!(error instanceof LostRace || isLostRace(error)) || tried === mostTries) throw error;
    }
  }
}

/** Rolls everything back that `together` began. */
class DoneBefore extends Error {
  override readonly name = 'DoneBefore';
}

class LostRace extends Error {
  override readonly name = 'LostRace';
}

async function record(tx: Tx, needs: ObserveNeeds, observed: Observed, now: Date): Promise<Transition | null> {
  const setting = await findConnectionSetting(tx, observed.fleetId, observed.connectionId);
  if (!setting) return null;
  if (observed.together && !(await observed.together(tx, setting))) throw new DoneBefore();
  const result = work(setting, observed.outcomes, { chance: needs.chance(), v3: !needs.grantsOnV2 }, now);
  await writeAll(tx, setting, result, observed, now);
  return result;
}

/** Applies outcomes one after another; their effects add up. */
function work(
  { connection, make, incident, fleet }: ConnectionSetting,
  outcomes: readonly Outcome[],
  around: Pick<Policy, 'chance' | 'v3'>,
  now: Date,
): Transition {
  const { plan, settings } = fleet;
  const policy: Policy = {
    requiredPermissions: settings.requiredPermissions,
    incident,
    make: makePolicy(make, settings),
    intervalS: plan.pollIntervalS,
    requestBudget: plan.requestBudget,
    ...around,
  };
  const start: Transition = {
    connection,
    happenings: [],
    alerts: [],
    tasks: [],
    consents: [],
    ask: null,
    settled: false,
  };
  return outcomes.reduce<Transition>((so, outcome) => {
    const next = transition(so.connection, outcome, policy, now);
    return {
      connection: next.connection,
      happenings: [...so.happenings, ...next.happenings],
      alerts: [...so.alerts, ...next.alerts],
      tasks: [...so.tasks, ...next.tasks],
      consents: [...so.consents, ...next.consents],
      ask: next.ask ?? so.ask,
      settled: so.settled || next.settled,
    };
  }, start);
}

async function writeAll(
  tx: Tx,
  setting: ConnectionSetting,
  result: Transition,
  observed: Observed,
  now: Date,
): Promise<void> {
  const { connection, alerts } = result;
  const { fleetId, vehicleId } = connection;
  await writeTelemetry(tx, setting, observed.outcomes, now);
  if (connection !== setting.connection && !(await writeConnection(tx, connection, setting.connection.version)))
    throw new LostRace();
  const inRental = await troubleInRental(tx, setting, result, now);
  await insertHappenings(tx, { fleetId, vehicleId, connectionId: connection.id }, observed.actor ?? towline, [
    ...result.happenings,
    ...inRental.happenings,
  ]);
  const witness = observed.witness && result.consents.length > 0 ? await observed.witness(tx) : null;
  await recordConsents(tx, connection, result.consents, observed.actor ?? towline, witness);
  await applyAlertChanges(tx, fleetId, [vehicleId], [...alerts, ...inRental.alerts], now);
  const isWatched = result.settled && (await settleEverything(tx, connection, now));
  if (result.ask) await askOwner(tx, connection, result.ask, after(now, setting.fleet.settings.askOwnersAfterS), now);
  await enqueue(tx, result.tasks);
  await announce(tx, fleetId, [vehicleId], [...topicsOf(result), ...(isWatched ? (['reconnects'] as const) : [])]);
}

/** What was asked about it is settled, with its owner and where many were asked at once. @returns whether it was one of many */
async function settleEverything(tx: Tx, connection: Connection, now: Date): Promise<boolean> {
  await settleWithOwner(tx, connection, now);
  return settleItems(tx, connection.vehicleId, connection.status === 'active' ? 'repaired' : 'withdrawn', now);
}

const topicsOf = (result: Transition): Topic[] => [
  'vehicles',
  ...(result.alerts.length > 0 ? (['alerts'] as const) : []),
  ...(result.ask || result.settled ? (['notifications'] as const) : []),
];

async function writeTelemetry(
  tx: Tx,
  { connection, command, fleet: { settings } }: ConnectionSetting,
  outcomes: readonly Outcome[],
  now: Date,
): Promise<void> {
  // A read that was under way when the connection ended: its owner shares nothing any more.
  if (connection.endedAt) return;
  const readings = outcomes.flatMap((outcome) => (outcome.kind === 'signals' ? outcome.readings : []));
  if (readings.length === 0) return;
  const { fleetId, vehicleId } = connection;
  const kept: KeptReading[] = [];
  for (const reading of readings) kept.push(await minimised(tx, vehicleId, reading, settings.preciseLocation));
  const silent = new Set(kept.flatMap(({ reading, isHistory }) => (isHistory ? [] : [reading])));
  const known = await readLatest(tx, vehicleId, true);
  const { accepted } = merge(
    known,
    kept.map(({ reading }) => reading),
  );
  await writeReadings(tx, fleetId, vehicleId, known, accepted, (reading) => !silent.has(reading));
  const vin = vinOf(accepted);
  if (vin) await compareVin(tx, connection, vin, now);
  // The vehicle before its command, as whoever asks for one takes them.
  const lock = accepted.find(({ code }) => code === 'closure-islocked');
  if (lock && command) await hearCommand(tx, command, lock, now);
}

/** A position is kept precisely where the fleet always wants that, or somebody had rented the car when it was measured. */
async function minimised(
  tx: Tx,
  vehicleId: VehicleId,
  reading: Reading,
  setting: PreciseLocation,
): Promise<KeptReading> {
  const kept = minimise(reading, setting, false);
  if (kept.isHistory) return kept;
  const at = reading.measuredAt ?? reading.fetchedAt ?? reading.receivedAt;
  return (await wasInRental(tx, vehicleId, at)) ? minimise(reading, setting, true) : kept;
}

/** A car that breaks, or works again, while somebody has rented it. */
async function troubleInRental(
  tx: Tx,
  { connection: before }: ConnectionSetting,
  { connection, happenings }: Transition,
  now: Date,
): Promise<{ alerts: AlertChange[]; happenings: Happening[] }> {
  const rental = before.status === connection.status ? null : await findActiveRental(tx, connection.vehicleId);
  const change = rental && brokenInRental(rental, connection);
  if (!change) return { alerts: [], happenings: [] };
  const how = happenings.find(({ kind }) => kind === 'connection.changed');
  const isNew = change.change === 'open' && (before.status === 'active' || before.status === 'pending');
  return { alerts: [change], happenings: isNew ? [brokenLine(rental, before, connection, how, now)] : [] };
}

function vinOf(readings: readonly Reading[]): string | null {
  const value = readings.find(({ code }) => code === 'vehicleidentification-vin')?.value;
  return typeof value === 'string' && /^[A-HJ-NPR-Z0-9]{17}$/.test(value) ? value : null;
}
