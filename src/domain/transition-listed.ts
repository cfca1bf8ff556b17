/** What Smartcar's own list of connections changes about one: its name there, what the owner allows, and that it is back. */
import type { Connection } from './connection.ts';
import { isGone, permissionChange } from './drift.ts';
import type { ListedOutcome } from './outcome.ts';
import { missingPermissions } from './permission.ts';
import type { Happening } from './timeline.ts';
import type { Policy } from './transition.ts';
import { happening, move } from './transition-step.ts';
import type { Step } from './transition-step.ts';

/**
 * A list proves nothing about the car: it says what was granted, so a missing permission is a fact at once, and everything
 * that would make a connection active again is only a reason to read the car.
 */
export function onListed(c: Connection, outcome: ListedOutcome, policy: Policy): Step {
  const { added, removed } = permissionChange(c.permissions, outcome.permissions ?? c.permissions);
  const changed = added.length + removed.length > 0;
  const isBack = isGone(c.cause);
  const happenings: Happening[] = [
    ...(changed ? [happening('connection.permissions-changed', outcome, { reported: inWords(added, removed) })] : []),
    ...(isBack ? [happening('connection.listed-again', outcome, {})] : []),
  ];
  const next: Connection = {
    ...c,
    permissions: outcome.permissions && changed ? outcome.permissions : c.permissions,
    smartcarConnectionId: outcome.smartcarConnectionId ?? c.smartcarConnectionId,
    listed: c.status === 'active' ? null : true,
  };
  const lacks = missingPermissions(policy.requiredPermissions, next.permissions).length > 0;
  if (lacks && changed && c.status === 'active')
    return { next: move(next, 'permissionMissing', outcome.at), happenings };
  const isMended = changed && !lacks && c.cause === 'permissionMissing';
  return { next, happenings, soon: isBack || isMended };
}

/** Smartcar's own names: what was allowed besides, then what is not any more. */
function inWords(added: readonly string[], removed: readonly string[]): string {
  const parts = [
    ...(added.length > 0 ? [`now also ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`no longer ${removed.join(', ')}`] : []),
  ];
  return parts.join('; ');
}
