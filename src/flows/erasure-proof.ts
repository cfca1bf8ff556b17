/** The proof that an owner was forgotten: a digest under a key of the vault, over kinds, numbers and times, and no person. */
import type { ErasureRow } from '../store/erasure.ts';
import type { Vault } from '../vault/vault.ts';

type Proved = Pick<ErasureRow, 'id' | 'fleet_id' | 'owner_id' | 'asked_at' | 'asked_by' | 'ended_at' | 'counts'>;

const purpose = 'erasure.proof';

/** The order of the fields is part of it, and so is that of the counts. */
function textOf({ id, fleet_id, owner_id, asked_at, asked_by, ended_at, counts }: Proved): string {
  const sorted = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    ...[id, fleet_id, owner_id, asked_at.toISOString(), asked_by.kind, asked_by.id, ended_at?.toISOString() ?? null],
    sorted,
  ]);
}

export const digestOf = (vault: Pick<Vault, 'digest'>, row: Proved): Buffer => vault.digest(textOf(row), purpose);

/** Whether this line is as it was when it was written, by an installation with this vault. */
export function proofHolds(vault: Pick<Vault, 'digests'>, row: Proved & Pick<ErasureRow, 'digest'>): boolean {
  const { digest } = row;
  return digest !== null && vault.digests(textOf(row), purpose).some((known) => known.equals(digest));
}
