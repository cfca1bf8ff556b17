/** Events and the fleet's own systems that are told of them. */
import { isId } from '../../domain/ids.ts';
import type { EventEndpointId, EventId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Tx } from '../../store/database.ts';
import { countDeliveries, findDelivery, listDeliveries } from '../../store/event-delivery.ts';
import { findEndpoint, listEndpoints } from '../../store/event-endpoint.ts';
import type { KeptEndpoint } from '../../store/event-endpoint.ts';
import { listEvents } from '../../store/event.ts';
import type { HandlerNeeds, Handlers } from '../call.ts';
import type { DeliveryView, EndpointView } from '../contract/events.ts';
import { pageOf, timeCursor } from '../cursor.ts';
import { presentDelivery, presentEndpoint, presentEvent } from '../present-event.ts';

type EventCalls =
  | 'listEvents'
  | 'listEventEndpoints'
  | 'createEventEndpoint'
  | 'getEventEndpoint'
  | 'changeEventEndpoint'
  | 'deleteEventEndpoint'
  | 'rotateEndpointSecret'
  | 'testEventEndpoint'
  | 'replayEvents'
  | 'listEventDeliveries'
  | 'retryEventDelivery';

export function eventHandlers(needs: HandlerNeeds): Pick<Handlers, EventCalls> {
  return { ...endpointHandlers(needs), ...deliveryHandlers(needs) };
}

type DeliveryCalls = 'listEvents' | 'testEventEndpoint' | 'replayEvents' | 'listEventDeliveries' | 'retryEventDelivery';

function endpointHandlers({ flows }: HandlerNeeds): Pick<Handlers, Exclude<EventCalls, DeliveryCalls>> {
  return {
    async listEventEndpoints({ inFleet }) {
      return inFleet(async (tx) => {
        const counts = await countDeliveries(tx);
        const items = (await listEndpoints(tx)).map((one) => presentEndpoint(one, counts.get(one.id)));
        return { items, nextCursor: null };
      });
    },
    async createEventEndpoint({ context, body, now, inFleet }) {
      const { id, secret } = await flows.addEndpoint(context, body, now);
      return { ...(await inFleet((tx) => present(tx, id))), secret };
    },
    async getEventEndpoint({ params, inFleet }) {
      return inFleet((tx) => present(tx, endpointId(params.id)));
    },
    async changeEventEndpoint({ context, params, body, now, inFleet }) {
      const id = endpointId(params.id);
      await flows.changeEventEndpoint(context, id, body, now);
      return inFleet((tx) => present(tx, id));
    },
    async deleteEventEndpoint({ context, params, now }) {
      return presentEndpoint(await flows.removeEndpoint(context, endpointId(params.id), now));
    },
    async rotateEndpointSecret({ context, params, now, inFleet }) {
      const id = endpointId(params.id);
      const secret = await flows.rotateSecret(context, id, now);
      return { ...(await inFleet((tx) => present(tx, id))), secret };
    },
  };
}

function deliveryHandlers({ flows }: HandlerNeeds): Pick<Handlers, DeliveryCalls> {
  return {
    async listEvents({ query, inFleet }) {
      const { type, vehicle, since, limit } = query;
      const filter = { type, vehicle, since: since === undefined ? undefined : new Date(since) };
      const found = await inFleet((tx) => listEvents(tx, filter, { after: timeCursor(query.cursor), limit }));
      const { rows, nextCursor } = pageOf(found, limit, ({ at, id }) => [at, id]);
      return { items: rows.map(presentEvent), nextCursor };
    },
    async testEventEndpoint({ context, params, now, inFleet }) {
      const id = endpointId(params.id);
      const sent = await flows.testEndpoint(context, id, now);
      return inFleet((tx) => presentOne(tx, id, sent));
    },
    async replayEvents({ context, params, body, now }) {
      const id = endpointId(params.id);
      const { since, types } = body;
      return { id, events: await flows.replayTo(context, id, { since: new Date(since), types }, now) };
    },
    async listEventDeliveries({ params, query, inFleet }) {
      const id = endpointId(params.id);
      const after = timeCursor(query.cursor);
      return inFleet(async (tx) => {
        await found(tx, id);
        const rows = await listDeliveries(tx, id, query.state, { after, limit: query.limit });
        const shown = pageOf(rows, query.limit, (one) => [one.at, one.event_id]);
        return { items: shown.rows.map(presentDelivery), nextCursor: shown.nextCursor };
      });
    },
    async retryEventDelivery({ context, params, now, inFleet }) {
      const id = endpointId(params.id);
      const event = eventId(params.deliveryId);
      await flows.retryDelivery(context, id, event, now);
      return inFleet((tx) => presentOne(tx, id, event));
    },
  };
}

async function found(tx: Tx, id: EventEndpointId): Promise<KeptEndpoint> {
  const endpoint = await findEndpoint(tx, id);
  if (!endpoint) throw new Refusal('not_found');
  return endpoint;
}

async function present(tx: Tx, id: EventEndpointId): Promise<EndpointView> {
  return presentEndpoint(await found(tx, id), (await countDeliveries(tx)).get(id));
}

async function presentOne(tx: Tx, id: EventEndpointId, event: EventId): Promise<DeliveryView> {
  const delivery = await findDelivery(tx, { endpointId: id, eventId: event });
  if (!delivery) throw new Refusal('not_found');
  return presentDelivery(delivery);
}

function endpointId(id: string): EventEndpointId {
  if (!isId('end', id)) throw new Refusal('not_found');
  return id;
}

function eventId(id: string): EventId {
  if (!isId('evt', id)) throw new Refusal('not_found');
  return id;
}
