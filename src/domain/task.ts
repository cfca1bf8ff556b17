/** Work that happens later: names and payloads of the job engine's tasks. Enqueued in the transaction that causes them. */
import type { ConnectionId, ConnectSessionId, ErasureId, FleetId, GrantId, ImportId, NotificationId } from './ids.ts';

export interface Tasks {
  'ensure-subscription': { fleetId: FleetId; connectionId: ConnectionId };
  'forecast-lapse': { fleetId: FleetId; connectionId: ConnectionId };
  'revoke-at-smartcar': { fleetId: FleetId; connectionId: ConnectionId };
  'remove-grant': { fleetId: FleetId; grantId: GrantId };
  'complete-connect': { fleetId: FleetId; sessionId: ConnectSessionId };
  /** Comparisons that somebody asked for; the task finds them by itself. */
  reconcile: Record<string, never>;
  'erase-owner': { fleetId: FleetId; erasureId: ErasureId };
  /** Goes on with one that was started, or is being taken back. */
  'go-on-with-import': { fleetId: FleetId; importId: ImportId };
  'deliver-notification': { fleetId: FleetId; notificationId: NotificationId };
}

export type TaskName = keyof Tasks;

/** One task to enqueue; `key` makes a second one of the same key replace the first while it waits. */
export type TaskRequest = { [N in TaskName]: { name: N; payload: Tasks[N]; key: string } }[TaskName];
