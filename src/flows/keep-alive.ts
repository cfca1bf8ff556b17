/**
 * Grants that nobody uses are kept alive, and those that will lapse all the same are told ahead. On v2 a family of tokens
 * that is not renewed for 60 days is dead; a renewal costs the car nothing. On v3 there is nothing to keep alive.
 *
 * @see docs/decisions/0019-lists-and-lapses.md
 */
import type { Connection } from '../domain/connection.ts';
import { isAccountMeaning } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import type { ConnectionId, FleetId, TokenSetId } from '../domain/ids.ts';
import { lapseOf, noticeUntil } from '../domain/lapse.ts';
import { makePolicy } from '../domain/make-policy.ts';
import type { MakeChoices } from '../domain/make-policy.ts';
import { after } from '../domain/schedule.ts';
import { applyAlertChanges } from '../store/alert.ts';
import { listConnectionsOfFamily } from '../store/connection.ts';
import type { Database, Tx } from '../store/database.ts';
import { listFleets, ownFleet } from '../store/fleet.ts';
import {
  keepForecasts,
  listForForecast,
  listOneForForecast,
  listUntoldLapses,
  resolveLapseAlerts,
} from '../store/lapse.ts';
import type { ForecastRow } from '../store/lapse.ts';
import { announce } from '../store/outbox.ts';
import type { TokenFamily } from '../vault/token-access.ts';
import { takeFor } from './budget.ts';
import type { BudgetNeeds } from './budget.ts';
import { observe } from './observe.ts';
import type { ObserveNeeds } from './observe.ts';
import type { V2 } from './v2.ts';

export type KeepAliveNeeds = ObserveNeeds &
  BudgetNeeds & { v2: V2 | null; clock: () => Date; onFault: (error: unknown, what: string) => void };

/** Sixty tries before the sixty days are over: a month of Smartcar's own outages could not let one lapse. */
const renewAfterS = 86_400;
/** A family that could not be renewed waits so long, and lets the others go first. */
const tryAgainAfterS = 3_600;
/** Families of one fleet in one run; with a run every five minutes 14,400 a day. */
const batch = 50;

/** Renews what nobody has used for a day, of all fleets, as far as the budget goes. One that fails does not stop the others. */
export async function keepAlive(needs: KeepAliveNeeds, now: Date): Promise<void> {
  const { database, v2 } = needs;
  if (!v2) return;
  const claim = { idleSince: after(now, -renewAfterS), triedBefore: after(now, -tryAgainAfterS) };
  for (const { id: fleetId } of await database.asSystem(listFleets)) {
    const limit = await takeFor(needs, 'upkeep', batch, 1, now);
    if (limit === 0) return;
    const ids = await database.asFleet(fleetId, (tx) => v2.tokens.claimIdle(tx, { ...claim, limit }, now));
    needs.meter.note({ fleetId, make: null, purpose: 'upkeep' }, ids.length, ids.length - limit, now);
    await Promise.all(ids.map((tokenSetId) => keepOne(needs, v2, { fleetId, tokenSetId }, now)));
  }
}

async function keepOne(needs: KeepAliveNeeds, v2: V2, family: TokenFamily, now: Date): Promise<void> {
  try {
    const answer = await v2.tokens.renew(now, family, renewAfterS);
    // What a read would find out some day is known now: nothing that we hold is any use.
    if (!answer.ok && isAccountMeaning(answer.failure.meaning)) await tellCars(needs, family, answer.failure);
  } catch (error) {
    needs.onFault(error, 'keep alive');
  }
}

async function tellCars(needs: KeepAliveNeeds, { fleetId, tokenSetId }: TokenFamily, failure: Failure): Promise<void> {
  const ids = await needs.database.asFleet(fleetId, (tx) => listConnectionsOfFamily(tx, tokenSetId));
  const at = needs.clock();
  const outcome = { kind: 'failed', via: 'reconciliation', at, requestId: failure.requestId, failure } as const;
  for (const connectionId of ids) {
    // A car that was moved to v3 keeps its family for the way back only.
    const together = async (_tx: Tx, { connection }: { connection: Pick<Connection, 'platform' | 'tokenSetId'> }) =>
      connection.platform === 'v2' && connection.tokenSetId === tokenSetId;
    await observe(needs, { fleetId, connectionId, outcomes: [outcome], together }, at);
  }
}

