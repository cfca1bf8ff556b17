/** English: events that the fleet's own systems are told of, and how that went. */
import type { DeliveryProblem, DeliveryState, DisabledReason } from '../domain/event-delivery.ts';
import type { EventType } from '../domain/event.ts';

/** When each comes, for who chooses and for who receives. */
export const eventTypeTexts = {
  'eventType.connection.pending': 'A vehicle was connected, or its owner came back; first data is awaited.',
  'eventType.connection.active': 'A connection works: data flows.',
  'eventType.connection.expired': 'A connection no longer works until somebody signs in or allows more.',
  'eventType.connection.disconnected': 'A connection has ended.',
  'eventType.connection.error': 'A connection does not work, and not for want of signing in.',
  'eventType.command.requested': 'A vehicle is to be locked or unlocked.',
  'eventType.command.confirmed': 'The vehicle was heard to be locked or unlocked as asked.',
  'eventType.command.unconfirmed':
    'Locking or unlocking was sent, and the vehicle was not heard in time. Late word still confirms it.',
  'eventType.command.failed': 'The vehicle did not do it.',
  'eventType.command.expired': 'It was not sent before its deadline.',
  'eventType.command.cancelled': 'It was taken back before it was sent.',
  'eventType.rental.started': 'A vehicle is in the hands of a renter.',
  'eventType.rental.changed': 'A rental was prolonged, or another renter named.',
  'eventType.rental.ended': 'A vehicle is back.',
  'eventType.rental.cancelled': 'A rental did not take place.',
  'eventType.connection.broken_in_rental': 'A vehicle that somebody has rented can not be reached any more.',
  'eventType.vehicle.readiness_changed':
    'A vehicle can be handed to a renter now, or can not any more. Looked at every two minutes, and not while it is rented out; its readiness says why not.',
} as const satisfies Record<`eventType.${EventType}`, string>;

export const deliveryTexts = {
  'delivery.state.pending': 'Waiting',
  'delivery.state.delivered': 'Delivered',
  'delivery.state.failed': 'Not delivered',
  'delivery.state.stopped': 'Stopped',
  'delivery.taken': 'Taken, with {status}.',
  'delivery.moved': 'Answered {status}. Another address is not followed: change the address of the endpoint.',
  'delivery.gone': 'Answered 410: it is gone for good.',
  'delivery.refused': 'Answered {status} instead of a number from 200 to 299.',
  'delivery.problem.nameUnknown': 'Nobody has this name.',
  'delivery.problem.privateAddress':
    'The name leads into a private network, where nothing is sent unless TOWLINE_EVENTS_ALLOW_PRIVATE says so.',
  'delivery.problem.unreachable': 'Nobody took the connection, or it broke off.',
  'delivery.problem.certificate': 'The certificate of the endpoint does not hold.',
  'delivery.problem.tooSlow': 'No answer within 10 seconds.',
  'delivery.problem.nonsense': 'What came was no HTTP.',
  'delivery.problem.secretUnreadable':
    'Not sent: the secret that signs it can not be opened with the sealing keys of this installation. Bring the key back, or make a new secret.',
  'delivery.disabled.operator': 'Disabled by hand. What happens meanwhile can be sent again later, for thirty days.',
  'delivery.disabled.gone':
    'Disabled: it answered 410, which says that it is gone for good. Enable it, then send again what it has missed.',
  'delivery.disabled.failing':
    'Disabled: it took nothing for five days. Put it right and enable it, then send again what it has missed.',
} as const satisfies Record<`delivery.state.${DeliveryState}`, string> &
  Record<`delivery.problem.${DeliveryProblem}`, string> &
  Record<`delivery.disabled.${DisabledReason}`, string> &
  Record<string, string>;

export const endpointAlertTexts = {
  'alert.event-endpoint.failing':
    'Events do not reach {host, select, none {one of your systems} other {{host}}}. {state, select, gone {It answered that it is gone for good, so nothing is sent to it any more.} failing {It took nothing for five days, so nothing is sent to it any more; enable it once it works.} other {Towline goes on trying.}} See Settings, Events.',
} as const;
