/** A connection with everything that a decision about it goes by. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import { isListenedFor } from '../domain/command.ts';
import type { Connection } from '../domain/connection.ts';
import type { CommandId, ConnectionId, FleetId, IncidentId } from '../domain/ids.ts';
import { toConnection } from './connection.ts';
import type { Tx } from './database.ts';
import { withDefaults } from './fleet.ts';
import type { Tables } from './schema.ts';

/** What a decision about a connection needs to know besides it. */
export interface ConnectionSetting {
  connection: Connection;
  make: string | null;
  /** The open incident that its make and region is in; the oldest of several. */
  incident: { id: IncidentId; from: Date } | null;
  /** The command that its word about the lock may confirm; null when there is none. */
  command: CommandId | null;
  fleet: Pick<Selectable<Tables['fleet']>, 'name' | 'plan' | 'settings'>;
}

/** The connection with its vehicle's make and its fleet's plan and settings; undefined when this fleet has none. */
export async function findConnectionSetting(
  tx: Tx,
  fleetId: FleetId,
  id: ConnectionId,
): Promise<ConnectionSetting | undefined> {
  const row = await tx
    .selectFrom('connection')
    .innerJoin('vehicle', 'vehicle.id', 'connection.vehicle_id')
    .innerJoin('fleet', 'fleet.id', 'connection.fleet_id')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('incident')
          .select(['incident.id as incident_id', 'incident.from_at as incident_from'])
          .where('incident.closed_at', 'is', null)
          .where(sql<boolean>`(incident.make is null or incident.make = vehicle.make)`)
          .where(sql<boolean>`(incident.region is null or incident.region = vehicle.country)`)
          .orderBy('incident.opened_at')
          .limit(1)
          .as('open'),
      (join) => join.onTrue(),
    )
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('command')
          .select(['command.id as command_id', 'command.state as command_state'])
          .whereRef('command.vehicle_id', '=', 'connection.vehicle_id')
          .orderBy('command.requested_at', 'desc')
          .orderBy('command.id', 'desc')
          .limit(1)
          .as('last'),
      (join) => join.onTrue(),
    )
    .selectAll('connection')
    .select(['vehicle.make', 'open.incident_id', 'open.incident_from', 'last.command_id', 'last.command_state'])
    .select(['fleet.name as fleet_name', 'fleet.plan as fleet_plan', 'fleet.settings as fleet_settings'])
    .where('connection.id', '=', id)
    .where('connection.fleet_id', '=', fleetId)
    .executeTakeFirst();
  if (!row) return undefined;
  const { make, incident_id: incidentId, incident_from: from } = row;
  const fleet = { name: row.fleet_name, plan: row.fleet_plan, settings: row.fleet_settings };
  const incident = incidentId && from ? { id: incidentId, from } : null;
  const command = row.command_state && isListenedFor(row.command_state) ? row.command_id : null;
  return { connection: toConnection(row), make, incident, command, fleet: withDefaults(fleet) };
}
