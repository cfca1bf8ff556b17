/** The truth, which only the proof knows: which car had which trouble from when to when, and since when it could be known. */
import type { Cause } from '../../src/domain/cause.ts';

export interface Episode {
  vin: string;
  /** What it is called in the report: the cause, or the first of several that are as good. */
  cause: Cause;
  /** The causes that tell it rightly. */
  accepts: readonly Cause[];
  /** Epoch milliseconds. */
  from: number;
  /** Since when Smartcar's store tells it; before, nobody can know. */
  knownFrom: number;
  /** When it was over in the world; null while it lasts. */
  to: number | null;
  /** Since when Smartcar's store tells that it is over. */
  knownTo: number | null;
  endedBy: 'owner' | 'itself' | null;
  /** Whose turn it really is. */
  mender: 'owner' | 'operator' | 'nobody';
  /** Others go before it, where a car has several: an account that is signed out has no outage to show. */
  isBackground: boolean;
  /** An outage of its make can look the same, so that nobody can tell before the outage is over. */
  isLikeOutage: boolean;
}

export type Beginning = Pick<Episode, 'cause' | 'accepts' | 'mender' | 'isBackground' | 'isLikeOutage'>;

export class Truth {
  readonly episodes: Episode[] = [];

  begin(vin: string, what: Beginning, from: number, knownFrom: number): Episode {
    const episode: Episode = { vin, ...what, from, knownFrom, to: null, knownTo: null, endedBy: null };
    this.episodes.push(episode);
    return episode;
  }

  end(vin: string, cause: Cause, to: number, knownTo: number, endedBy: 'owner' | 'itself'): boolean {
    const open = this.open(vin).filter((episode) => episode.cause === cause);
    for (const episode of open) Object.assign(episode, { to, knownTo, endedBy });
    return open.length > 0;
  }

  /** What the car has now. */
  open(vin: string): Episode[] {
    return this.episodes.filter((episode) => episode.vin === vin && episode.to === null);
  }

  /** Whether nothing at all is the matter with it now. */
  isWell(vin: string): boolean {
    return this.open(vin).length === 0;
  }
}

const only = (cause: Cause, mender: Episode['mender']): Beginning => ({
  cause,
  accepts: [cause],
  mender,
  isBackground: false,
  isLikeOutage: true,
});

export const kinds = {
  signedOut: only('signedOut', 'owner'),
  platformMigrated: { ...only('platformMigrated', 'owner'), isLikeOutage: false },
  revokedByOwner: only('revokedByOwner', 'owner'),
  vehicleRemoved: only('vehicleRemoved', 'nobody'),
  subscriptionLapsed: only('subscriptionLapsed', 'nobody'),
  accountIssue: only('accountIssue', 'nobody'),
  permissionMissing: { ...only('permissionMissing', 'owner'), isLikeOutage: false },
  outage: { ...only('manufacturerFailing', 'nobody'), isBackground: true, isLikeOutage: false },
  smartcarDown: {
    cause: 'smartcarFailing',
    accepts: ['smartcarFailing', 'nonsense', 'smartcarUnreachable'],
    mender: 'nobody',
    isBackground: true,
    isLikeOutage: false,
  },
} as const satisfies Record<string, Beginning>;
