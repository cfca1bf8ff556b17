/** Forgetting an owner: the steps it takes, what of them is counted, and who stands where their name stood. */
import type { Actor } from './role.ts';

export type ErasureState = 'running' | 'done';

/** In this order; each may be begun again at any time. */
export const erasurePhases = ['access', 'traces', 'readings', 'smartcar'] as const;
export type ErasurePhase = (typeof erasurePhases)[number];

export const erasureKinds = [
  'contact',
  'connections',
  'links',
  'messages',
  'mails',
  'ways',
  'timeline',
  'audit',
  'alerts',
  'consents',
  'checks',
  'vehicles',
  'readings',
  'latest',
  'deliveries',
  'accounts',
  'grants',
  'imports',
] as const;
/** What is erased, as it is counted and named. */
export type ErasureKind = (typeof erasureKinds)[number];
export type ErasureCounts = Partial<Record<ErasureKind, number>>;

/** Who did something, once they are forgotten. The database's `erased_owner()` says the same. */
export const erasedOwner: Actor = { kind: 'owner', id: null, name: 'Erased owner' };
