/** Which of the application's webhooks cars are subscribed to: an application may have several, for several receivers. */
import type { ListedWebhook } from '../smartcar/smartcar.ts';

/**
 * The one that the configuration names by id or name; where it names none, the first. Null when there is none, or none of
 * that name: cars are then read by polling alone.
 */
export function chooseWebhook(
  listed: readonly ListedWebhook[],
  { webhook }: { webhook: string | null },
): ListedWebhook | null {
  if (webhook === null) return listed[0] ?? null;
  return listed.find(({ id }) => id === webhook) ?? listed.find(({ name }) => name === webhook) ?? null;
}
