/** The month's first hour: every car is on record with its owner, and every owner grants access. */
import { sql } from 'kysely';
import type { OwnerId, VehicleId } from '../../src/domain/ids.ts';
import type { Actor } from '../../src/domain/role.ts';
import type { ProvedCar } from './faults.ts';
import type { EnrolledCar } from './script.ts';
import type { Stage as MonthStage } from './stage.ts';

/** What enrolling needs of a stage. */
export type Stage = Pick<MonthStage, 'ground' | 'flows' | 'fleetId' | 'now' | 'sim' | 'moveTo' | 'touch'>;

interface SeenCar {
  vin: string;
  fleet: string;
  make: string;
  model: string;
  year: number;
  account: { email: string };
}

const operator: Actor = { kind: 'operator', id: 'proof', name: 'Operator' };

/** The cars of the large fleet, in the simulator's order. */
export async function carsOf(stage: Pick<Stage, 'sim'>): Promise<ProvedCar[]> {
  const cars = (await stage.sim('GET', '/sim/api/world'))['cars'] as SeenCar[]; // its documented shape
  const makes = (await stage.sim('GET', '/sim/api/makes'))['makes'] as { make: string; freshnessS: number }[];
  const paces = new Map(makes.map(({ make, freshnessS }) => [make, freshnessS]));
  return cars
    .filter(({ fleet }) => fleet === 'many')
    .map(({ vin, make, model, year, account }) => ({
      vin,
      make,
      model,
      year,
      email: account.email,
      freshnessS: paces.get(make) ?? 600,
    }));
}

/** The plan of the fleet reads each car this often. */
export async function setInterval(stage: Pick<Stage, 'ground'>, intervalS: number): Promise<void> {
  await sql`update fleet set plan = jsonb_set(plan, '{pollIntervalS}', to_jsonb(${intervalS}::int))`.execute(
    stage.ground.database.owner,
  );
}

/** Connects all of them, and waits until each is active. @throws when one is not within an hour */
export async function enrolAll(stage: Stage, cars: readonly ProvedCar[]): Promise<EnrolledCar[]> {
  const owners = new Map<string, OwnerId>();
  const enrolled: EnrolledCar[] = [];
  for (const car of cars) {
    const ownerId = owners.get(car.email) ?? (await addOwner(stage, car.email));
    owners.set(car.email, ownerId);
    enrolled.push({ ...car, id: await enrol(stage, car, ownerId) });
    if (enrolled.length % 25 === 0) await stage.moveTo(stage.now().getTime() + 30_000);
  }
  const end = stage.now().getTime() + 3_600_000;
  while (stage.now().getTime() < end) {
    await stage.moveTo(stage.now().getTime() + 60_000);
    if ((await countActive(stage)) === cars.length) return enrolled;
  }
  throw new Error(`${await countActive(stage)} of ${cars.length} cars are active after an hour.`);
}

const contextOf = ({ fleetId }: Stage) => ({ fleetId, actor: operator, requestId: null });

async function addOwner(stage: Stage, email: string): Promise<OwnerId> {
  return stage.flows.addOwner(contextOf(stage), { name: email.split('@')[0] ?? email, email }, stage.now());
}

/** By the flows behind the pages; the pages themselves let one address in two times a second. */
async function enrol(stage: Stage, car: ProvedCar, ownerId: OwnerId): Promise<VehicleId> {
  const { flows } = stage;
  const { vin, make, model, year, email } = car;
  const id = await flows.addVehicle(contextOf(stage), { vin, make, model, year, ownerId }, stage.now());
  const link = await flows.sendConnectLink(contextOf(stage), id, { deliver: false }, stage.now());
  const browser = 'b'.repeat(43);
  const token = link.url.split('/o/')[1] ?? '';
  const url = await flows.startFromLink(token, { connectionId: null, browser }, stage.now());
  const { redirect } = await stage.sim('POST', '/sim/api/authorize', { url, email, vins: [vin] });
  const query = Object.fromEntries(new URL(String(redirect)).searchParams);
  await flows.returnFromConnect(query, browser, false, stage.now());
  stage.touch();
  return id;
}

async function countActive(stage: Stage): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from connection where status = 'active'`.execute(stage.ground.database.owner);
  return rows[0]?.count ?? 0;
}
