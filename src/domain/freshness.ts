/** Freshness: how old what we know is. A fact of its own; it never changes a status. */
import type { Who } from './cause.ts';
import type { Connection } from './connection.ts';
import type { VehicleMeaning } from './failure.ts';
import { staleAfterMs } from './make-policy.ts';
import type { MakePolicy } from './make-policy.ts';

export type FreshnessState = 'fresh' | 'stale' | 'never';

export type StaleReason =
  | 'asleep'
  | 'deepSleep'
  | 'unreachable'
  | 'inService'
  | 'lowBattery'
  | 'outage'
  | 'requestsUsedUp'
  | 'notSubscribed'
  | 'connection'
  | 'silent';

export interface Freshness {
  state: FreshnessState;
  /** Why it is not fresh; null when it is. */
  reason: StaleReason | null;
  /** The moment the newest value is from (the car's clock where there is one); null when there is none. */
  since: Date | null;
  /** Who can change it; null when fresh. */
  who: Who | null;
}

export interface FreshnessInput {
  make: MakePolicy;
  connection: Pick<Connection, 'status' | 'vehicleState' | 'subscribedAt' | 'heldBy'> | null;
  /** The newest time of any value: measured, else fetched. Null when there is none. */
  newestAt: Date | null;
  /** The car's own requests are used up: it is not read until it has some again. */
  isUsedUp: boolean;
}

export function freshness(input: FreshnessInput, now: Date): Freshness {
  const { newestAt } = input;
  if (!newestAt) return { state: 'never', ...explain(input, null, now), since: null };
  if (now.getTime() - newestAt.getTime() <= staleAfterMs(input.make))
    return { state: 'fresh', reason: null, since: newestAt, who: null };
  return { state: 'stale', ...explain(input, newestAt, now), since: newestAt };
}

/** States of a car that keep it from sending; an open door doesn't. */
const reasonByState: Partial<Record<VehicleMeaning, StaleReason>> = {
  asleep: 'asleep',
  vehicleUnreachable: 'unreachable',
  inService: 'inService',
  lowBattery: 'lowBattery',
};

function explain(input: FreshnessInput, newestAt: Date | null, now: Date): { reason: StaleReason; who: Who } {
  const { connection } = input;
  if (connection?.heldBy) return { reason: 'outage', who: 'manufacturer' };
  if (!connection || !['active', 'pending'].includes(connection.status)) return { reason: 'connection', who: 'nobody' };
  if (input.isUsedUp) return { reason: 'requestsUsedUp', who: 'operator' };
  const { deepSleepAfterD } = input.make;
  const parkedDays = newestAt ? (now.getTime() - newestAt.getTime()) / 86_400_000 : 0;
  if (deepSleepAfterD !== null && parkedDays >= deepSleepAfterD) return { reason: 'deepSleep', who: 'vehicle' };
  const state = connection.vehicleState && reasonByState[connection.vehicleState.meaning];
  if (state) return { reason: state, who: 'vehicle' };
  if (!connection.subscribedAt) return { reason: 'notSubscribed', who: 'us' };
  return newestAt ? { reason: 'silent', who: 'vehicle' } : { reason: 'silent', who: 'smartcar' };
}
