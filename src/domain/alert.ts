/** Alerts: something an operator should know. One per problem, closed by what healed it. */

export const alertKinds = [
  'connection.expired',
  'connection.disconnected',
  'connection.error',
  'connection.lapsing',
  'connection.unrevoked',
  'connection.other-car',
  'connection.broken-in-rental',
  'connect.wrong-vehicle',
  'connect.to-confirm',
  'connect.grant-left',
  'connect.misconfigured',
  'owner.stopped-sharing',
  'smartcar.credentials-refused',
  'webhooks.signature-failures',
  'webhooks.silent',
  'webhooks.processing-errors',
  'webhooks.error-rate',
  'reconciliation.failed',
  'notification.failed',
  'incident.open',
  'budget.forecast',
  'event-endpoint.failing',
] as const;
export type AlertKind = (typeof alertKinds)[number];

export type AlertSeverity = 'info' | 'warning' | 'critical';
export type AlertState = 'open' | 'acknowledged' | 'snoozed' | 'resolved';

/** What a transition asks for. `key` names the problem: at most one alert of a key is unresolved. */
export type AlertChange =
  | { change: 'open'; key: string; kind: AlertKind; severity: AlertSeverity; detail: Record<string, string> }
  | { change: 'resolve'; key: string };
