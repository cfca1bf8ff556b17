/**
 * What an open incident changes about one connection: while so many of its make fail, what looks like its owner's fault is
 * only suspected, its clocks stand still, it is read seldom, and it has no alert of its own. The first read after the
 * incident releases it, and is judged like any other.
 *
 * @see docs/decisions/0018-incidents.md
 */
import type { Connection } from './connection.ts';
import { isAsked } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { after } from './schedule.ts';
import { suspicionDeadlineS } from './suspicion.ts';
import type { Policy, PolicyNow } from './transition.ts';
import { troubleAfter } from './trouble.ts';
import type { Trouble } from './trouble.ts';

/** The connection as the outcome is judged by: its trouble so far, and what holds it. */
export function shelter(c: Connection, outcome: Outcome, policy: PolicyNow): Connection {
  const trouble = troubleAfter(c, outcome, policy);
  const heldBy = heldAfter(c, trouble, outcome, policy);
  const next = { ...c, trouble, heldBy };
  return isReleased(c, next) ? startClocks(next, policy) : next;
}

/** Let go of: its incident is over, or its own trouble is. */
export const isReleased = (from: Pick<Connection, 'heldBy'>, to: Pick<Connection, 'heldBy'>): boolean =>
  from.heldBy !== null && to.heldBy === null;

function heldAfter(
  c: Connection,
  trouble: Trouble | null,
  outcome: Outcome,
  { incident }: Policy,
): Connection['heldBy'] {
  if (!trouble) return null;
  if (incident) return trouble.since >= incident.from ? incident.id : null;
  const isRead = (outcome.kind === 'signals' || outcome.kind === 'failed') && isAsked(outcome.via);
  return isRead ? null : c.heldBy;
}

/** What stood still goes on from now. */
function startClocks(c: Connection, policy: PolicyNow): Connection {
  const until = after(policy.now, suspicionDeadlineS(c, policy));
  return {
    ...c,
    suspicion: c.suspicion && { ...c.suspicion, deadlineAt: until },
    pendingDeadlineAt: c.pendingDeadlineAt && (c.pendingDeadlineAt > until ? c.pendingDeadlineAt : until),
  };
}
