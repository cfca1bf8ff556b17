/** What operators do with alerts. */
import type { AlertId } from '../domain/ids.ts';
import { isId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { acknowledge, findProblem, resolve } from '../store/alert.ts';
import type { Database, Tx } from '../store/database.ts';
import { announce } from '../store/outbox.ts';
import type { Context } from './context.ts';
import { takeByHand } from './revoke.ts';

/** @throws Refusal `not_found`, `alert_closed` */
export async function acknowledgeAlert(
  needs: { database: Database },
  context: Context,
  id: AlertId,
  now: Date,
): Promise<void> {
  await needs.database.asFleet(context.fleetId, async (tx) => {
    refuseUnlessDone(await acknowledge(tx, id, context.actor.name, now));
    await announce(tx, context.fleetId, [], ['alerts']);
  });
}

/** @throws Refusal `not_found`, `alert_closed` */
export async function resolveAlert(
  needs: { database: Database },
  context: Context,
  id: AlertId,
  now: Date,
): Promise<void> {
  await needs.database.asFleet(context.fleetId, async (tx) => {
    refuseUnlessDone(await resolve(tx, id, now));
    await settleByHand(tx, context, id, now);
    await announce(tx, context.fleetId, [], ['alerts']);
  });
}

/** Where the alert was a task for a person, resolving it says that it is done. */
async function settleByHand(tx: Tx, { actor }: Context, id: AlertId, now: Date): Promise<void> {
  const problem = await findProblem(tx, id);
  const [connectionId = ''] = problem?.key.split(':') ?? [];
  if (problem?.kind === 'connection.unrevoked' && isId('con', connectionId))
    await takeByHand(tx, connectionId, actor, now);
}

function refuseUnlessDone(result: 'done' | 'missing' | 'closed'): void {
  if (result === 'missing') throw new Refusal('not_found');
  if (result === 'closed') throw new Refusal('alert_closed');
}
