/** Events for the fleet's own systems, in words. */
import type { DeliveryState, DeliveryTry, DisabledReason } from '../domain/event-delivery.ts';
import type { EventType } from '../domain/event.ts';
import { say } from './say.ts';

/** When it comes. */
export const eventTypeText = (type: EventType, language = 'en'): string => say(language, `eventType.${type}`);

export const deliveryStateText = (state: DeliveryState, language = 'en'): string =>
  say(language, `delivery.state.${state}`);

/** Why nothing is sent, and what to do about it. */
export const disabledText = (because: DisabledReason, language = 'en'): string =>
  say(language, `delivery.disabled.${because}`);

/** What a try came to. */
export function tryText({ status, problem }: Pick<DeliveryTry, 'status' | 'problem'>, language = 'en'): string {
  if (status === null) return say(language, `delivery.problem.${problem ?? 'unreachable'}`);
  if (status >= 200 && status < 300) return say(language, 'delivery.taken', { status: String(status) });
  if (status === 410) return say(language, 'delivery.gone');
  const key = status >= 300 && status < 400 ? 'delivery.moved' : 'delivery.refused';
  return say(language, key, { status: String(status) });
}
