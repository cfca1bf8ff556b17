/**
 * Tells the fleet's own systems which cars have become ready for a renter, or are it no longer. Time alone changes it, as news
 * grows old, so it is looked at every few minutes, and only in fleets that want to hear of it.
 */
import { newId } from '../domain/ids.ts';
import type { FleetId } from '../domain/ids.ts';
import type { Database } from '../store/database.ts';
import { emitEvents } from '../store/event.ts';
import { listEndpoints } from '../store/event-endpoint.ts';
import { listFleets, ownFleet } from '../store/fleet.ts';
import { noteReadiness } from '../store/vehicle-readiness.ts';

/** Vehicles of one commit: each is one look at the whole fleet. */
const batch = 5_000;

export interface WatchReadinessNeeds {
  database: Database;
  onFault: (error: unknown, what: string) => void;
}

/** One fleet that fails does not stop the others. */
export async function watchReadiness(needs: WatchReadinessNeeds, now: Date): Promise<void> {
  for (const { id } of await needs.database.asSystem(listFleets))
    await watchFleet(needs.database, id, now).catch((error: unknown) => needs.onFault(error, 'watch readiness'));
}

async function watchFleet(database: Database, fleetId: FleetId, now: Date): Promise<void> {
  for (;;) if ((await watchSome(database, fleetId, now)) < batch) return;
}

async function watchSome(database: Database, fleetId: FleetId, now: Date): Promise<number> {
  return database.asFleet(fleetId, async (tx) => {
    const isWanted = (await listEndpoints(tx)).some(
      ({ types, disabled_at }) => disabled_at === null && (types?.includes('vehicle.readiness_changed') ?? true),
    );
    if (!isWanted) return 0;
    const { settings } = await ownFleet(tx);
    const changed = await noteReadiness(tx, fleetId, { settings, v3: true, now }, batch);
    // The first look finds how things stand; nothing has changed.
    for (const { vehicleId, isReady } of changed.filter(({ isFirst }) => !isFirst)) {
      const event = { id: newId('evt', now), type: 'vehicle.readiness_changed', at: now, data: { isReady } } as const;
      await emitEvents(tx, { fleetId, vehicleId }, [event]);
    }
    return changed.length;
  });
}
