/** API keys: made here, shown once, kept as a digest. */
import type { Sealing } from './server-needs.ts';

export const newApiKey = (vault: Pick<Sealing, 'newSecret'>): string => `twl_${vault.newSecret()}`;

/** Enough to tell keys apart, and nothing towards guessing one. */
export const hintOf = (key: string): string => `${key.slice(0, 8)}…`;
