/** The calls about events for the fleet's own systems. */
import * as e from './events.ts';
import { act, create, list, one, route } from './route.ts';
import { idParam, none } from './shared.ts';

export const eventRoutes = {
  listEvents: list("What happened, as the fleet's own systems are told of it, newest first", e.eventQuery, e.eventList),
  listEventEndpoints: list("The fleet's own systems that are told of events", none, e.endpointList, 'readEndpoints'),
  createEventEndpoint: create(
    'Adds one; its secret is shown once',
    e.endpointCreate,
    e.endpointWithSecret,
    'changeEndpoints',
  ),
  getEventEndpoint: one('One of them', e.endpoint, 'readEndpoints'),
  changeEventEndpoint: act(
    'Changes its address or types, disables or enables it',
    e.endpointChange,
    e.endpoint,
    'changeEndpoints',
  ),
  deleteEventEndpoint: one('Deletes it, with everything that was told it', e.endpoint, 'changeEndpoints'),
  rotateEndpointSecret: act(
    'Makes a new secret, shown once; the one before it signs too for a day',
    none,
    e.endpointWithSecret,
    'changeEndpoints',
  ),
  testEventEndpoint: {
    ...act('Sends it an event of the type endpoint.test, once', none, e.delivery, 'changeEndpoints'),
    status: 202 as const,
  },
  replayEvents: {
    ...act('Sends it again what the log holds', e.replayInput, e.replayed, 'changeEndpoints'),
    status: 202 as const,
  },
  listEventDeliveries: route({
    summary: 'How each event reached it, newest event first',
    params: idParam,
    query: e.deliveryQuery,
    response: e.deliveryList,
    needs: 'readEndpoints',
  }),
  retryEventDelivery: {
    ...act('Tries one event again now', none, e.delivery, 'changeEndpoints'),
    params: e.deliveryParams,
    status: 202 as const,
  },
} as const;
