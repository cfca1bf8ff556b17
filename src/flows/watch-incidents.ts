/**
 * The watch over all fleets: counts who is in trouble, opens incidents, follows who joins and leaves them, and ends them.
 * One look a minute; most find nobody in fresh trouble and cost one question a fleet.
 *
 * @see docs/decisions/0018-incidents.md
 */
import { accountMeanings, upstreamMeanings } from '../domain/failure.ts';
import { endOf, isWithin, judgeScopes, leastNormal, normalHours, normalOf, windowS } from '../domain/incident.ts';
import type { Hour, Normal, Scope, ScopeCount, Verdict } from '../domain/incident.ts';
import type { FleetId } from '../domain/ids.ts';
import { after } from '../domain/schedule.ts';
import { isAtSmartcar } from '../domain/trouble.ts';
import { hurryReads } from '../store/connection-due.ts';
import type { Database, Tx } from '../store/database.ts';
import { listFleets } from '../store/fleet.ts';
import {
  countMembers,
  countTroubles,
  forgetHours,
  hasTroubleSince,
  listEndedByHand,
  listOpenIncidents,
  listOthers,
  raiseHours,
  readHours,
} from '../store/incident.ts';
import type { IncidentRow, MemberCounts } from '../store/incident.ts';
import { closeNow, followIncident, openIncident, sampleIncident } from './incidents.ts';

export interface WatchIncidentsNeeds {
  database: Database;
  onFault: (error: unknown, what: string) => void;
}

const hourS = 3_600;
/** Reads of others that a closer look spends in a minute. */
const lookReads = 10;
/** An incident that was ended by hand is not opened again for so long. */
const byHandHoldsS = 86_400;
const atSmartcar = upstreamMeanings.filter(isAtSmartcar);

/** One fleet, as it looks now. */
interface Look {
  fleetId: FleetId;
  counts: ScopeCount[];
  open: IncidentRow[];
  endedByHand: Scope[];
}

export async function watchIncidents(needs: WatchIncidentsNeeds, now: Date): Promise<void> {
  const { database } = needs;
  const fleets = await database.asSystem(listFleets);
  const looks: Look[] = [];
  for (const { id } of fleets) {
    const look = await database.asFleet(id, (tx) => lookAt(tx, id, now));
    if (look) looks.push(look);
  }
  if (looks.length === 0) return;
  const verdict = await judgeNow(database, looks, now);
  for (const look of looks) await settle(needs, look, looks, verdict, now);
  await endWhatIsOver(needs, looks, now);
}

/** Null when nobody is in fresh trouble and no incident is open. */
async function lookAt(tx: Tx, fleetId: FleetId, now: Date): Promise<Look | null> {
  const since = after(now, -windowS);
  const open = await listOpenIncidents(tx);
  if (open.length === 0 && !(await hasTroubleSince(tx, since))) return null;
  const counts = await countTroubles(tx, since, atSmartcar);
  const usual = counts.filter((count) => !open.some((incident) => isWithin(count, incident)));
  await raiseHours(tx, fleetId, usual, hourOf(now));
  return { fleetId, counts, open, endedByHand: await listEndedByHand(tx, after(now, -byHandHoldsS)) };
}

const hourOf = (at: Date): Date => new Date(Math.floor(at.getTime() / (hourS * 1_000)) * hourS * 1_000);

/** Over all fleets, since they have their cars from the same manufacturers; without what an open incident explains. */
async function judgeNow(database: Database, looks: readonly Look[], now: Date): Promise<Verdict & { normal: Normal }> {
  const open = looks.flatMap((look) => look.open);
  const counts = pooled(looks).filter((count) => !open.some((incident) => isWithin(count, incident)));
  const least: Normal = () => leastNormal;
  const first = judgeScopes(counts, least);
  if (first.open.length + first.look.length === 0) return { ...first, normal: least };
  const hours: Hour[] = [];
  for (const { fleetId } of looks)
    hours.push(
      ...(await database.asFleet(fleetId, async (tx) => {
        const from = after(hourOf(now), -normalHours * hourS);
        await forgetHours(tx, from);
        return readHours(tx, from, hourOf(now));
      })),
    );
  const normal = normalOf(hours);
  return { ...judgeScopes(counts, normal), normal };
}

