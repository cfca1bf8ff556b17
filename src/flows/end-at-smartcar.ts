/**
 * One try to end a connection at Smartcar: by its id on v3, by its family's tokens on v2, and where those are dead by
 * Smartcar's own lists. What the owner granted after the disconnect is another connection's, and stays.
 */
import type { Connection } from '../domain/connection.ts';
import type { Failure } from '../domain/failure.ts';
import { isBeyondTokens } from '../domain/revocation.ts';
import type { Tried } from '../domain/revocation.ts';
import type { Smartcar } from '../smartcar/smartcar.ts';
import { findByCar } from '../store/connection-due.ts';
import type { Database } from '../store/database.ts';
import type { Access } from '../vault/access.ts';
import { CallFailed, NotThereYet } from './call-failed.ts';
import { deleteByManagement, deleteOnV3 } from './delete-grant.ts';
import type { DeletedBy, Unwanted } from './delete-grant.ts';
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
export type EndResult = { came: 'ended'; by: DeletedBy | null } | Tried;

const endedBy = (by: DeletedBy): EndResult => ({ came: 'ended', by });
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

/** The id we know may be an old one (a repair may have changed it), so the car's present connections are looked up too. */
async function endOnV3(needs: EndNeeds, ended: Connection, now: Date): Promise<EndResult> {
  const successor = await findByCar(needs.database, ended.smartcarVehicleId);
  if (successor?.smartcarUserId === ended.smartcarUserId) return replaced;
  return endedBy(await deleteOnV3(needs, unwantedOf(ended), ended.smartcarConnectionId, now));
}

const unwantedOf = ({ smartcarVehicleId, smartcarUserId, endedAt }: Connection): Unwanted => ({
  smartcarVehicleId,
  smartcarUserId,
  until: endedAt,
});

/** With the family's tokens; where those are of no use, by whatever else the installation holds. */
async function endOnV2(needs: EndNeeds, ended: Connection, now: Date): Promise<EndResult> {
  const { smartcarVehicleId: vehicleId } = ended;
  if (await findByCar(needs.database, vehicleId)) return replaced;
  const answer = await withTokensOf(needs.v2, ended, now, (smartcar, token) => smartcar.disconnect(token, vehicleId));
  if (answer.ok) return endedBy({ requestId: answer.requestId });
  const { failure } = answer;
  if (needs.v2 && !isBeyondTokens(failure.meaning)) return { came: 'failed', failure };
  const [managementToken] = needs.v2?.managementTokens ?? [];
  if (needs.v2 && managementToken) {
    const deleted = await deleteByManagement(needs.v2, managementToken, unwantedOf(ended));
    return deleted === 'othersShareIt' ? stuck(deleted) : endedBy(deleted);
  }
  return needs.grantsOnV2 ? stuck('nothingHeld') : endOnV3(needs, ended, now);
}
