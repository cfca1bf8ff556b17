/** Work that happens later: names and payloads of the job engine's tasks. Enqueued in the transaction that causes them. */
import type { ConnectionId, ConnectSessionId, FleetId, NotificationId } from './ids.ts';

export interface Tasks {
  'ensure-subscription': { fleetId: FleetId; connectionId: ConnectionId };
  'revoke-at-smartcar': { fleetId: FleetId; connectionId: ConnectionId };
  'complete-connect': { fleetId: FleetId; sessionId: ConnectSessionId };
  /** Comparisons that somebody asked for; the task finds them by itself. */
  reconcile: Record<string, never>;
  'deliver-notification': { fleetId: FleetId; notificationId: NotificationId };
}

export type TaskName = keyof Tasks;

/** One task to enqueue; `key` makes a second one of the same key replace the first while it waits. */
export type TaskRequest = { [N in TaskName]: { name: N; payload: Tasks[N]; key: string } }[TaskName];
