/** A family of v2's tokens as one process holds it, and its sealed form in the row. */
import type { TokenSetRow } from '../store/token-set.ts';
import type { SealContext } from './seal.ts';
import type { TokenFamily } from './token-access.ts';
import type { Vault } from './vault.ts';

/** What a process remembers of a pair. The refresh token is not among it: it is opened when it is used. */
export interface HeldTokenSet {
  accessToken: string;
  /** Of the row it stands in. */
  version: number;
  issuedAt: Date;
  /** From here on nobody is let in with it: a request may take a while to arrive. */
  staleAt: Date;
  /** From here on a new pair is asked for, while this one is still used. */
  renewAt: Date;
}

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

const marginMs = 30_000;
const shortestMarginShare = 0.05;
/** Renewal falls between 75 and 85 % of the life: processes that share a family don't all come at once. */
const renewAfterShare = 0.75;
const jitterShare = 0.1;

const contextOf = ({ fleetId, tokenSetId }: TokenFamily): SealContext => ({
  fleetId,
  row: tokenSetId,
  kind: 'tokenSet',
});

export function sealTokens(vault: Pick<Vault, 'seal'>, family: TokenFamily, tokens: Tokens): Buffer {
  const { accessToken, refreshToken } = tokens;
  return vault.seal(JSON.stringify({ accessToken, refreshToken }), contextOf(family));
}

/** @throws SealError: there is no other way to these tokens than the key that is missing, so it is a fault and no failure. */
export function openTokens(vault: Pick<Vault, 'open'>, family: TokenFamily, sealed: Buffer): Tokens {
  return JSON.parse(vault.open(sealed, contextOf(family))) as Tokens; // written by sealTokens
}

export function hold(
  accessToken: string,
  row: Pick<TokenSetRow, 'issuedAt' | 'accessExpiresAt' | 'version'>,
  chance: number,
): HeldTokenSet {
  const [issuedAt, expiresAt] = [row.issuedAt.getTime(), row.accessExpiresAt.getTime()];
  const lifeMs = expiresAt - issuedAt;
  return {
    accessToken,
    version: row.version,
    issuedAt: row.issuedAt,
    staleAt: new Date(expiresAt - Math.min(marginMs, lifeMs * shortestMarginShare)),
    renewAt: new Date(issuedAt + lifeMs * (renewAfterShare + jitterShare * chance)),
  };
}
