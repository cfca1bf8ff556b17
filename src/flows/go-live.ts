/** How far an installation is from real cars: what is set, what was seen and what was last asked, put before the rules. */
import { askedPermissions } from '../domain/fleet.ts';
import { goLive } from '../domain/go-live.ts';
import type { FleetsFacts, GoLive, SetUp } from '../domain/go-live.ts';
import type { FleetId } from '../domain/ids.ts';
import { makeKey } from '../domain/make.ts';
import { makePolicy } from '../domain/make-policy.ts';
import { after } from '../domain/schedule.ts';
import type { Database, Tx } from '../store/database.ts';
import { listFleets, ownFleet } from '../store/fleet.ts';
import { countGranted, findGoLiveCheck, readSeen } from '../store/go-live.ts';
import { countByMake } from '../store/vehicle.ts';
import { coverageByMake } from '../store/webhook-pulse.ts';
import type { Door } from './receive-webhook.ts';
import { flushDoor } from './watch-webhooks.ts';

export interface GoLiveNeeds {
  database: Database;
  door: Door;
  setUp: SetUp;
  /** A digest of everything that an answer of Smartcar's rests on, secrets included. */
  configuration: Buffer;
}

export interface GoLiveView extends GoLive {
  setUp: SetUp;
  /** When others were last asked, with this configuration; null: not yet. */
  checkedAt: Date | null;
}

const refusedWithinS = 86_400;

/** Asks nobody outside. */
export async function viewGoLive(needs: GoLiveNeeds, now: Date): Promise<GoLiveView> {
  const { database, setUp, configuration } = needs;
  await flushDoor(needs, now);
  const { check, seen, fleetIds } = await database.asSystem(async (tx) => ({
    check: await findGoLiveCheck(tx, configuration),
    seen: await readSeen(tx, after(now, -refusedWithinS)),
    fleetIds: (await listFleets(tx)).map(({ id }) => id),
  }));
  const fleets = await fleetsFacts(database, fleetIds);
  const judged = goLive({ setUp, seen, fleets, asked: check?.asked ?? null });
  return { ...judged, setUp, checkedAt: check?.checkedAt ?? null };
}

async function fleetsFacts(database: Database, ids: readonly FleetId[]): Promise<FleetsFacts> {
  const all: FleetsFacts[] = [];
  for (const id of ids) all.push(await database.asFleet(id, fleetFacts));
  const sum = (part: 'connections' | 'subscribed' | 'unsubscribed'): number =>
    all.reduce((total, one) => total + one[part], 0);
  return {
    required: [...new Set(all.flatMap(({ required }) => required))],
    asked: [...new Set(all.flatMap(({ asked }) => asked))],
    connections: sum('connections'),
    subscribed: sum('subscribed'),
    unsubscribed: sum('unsubscribed'),
    granted: added(all.map(({ granted }) => granted)),
    makes: joined(all.flatMap(({ makes }) => makes)),
  };
}

async function fleetFacts(tx: Tx): Promise<FleetsFacts> {
  const { settings } = await ownFleet(tx);
  const coverage = await coverageByMake(tx);
  const makes = (await countByMake(tx)).flatMap(({ make, count }) =>
    make === null ? [] : [{ make: makeKey(make), vehicles: count, app: makePolicy(make, settings).app }],
  );
  return {
    required: settings.requiredPermissions,
    asked: askedPermissions(settings),
    ...(await countGranted(tx)),
    subscribed: coverage.reduce((total, one) => total + one.subscribed, 0),
    unsubscribed: coverage.reduce((total, one) => total + one.unsubscribed, 0),
    makes: joined(makes),
  };
}

function added(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, count] of counts.flatMap((one) => Object.entries(one))) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

/** One row a make; an app is needed where any fleet's numbers say so. */
function joined(makes: FleetsFacts['makes']): FleetsFacts['makes'] {
  const byMake = new Map<string, FleetsFacts['makes'][number]>();
  for (const one of makes) {
    const known = byMake.get(one.make);
    const vehicles = one.vehicles + (known?.vehicles ?? 0);
    byMake.set(one.make, { make: one.make, vehicles, app: known?.app ?? one.app });
  }
  return [...byMake.values()];
}
