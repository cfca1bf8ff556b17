/** Ten fleets of cars, written in bulk: what lists and polls are measured on. */
import { sql } from 'kysely';
import { defaultPlan, defaultSettings } from '../src/domain/fleet.ts';
import { newId, type FleetId } from '../src/domain/ids.ts';
import type { Database } from '../src/store/database.ts';
import { addFleet } from '../src/store/fleet.ts';
import { ensurePartitions } from '../src/store/telemetry.ts';

export const fleetCount = 10;

/** Nine of ten are active and due to be read now; the others are expired, pending, in error or were never connected. */
export async function seedFleets(database: Database, vehicles: number, now: Date): Promise<FleetId[]> {
  await ensurePartitions(database, now);
  const fleets: FleetId[] = [];
  for (let place = 0; place < fleetCount; place += 1) {
    const id = newId('flt', now);
    const name = `Fleet ${place + 1}`;
    await database.asSystem((tx) =>
      addFleet(tx, { id, name, plan: defaultPlan, settings: defaultSettings(name) }, now),
    );
    await seedFleet(database, id, place, Math.floor(vehicles / fleetCount), now);
    fleets.push(id);
  }
  await sql`analyze`.execute(database.owner);
  return fleets;
}

async function seedFleet(database: Database, fleet: FleetId, place: number, count: number, now: Date): Promise<void> {
  const { requiredPermissions, optionalPermissions } = defaultSettings('');
  const permissions = [...requiredPermissions, ...optionalPermissions];
  const id = (prefix: string) => sql`${`${prefix}_bench${place}x`} || lpad(n::text, 20, '0')`;
  const numbers = sql`generate_series(0, ${count - 1}::int) n`;
  // Owners have three cars each.
  const ownerOf = sql`${`own_bench${place}x`} || lpad((n / 3)::text, 20, '0')`;
  await sql`insert into owner (id, fleet_id, name, language, country, created_at)
    select ${id('own')}, ${fleet}, (array['Grace','Ada','Linus','Edsger','Barbara'])[1 + n % 5] || ' ' || md5(n::text), 'en', 'DE', ${now}::timestamptz
    from generate_series(0, ${Math.ceil(count / 3)}::int) n`.execute(database.owner);
  await sql`insert into vehicle (id, fleet_id, number, plate, vin, make, model, year, powertrain, country, owner_id, created_at)
    select ${id('veh')}, ${fleet}, 'CAR-' || (100 + (n * 7919) % 1000003), 'B-TL ' || n, 'WVWZZZE' || ${place}::int || 'Z' || lpad(n::text, 8, '0'),
      (array['VOLKSWAGEN','HYUNDAI','TESLA','KIA','POLESTAR','BMW'])[1 + n % 6], (array['ID.3','IONIQ 5','Model 3','EV6','2','i4'])[1 + n % 6],
      2020 + n % 6, 'BEV', 'DE', ${ownerOf}, ${now}::timestamptz from ${numbers}`.execute(database.owner);
  await sql`insert into vehicle_state (vehicle_id, fleet_id, signals, newest_at)
    select ${id('veh')}, ${fleet}, ${stateOf(now)}, ${now}::timestamptz - make_interval(mins => n % 4000) from ${numbers} where n % 50 <> 49`.execute(
    database.owner,
  );
  await sql`insert into connection (id, fleet_id, vehicle_id, owner_id, platform, smartcar_vehicle_id, smartcar_user_id, status, cause,
      since, connected_at, judged_at, proved_at, permissions, last_telemetry_at, next_poll_at)
    select ${id('con')}, ${fleet}, ${id('veh')}, ${ownerOf}, 'v3', 'car-' || ${place}::int || '-' || n, 'user-' || ${place}::int || '-' || n,
      (array['active','expired','error','pending'])[${kind}], (array[null,'signedOut','permissionMissing','waitingForFirstData'])[${kind}],
      ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz, ${permissions}::text[], null,
      case when ${kind} = 1 then ${now}::timestamptz end
    from ${numbers} where n % 50 <> 49`.execute(database.owner);
  await sql`insert into connection_due (connection_id, fleet_id, smartcar_vehicle_id, smartcar_user_id, due_at)
    select id, fleet_id, smartcar_vehicle_id, smartcar_user_id, next_poll_at from connection where fleet_id = ${fleet}`.execute(
    database.owner,
  );
}

/** 1 active, 2 expired, 3 in error, 4 pending. */
const kind = sql`case when n % 50 >= 45 then 2 + n % 3 else 1 end`;

/** Eight signals, as they are kept. */
function stateOf(now: Date) {
  const at = new Date(now.getTime() - 3_600_000).toISOString();
  const kept = (value: unknown, unit: string | null = null): object => ({
    value,
    unit,
    measuredAt: at,
    fetchedAt: at,
    receivedAt: at,
  });
  const signals = {
    'odometer-traveleddistance': kept(12_000.5, 'km'),
    'tractionbattery-stateofcharge': kept(55, 'percent'),
    'tractionbattery-range': kept(220, 'km'),
    'location-preciselocation': kept({ latitude: 52.5, longitude: 13.4 }),
    'charge-ischarging': kept(false),
    'charge-ischargingcableconnected': kept(false),
    'closure-islocked': kept(true),
    'connectivitystatus-isonline': kept(true),
  };
  return sql`${JSON.stringify(signals)}::jsonb`;
}
