/**
 * v2: the code that came back is exchanged for a family of tokens, once, and what those tokens see is the grant. The
 * tokens are kept before they are used, so that a crash in between loses neither them nor the code.
 */
import { isAccountMeaning } from '../domain/failure.ts';
import { newId } from '../domain/ids.ts';
import type { SmartcarUserId, SmartcarVehicleId, TokenSetId } from '../domain/ids.ts';
import { findConnectSession, markExchanged } from '../store/connect-session.ts';
import type { ConnectSessionRow } from '../store/connect-session.ts';
import type { Database } from '../store/database.ts';
import type { SealContext, Vault } from '../vault/vault.ts';
import { CallFailed, valueOf } from './call-failed.ts';
import type { Granted, Grants } from './grants.ts';
import { withTokensOf } from './v2.ts';
import type { CarOnV2, V2 } from './v2.ts';

export interface GrantsV2Needs {
  database: Database;
  vault: Pick<Vault, 'seal' | 'open'>;
  v2: V2;
  /** The address that Connect was told to come back to. */
  redirectUri: string;
}

type Family = Pick<CarOnV2, 'fleetId' | 'tokenSetId'>;

export function grantsOnV2(needs: GrantsV2Needs, session: ConnectSessionRow, now: Date): Grants {
  const { v2 } = needs;
  const family = (tokenSetId: TokenSetId | null): Family => ({ fleetId: session.fleet_id, tokenSetId });
  return {
    async list() {
      const tokenSetId = session.token_set_id ?? (await exchange(needs, session, now));
      return tokenSetId ? listOf(v2, family(tokenSetId), session, now) : [];
    },
    async vinOf({ smartcarVehicleId, tokenSetId }) {
      const answer = await withTokensOf(v2, family(tokenSetId), now, (smartcar, token) =>
        smartcar.readVin(token, smartcarVehicleId),
      );
      return answer.ok ? answer.value : null;
    },
  };
}

/** Where the code stands sealed. */
export const codeContext = (session: Pick<ConnectSessionRow, 'id' | 'fleet_id'>): SealContext => ({
  fleetId: session.fleet_id,
  row: session.id,
  kind: 'connectSession.code',
});

/** Null when there is no code, or Smartcar doesn't take it: used, too old, or never one of its own. */
async function exchange(needs: GrantsV2Needs, session: ConnectSessionRow, now: Date): Promise<TokenSetId | null> {
  const { database, vault, v2 } = needs;
  if (!session.code_sealed) return null;
  const code = vault.open(session.code_sealed, codeContext(session));
  const answer = await v2.smartcar.exchangeCode(code, needs.redirectUri);
  if (!answer.ok && answer.failure.meaning === 'requestRefused') return exchangedByOthers(needs, session);
  const pair = valueOf(answer);
  const id = newId('tok', now);
  await database.asFleet(session.fleet_id, async (tx) => {
    await v2.tokens.keep(
      tx,
      { id, fleetId: session.fleet_id, smartcarUserId: session.claimed_user_id as SmartcarUserId | null, pair },
      now,
    );
    await markExchanged(tx, session.id, id);
  });
  return id;
}

/** A code that is used up may have been used by another process just now. */
async function exchangedByOthers(
  { database }: GrantsV2Needs,
  { fleet_id: fleetId, id }: ConnectSessionRow,
): Promise<TokenSetId | null> {
  const session = await database.asFleet(fleetId, (tx) => findConnectSession(tx, id));
  return session?.token_set_id ?? null;
}

/** The user that Connect claimed has to be the one whose account the tokens read. */
async function listOf(v2: V2, family: Family, session: ConnectSessionRow, now: Date): Promise<Granted[]> {
  const user = await withTokensOf(v2, family, now, (smartcar, token) => smartcar.readUser(token));
  // Taken back before it was settled: there is no grant, and asking again would never end.
  if (!user.ok && isAccountMeaning(user.failure.meaning)) return [];
  const userId = valueOf(user);
  if (session.claimed_user_id !== null && session.claimed_user_id !== userId) return [];
  const ids = valueOf(await withTokensOf(v2, family, now, (smartcar, token) => smartcar.listVehicles(token)));
  const found: Granted[] = [];
  for (const id of ids) found.push({ ...(await grantedCar(v2, family, id, now)), smartcarUserId: userId });
  return found;
}

async function grantedCar(
  v2: V2,
  family: Family,
  id: SmartcarVehicleId,
  now: Date,
): Promise<Omit<Granted, 'smartcarUserId'>> {
  const permissions = valueOf(
    await withTokensOf(v2, family, now, (smartcar, token) => smartcar.readPermissions(token, id)),
  );
  const answer = await withTokensOf(v2, family, now, (smartcar, token) => smartcar.readVehicle(token, id));
  // Without the permission for them the attributes stay unknown; the grant is one all the same.
  if (!answer.ok && answer.failure.meaning !== 'permission') throw new CallFailed(answer.failure);
  const { make, model, year } = answer.ok ? answer.value : { make: null, model: null, year: null };
  return {
    id: null,
    smartcarVehicleId: id,
    permissions,
    make,
    model,
    year,
    powertrain: null,
    createdAt: null,
    externalId: null,
    platform: 'v2',
    tokenSetId: family.tokenSetId,
  };
}
