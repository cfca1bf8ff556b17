/** What no page of Smartcar's list showed is looked up by itself: lists lag, and pages shift while they are read. */
import type { Failure } from '../domain/failure.ts';
import type { ListedGrant } from '../domain/drift.ts';
import type { SmartcarUserId } from '../domain/ids.ts';
import { isId } from '../domain/ids.ts';
import { insertDrifts } from '../store/drift.ts';
import { listFleets } from '../store/fleet.ts';
import { listUnlisted, markListed } from '../store/reconciliation.ts';
import type { KeptPair, Progress, ReconciliationRow } from '../store/reconciliation.ts';
import { otherUsersOf } from '../store/unknown-connection.ts';
import { valueOf } from './call-failed.ts';
import { isOlder, listingOf, observeListed } from './observe-listed.ts';
import type { StepNeeds } from './observe-listed.ts';
import { observe } from './observe.ts';

/** Looked up in one step; each costs one request or two. */
const batch = 10;

/** @returns null when nothing is left to be looked up. @throws CallFailed when not a single one could be looked up */
export async function lookUpMissing(needs: StepNeeds, row: ReconciliationRow, now: Date): Promise<Progress | null> {
  const missing = await nextMissing(needs, row);
  const last = missing.at(-1);
  if (!last) return null;
  const errors: unknown[] = [];
  for (const kept of missing) await settle(needs, row, kept, now).catch((error: unknown) => errors.push(error));
  if (errors.length === missing.length) throw errors[0];
  // One that can't be looked up is looked for tomorrow, and does not stop the others.
  for (const error of errors) needs.onFault(error, 'look up a connection');
  return { missing: missing.length, nextPage: { fleet: last.fleetId, behind: last.connectionId } };
}

/** The next that are missing, of one fleet; what was looked up is behind us. */
async function nextMissing({ database }: StepNeeds, row: ReconciliationRow): Promise<KeptPair[]> {
  const { fleet: from = '', behind = '' } = row.next_page ?? {};
  const ids = (await database.asSystem(listFleets)).map(({ id }) => id).sort();
  for (const id of ids.filter((one) => one >= from)) {
    const place = id === from && isId('con', behind) ? behind : null;
    const missing = await database.asFleet(id, (tx) => listUnlisted(tx, listingOf(row), place, batch));
    if (missing.length > 0) return missing;
  }
  return [];
}

type LookedUp =
  | { there: ListedGrant; requestId: string | null }
  | { there: null; user: SmartcarUserId | null; requestId: string | null };

async function settle(needs: StepNeeds, row: ReconciliationRow, kept: KeptPair, now: Date): Promise<void> {
  const found = await (row.platform === 'v2' ? lookUpOnV2(needs, kept) : lookUpOnV3(needs, kept, now));
  if (!found.there) return observeGone(needs, row, kept, found, now);
  await needs.database.asFleet(kept.fleetId, (tx) => markListed(tx, [kept.connectionId], row.started_at));
  await observeListed(needs, row, kept, found.there, now);
}

async function lookUpOnV3({ access, smartcar }: StepNeeds, kept: KeptPair, now: Date): Promise<LookedUp> {
  const { smartcarVehicleId: vehicleId, smartcarUserId: userId, smartcarConnectionId: connectionId } = kept;
  if (connectionId) {
    const answer = await access.withAccess(now, (token) => smartcar.findConnection(token, { connectionId, vehicleId }));
    const one = valueOf(answer);
    const requestId = answer.ok ? answer.requestId : null;
    if (!one) return { there: null, user: null, requestId };
    if (one.smartcarUserId === userId) return { there: { ...one, smartcarConnectionId: one.id }, requestId };
  }
  // By the vehicle's id another user's grant may have come; or ours has no id yet.
  const answer = await access.withAccess(now, (token) => smartcar.listConnections(token, { vehicleId }));
  const listed = valueOf(answer);
  const requestId = answer.ok ? answer.requestId : null;
  const own = listed.find((one) => one.smartcarUserId === userId);
  if (own) return { there: { ...own, smartcarConnectionId: own.id }, requestId };
  return { there: null, user: listed[0]?.smartcarUserId ?? null, requestId };
}

async function lookUpOnV2({ v2 }: StepNeeds, kept: KeptPair): Promise<LookedUp> {
  const { smartcarVehicleId: vehicleId, smartcarUserId: userId } = kept;
  const [managementToken = ''] = v2?.managementTokens ?? [];
  if (!v2) return { there: { ...kept, permissions: null }, requestId: null };
  const answer = await v2.smartcar.listConnections(managementToken, { vehicleId });
  const listed = valueOf(answer);
  const requestId = answer.ok ? answer.requestId : null;
  const own = listed.find((one) => one.smartcarUserId === userId);
  if (own) return { there: { ...own, smartcarConnectionId: null, permissions: null }, requestId };
  return { there: null, user: listed[0]?.smartcarUserId ?? null, requestId };
}

/** The grant is gone there, as surely as when a read is refused for it. */
async function observeGone(
  needs: StepNeeds,
  row: ReconciliationRow,
  kept: KeptPair,
  found: LookedUp & { there: null },
  now: Date,
): Promise<void> {
  const { fleetId, connectionId } = kept;
  const others = await needs.database.asSystem((tx) => otherUsersOf(tx, kept.smartcarVehicleId, kept.smartcarUserId));
  const isOthers = found.user !== null || others.length > 0;
  const { requestId } = found;
  const failure: Failure = { ...notListed, requestId };
  await observe(
    needs,
    {
      fleetId,
      connectionId,
      outcomes: [{ kind: 'failed', via: 'reconciliation', at: now, requestId, failure }],
      together: async (tx, { connection }) => {
        if (!isOlder(connection, row) || connection.platform !== row.platform) return false;
        const kind = isOthers ? 'other-user' : 'gone';
        const { vehicleId } = connection;
        await insertDrifts(tx, [{ fleetId, vehicleId, connectionId, reconciliationId: row.id, kind, detail: {} }], now);
        return true;
      },
    },
    now,
  );
}

const notListed: Failure = {
  meaning: 'revoked',
  type: null,
  code: 'NOT_LISTED',
  status: null,
  requestId: null,
  retryAfterS: null,
  resolutionUrl: null,
};
