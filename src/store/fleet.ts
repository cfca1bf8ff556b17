/** Fleets, their plan and settings. */
import { sql } from 'kysely';

import { defaultSettings } from '../domain/fleet.ts';
import type { Fleet, Plan, Settings } from '../domain/fleet.ts';
import type { FleetId } from '../domain/ids.ts';
import type { MakeOverride } from '../domain/make-policy.ts';
import type { Tx } from './database.ts';

/** A setting that came later than the fleet has its default. */
export const withDefaults = <F extends Pick<Fleet, 'name' | 'settings'>>(fleet: F): F => ({
  ...fleet,
  settings: { ...defaultSettings(fleet.name), ...fleet.settings },
});

/** The fleet of this transaction. As towline_app. */
export async function ownFleet(tx: Tx): Promise<Fleet> {
  return withDefaults(
    await tx.selectFrom('fleet').select(['id', 'name', 'plan', 'settings']).executeTakeFirstOrThrow(),
  );
}

/** As towline_system, or the transaction's own fleet as towline_app; null when there is no such fleet. */
export async function fleetById(tx: Tx, id: string): Promise<Fleet | null> {
  const row = await tx
    .selectFrom('fleet')
    .select(['id', 'name', 'plan', 'settings'])
    .where(sql<boolean>`id = ${id}`)
    .executeTakeFirst();
  return row ? withDefaults(row) : null;
}

/** All fleets by name; at most 1,000. As towline_system. */
export async function listFleets(tx: Tx): Promise<{ id: FleetId; name: string }[]> {
  return tx.selectFrom('fleet').select(['id', 'name']).orderBy('name').orderBy('id').limit(1_000).execute();
}

/** As towline_system. */
export async function addFleet(tx: Tx, fleet: Fleet, now: Date): Promise<void> {
  await tx
    .insertInto('fleet')
    .values({
      id: fleet.id,
      name: fleet.name,
      plan: JSON.stringify(fleet.plan),
      settings: JSON.stringify(fleet.settings),
      created_at: now,
    })
    .execute();
}

/** Lays the changes over the settings in one statement, so that two changes at once both hold. As towline_app. */
export async function changeSettings(tx: Tx, change: Partial<Settings>): Promise<Settings> {
  const row = await tx
    .updateTable('fleet')
    .set({ settings: sql<string>`settings || ${JSON.stringify(change)}::jsonb` })
    .returning(['name', 'settings'])
    .executeTakeFirstOrThrow();
  return withDefaults(row).settings;
}

/** Puts what is set otherwise for one make in the place of what was; empty: as documented. Two makes at once both hold. As towline_app. */
export async function changeMakeOverride(tx: Tx, make: string, override: MakeOverride): Promise<void> {
  const own = Object.keys(override).length === 0 ? {} : { [make]: override };
  await tx
    .updateTable('fleet')
    .set({
      settings: sql<string>`settings || jsonb_build_object('makes',
        (coalesce(settings -> 'makes', '{}'::jsonb) - ${make}::text) || ${JSON.stringify(own)}::jsonb)`,
    })
    .execute();
}

/** The fleet of this transaction, which nobody else changes until it ends. As towline_app. */
export async function lockFleet(tx: Tx): Promise<Fleet> {
  return withDefaults(
    await tx.selectFrom('fleet').select(['id', 'name', 'plan', 'settings']).forUpdate().executeTakeFirstOrThrow(),
  );
}

/** As towline_app. */
export async function changePlan(tx: Tx, plan: Plan): Promise<void> {
  await tx
    .updateTable('fleet')
    .set({ plan: JSON.stringify(plan) })
    .execute();
}

/** Until the transaction ends, nobody else sets the installation up. */
export async function lockInstallation(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('towline.installation'))`.execute(tx);
}
