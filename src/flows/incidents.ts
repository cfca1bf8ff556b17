/** One incident of one fleet: opened, followed, sampled, closed. Always inside the caller's transaction. */
import type { AlertChange } from '../domain/alert.ts';
import { accountMeanings } from '../domain/failure.ts';
import type { IncidentEnd } from '../domain/incident.ts';
import { isId } from '../domain/ids.ts';
import type { IncidentId, VehicleId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { towline } from '../domain/role.ts';
import type { Actor } from '../domain/role.ts';
import { after } from '../domain/schedule.ts';
import type { TimelineKind } from '../domain/timeline.ts';
import { problemKeys } from '../domain/transition-effects.ts';
import { applyAlertChanges, resolveAlerts } from '../store/alert.ts';
import { hurryReads } from '../store/connection-due.ts';
import type { Database, Tx } from '../store/database.ts';
import { countVehicles } from '../store/overview.ts';
import {
  closeIncident,
  countMembers,
  findIncident,
  hurryHeld,
  insertIncident,
  joinIncident,
  leaveAll,
  leaveIncident,
  listHeld,
  markSampled,
  someMembers,
} from '../store/incident.ts';
import type { IncidentRow, NewIncident } from '../store/incident.ts';
import { announce } from '../store/outbox.ts';
import { insertForMany } from '../store/timeline.ts';
import type { Context } from './context.ts';

/** Vehicles that its alert names; the list behind it has all of them. */
const named = 100;
/** From this share of a fleet's vehicles on it is critical. */
const criticalShare = 0.25;
/** While nothing heals, so many of its cars are read again, every so many seconds. */
const sample = 3;
const sampleEveryS = 300;
/** Once cars heal, this share of those it holds is read in each minute, and ten at least. */
const recoveringShare = 0.25;
const recoveringLeast = 10;
/** Healing is news for so long. */
const recoveringS = 900;
/** Reads after its end are so far apart; the budget may make them wait longer. */
const secondsApart = 0.5;

export async function openIncident(tx: Tx, incident: NewIncident, now: Date): Promise<IncidentRow | null> {
  return insertIncident(tx, incident, now);
}

/** Takes in who fails now, and lets go of who works again. */
export async function followIncident(tx: Tx, incident: IncidentRow, now: Date): Promise<void> {
  const { id, fleet_id: fleetId } = incident;
  const joined = await joinIncident(tx, incident, now);
  const left = await leaveIncident(tx, id, now);
  if (joined.length > 0) incident.joined_at = now;
  if (left.length > 0) incident.left_at = now;
  if (joined.length + left.length === 0) return;
  // Its own alert speaks for them all.
  await resolveAlerts(
    tx,
    joined.flatMap(({ connectionId }) => problemKeys(connectionId)),
    now,
  );
  const ids = joined.map(({ vehicleId }) => vehicleId);
  await tell(tx, incident, 'incident.joined', ids, towline, now);
  await tell(tx, incident, 'incident.left', left, towline, now);
  await applyAlertChanges(tx, fleetId, await someMembers(tx, id, named), [await alertOf(tx, incident)], now);
  await announce(tx, fleetId, [...ids, ...left].slice(0, named), ['vehicles', 'alerts', 'incidents']);
}

const tell = (
  tx: Tx,
  { id, fleet_id: fleetId }: IncidentRow,
  kind: TimelineKind,
  vehicleIds: readonly VehicleId[],
  actor: Actor,
  at: Date,
): Promise<void> =>
  insertForMany(tx, fleetId, vehicleIds, actor, { kind, at, via: 'reconciliation', requestId: null, reported: id });

const keyOf = (id: IncidentId): string => `incident:${id}`;

async function alertOf(tx: Tx, { id, make, region, opened_at: openedAt }: IncidentRow): Promise<AlertChange> {
  const { failing, joined } = await countMembers(tx, id, accountMeanings);
  const severity = joined >= (await countVehicles(tx)) * criticalShare ? 'critical' : 'warning';
  const detail: Record<string, string> = {
    incident: id,
    ...(make ? { make } : {}),
    ...(region ? { region } : {}),
    count: String(failing),
    joined: String(joined),
    since: openedAt.toISOString(),
  };
  return { change: 'open', key: keyOf(id), kind: 'incident.open', severity, detail };
}

/** Reads some of its cars again, to see whether they work; more of them once some do. */
export async function sampleIncident(tx: Tx, incident: IncidentRow, now: Date): Promise<void> {
  const { id, sampled_at: sampledAt, left_at: leftAt, opened_at: openedAt } = incident;
  const isRecovering = leftAt !== null && now < after(leftAt, recoveringS);
  const everyS = isRecovering ? 60 : sampleEveryS;
  if (now < after(sampledAt ?? openedAt, everyS)) return;
  const { failing } = await countMembers(tx, id, accountMeanings);
  const wanted = isRecovering ? Math.max(recoveringLeast, Math.ceil(failing * recoveringShare)) : sample;
  await hurryReads(tx, await listHeld(tx, id, wanted), secondsApart, now);
  await markSampled(tx, id, now);
}

/** It is over here: its cars are read, and what each read says counts again. */
export async function closeNow(tx: Tx, incident: IncidentRow, ended: IncidentEnd, now: Date): Promise<void> {
  const { id, fleet_id: fleetId } = incident;
  if (!(await closeIncident(tx, id, ended, now))) return;
  await leaveAll(tx, id, now);
  await hurryHeld(tx, id, secondsApart, now);
  await applyAlertChanges(tx, fleetId, [], [{ change: 'resolve', key: keyOf(id) }], now);
  await announce(tx, fleetId, [], ['vehicles', 'alerts', 'incidents']);
}

/** An operator says that it is no outage, or that owners are to be asked all the same. @throws Refusal `not_found`, `incident_closed` */
export async function endIncident(
  { database }: { database: Database },
  { fleetId }: Context,
  id: string,
  now: Date,
): Promise<void> {
  await database.asFleet(fleetId, async (tx) => {
    const incident = isId('inc', id) ? await findIncident(tx, id) : undefined;
    if (!incident) throw new Refusal('not_found');
    if (incident.closed_at) throw new Refusal('incident_closed');
    await closeNow(tx, incident, 'byHand', now);
  });
}