function pooled(looks: readonly Look[]): ScopeCount[] {
  const sums = new Map<string, ScopeCount>();
  for (const count of looks.flatMap((look) => look.counts)) {
    const key = `${count.make ?? ''} ${count.region ?? ''}`;
    const sum = sums.get(key) ?? { ...count, accounts: 0, troubled: 0, atSmartcar: 0 };
    sum.accounts += count.accounts;
    sum.troubled += count.troubled;
    sum.atSmartcar += count.atSmartcar;
    sums.set(key, sum);
  }
  return [...sums.values()];
}

/** What the verdict means for one fleet; a fault of one does not stop the others. */
async function settle(
  { database, onFault }: WatchIncidentsNeeds,
  look: Look,
  looks: readonly Look[],
  verdict: Verdict & { normal: Normal },
  now: Date,
): Promise<void> {
  try {
    await database.asFleet(look.fleetId, async (tx) => {
      for (const scope of scopesFor(look, looks, verdict)) {
        const { accounts, troubled } = sumOf(pooled(looks), scope);
        const seen = { accounts, troubled, normalShare: verdict.normal(scope, accounts) };
        const opened = await openIncident(
          tx,
          { fleetId: look.fleetId, scope, from: after(now, -windowS), ...seen },
          now,
        );
        if (opened) look.open.push(opened);
      }
      for (const incident of look.open) await followIncident(tx, incident, now);
      for (const scope of verdict.look)
        await hurryReads(tx, await listOthers(tx, scope, Math.ceil(lookReads / looks.length)), 1, now);
    });
  } catch (error) {
    onFault(error, 'watch incidents');
  }
}

/** What opens in this fleet: it has fresh trouble of its own there, and the incident is new or another fleet has it. */
function scopesFor(look: Look, looks: readonly Look[], verdict: Verdict): Scope[] {
  const elsewhere = looks.flatMap(({ open }) => open.map(({ make, region }) => ({ make, region })));
  const known = [...look.open, ...look.endedByHand];
  const wanted = [...verdict.open, ...elsewhere].filter((scope) => !known.some((one) => isSame(one, scope)));
  const distinct = wanted.filter((scope, index) => wanted.findIndex((one) => isSame(one, scope)) === index);
  return distinct.filter((scope) => sumOf(look.counts, scope).troubled > 0);
}

const isSame = (a: Scope, b: Scope): boolean => a.make === b.make && a.region === b.region;

function sumOf(counts: readonly ScopeCount[], scope: Scope): { accounts: number; troubled: number } {
  const own = counts.filter((count) => isWithin(count, scope));
  const sum = (pick: (count: ScopeCount) => number): number => own.reduce((so, count) => so + pick(count), 0);
  return { accounts: sum(({ accounts }) => accounts), troubled: sum(({ troubled }) => troubled) };
}

// — how it ends —

/** An incident ends in all fleets that have it, since it is judged by all their cars. */
async function endWhatIsOver(
  { database, onFault }: WatchIncidentsNeeds,
  looks: readonly Look[],
  now: Date,
): Promise<void> {
  for (const group of groupsOf(looks)) {
    try {
      const counted: MemberCounts[] = [];
      for (const one of group)
        counted.push(await database.asFleet(one.fleet_id, (tx) => countMembers(tx, one.id, accountMeanings)));
      const sum = (pick: (counts: MemberCounts) => number): number =>
        counted.reduce((so, counts) => so + pick(counts), 0);
      const course = {
        openedAt: earliest(group.map(({ opened_at }) => opened_at)),
        lastJoinedAt: latest(group.map(({ joined_at }) => joined_at)),
        joined: sum(({ joined }) => joined),
        failing: sum(({ failing }) => failing),
        refused: sum(({ refused }) => refused),
      };
      const end = endOf(course, now);
      for (const one of group)
        await database.asFleet(one.fleet_id, (tx) =>
          end ? closeNow(tx, one, end, now) : sampleIncident(tx, one, now),
        );
    } catch (error) {
      onFault(error, 'end incident');
    }
  }
}

/** Open incidents of the same scope, of whichever fleets. As the fleets' rows are by now: some joined a minute ago. */
function groupsOf(looks: readonly Look[]): IncidentRow[][] {
  const groups: IncidentRow[][] = [];
  for (const incident of looks.flatMap(({ open }) => open)) {
    const group = groups.find(([first]) => first && isSame(first, incident));
    if (group) group.push(incident);
    else groups.push([incident]);
  }
  return groups;
}

const earliest = (times: readonly Date[]): Date => new Date(Math.min(...times.map((at) => at.getTime())));
const latest = (times: readonly Date[]): Date => new Date(Math.max(...times.map((at) => at.getTime())));
