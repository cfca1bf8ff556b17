/** What vehicles are chosen by, as conditions over v (vehicle), o (owner), s (state) and c (connection). */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

import type { Status } from '../domain/cause.ts';
import type { FreshnessState } from '../domain/freshness.ts';
import { energySignals } from '../domain/readiness.ts';
import { containing } from './like.ts';
import { isTurnOf } from './vehicle-turn.ts';

export interface VehicleFilter {
  status?: Status | 'unconnected' | undefined;
  cause?: string | undefined;
  freshness?: FreshnessState | undefined;
  make?: string | undefined;
  owner?: string | undefined;
  /** An instant; only living connections whose grant lapses before it. */
  lapsesBefore?: string | undefined;
  /** Living connections whose owner did not allow this; `any`: something that the fleet requires. */
  permissionMissing?: string | undefined;
  /** Part of a number, plate, VIN, make, model or owner's name. */
  q?: string | undefined;
  who?: string | undefined;
  /** Only vehicles that failed in this incident. */
  incident?: string | undefined;
  inRental?: 'true' | 'false' | undefined;
  /** Whether they can be handed to a renter now. Those in a rental are neither. */
  readiness?: 'ready' | 'notReady' | undefined;
}

/** All conditions but freshness and readiness, which go by the makes. `v3`: whether the installation has credentials for v3. */
export function plainConditions(filter: VehicleFilter, v3: boolean): RawBuilder<boolean>[] {
  const { status, cause, make, owner, q, who, lapsesBefore, permissionMissing, incident, inRental } = filter;
  const conditions = [
    status === 'unconnected' ? sql<boolean>`c.id is null` : null,
    status && status !== 'unconnected' ? sql<boolean>`c.status = ${status}` : null,
    cause ? sql<boolean>`c.cause = ${cause}` : null,
    make ? sql<boolean>`v.make = ${make.toUpperCase()}` : null,
    owner ? sql<boolean>`v.owner_id = ${owner}` : null,
    who ? isTurnOf(who, v3) : null,
    q ? matches(q) : null,
    inRental ? sql<boolean>`${isInRental} = ${inRental === 'true'}` : null,
    incident
      ? sql<boolean>`exists (select from incident_vehicle m where m.incident_id = ${incident} and m.vehicle_id = v.id)`
      : null,
    lapsesBefore ? sql<boolean>`(c.ended_at is null and c.lapses_at < ${lapsesBefore}::timestamptz)` : null,
    permissionMissing
      ? sql<boolean>`(c.ended_at is null and (not c.permissions @> ${wantedPermissions(permissionMissing)}
          or c.refused_permissions && ${wantedPermissions(permissionMissing)}))`
      : null,
  ];
  return conditions.filter((condition) => condition !== null);
}

export const isInRental = sql<boolean>`exists (
  select from rental n where n.vehicle_id = v.id and n.state = 'active')`;

/**
 * `readinessOf` in SQL, of cars that are in no rental. A test compares the two.
 *
 * @param isFresh of what is known of the car
 */
export function isReady(isFresh: RawBuilder<boolean>, leastEnergyPercent: number): RawBuilder<boolean> {
  const percents = energySignals.map(
    (code) => sql`case when jsonb_typeof(s.signals -> ${code} -> 'value') = 'number'
    then (s.signals -> ${code} ->> 'value')::numeric end`,
  );
  return sql<boolean>`coalesce(c.ended_at is null and c.status = 'active' and c.platform = 'v3' and c.held_by is null
    and c.permissions @> array['control_security'] and not c.refused_permissions @> array['control_security']
    and ${isFresh} and coalesce(greatest(${sql.join(percents)}) >= ${leastEnergyPercent}, true), false)`;
}

/** A transaction sees its own fleet alone, so there is one row. */
const wantedPermissions = (permission: string): RawBuilder<string[]> =>
  permission === 'any'
    ? sql<string[]>`(select array(select jsonb_array_elements_text(settings -> 'requiredPermissions')) from fleet)`
    : sql<string[]>`${[permission]}::text[]`;

function matches(q: string): RawBuilder<boolean> {
  const pattern = containing(q);
  const columns = ['v.number', 'v.plate', 'v.vin', 'v.make', 'v.model', 'o.name'].map(
    (name) => sql`${sql.ref(name)} ilike ${pattern}`,
  );
  return sql<boolean>`(${sql.join(columns, sql` or `)})`;
}
