/**
 * Many reconnects at once: what would become of each car, and what is left of that when its turn comes. One message an owner,
 * all their cars in it.
 *
 * @see docs/decisions/0026-many-at-once.md
 */
import type { Cause } from './cause.ts';
import type { Connection } from './connection.ts';
import type { OwnerId, VehicleId } from './ids.ts';
import { ownerQuietS } from './owner.ts';
import type { Start } from './reconnect-route.ts';
import { after } from './schedule.ts';

export const skipReasons = [
  'neverConnected',
  'disconnectedHere',
  'active',
  'pending',
  'underway',
  'outage',
  'toConfirm',
  'movable',
  'nothingHelps',
  'ownerAction',
  'noOwner',
  'noAddress',
  'notByMail',
  'mailFails',
  'askedLately',
  'changedSince',
] as const;
/** Why a car is left out. */
export type SkipReason = (typeof skipReasons)[number];

/** What is done with one car. */
export type Verdict =
  | { act: 'ask'; ownerId: OwnerId; cause: Cause }
  | { act: 'retry'; cause: Cause }
  | { act: 'skip'; reason: SkipReason; cause: Cause | null };

/** What a preview showed of a car; a verdict is one. */
export type Seen = { act: 'ask'; ownerId: OwnerId } | { act: 'retry' } | { act: 'skip' };

export const batchStates = ['running', 'paused', 'finished', 'cancelled'] as const;
/** `finished`: every car had its turn; what came of it is still watched. */
export type BatchState = (typeof batchStates)[number];

export const itemStates = ['queued', 'sent', 'retried', 'repaired', 'skipped', 'withdrawn'] as const;
/**
 * Where one car of a batch stands. `sent`: its owner was asked. `retried`: it is read again, without the owner. `repaired`: it
 * works again, whether or not it had its turn. `withdrawn`: nothing is asked any more, or never was.
 */
export type ItemState = (typeof itemStates)[number];

/** Vehicles of one batch. */
export const mostVehicles = 10_000;
/** How long a preview can be sent. */
export const previewLifeS = 30 * 60;
/** From Send to the first message: time to take it back. */
export const graceS = 10;

/** The owner who gave the grant. */
export interface AskableOwner {
  id: OwnerId;
  hasAddress: boolean;
  /** The newest message that asked them to reconnect and was not taken back; null when there is none. */
  lastMessage: { at: Date; state: 'queued' | 'sent' | 'failed' } | null;
}

/** A car as the decision about it sees it. */
export interface Candidate {
  vehicleId: VehicleId;
  /** The living one, or the latest that ended; null when there never was one. */
  connection: Pick<Connection, 'status' | 'cause' | 'endedAt'> | null;
  /** Null when nobody's name stands on the grant. */
  owner: AskableOwner | null;
  /** What a reconnect of it alone would start, by the table of routes. */
  starts: Start;
  /** Its owner came back with a car that an operator has to confirm or refuse. */
  isToConfirm: boolean;
  /** It waits for its turn in another batch. */
  isUnderway: boolean;
  /** An incident holds it: its make, or Smartcar, is out of order as a whole. */
  hasOutage: boolean;
  /** A new grant for its make can be given through a link in a mail. */
  isMailable: boolean;
}

/** What would be done with a car now; the first thing that stands in the way is the one that is named. */
export function judge(car: Candidate, now: Date): Verdict {
  const { connection } = car;
  const cause = connection?.cause ?? null;
  const skip = (reason: SkipReason): Verdict => ({ act: 'skip', reason, cause });
  if (!connection) return skip('neverConnected');
  if (connection.endedAt) return skip('disconnectedHere');
  if (!cause) return skip('active');
  if (connection.status === 'pending') return skip('pending');
  if (car.isUnderway) return skip('underway');
  if (car.hasOutage) return skip('outage');
  switch (car.starts) {
    case 'read':
      return { act: 'retry', cause };
    case 'moveToV3':
      return skip('movable');
    case 'nothing':
      return skip('nothingHelps');
    case 'explain':
      return skip('ownerAction');
    case 'signIn':
    case 'grant':
    case 'widen':
      return askOr(car, cause, now);
  }
}

/** Asks the owner, unless that can't reach them, or would be one message too many. */
function askOr(car: Candidate, cause: Cause, now: Date): Verdict {
  const { owner } = car;
  const skip = (reason: SkipReason): Verdict => ({ act: 'skip', reason, cause });
  if (car.isToConfirm) return skip('toConfirm');
  if (!owner) return skip('noOwner');
  if (!owner.hasAddress) return skip('noAddress');
  if (!car.isMailable && car.starts !== 'signIn') return skip('notByMail');
  if (owner.lastMessage?.state === 'failed') return skip('mailFails');
  if (owner.lastMessage && isRecent(owner.lastMessage, now)) return skip('askedLately');
  return { act: 'ask', ownerId: owner.id, cause };
}

/** A message that has not left yet is recent however long it waits: a second one would arrive beside it. */
const isRecent = ({ at, state }: { at: Date; state: string }, now: Date): boolean =>
  state === 'queued' || now < after(at, ownerQuietS);

/**
 * What is done of what was previewed, when the turn comes. Never more than was seen: a car that was to be left out, would be
 * read again, or has another owner by now, is not asked about.
 */
export function narrowed(seen: Seen, present: Verdict): Verdict {
  if (present.act === 'skip') return present;
  const isSame =
    seen.act === present.act && !(seen.act === 'ask' && present.act === 'ask' && seen.ownerId !== present.ownerId);
  return isSame ? present : { act: 'skip', reason: 'changedSince', cause: present.cause };
}

/** How a car begins in a batch, or ends its turn there: one that works again by itself is repaired, not left out. */
export function stateOfSkipped(seen: Seen, reason: SkipReason): 'repaired' | 'skipped' {
  return seen.act !== 'skip' && reason === 'active' ? 'repaired' : 'skipped';
}

export interface Judged<C> {
  car: C;
  verdict: Verdict;
}

/** A preview in the three groups that people look at. Each car is in exactly one. */
export interface Preview<C> {
  /** One message each. */
  asks: { ownerId: OwnerId; cars: C[] }[];
  retries: C[];
  skips: { reason: SkipReason; cars: C[] }[];
}

/** Owners and cars stay in the order in which they come; reasons are in the order of the list. */
export function grouped<C>(judged: readonly Judged<C>[]): Preview<C> {
  const asks = new Map<OwnerId, C[]>();
  const skips = new Map<SkipReason, C[]>();
  const retries: C[] = [];
  for (const { car, verdict } of judged) {
    if (verdict.act === 'ask') addTo(asks, verdict.ownerId, car);
    else if (verdict.act === 'retry') retries.push(car);
    else addTo(skips, verdict.reason, car);
  }
  return {
    asks: [...asks].map(([ownerId, cars]) => ({ ownerId, cars })),
    retries,
    skips: skipReasons.flatMap((reason) => {
      const cars = skips.get(reason);
      return cars ? [{ reason, cars }] : [];
    }),
  };
}

function addTo<K, C>(groups: Map<K, C[]>, key: K, car: C): void {
  const known = groups.get(key);
  if (known) known.push(car);
  else groups.set(key, [car]);
}
