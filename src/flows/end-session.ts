/** How a way through Connect ends, once and for everybody who settles it. */
import type { ConnectSessionId } from '../domain/ids.ts';
import { after } from '../domain/schedule.ts';
import { endSession, lockConnectSession } from '../store/connect-session.ts';
import type { ConnectSessionRow } from '../store/connect-session.ts';
import type { Database, Tx } from '../store/database.ts';
import { markLinkUsed } from '../store/link.ts';
import { NotThereYet } from './call-failed.ts';
import { refuseConnect } from './refuse-connect.ts';

/** Smartcar's list may lag behind its redirect; after this long what is not listed is refused. */
export const listLagS = 120;

/** Whether Smartcar's list, or a VIN in its store, may still be on the way. */
export const mayLag = ({ returned_at: at }: Pick<ConnectSessionRow, 'returned_at'>, now: Date): boolean =>
  at !== null && now < after(at, listLagS);

/** Whoever comes second waits here, and finds it settled. What is held is not settled. */
export async function isUnsettled(tx: Tx, id: ConnectSessionId): Promise<boolean> {
  const state = (await lockConnectSession(tx, id))?.state;
  return state === 'returned' || state === 'held';
}

export async function finishSession(tx: Tx, session: ConnectSessionRow, now: Date): Promise<void> {
  await endSession(tx, session.id, 'done', null, now);
  if (session.link_id) await markLinkUsed(tx, session.link_id, now);
}

/** @throws NotThereYet while the list may still lag */
export async function notListed(needs: { database: Database }, session: ConnectSessionRow, now: Date): Promise<void> {
  // A code that is refused may be another process's, which is about to store what it gave.
  const isClaimed = session.claimed_user_id !== null || session.code_sealed !== null;
  if (mayLag(session, now) && isClaimed) throw new NotThereYet('The connection is not in the list yet.');
  await refuseConnect(needs, session, { problem: 'notListed' }, now);
}
