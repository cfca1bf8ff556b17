/** Who asks, in which fleet; handed to every flow that a person or a program starts. */
import type { FleetId } from '../domain/ids.ts';
import type { Actor } from '../domain/role.ts';

export interface Context {
  fleetId: FleetId;
  actor: Actor;
  /** Ours, from the HTTP request; written into the audit log. Null for Towline's own work. */
  requestId: string | null;
}
