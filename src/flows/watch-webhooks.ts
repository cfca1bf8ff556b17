/** Watching the webhook's door: what was refused is counted, and bad signatures are an alert. */
import type { AlertChange } from '../domain/alert.ts';
import { applyAlertChanges } from '../store/alert.ts';
import type { Database } from '../store/database.ts';
import { listFleets } from '../store/fleet.ts';
import { countBadSignatures, countRefused } from '../store/webhook-inbox.ts';

/** More bad signatures than this in five minutes alert the operators. */
const toleratedBadSignatures = 5;
const windowMs = 5 * 60_000;

/** Writes down what this process refused at the door. */
export async function flushRefused(
  needs: { database: Database; refused: Map<string, number> },
  now: Date,
): Promise<void> {
  const counted = new Map(needs.refused);
  needs.refused.clear();
  if (counted.size > 0) await countRefused(needs.database, counted, now);
}

/** Opens the alert about bad signatures, or closes it. */
export async function watchSignatures(needs: { database: Database }, now: Date): Promise<void> {
  const bad = await countBadSignatures(needs.database, new Date(now.getTime() - windowMs));
  const key = 'webhooks.signatures';
  const change: AlertChange =
    bad > toleratedBadSignatures
      ? {
          change: 'open',
          key,
          kind: 'webhooks.signature-failures',
          severity: 'critical',
          detail: { count: String(bad) },
        }
      : { change: 'resolve', key };
  for (const { id } of await needs.database.asSystem(listFleets)) {
    await needs.database.asFleet(id, (tx) => applyAlertChanges(tx, id, [], [change], now));
  }
}
