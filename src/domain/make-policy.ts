/** What is known of each make's habits, as data. A make that is not listed has the usual habits. */

export interface MakePolicy {
  /** Minutes in which the manufacturer's data is usually renewed; polling faster re-reads the same value. */
  freshnessMin: number;
  /** Hours without news after which a value counts as stale. */
  staleAfterH: number;
  /** Days parked after which the car sleeps so deeply that only a driver wakes it; null when not known. */
  deepSleepAfterD: number | null;
  /** Days after which the manufacturer wants its owner to sign in again, whatever is used; null when no limit is documented. */
  signInAgainAfterD: number | null;
}

const usual: MakePolicy = { freshnessMin: 10, staleAfterH: 12, deepSleepAfterD: null, signInAgainAfterD: null };

/** @see docs/smartcar.md §5 (data freshness by brand, deep sleep) */
const byMake: Readonly<Record<string, Partial<MakePolicy>>> = {
  TESLA: { freshnessMin: 5, staleAfterH: 6 },
  VOLKSWAGEN: { freshnessMin: 10 },
  VOLVO: { freshnessMin: 3 },
  POLESTAR: { freshnessMin: 3 },
  AUDI: { freshnessMin: 5 },
  SKODA: { freshnessMin: 5 },
  HYUNDAI: { freshnessMin: 72, staleAfterH: 24 },
  KIA: { freshnessMin: 72, staleAfterH: 24 },
  BMW: { freshnessMin: 10 },
  FORD: { freshnessMin: 10 },
  CHEVROLET: { freshnessMin: 45, staleAfterH: 24, deepSleepAfterD: 4 },
  CADILLAC: { freshnessMin: 45, staleAfterH: 24, deepSleepAfterD: 4 },
  ACURA: { freshnessMin: 60, staleAfterH: 24, deepSleepAfterD: 7 },
  NISSAN: { freshnessMin: 30 },
  TOYOTA: { freshnessMin: 60 },
  RENAULT: { freshnessMin: 60 },
  RIVIAN: { signInAgainAfterD: 14 },
};

export function makePolicy(make: string | null): MakePolicy {
  return { ...usual, ...(make ? byMake[make.toUpperCase()] : undefined) };
}
