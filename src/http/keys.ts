/** API keys: made here, shown once, kept as a digest. */
import type { FleetId } from '../domain/ids.ts';
import { ensureApiKey } from '../store/api-key.ts';
import type { Database } from '../store/database.ts';
import type { Sealing } from './server-needs.ts';

export const newApiKey = (vault: Pick<Sealing, 'newSecret'>): string => `twl_${vault.newSecret()}`;

export const hintOf = (key: string): string => `${key.slice(0, 8)}…`;

/** The key that exists from the first start: an administrator's, of this fleet and of the installation. */
export async function ensureInstallationKey(
  needs: { database: Pick<Database, 'asSystem'>; vault: Pick<Sealing, 'fingerprint'> },
  key: { secret: string; fleetId: FleetId },
  now: Date,
): Promise<void> {
  const { secret, fleetId } = key;
  await needs.database.asSystem((tx) =>
    ensureApiKey(
      tx,
      { fleetId, name: 'Bootstrap key', digest: needs.vault.fingerprint(secret), hint: `${secret.slice(0, 4)}…`, role: 'administrator', installation: true },
      now,
    ));
}
