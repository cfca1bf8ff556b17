/**
 * What Smartcar allows the whole application: so many requests at once, so many more a minute, and perhaps so many a month.
 * Pure; where it is kept is the store's business.
 */
import { dayShare, monthOf, shareOfMonth } from './month.ts';
import { untouched, yieldsTo } from './purpose.ts';
import type { Purpose } from './purpose.ts';

export interface Bucket {
  /** Requests left at `filledAt`; never more than the capacity, and below nothing after what could not be refused. */
  tokens: number;
  /** Ahead of now while Smartcar told us to wait: nothing comes back before. */
  filledAt: Date;
  /** The month that `spent` counts. */
  month: string;
  spent: number;
  /** A piece that cost more than there was: what it needs is not eaten up by those who need less. Null when there is none. */
  saving: Saving | null;
}

export interface BucketLimits {
  capacity: number;
  perMinute: number;
  /** Null when the contract's number is not known. */
  perMonth: number | null;
}

/** Something that is done whole or not at all: a read costs one request on v3 and several on v2. */
export interface Piece {
  purpose: Purpose;
  cost: number;
}

export interface Saving extends Piece {
  until: Date;
}

/** Whoever waits asks again well within this; who died does not hold up the others for longer. */
const savingS = 120;
/** Routine reads may be ahead of the month by this share: a night's reads are missing to a day's. */
const aheadOfMonth = dayShare;

/** Shares of whole numbers are not always whole. */
const rounding = 1e-9;

export const fullBucket = ({ capacity }: BucketLimits, now: Date): Bucket => ({
  tokens: capacity,
  filledAt: now,
  month: monthOf(now),
  spent: 0,
  saving: null,
});

/** As it stands now: filled up, the month begun anew, and without what nobody saves for any more. */
export function refill(bucket: Bucket, limits: BucketLimits, now: Date): Bucket {
  // Clocks of processes differ, and a bucket that is set back would be filled for the same seconds again.
  const at = bucket.filledAt > now ? bucket.filledAt : now;
  const minutes = (at.getTime() - bucket.filledAt.getTime()) / 60_000;
  const month = monthOf(now);
  return {
    tokens: Math.min(limits.capacity, bucket.tokens + minutes * limits.perMinute),
    filledAt: at,
    month: month > bucket.month ? month : bucket.month,
    spent: month > bucket.month ? 0 : bucket.spent,
    saving: bucket.saving && bucket.saving.until > now ? bucket.saving : null,
  };
}

/** The bucket without this piece; null when there is not enough for it, or not for this purpose. */
export function pay(
  bucket: Bucket,
  limits: BucketLimits,
  piece: Piece,
  reserveForCommands: number,
  now: Date,
): Bucket | null {
  const filled = refill(bucket, limits, now);
  const { saving } = filled;
  const isAllowed =
    filled.tokens + rounding >= leastTokens(filled, limits, piece, reserveForCommands) &&
    isInMonth(filled, limits, piece, reserveForCommands, now);
  if (!isAllowed) return null;
  return {
    ...filled,
    tokens: filled.tokens - piece.cost,
    spent: filled.spent + piece.cost,
    saving: saving && isSaver(piece, saving) ? null : saving,
  };
}

/** What has to be there before this piece may go. One that is larger than the bucket goes when it is full. */
function leastTokens(bucket: Bucket, { capacity }: BucketLimits, piece: Piece, reserve: number): number {
  const levelOf = ({ purpose, cost }: Piece): number =>
    Math.min(capacity, capacity * untouched(purpose, reserve) + cost);
  const { saving } = bucket;
  if (!saving || isSaver(piece, saving) || yieldsTo(saving.purpose, piece.purpose)) return levelOf(piece);
  return Math.max(levelOf(piece), levelOf(saving) + piece.cost);
}

const isSaver = ({ purpose, cost }: Piece, saving: Saving): boolean =>
  purpose === saving.purpose && cost >= saving.cost;

/** Routine reads spread what there is over the month; whatever comes rarely may take of it when it comes. */
function isInMonth(
  bucket: Bucket,
  limits: BucketLimits,
  { purpose, cost }: Piece,
  reserve: number,
  now: Date,
): boolean {
  if (limits.perMonth === null) return true;
  const isRoutine = purpose === 'quiet' || purpose === 'routine';
  const passed = isRoutine ? Math.min(1, shareOfMonth(now) + aheadOfMonth) : 1;
  return bucket.spent + cost <= limits.perMonth * (1 - untouched(purpose, reserve)) * passed + rounding;
}

/** Who could not be paid is saved up for, unless somebody is who comes before. */
export function saveUp(bucket: Bucket, { purpose, cost }: Piece, now: Date): Bucket {
  const { saving } = bucket;
  const isTaken = saving !== null && !isSaver({ purpose, cost }, saving) && !yieldsTo(saving.purpose, purpose);
  return isTaken ? bucket : { ...bucket, saving: { purpose, cost, until: new Date(now.getTime() + savingS * 1_000) } };
}

/** Requests that nobody could refuse, or that were taken and not sent (below nothing). */
export const correct = (bucket: Bucket, limits: BucketLimits, requests: number): Bucket => ({
  ...bucket,
  tokens: Math.max(-limits.capacity, Math.min(limits.capacity, bucket.tokens - requests)),
  spent: Math.max(0, bucket.spent + requests),
});

/** Smartcar's own count is the right one: it says that there is nothing left, and perhaps for how long. */
export const emptied = (bucket: Bucket, limits: BucketLimits, waitS: number, now: Date): Bucket => {
  const filled = refill(bucket, limits, now);
  const until = new Date(now.getTime() + waitS * 1_000);
  return { ...filled, tokens: Math.min(0, filled.tokens), filledAt: until > filled.filledAt ? until : filled.filledAt };
};
