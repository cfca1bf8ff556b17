/** How well commands do: how many came to what, and how long they took. */

/** Each command is counted once; together they are those that were asked for. */
export interface CommandCounts {
  asked: number;
  /** Queued, or sent and listened for. */
  underWay: number;
  confirmed: number;
  /** The car was not heard in time, or was heard and was not so. */
  unconfirmed: number;
  failed: number;
  expired: number;
  cancelled: number;
  /** Sent, and no longer listened for since another command came after it. */
  superseded: number;
}

/** Seconds, half of them and nineteen in twenty of them within which it was done. */
export interface Latency {
  medianS: number;
  p95S: number;
}

/**
 * The share that the car confirmed, from 0 to 1, of those that ended by themselves: confirmed, unconfirmed, failed or expired.
 * What a person took back or replaced by another command says nothing of how well it works. Null where none has ended.
 */
export function successRate({ confirmed, unconfirmed, failed, expired }: CommandCounts): number | null {
  const ended = confirmed + unconfirmed + failed + expired;
  return ended === 0 ? null : confirmed / ended;
}
