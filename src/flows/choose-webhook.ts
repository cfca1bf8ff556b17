/** Which of the application's webhooks cars are subscribed to: an application may have several, for several receivers. */
import { isSameAddress } from '../domain/address.ts';
import type { ListedWebhook } from '../smartcar/smartcar.ts';

/** Where Smartcar's messages arrive. */
export const webhookAddressOf = (publicUrl: string): string => `${publicUrl}/webhooks/smartcar`;

export interface WebhookChoice {
  /** Id or name of the webhook to subscribe to; null: the one that sends here. */
  webhook: string | null;
  publicUrl: string;
}

/**
 * The one that the configuration names by id or name; where it names none, the one that sends here, and where Smartcar
 * tells of none that does, the first. Null when there is none, or none of that name: cars are then read by polling alone.
 */
export function chooseWebhook(
  listed: readonly ListedWebhook[],
  { webhook, publicUrl }: WebhookChoice,
): ListedWebhook | null {
  if (webhook !== null) return listed.find(({ id }) => id === webhook) ?? listed.find(isCalled(webhook)) ?? null;
  const here = webhookAddressOf(publicUrl);
  return listed.find(({ sendsTo }) => sendsTo !== null && isSameAddress(sendsTo, here)) ?? listed[0] ?? null;
}

const isCalled =
  (wanted: string) =>
  ({ name }: ListedWebhook): boolean =>
    name === wanted;
