/** Before the move: an installation that knows v2 alone, and a fleet whose cars are all active on it. */
import { closeGround, bindFlows, listen } from '../../src/app.ts';
import { ensureFleets } from '../../src/flows/bootstrap.ts';
import { ensurePartitions } from '../../src/store/telemetry.ts';
import { carsOf, enrolAll, setInterval } from '../month/enrol.ts';
import type { EnrolledCar } from '../month/script.ts';
import type { World } from '../world.ts';
import { placeOf } from './stage.ts';
import { openTowline, optionsFor, workDue } from './towline.ts';

/** Between two reads of a car. */
export const pollS = 2 * 3_600;
/** Between two fetches of Smartcar's of a car that nothing happens to. */
const quietS = 2 * 3_600;

export interface Car extends EnrolledCar {
  smartcarVehicleId: string;
}

export async function enrol(on: World): Promise<Car[]> {
  const { clock } = on;
  const options = optionsFor(placeOf(on, 'v2'), () => clock.now);
  const ground = await openTowline(options, (sentence) => {
    throw new Error(sentence);
  });
  const flows = bindFlows(ground);
  const [fleetId] = await ensureFleets(ground, true, clock.now);
  await ensurePartitions(ground.database, clock.now);
  const server = await listen(ground, flows, options);
  const stage = {
    ...{ ground, flows, fleetId },
    now: () => clock.now,
    sim: on.sim,
    touch: () => undefined,
    async moveTo(at: number) {
      clock.now = new Date(at);
      await on.simulator.advanceTo(clock.now);
      await workDue(ground, clock.now);
    },
  };
  try {
    const cars = await enrolAll(stage, await carsOf(stage));
    await setInterval(stage, pollS);
    await on.sim('PATCH', '/sim/api/knobs', { quietCadenceS: quietS });
    const seen = (await on.sim('GET', '/sim/api/world'))['cars'] as { vin: string; vehicleId: string }[]; // its documented shape
    const ids = new Map(seen.map(({ vin, vehicleId }) => [vin, vehicleId]));
    return cars.map((car) => ({ ...car, smartcarVehicleId: ids.get(car.vin) ?? '' }));
  } finally {
    await server.close();
    await closeGround(ground);
  }
}
