/** Several watched cars on one database, whose time stands in a file that real processes read. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase } from '../support/database.ts';
import type { TestServer } from '../support/servers.ts';
import { startWorld, type SimulatedCar, type World } from '../support/world.ts';
import { rowsOf } from './sql.ts';

export interface WatchedFleet {
  readonly world: World;
  readonly databaseUrl: string;
  readonly clockFile: string;
  readonly cars: readonly SimulatedCar[];
  /** The clock moves on for everybody, and the simulator does what is due; webhooks go where its knob says. */
  pass(seconds: number): Promise<void>;
  count(question: string): Promise<number>;
  rows(question: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Cars of different owners, connected and active, on the world's own work; afterwards it only serves HTTP. */
export async function watchFleet(size: number, server?: TestServer): Promise<WatchedFleet> {
  const database = await createDatabase(server);
  const folder = mkdtempSync(join(tmpdir(), 'towline-crash-clock-'));
  const clockFile = join(folder, 'now');
  const world = await startWorld({ databaseUrl: database.url });
  const tell = (): void => {
    // Nobody may read half an instant.
    writeFileSync(`${clockFile}.next`, world.now().toISOString());
    renameSync(`${clockFile}.next`, clockFile);
  };
  const cars = await connectAll(world, size);
  tell();
  const rows = (question: string) => rowsOf(database.url, question);
  return {
    world,
    databaseUrl: database.url,
    clockFile,
    cars,
    rows,
    count: async (question) => (await rows(question)).length,
    async pass(seconds) {
      world.pass(seconds);
      tell();
      await world.simulator.advanceTo(world.now());
    },
    async close() {
      await world.close();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function connectAll(world: World, size: number): Promise<SimulatedCar[]> {
  const all = await world.cars('first');
  const byOwner = new Map(all.map((car) => [car.account.email, car]));
  const cars = [...byOwner.values()]
    .filter(({ make }) => make === 'VOLKSWAGEN' || make === 'BMW' || make === 'AUDI')
    .slice(0, size);
  if (cars.length < size) throw new Error(`Only ${cars.length} cars have owners of their own.`);
  const ids = [];
  for (const car of cars) ids.push(await world.connectCar(car));
  for (let waitedS = 0; waitedS < 900; waitedS += 15) {
    const seen = await Promise.all(ids.map((id) => world.vehicle(id)));
    if (seen.every(({ connection }) => connection?.status === 'active')) return cars;
    await world.advance(15);
  }
  throw new Error('Not every car became active.');
}
