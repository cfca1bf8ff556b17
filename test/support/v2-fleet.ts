/** A fleet that was connected on v2, in an installation that has credentials for v3 by now. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { VehicleId } from '../../src/domain/ids.ts';
import { moveDue } from '../../src/flows/move-due.ts';
import { createDatabase } from './database.ts';
import { startWorld } from './world.ts';
import type { SimulatedCar, World, WorldOptions } from './world.ts';

export interface CarOnV2 {
  id: VehicleId;
  car: SimulatedCar;
}

export interface V2Fleet {
  world: World;
  cars: readonly CarOnV2[];
  databaseUrl: string;
  /** Time passes minute by minute, and the move goes on in each. */
  passMinutes(minutes: number): Promise<void>;
  close(): Promise<void>;
}

type Wanted = (cars: readonly SimulatedCar[]) => readonly SimulatedCar[];

/** Cars that are active on v2; then everything is started again with credentials for both. */
export async function startV2Fleet(
  wanted: Wanted,
  options: Pick<WorldOptions, 'simulator'> & { fleet?: string } = {},
): Promise<V2Fleet> {
  const database = await createDatabase();
  const stateFile = join(tmpdir(), `towline-move-${randomBytes(6).toString('hex')}.json`);
  const simulator = { ...options.simulator, stateFile };
  const before = await startWorld({ databaseUrl: database.url, simulator, speaks: 'v2' });
  const cars = await connectAll(before, wanted(await before.cars(options.fleet ?? 'first')));
  await before.close();
  const startAt = before.now().toISOString();
  const world = await startWorld({ databaseUrl: database.url, simulator, speaks: 'both', startAt });
  return {
    world,
    cars,
    databaseUrl: database.url,
    async passMinutes(minutes) {
      for (let minute = 0; minute < minutes; minute += 1) {
        await world.advance(60);
        await moveDue(world.ground, world.now());
        await world.settle();
      }
    },
    async close() {
      await world.close();
      await database.drop();
      rmSync(stateFile, { force: true });
    },
  };
}

async function connectAll(world: World, cars: readonly SimulatedCar[]): Promise<CarOnV2[]> {
  const connected: CarOnV2[] = [];
  for (const car of cars) connected.push({ id: await world.connectCar(car), car });
  for (let waitedS = 0; waitedS < 3_600; waitedS += 60) {
    const { body } = await world.api('GET', '/overview');
    if ((body['statuses'] as Record<string, number>)['active'] === cars.length) return connected;
    await world.advance(60);
  }
  throw new Error('Not every car became active on v2.');
}
