/** The step of a connection that is read on another of Smartcar's platforms from now on. */
import type { Connection } from './connection.ts';
import { lacksTokens } from './move.ts';
import type { MovedOutcome } from './outcome.ts';
import { happening } from './transition-step.ts';
import type { Step } from './transition-step.ts';

/**
 * Status, cause and what is suspected stay: it is the same grant. v2's family of tokens stays too, for the way back, unless
 * it is what broke: there is nothing to go back to.
 */
export function onMoved(c: Connection, outcome: MovedOutcome): Step {
  const { platform, permissions, smartcarConnectionId } = outcome;
  if (c.platform === platform) return { next: c, happenings: [] };
  const kind = platform === 'v3' ? 'connection.moved' : 'connection.moved-back';
  return {
    next: {
      ...c,
      ...{ platform, permissions, smartcarConnectionId, failures: 0 },
      tokenSetId: lacksTokens(c) ? null : c.tokenSetId,
    },
    happenings: [happening(kind, outcome, {})],
    soon: true,
  };
}
