/** A fleet in which one make has accounts enough for an incident, and time that passes with the watch's look in each minute. */
import assert from 'node:assert/strict';

import type { VehicleId } from '../../src/domain/ids.ts';
import { watchIncidents } from '../../src/flows/watch-incidents.ts';
import { startWorld } from './world.ts';
import type { SimulatedCar, World } from './world.ts';

export const make = 'VOLKSWAGEN';
export const ofMake = 8;
export const ofOthers = 4;

export interface Fleet {
  world: World;
  cars: SimulatedCar[];
  ids: Map<string, VehicleId>;
}

/** Eight accounts of one make and four of others, all active; connected ten minutes ago, or so many seconds. */
export async function startFleet(agoS = 600): Promise<Fleet> {
  const world = await startWorld({ simulator: { many: 120 } });
  await world.api('PATCH', '/settings', { askOwnersAfterS: 300 });
  const seen = new Set<string>();
  const distinct = (await world.cars('many')).filter(({ account }) => {
    const isNew = !seen.has(account.email);
    seen.add(account.email);
    return isNew;
  });
  const cars = [
    ...distinct.filter((car) => car.make === make).slice(0, ofMake),
    ...distinct.filter((car) => car.make !== make).slice(0, ofOthers),
  ];
  assert.equal(cars.length, ofMake + ofOthers);
  const ids = new Map<string, VehicleId>();
  for (const car of cars) ids.set(car.vin, await world.connectCar(car));
  await play(world, agoS);
  const { statuses } = (await world.api('GET', '/overview')).body as { statuses: Record<string, number> }; // the contract's
  assert.equal(statuses['active'], cars.length);
  return { world, cars, ids };
}

/** Lets time pass minute by minute, with the watch's look in each. */
export async function play(world: World, seconds: number, stepS = 60): Promise<void> {
  for (let passed = 0; passed < seconds; passed += stepS) {
    await world.advance(stepS);
    await watchIncidents(world.ground, world.now());
    await world.settle();
  }
}
