/** A token bucket: so many requests at once, so many more a minute. Pure; where it is kept is the store's business. */

export interface Bucket {
  /** Tokens left at `filledAt`; never more than the capacity. */
  tokens: number;
  filledAt: Date;
}

export interface BucketLimits {
  capacity: number;
  perMinute: number;
}

/** Takes up to `wanted` tokens, leaving `reserve` of them for others; only whole lots of `each`. */
export function take(
  bucket: Bucket,
  limits: BucketLimits,
  wanted: number,
  reserve: number,
  now: Date,
  each = 1,
): { bucket: Bucket; granted: number } {
  const minutes = Math.max(0, now.getTime() - bucket.filledAt.getTime()) / 60_000;
  const tokens = Math.min(limits.capacity, bucket.tokens + minutes * limits.perMinute);
  const granted = Math.max(0, Math.floor(Math.min(wanted, tokens - reserve) / each) * each);
  return { bucket: { tokens: tokens - granted, filledAt: now }, granted };
}
