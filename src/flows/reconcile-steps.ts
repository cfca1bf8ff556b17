/** The steps of a comparison: a page of connections, what was missing from all pages, a page of subscriptions. */
import { isPlausible } from '../domain/drift.ts';
import type { ListedGrant } from '../domain/drift.ts';
import type { ConnectionId, FleetId } from '../domain/ids.ts';
import { after } from '../domain/schedule.ts';
import type { Page, PageQuery } from '../smartcar/read.ts';
import { forgetSubscribed } from '../store/connection.ts';
import { insertDrifts } from '../store/drift.ts';
import { listFleets } from '../store/fleet.ts';
import {
  countUnlisted,
  keptGrants,
  listUnrevokedCars,
  listUnseenSubscriptions,
  markListed,
  markSubscriptionsListed,
  ownersOfCars,
} from '../store/reconciliation.ts';
import type { OwnedPair, Pair, Progress, ReconciliationRow } from '../store/reconciliation.ts';
import { forgetCars, forgetUnseen, noteUnknown } from '../store/unknown-connection.ts';
import type { UnknownConnection } from '../store/unknown-connection.ts';
import { valueOf } from './call-failed.ts';
import { chooseWebhook } from './choose-webhook.ts';
import { listingOf, listLagS, ListNotBelieved, observeListed } from './observe-listed.ts';
import type { StepNeeds } from './observe-listed.ts';
import { lookUpMissing } from './reconcile-missing.ts';

/** As long as the largest application there may be, and then some; a list that goes on after that repeats itself. */
const longestList = 2_000_000;

/** @throws CallFailed to be tried again, ListNotBelieved to be given up */
export async function compareStep(needs: StepNeeds, row: ReconciliationRow, now: Date): Promise<Progress | 'done'> {
  switch (row.phase) {
    case 'connections':
      return connectionsStep(needs, row, now);
    case 'missing':
      return (await lookUpMissing(needs, row, now)) ?? endOfMissing(needs, row);
    case 'subscriptions':
      return subscriptionsStep(needs, row, now);
  }
}

// — connections —

/** A connection as either platform lists it. */
type Listed = UnknownConnection & { lists: ListedGrant };

async function connectionsStep(needs: StepNeeds, row: ReconciliationRow, now: Date): Promise<Progress> {
  const { items, next } = await pageOf(needs, row, now);
  await comparePage(needs, row, items, now);
  const isRepeating = next !== null && JSON.stringify(next) === JSON.stringify(row.next_page);
  if (isRepeating || row.listed + items.length > longestList) throw new ListNotBelieved('the list has no end');
  if (next) return { nextPage: next, listed: items.length };
  const { due, unlisted } = await countAll(needs, row);
  if (!isPlausible(unlisted, due)) throw new ListNotBelieved(`${unlisted} of ${due} connections are missing from it`);
  return { phase: 'missing', nextPage: null, listed: items.length };
}

async function pageOf({ access, smartcar, v2 }: StepNeeds, row: ReconciliationRow, now: Date): Promise<Page<Listed>> {
  const page: PageQuery = row.next_page ?? {};
  const [managementToken] = v2?.managementTokens ?? [];
  if (row.platform === 'v2') {
    if (!v2 || !managementToken) throw new ListNotBelieved('there is no management token any more');
    const { items, next } = valueOf(await v2.smartcar.listConnectionsPage(managementToken, page));
    const nothing = { smartcarConnectionId: null, make: null, model: null, year: null, powertrain: null };
    return {
      next,
      items: items.map(({ connectedAt, ...pair }) => ({
        ...nothing,
        ...pair,
        platform: 'v2',
        permissions: [],
        grantedAt: connectedAt,
        lists: { ...pair, smartcarConnectionId: null, permissions: null },
      })),
    };
  }
  const { items, next } = valueOf(await access.withAccess(now, (token) => smartcar.listConnectionsPage(token, page)));
  return {
    next,
    items: items.map(({ id, createdAt, externalId: _externalId, ...one }) => ({
      ...one,
      smartcarConnectionId: id,
      platform: 'v3',
      grantedAt: createdAt,
      lists: { ...one, smartcarConnectionId: id },
    })),
  };
}

async function comparePage(
  needs: StepNeeds,
  row: ReconciliationRow,
  items: readonly Listed[],
  now: Date,
): Promise<void> {
  const owners = await needs.database.asSystem((tx) =>
    ownersOfCars(
      tx,
      items.map(({ smartcarVehicleId }) => smartcarVehicleId),
    ),
  );
  const ownerOf = (one: Listed): OwnedPair | undefined => owners.find((owned) => isSamePair(owned, one)); // a car has one living connection
  const isNew = ({ grantedAt }: Listed): boolean => grantedAt !== null && grantedAt > after(row.started_at, -listLagS);
  const strangers = items.filter((one) => !ownerOf(one) && !isNew(one));
  // With both platforms v3's list has every car of v2's, and says more of it.
  const isWorthNoting = row.platform === 'v3' || needs.grantsOnV2;
  const ours = items.flatMap((one) => {
    const owned = ownerOf(one);
    return owned?.platform === row.platform ? [{ owned, one }] : [];
  });
  await needs.database.asSystem(async (tx) => {
    await markListed(
      tx,
      ours.map(({ owned }) => owned.connectionId),
      row.started_at,
    );
    if (isWorthNoting) await noteUnknown(tx, strangers, row.started_at);
  });
  for (const [fleetId, listed] of byFleet(ours)) await compareFleet(needs, row, fleetId, listed, now);
}

