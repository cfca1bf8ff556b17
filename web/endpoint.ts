/** What the pages about endpoints share. */
import type { EndpointView } from '../src/http/contract/events.ts';
import type { CallName } from '../src/http/contract/paths.ts';

/** What may be different after an act. */
export const changedByEndpoint: readonly CallName[] = [
  'listEventEndpoints',
  'getEventEndpoint',
  'listEventDeliveries',
  'listAlerts',
  'listAudit',
];

/** Why nothing can be sent to it; null when it can. */
export const disabledReason = ({ enabled }: EndpointView): string | null =>
  enabled ? null : 'It is disabled. Enable it first.';
