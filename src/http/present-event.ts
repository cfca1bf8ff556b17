/** Events, endpoints and deliveries as the contract shows them. */
import { eventBody } from '../domain/event.ts';
import type { DeliveryTry } from '../domain/event-delivery.ts';
import type { KeptEvent } from '../store/event.ts';
import type { ListedDelivery } from '../store/event-delivery.ts';
import type { KeptEndpoint } from '../store/event-endpoint.ts';
import { tryText } from '../texts/event-words.ts';
import type { DeliveryView, EndpointView } from './contract/events.ts';
import type { Answer } from './contract/routes.ts';
import { iso, maybeIso } from './present.ts';

/** What its receivers read. */
export const presentEvent = (event: KeptEvent): Answer<'listEvents'>['items'][number] =>
  JSON.parse(eventBody(event)) as Answer<'listEvents'>['items'][number]; // validated by the contract on its way out

export function presentEndpoint(
  endpoint: KeptEndpoint,
  counts: { pending: number; failed: number } = { pending: 0, failed: 0 },
): EndpointView {
  return {
    id: endpoint.id,
    url: endpoint.url,
    types: endpoint.types,
    enabled: endpoint.disabled_at === null,
    disabledBecause: endpoint.disabled_because,
    disabledAt: maybeIso(endpoint.disabled_at),
    failingSince: maybeIso(endpoint.failing_since),
    lastDeliveredAt: maybeIso(endpoint.last_delivered_at),
    ...counts,
    previousSecretUntil: maybeIso(endpoint.previous_until),
    createdAt: iso(endpoint.created_at),
    createdBy: endpoint.created_by.name,
  };
}

export const presentDelivery = (delivery: ListedDelivery): DeliveryView => ({
  id: delivery.event_id,
  type: delivery.type,
  vehicle: vehicleOf(delivery),
  at: iso(delivery.at),
  state: delivery.state,
  nextTryAt: maybeIso(delivery.due_at),
  deliveredAt: maybeIso(delivery.delivered_at),
  tries: delivery.tries.map(presentTry).reverse(),
});

/** As the event names it. */
const vehicleOf = ({ data }: ListedDelivery): DeliveryView['vehicle'] =>
  'vehicleId' in data ? { id: data.vehicleId, number: data.vehicleNumber } : null;

const presentTry = (one: DeliveryTry): DeliveryView['tries'][number] => ({ ...one, text: tryText(one) });
