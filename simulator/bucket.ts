/** Token buckets on a clock that is handed in. */
export interface Bucket {
  tokens: number;
  /** Epoch milliseconds up to which the refill is counted. */
  at: number;
}

export interface BucketSize {
  capacity: number;
  refillPerSecond: number;
}

/** Takes one token; answers 0, or the seconds until there is one (null: never). */
export function takeToken(buckets: Map<string, Bucket>, key: string, size: BucketSize, now: number): number | null {
  const bucket = buckets.get(key) ?? { tokens: size.capacity, at: now };
  const refilled = Math.max(0, now - bucket.at) * (size.refillPerSecond / 1000);
  bucket.tokens = Math.min(size.capacity, bucket.tokens + refilled);
  bucket.at = Math.max(now, bucket.at);
  buckets.set(key, bucket);
  // A third of a token, thrice, is a token.
  if (bucket.tokens >= 1 - 1e-9) {
    bucket.tokens = Math.max(0, bucket.tokens - 1);
    return 0;
  }
  return size.refillPerSecond > 0 ? Math.ceil((1 - bucket.tokens) / size.refillPerSecond) : null;
}
