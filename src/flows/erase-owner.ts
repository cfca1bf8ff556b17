/**
 * Forgetting an owner. Name, address and phone go at once; the rest step by step, each step one commit that counts what it
 * took, so that whoever dies over it is replaced and nothing is counted twice. The vehicles stay, and a proof without a person.
 *
 * @see docs/decisions/0024-consent-and-erasure.md
 */
import type { Connection } from '../domain/connection.ts';
import { erasedOwner } from '../domain/erasure.ts';
import type { ErasureCounts } from '../domain/erasure.ts';
import type { ConnectionId, ErasureId, FleetId, OwnerId, VehicleId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { after } from '../domain/schedule.ts';
import type { Database, Tx } from '../store/database.ts';
import * as erasures from '../store/erasure.ts';
import type { ErasureRow } from '../store/erasure.ts';
import { listFleets } from '../store/fleet.ts';
import * as forget from '../store/forget-owner.ts';
import { lockHeldOfOwner } from '../store/loose-grant.ts';
import { announce, enqueue } from '../store/outbox.ts';
import { lockOwner } from '../store/owner.ts';
import type { Vault } from '../vault/vault.ts';
import type { Context } from './context.ts';
import { endConnection, rentalOf } from './disconnect.ts';
import { digestOf } from './erasure-proof.ts';
import { letHeldGo } from './hold-grant.ts';
import type { ObserveNeeds } from './observe.ts';
import { wishDisconnect } from './rental.ts';

export type EraseNeeds = ObserveNeeds & {
  database: Database;
  vault: Pick<Vault, 'digest'>;
  onFault: (error: unknown, what: string) => void;
};

/** Whoever dies over a step is replaced after this. */
const leaseS = 120;
/** Rows of history that one commit takes. */
const readingsAtOnce = 5_000;
/** Commits of one run; then others have their turn. */
const stepsARun = 40;
/** Somebody is on the way back through Connect, which is settled within two minutes. */
const returnsS = 60;
/** A message that was just being sent, or a page that was just being read, has come to its end by then. */
const underWayS = 600;
/** How often it is looked whether Smartcar has confirmed that all access has ended. */
const confirmsS = 300;

/**
 * Begins it. Asked for again, it goes on as it is.
 *
 * @throws Refusal `not_found`, `name_mismatch`
 */
export async function eraseOwner(
  needs: Pick<EraseNeeds, 'database'>,
  context: Context,
  ownerId: OwnerId,
  name: string,
  now: Date,
): Promise<void> {
  const { fleetId, actor } = context;
  await needs.database.asFleet(fleetId, async (tx) => {
    const owner = await lockOwner(tx, ownerId);
    if (!owner) throw new Refusal('not_found');
    if (owner.erased_at) return;
    if (owner.name.trim() !== name.trim()) throw new Refusal('name_mismatch');
    const row = await erasures.insertErasure(tx, { fleetId, ownerId, actor }, now);
    await forget.closeLinks(tx, ownerId, now);
    await forget.withdrawMessages(tx, ownerId);
    await forget.withdrawRequests(tx, ownerId, now);
    await erasures.noteErased(tx, row, { erased: { contact: await forget.eraseContact(tx, ownerId, now) } });
    await enqueue(tx, [{ name: 'erase-owner', payload: { fleetId, erasureId: row.id }, key: `erase:${row.id}` }]);
    await announce(tx, fleetId, [], ['owners', 'vehicles', 'notifications']);
  });
}

/** Goes on with what is due, of all fleets. One that fails does not stop the others. */
export async function eraseDue(needs: EraseNeeds, now: Date): Promise<void> {
  for (const { id: fleetId } of await needs.database.asSystem(listFleets)) {
    const due = await needs.database.asFleet(fleetId, (tx) => erasures.listDueErasures(tx, 20, now));
    for (const erasureId of due)
      await goOnErasing(needs, { fleetId, erasureId }, now).catch((error: unknown) =>
        needs.onFault(error, 'erase owner'),
      );
  }
}

/** Steps, until it is done, has to wait for others, or has taken its turn. */
export async function goOnErasing(
  needs: EraseNeeds,
  { fleetId, erasureId }: { fleetId: FleetId; erasureId: ErasureId },
  now: Date,
): Promise<void> {
  const { database } = needs;
  let row = await database.asFleet(fleetId, (tx) => erasures.claimErasure(tx, erasureId, after(now, leaseS), now));
  const run: Run = { erasedUpTo: null };
  for (let step = 1; row && step <= stepsARun; step += 1) {
    const next = await stepOf(needs, row, run, now);
    if (next === 'waits') return;
    row = next;
  }
  if (row) await database.asFleet(fleetId, (tx) => erasures.postponeErasure(tx, erasureId, after(now, 1)));
}

/** `waits`: nothing more can be done now. Undefined: it is done, or another process has gone on. */
type Next = ErasureRow | 'waits' | undefined;

/** What one run need not look at again; the next one begins anew. */
interface Run {
  /** Grants whose history is gone, in the order of their ids. */
  erasedUpTo: ConnectionId | null;
}

async function stepOf(needs: EraseNeeds, row: ErasureRow, run: Run, now: Date): Promise<Next> {
  switch (row.phase) {
    case 'access':
      return endAccess(needs, row, now);
    case 'traces':
      return inPhase(needs, row, (tx) => eraseTraces(tx, row));
    case 'readings':
      return eraseHistory(needs, row, run);
    case 'smartcar':
      return finish(needs, row, now);
  }
}

type Step = { erased: ErasureCounts; phase?: ErasureRow['phase'] };

/** One commit, and only while the erasure stands where it was. */
async function inPhase(needs: EraseNeeds, row: ErasureRow, work: (tx: Tx) => Promise<Step>): Promise<Next> {
  return needs.database.asFleet(row.fleet_id, async (tx) => {
    const locked = await erasures.lockErasure(tx, row.id, row.phase);
    if (!locked) return undefined;
    const noted = await erasures.noteErased(tx, locked, await work(tx));
    await announce(tx, row.fleet_id, [], ['owners', 'vehicles']);
    return noted;
  });
}

/** Their cars are disconnected first, so that nothing new comes while the rest goes. */
async function endAccess(needs: EraseNeeds, row: ErasureRow, now: Date): Promise<Next> {
  const { fleet_id: fleetId, owner_id: ownerId, asked_by: actor } = row;
  const living = await needs.database.asFleet(fleetId, (tx) => forget.listLivingGrants(tx, ownerId));
  let ended = 0;
  for (const connectionId of living) {
    let rented: VehicleId | null = null;
    const together = async (tx: Tx, { vehicleId }: Connection): Promise<boolean> => {
      // A renter is not left standing: it ends with the rental.
      rented = (await rentalOf(tx, vehicleId)) ? vehicleId : null;
      if (rented) return false;
      const locked = await erasures.lockErasure(tx, row.id, 'access');
      if (locked) await erasures.noteErased(tx, locked, { erased: { connections: 1 } });
      return true;
    };
    await endConnection(needs, { fleetId, connectionId, via: 'operator', actor, together }, now);
    if (rented) await endWithRental(needs, fleetId, rented, now);
    else ended += 1;
  }
  return needs.database.asFleet(fleetId, async (tx) => {
    const locked = await erasures.lockErasure(tx, row.id, 'access');
    if (!locked) return undefined;
    for (const held of await lockHeldOfOwner(tx, ownerId))
      await letHeldGo(tx, held, { because: 'disconnected', problem: { problem: 'disconnected' }, by: actor }, now);
    const returned = await forget.endWays(tx, ownerId, now);
    // A company has more cars than one step takes.
    if (living.length === forget.grantsAtOnce && ended > 0) return locked;
    const isOver = (await forget.listLivingGrants(tx, ownerId)).length === 0;
    if (isOver && returned === 0) return erasures.noteErased(tx, locked, { phase: 'traces' });
    await erasures.noteErased(tx, locked, { dueAt: after(now, returnsS) });
    return 'waits';
  });
}

/** Nobody but them could take it back, and they are nobody any more. */
async function endWithRental(needs: EraseNeeds, fleetId: FleetId, vehicleId: VehicleId, now: Date): Promise<void> {
  const context = { fleetId, actor: erasedOwner, requestId: null };
  await wishDisconnect(needs, context, vehicleId, true, now).catch((error: unknown) => {
    // It has ended in this very moment; the next look ends the access.
    if (!(error instanceof Refusal)) throw error;
  });
}

async function eraseTraces(tx: Tx, { owner_id: id, asked_at: askedAt }: ErasureRow): Promise<Step> {
  // What names others comes before what it names.
  const erased: ErasureCounts = {
    alerts: await forget.eraseAlerts(tx, id),
    mails: await forget.eraseMails(tx, id),
    messages: await forget.eraseMessages(tx, id),
    grants: await forget.eraseGrants(tx, id),
    imports: await forget.eraseImports(tx, askedAt),
    ways: await forget.eraseWays(tx, id),
    links: await forget.eraseLinks(tx, id),
    timeline: await forget.eraseTimeline(tx, id),
    audit: await forget.eraseAudit(tx, id),
    consents: await forget.eraseConsents(tx, id),
    checks: await forget.eraseChecks(tx, id),
    vehicles: await forget.letGoOfVehicles(tx, id),
  };
  return { erased, phase: 'readings' };
}

/** Each one behind `after`, page by page. */
async function* everyOne<T extends { id: ConnectionId }>(
  page: (behind: ConnectionId | null) => Promise<T[]>,
  after: ConnectionId | null = null,
): AsyncGenerator<T> {
  for (let ones = await page(after); ones.length > 0; ones = await page(ones.at(-1)?.id ?? null)) yield* ones;
}

/** What their cars told in their time: some rows of history a commit, a grant's newest values once its history is gone. */
async function eraseHistory(needs: EraseNeeds, row: ErasureRow, run: Run): Promise<Next> {
  return inPhase(needs, row, async (tx) => {
    let latest = 0;
    for await (const grant of everyOne((behind) => forget.listGrants(tx, row.owner_id, behind), run.erasedUpTo)) {
      const readings = await forget.eraseReadings(tx, grant, readingsAtOnce);
      if (readings > 0) return { erased: { readings, latest } };
      latest += await forget.eraseLatest(tx, grant);
      run.erasedUpTo = grant.id;
    }
    return { erased: { latest, deliveries: await eraseDeliveries(tx, row) }, phase: 'smartcar' };
  });
}

async function eraseDeliveries(tx: Tx, { owner_id: ownerId }: ErasureRow): Promise<number> {
  let deliveries = 0;
  for await (const car of everyOne((behind) => forget.listCarsInTime(tx, ownerId, behind)))
    deliveries += await forget.eraseDeliveries(tx, car);
  return deliveries;
}

/**
 * Once what was under way has ended and Smartcar has confirmed that all access has, nothing of theirs is needed any more;
 * what came in the meantime goes too.
 */
async function finish(needs: EraseNeeds, row: ErasureRow, now: Date): Promise<Next> {
  const { database, vault } = needs;
  const { fleet_id: fleetId, owner_id: ownerId } = row;
  const page = (behind: ConnectionId | null) =>
    database.asFleet(fleetId, (tx) => forget.listCarsInTime(tx, ownerId, behind));
  for await (const car of everyOne(page)) await database.asSystem((tx) => forget.eraseStrayDeliveries(tx, car));
  return database.asFleet(fleetId, async (tx) => {
    const locked = await erasures.lockErasure(tx, row.id, 'smartcar');
    if (!locked) return undefined;
    await announce(tx, fleetId, [], ['owners', 'vehicles']);
    const isEarly = now < after(row.asked_at, underWayS);
    const isUnderway = isEarly || (await forget.countOpenImports(tx, row.asked_at)) > 0;
    if (isUnderway || (await forget.countUnrevoked(tx, ownerId)) > 0) {
      await erasures.postponeErasure(tx, row.id, after(now, confirmsS));
      return 'waits';
    }
    const { erased } = await eraseTraces(tx, row);
    const last = { deliveries: await eraseDeliveries(tx, row), accounts: await forget.eraseAccounts(tx, ownerId) };
    const noted = await erasures.noteErased(tx, locked, { erased: { ...erased, ...last } });
    await erasures.endErasure(tx, row.id, digestOf(vault, { ...noted, ended_at: now }), now);
    return undefined;
  });
}
