/**
 * Answers that were lost: a process died, or a connection broke, between asking for new tokens and storing them. Smartcar
 * takes the old token again for a minute or ten, so this is asked for at once and not when the car is due again.
 */
import { after } from '../domain/schedule.ts';
import type { Database } from '../store/database.ts';
import { listFleets } from '../store/fleet.ts';
import type { TokenFamily } from '../vault/token-sets.ts';
import type { V2 } from './v2.ts';

/** Longer than the longest grace that is documented: what is older than this is lost, and the next read says so. */
const graceS = 900;

/** @returns how many families were renewed */
export async function renewUnanswered(
  needs: { database: Database; v2: V2 | null; onFault: (error: unknown, what: string) => void },
  now: Date,
): Promise<number> {
  const { database, v2, onFault } = needs;
  if (!v2) return 0;
  const families: TokenFamily[] = [];
  for (const { id: fleetId } of await database.asSystem(listFleets)) {
    const ids = await database.asFleet(fleetId, (tx) => v2.tokens.listUnanswered(tx, after(now, -graceS), now));
    families.push(...ids.map((tokenSetId) => ({ fleetId, tokenSetId })));
  }
  // All at once: one after the other at a slow endpoint, the last ones would come after the grace.
  const answers = await Promise.all(
    families.map((family) =>
      v2.tokens.renew(now, family, 0).catch((error: unknown) => {
        onFault(error, 'renew tokens');
        return null;
      }),
    ),
  );
  return answers.filter((answer) => answer?.ok).length;
}
