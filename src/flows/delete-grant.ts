/**
 * Deleting one grant at Smartcar, whatever it was here: a connection that was ended, or a car that was never one. What was
 * granted later, or by somebody else, is another's, and stays.
 */
import type { SmartcarConnectionId, SmartcarUserId, SmartcarVehicleId } from '../domain/ids.ts';
import type { Smartcar } from '../smartcar/smartcar.ts';
import { findByCar } from '../store/connection-due.ts';
import type { Database } from '../store/database.ts';
import type { Access } from '../vault/access.ts';
import { NotThereYet, valueOf } from './call-failed.ts';
import type { V2 } from './v2.ts';

export interface Unwanted {
  smartcarVehicleId: SmartcarVehicleId;
  smartcarUserId: SmartcarUserId;
  /** What was granted after it is another grant; null where that can't be told. */
  until: Date | null;
}

/** Smartcar's id of the request that deleted it; null when there was nothing to delete, or none was given. */
export type DeletedBy = { requestId: string | null };

interface DeleteNeeds {
  database: Database;
  smartcar: Smartcar;
  access: Access;
}

/**
 * By the ids of the connections that are listed of it. `knownId`: tried whether it is listed or not.
 *
 * @throws CallFailed, NotThereYet while it is listed still: Smartcar's list has the last word
 */
export async function deleteOnV3(
  needs: DeleteNeeds,
  unwanted: Unwanted,
  knownId: SmartcarConnectionId | null,
  now: Date,
): Promise<DeletedBy> {
  const { access, smartcar, database } = needs;
  const { smartcarVehicleId: vehicleId } = unwanted;
  const list = async () =>
    valueOf(await access.withAccess(now, (token) => smartcar.listConnections(token, { vehicleId })));
  const listed = await list();
  const own = new Set(listed.filter((one) => isIt(unwanted, one, one.createdAt)).map(({ id }) => id));
  const others = new Set(listed.map(({ id }) => id)).difference(own);
  const isAlone = others.size === 0 && !(await findByCar(database, vehicleId));
  const ids = new Set([...(knownId ? [knownId] : []), ...own]).difference(others);
  let requestId: string | null = null;
  for (const connectionId of ids) {
    // An early version of v3 knows a connection by its vehicle's id alone, under which others' would be deleted with it.
    const wanted = { connectionId, ...(isAlone ? { vehicleId } : {}) };
    const answer = await access.withAccess(now, (token) => smartcar.deleteConnection(token, wanted));
    valueOf(answer);
    requestId = answer.ok ? answer.requestId : null;
  }
  const isLeft = own.size > 0 && (await list()).some(({ id }) => own.has(id));
  if (isLeft) throw new NotThereYet('A deleted connection is still listed.');
  return { requestId };
}

/**
 * v2's management deletes by the car alone, so nobody else may have a grant for it.
 *
 * @returns `othersShareIt` when somebody has: nothing is deleted then
 * @throws CallFailed
 */
export async function deleteByManagement(
  v2: V2,
  token: string,
  unwanted: Unwanted,
): Promise<DeletedBy | 'othersShareIt'> {
  const { smartcarVehicleId: vehicleId } = unwanted;
  const answer = await v2.smartcar.listConnections(token, { vehicleId });
  const listed = valueOf(answer);
  const own = listed.filter((one) => isIt(unwanted, one, one.connectedAt));
  if (own.length === 0) return { requestId: answer.ok ? answer.requestId : null };
  if (own.length < listed.length) return 'othersShareIt';
  const deleted = await v2.smartcar.deleteConnections(token, { vehicleId });
  valueOf(deleted);
  return { requestId: deleted.ok ? deleted.requestId : null };
}

const isIt = (
  { smartcarUserId, until }: Unwanted,
  listed: { smartcarUserId: SmartcarUserId },
  grantedAt: Date | null,
): boolean => listed.smartcarUserId === smartcarUserId && (!grantedAt || !until || grantedAt <= until);