// — forecasts —

/** Connections whose forecast is made at once. */
const page = 500;
/** A forecast that moved by less than this is left as it is: each family is renewed about every ninety minutes. */
const toleratedMs = 86_400_000 / 2;
const mostAlertsARun = 200;

/** Says of every connection when it lapses, and tells operators of those that will within the notice. */
export async function forecastLapses(needs: { database: Database; v2: V2 | null }, now: Date): Promise<void> {
  for (const { id: fleetId } of await needs.database.asSystem(listFleets)) {
    let after: ConnectionId | null = null;
    do after = await needs.database.asFleet(fleetId, (tx) => forecastPage(tx, needs.v2, after));
    while (after);
    await needs.database.asFleet(fleetId, (tx) => tellLapses(tx, fleetId, now));
  }
}

/** @returns behind which connection the next page begins; null after the last one */
async function forecastPage(tx: Tx, v2: V2 | null, behind: ConnectionId | null): Promise<ConnectionId | null> {
  const rows = await listForForecast(tx, behind, page);
  await forecast(tx, v2, rows);
  return rows.length < page ? null : (rows.at(-1)?.id ?? null);
}

/** Of one that was just connected. */
export async function forecastLapse(
  needs: { database: Database; v2: V2 | null },
  { fleetId, connectionId }: { fleetId: FleetId; connectionId: ConnectionId },
): Promise<void> {
  await needs.database.asFleet(fleetId, async (tx) =>
    forecast(tx, needs.v2, await listOneForForecast(tx, connectionId)),
  );
}

async function forecast(tx: Tx, v2: V2 | null, rows: readonly ForecastRow[]): Promise<void> {
  const families = rows.flatMap(({ tokenSetId }) => tokenSetId ?? []);
  const { settings } = await ownFleet(tx);
  const ends = v2 ? await v2.tokens.endsOf(tx, families) : new Map<TokenSetId, Date>();
  const made = rows.map((row) => ({ id: row.id, before: row.lapsesAt, lapsesAt: forecastOf(row, ends, settings) }));
  await keepForecasts(
    tx,
    made.filter(({ before, lapsesAt }) => hasMoved(before, lapsesAt)),
  );
}

function forecastOf(
  { status, make, judgedAt, tokenSetId }: ForecastRow,
  ends: Map<TokenSetId, Date>,
  settings: MakeChoices,
): Date | null {
  const tokensEndAt = tokenSetId ? (ends.get(tokenSetId) ?? null) : null;
  return lapseOf({ status, make: makePolicy(make, settings), signedInAt: judgedAt, tokensEndAt })?.at ?? null;
}

function hasMoved(before: Date | null, now: Date | null): boolean {
  if (!before || !now) return before !== now;
  return Math.abs(before.getTime() - now.getTime()) > toleratedMs;
}

async function tellLapses(tx: Tx, fleetId: FleetId, now: Date): Promise<void> {
  const before = noticeUntil(now);
  const untold = await listUntoldLapses(tx, before, mostAlertsARun);
  for (const { id, vehicleId, lapsesAt } of untold) {
    const change = {
      change: 'open',
      key: `${id}:connection.lapsing`,
      kind: 'connection.lapsing',
      severity: 'warning',
      detail: { date: lapsesAt.toISOString().slice(0, 10) },
    } as const;
    await applyAlertChanges(tx, fleetId, [vehicleId], [change], now);
  }
  const resolved = await resolveLapseAlerts(tx, before, now);
  if (untold.length + resolved > 0) await announce(tx, fleetId, [], ['alerts']);
}
