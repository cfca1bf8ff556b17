/** Watching the webhook's door: what was refused is counted, and bad signatures are an alert. */
import type { AlertChange } from '../domain/alert.ts';
import { applyAlertChanges } from '../store/alert.ts';
import type { Database } from '../store/database.ts';
import { listFleets } from '../store/fleet.ts';
import { noteSighting } from '../store/go-live.ts';
import { countBadSignatures, countRefused } from '../store/webhook-inbox.ts';
import type { Door } from './receive-webhook.ts';

/** More bad signatures than this in five minutes alert the operators. */
const toleratedBadSignatures = 5;
const windowMs = 5 * 60_000;

/** Writes down what this process refused at the door, and when it last answered a challenge. */
export async function flushDoor(
  { database, door }: { database: Database; door: Pick<Door, 'refused' | 'challenges'> },
  now: Date,
): Promise<void> {
  const { refused, challenges } = door;
  const counted = new Map(refused);
  const answeredAt = challenges.unflushedAt;
  refused.clear();
  challenges.unflushedAt = null;
  if (counted.size > 0) await countRefused(database, counted, now);
  if (answeredAt) await database.asSystem((tx) => noteSighting(tx, 'challenge', answeredAt));
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
