/** The application's token as one process holds it, and its sealed form in the row. */
import type { TokenRow } from '../store/application-token.ts';
import type { SealContext } from './seal.ts';
import { SealError } from './seal.ts';
import type { Vault } from './vault.ts';

export interface HeldToken {
  token: string;
  /** Of the row it stands in. */
  version: number;
  /** From here on nobody is let in with it: a request may take a while to arrive. */
  staleAt: Date;
  /** From here on a new one is fetched, while this one is still used. */
  renewAt: Date;
}

const marginMs = 30_000;
const shortestMarginShare = 0.05;
/** Renewal falls between 75 and 85 % of the life: processes that share a token don't all come at once. */
const renewAfterShare = 0.75;
const jitterShare = 0.1;

const contextOf = (applicationId: string): SealContext => ({
  fleetId: null,
  row: applicationId,
  kind: 'applicationToken',
});

export function sealToken(
  vault: Pick<Vault, 'seal'>,
  applicationId: string,
  fetched: { token: string; issuedAt: Date },
): Buffer {
  const plain = JSON.stringify({ token: fetched.token, issuedAt: fetched.issuedAt.getTime() });
  return vault.seal(plain, contextOf(applicationId));
}

/** The row's token; null when it holds none, or one that no key of ours opens: then another is fetched. */
export function openToken(
  vault: Pick<Vault, 'open'>,
  applicationId: string,
  row: TokenRow,
  chance: number,
): HeldToken | null {
  if (!row.sealed || !row.expiresAt) return null;
  const plain = openOrNull(vault, row.sealed, contextOf(applicationId));
  if (plain === null) return null;
  const { token, issuedAt } = JSON.parse(plain) as { token: string; issuedAt: number }; // written by sealToken
  const expiresAt = row.expiresAt.getTime();
  const lifeMs = expiresAt - issuedAt;
  return {
    token,
    version: row.version,
    staleAt: new Date(expiresAt - Math.min(marginMs, lifeMs * shortestMarginShare)),
    renewAt: new Date(issuedAt + lifeMs * (renewAfterShare + jitterShare * chance)),
  };
}

function openOrNull(vault: Pick<Vault, 'open'>, sealed: Buffer, context: SealContext): string | null {
  try {
    return vault.open(sealed, context);
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}
