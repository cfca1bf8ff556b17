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

/** Whoever comes second waits here, and finds it settled. */
export async function isStillReturned(tx: Tx, id: ConnectSessionId): Promise<boolean> {
  return (await lockConnectSession(tx, id))?.state === 'returned';
}

export async function finishSession(tx: Tx, session: ConnectSessionRow, now: Date): Promise<void> {
  await endSession(tx, session.id, 'done', null, now);
  if (session.link_id) await markLinkUsed(tx, session.link_id, now);
}

/** @throws NotThereYet while the list may still lag */
export async function notListed(needs: { database: Database }, session: ConnectSessionRow, now: Date): Promise<void> {
  const lags = session.returned_at !== null && now < after(session.returned_at, listLagS);
  // A code that is refused may be another process's, which is about to store what it gave.
  const isClaimed = session.claimed_user_id !== null || session.code_sealed !== null;
  if (lags && isClaimed) throw new NotThereYet('The connection is not in the list yet.');
  await refuseConnect(needs, session, { problem: 'notListed' }, now);
}
