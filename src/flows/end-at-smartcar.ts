/**
 * One try to end a connection at Smartcar: by its id on v3, by its family's tokens on v2, and where those are dead by
 * Smartcar's own lists. What the owner granted after the disconnect is another connection's, and stays.
 */
import type { Connection } from '../domain/connection.ts';
import type { Failure } from '../domain/failure.ts';
import { isBeyondTokens } from '../domain/revocation.ts';
import type { Tried } from '../domain/revocation.ts';
import type { ListedConnection, Smartcar } from '../smartcar/smartcar.ts';
import { findByCar } from '../store/connection-due.ts';
import type { Database } from '../store/database.ts';
import type { Access } from '../vault/access.ts';
import { CallFailed, NotThereYet, valueOf } from './call-failed.ts';
import { withTokensOf } from './v2.ts';
import type { V2 } from './v2.ts';

export interface EndNeeds {
  database: Database;
  smartcar: Smartcar;
  access: Access;
  v2: V2 | null;
  /** There are no credentials for v3. */
  grantsOnV2: boolean;
}

/** `by`: Smartcar's request that ended it; null when another grant has taken its place. */
export type EndResult = { came: 'ended'; by: { requestId: string | null } | null } | Tried;

const endedBy = (requestId: string | null): EndResult => ({ came: 'ended', by: { requestId } });
const replaced: EndResult = { came: 'ended', by: null };
const stuck = (because: 'nothingHeld' | 'othersShareIt'): EndResult => ({ came: 'stuck', because });

/** @returns also what Smartcar failed at, as a value */
export async function endAtSmartcar(needs: EndNeeds, ended: Connection, now: Date): Promise<EndResult> {
  try {
    return await (ended.platform === 'v2' ? endOnV2(needs, ended, now) : endOnV3(needs, ended, now));
  } catch (error) {
    if (error instanceof CallFailed) return { came: 'failed', failure: error.failure };
    if (error instanceof NotThereYet) return { came: 'failed', failure: stillListed };
    throw error;
  }
}

const stillListed: Failure = {
  meaning: 'smartcarFailing',
  type: null,
  code: 'STILL_LISTED',
  status: null,
  requestId: null,
  retryAfterS: null,
  resolutionUrl: null,
};

// — v3 —

/** The id we know may be an old one (a repair may have changed it), so the car's present connections are looked up too. */
async function endOnV3(needs: EndNeeds, ended: Connection, now: Date): Promise<EndResult> {
  const { smartcarVehicleId: vehicleId, smartcarUserId: userId, endedAt } = ended;
  const successor = await findByCar(needs.database, vehicleId);
  if (successor?.smartcarUserId === userId) return replaced;
  const listed = await listedOf(needs, ended, now);
  const isOld = ({ createdAt }: ListedConnection): boolean => !createdAt || !endedAt || createdAt <= endedAt;
  const known = ended.smartcarConnectionId;
  const newer = new Set(listed.filter((one) => !isOld(one)).map(({ id }) => id));
  const ids = new Set([...(known ? [known] : []), ...listed.map(({ id }) => id)].filter((id) => !newer.has(id)));
  let requestId: string | null = null;
  let wasMissing = false;
  for (const id of ids) {
    // By the vehicle's id a later grant would be deleted with it.
    const wanted = { connectionId: id, ...(newer.size === 0 ? { vehicleId } : {}) };
    const answer = await needs.access.withAccess(now, (token) => needs.smartcar.deleteConnection(token, wanted));
    wasMissing ||= valueOf(answer) === 'gone' && listed.some((one) => one.id === id);
    requestId = answer.ok ? answer.requestId : null;
  }
  if (wasMissing) await mustBeUnlisted(needs, ended, ids, now);
  return endedBy(requestId);
}

async function listedOf(needs: EndNeeds, ended: Connection, now: Date): Promise<ListedConnection[]> {
  const { smartcarVehicleId: vehicleId, smartcarUserId: userId } = ended;
  return valueOf(
    await needs.access.withAccess(now, (token) => needs.smartcar.listConnections(token, { vehicleId, userId })),
  );
}

/** A connection that was listed a moment ago and is said to be missing: Smartcar's list has the last word. */
async function mustBeUnlisted(needs: EndNeeds, ended: Connection, ids: ReadonlySet<string>, now: Date): Promise<void> {
  const listed = await listedOf(needs, ended, now);
  if (listed.some(({ id }) => ids.has(id))) throw new NotThereYet('A deleted connection is still listed.');
}

// — v2 —

/** With the family's tokens; where those are of no use, by whatever else the installation holds. */
async function endOnV2(needs: EndNeeds, ended: Connection, now: Date): Promise<EndResult> {
  const { smartcarVehicleId: vehicleId } = ended;
  if (await findByCar(needs.database, vehicleId)) return replaced;
  const answer = await withTokensOf(needs.v2, ended, now, (smartcar, token) => smartcar.disconnect(token, vehicleId));
  if (answer.ok) return endedBy(answer.requestId);
  const { failure } = answer;
  if (needs.v2 && !isBeyondTokens(failure.meaning)) return { came: 'failed', failure };
  const [managementToken] = needs.v2?.managementTokens ?? [];
  if (needs.v2 && managementToken) return endByManagement(needs.v2, managementToken, ended);
  return needs.grantsOnV2 ? stuck('nothingHeld') : endOnV3(needs, ended, now);
}

/** v2's management deletes by the car alone, so nobody else may have a grant for it. */
async function endByManagement(v2: V2, token: string, ended: Connection): Promise<EndResult> {
  const { smartcarVehicleId: vehicleId, smartcarUserId: userId, endedAt } = ended;
  const answer = await v2.smartcar.listConnections(token, { vehicleId });
  const listed = valueOf(answer);
  const own = listed.filter(
    (one) => one.smartcarUserId === userId && (!one.connectedAt || !endedAt || one.connectedAt <= endedAt),
  );
  if (own.length === 0) return endedBy(answer.ok ? answer.requestId : null);
  if (own.length < listed.length) return stuck('othersShareIt');
  const deleted = await v2.smartcar.deleteConnections(token, { vehicleId });
  valueOf(deleted);
  return endedBy(deleted.ok ? deleted.requestId : null);
}
