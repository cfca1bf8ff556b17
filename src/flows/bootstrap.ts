/** What must exist before anybody can ask for anything: a fleet, and a key for programs when one was configured. */
import type { Fleet } from '../domain/fleet.ts';
import { defaultPlan, defaultSettings } from '../domain/fleet.ts';
import { newId } from '../domain/ids.ts';
import type { FleetId } from '../domain/ids.ts';
import { ensureApiKey } from '../store/api-key.ts';
import type { Database } from '../store/database.ts';
import { addFleet, listFleets, lockInstallation } from '../store/fleet.ts';
import type { Vault } from '../vault/vault.ts';

export interface BootstrapNeeds {
  database: Database;
  vault: Vault;
}

/** The demo's fleets; the second one shows that fleets do not see each other. */
const demoFleets = ['Nordlicht Car Sharing', 'Hafen Mobil'] as const;

/** Reads a little more often than the standard plan, so that a demo is worth watching. */
const demoPlan: Fleet['plan'] = {
  ...defaultPlan,
  name: 'Demo',
  pollIntervalS: 300,
  requestBudget: { ...defaultPlan.requestBudget, perVehiclePerMonth: 15_000 },
};

/** Makes the first fleets when there are none. Safe twice at once. @returns the first fleet and all of them */
export async function ensureFleets(needs: BootstrapNeeds, demo: boolean, now: Date): Promise<[FleetId, ...FleetId[]]> {
  return needs.database.asSystem(async (tx) => {
    await lockInstallation(tx);
    const known = (await listFleets(tx)).map(({ id }) => id).sort();
    const [first, ...rest] = known;
    if (first) return [first, ...rest];
    const fleets = (demo ? demoFleets : ['My fleet']).map((name, index) =>
      newFleet(name, demo, new Date(now.getTime() + index)),
    );
    for (const fleet of fleets) await addFleet(tx, fleet, now);
    const ids = fleets.map(({ id }) => id);
    return ids as [FleetId, ...FleetId[]]; // both lists of names have one
  });
}

function newFleet(name: string, demo: boolean, now: Date): Fleet {
  const settings = defaultSettings(name);
  if (demo) {
    settings.ownerMail.supportContact = 'help@fleet.example';
    // Who tries it out has not got five minutes.
    settings.askOwnersAfterS = 0;
  }
  return { id: newId('flt', now), name, plan: demo ? demoPlan : defaultPlan, settings };
}

/** A key of the installation that works from the first start; it may name any fleet. */
export async function ensureBootstrapKey(
  needs: BootstrapNeeds,
  key: string,
  fleetId: FleetId,
  now: Date,
): Promise<void> {
  const digest = needs.vault.fingerprint(key);
  await needs.database.asSystem((tx) =>
    ensureApiKey(
      tx,
      { fleetId, name: 'Bootstrap', digest, hint: key.slice(0, 6), role: 'administrator', installation: true },
      now,
    ),
  );
}