const isSamePair = (a: Pair, b: Pair): boolean =>
  a.smartcarVehicleId === b.smartcarVehicleId && a.smartcarUserId === b.smartcarUserId;

function byFleet(ours: readonly { owned: OwnedPair; one: Listed }[]): Map<FleetId, Map<ConnectionId, ListedGrant>> {
  const fleets = new Map<FleetId, Map<ConnectionId, ListedGrant>>();
  for (const { owned, one } of ours) {
    const listed = fleets.get(owned.fleetId) ?? new Map<ConnectionId, ListedGrant>();
    fleets.set(owned.fleetId, listed.set(owned.connectionId, one.lists));
  }
  return fleets;
}

async function compareFleet(
  needs: StepNeeds,
  row: ReconciliationRow,
  fleetId: FleetId,
  listed: ReadonlyMap<ConnectionId, ListedGrant>,
  now: Date,
): Promise<void> {
  const kept = await needs.database.asFleet(fleetId, (tx) => keptGrants(tx, [...listed.keys()]));
  for (const one of kept) {
    const there = listed.get(one.connectionId);
    if (there)
      await observeListed(needs, row, one, there, now).catch((error: unknown) => needs.onFault(error, 'reconcile'));
  }
}

// — missing —

async function countAll({ database }: StepNeeds, row: ReconciliationRow): Promise<{ due: number; unlisted: number }> {
  const all = { due: 0, unlisted: 0 };
  for (const { id } of await database.asSystem(listFleets)) {
    const { due, unlisted } = await database.asFleet(id, (tx) => countUnlisted(tx, listingOf(row)));
    all.due += due;
    all.unlisted += unlisted;
  }
  return all;
}

/** Everything has been looked at: what the list did not show is not offered any more, nor what is being revoked. */
async function endOfMissing({ database }: StepNeeds, row: ReconciliationRow): Promise<Progress | 'done'> {
  for (const { id } of await database.asSystem(listFleets)) {
    const leaving = await database.asFleet(id, listUnrevokedCars);
    await database.asSystem((tx) => forgetCars(tx, leaving));
  }
  await database.asSystem((tx) => forgetUnseen(tx, row.platform, row.started_at));
  // v2 has no subscriptions that could be listed: there a car is enrolled in Smartcar's dashboard.
  return row.platform === 'v2' ? 'done' : { phase: 'subscriptions', nextPage: null };
}

// — subscriptions —

async function subscriptionsStep(needs: StepNeeds, row: ReconciliationRow, now: Date): Promise<Progress | 'done'> {
  const { access, smartcar, database } = needs;
  const webhook = chooseWebhook(valueOf(await access.withAccess(now, (token) => smartcar.listWebhooks(token))), needs);
  // Without a webhook there is nothing to subscribe to, and cars are read by polling alone.
  if (!webhook) return 'done';
  const page: PageQuery = row.next_page ?? {};
  const { items, next } = valueOf(
    await access.withAccess(now, (token) => smartcar.listSubscriptionsPage(token, webhook.id, page)),
  );
  const cars = items.flatMap(({ smartcarVehicleId }) => smartcarVehicleId ?? []);
  const owners = await database.asSystem((tx) => ownersOfCars(tx, cars));
  const seen = owners.filter((owned) =>
    items.some(
      ({ smartcarVehicleId, smartcarUserId }) =>
        smartcarVehicleId === owned.smartcarVehicleId &&
        (smartcarUserId ?? owned.smartcarUserId) === owned.smartcarUserId,
    ),
  );
  const ids = seen.map(({ connectionId }) => connectionId);
  await database.asSystem((tx) => markSubscriptionsListed(tx, ids, row.started_at));
  if (next && JSON.stringify(next) !== JSON.stringify(row.next_page)) return { nextPage: next };
  await forgetMissing(needs, row, now);
  return 'done';
}

const forgottenAtOnce = 200;

/** The sweep that subscribes makes them again, inside the budget. */
async function forgetMissing({ database }: StepNeeds, row: ReconciliationRow, now: Date): Promise<void> {
  for (const { id: fleetId } of await database.asSystem(listFleets)) {
    let forgotten: number;
    do {
      forgotten = await database.asFleet(fleetId, async (tx) => {
        const missing = await listUnseenSubscriptions(tx, listingOf(row), forgottenAtOnce);
        for (const { connectionId } of missing) await forgetSubscribed(tx, connectionId);
        const drifts = missing.map((one) => ({ ...one, fleetId, reconciliationId: row.id, detail: {} }));
        await insertDrifts(
          tx,
          drifts.map((drift) => ({ ...drift, kind: 'unsubscribed' })),
          now,
        );
        return missing.length;
      });
    } while (forgotten === forgottenAtOnce);
  }
}
