/** Who is told to wait: the application's bucket, the vehicle's, and what the plan allows. @see docs/smartcar.md §5 */
import type { ApiError } from './api/answers.ts';
import { takeToken } from './bucket.ts';
import { planLimitOf } from './quota.ts';
import type { Simulation } from './simulation.ts';
import type { Connection } from './state.ts';

/** Takes a request of the application's; answers the refusal when there is none left. */
export function applicationLimit(sim: Simulation): ApiError | null {
  const size = sim.state.knobs.applicationBucket;
  if (size === null) return null;
  const { capacity, refillPerMinute } = size;
  const bucket = { capacity, refillPerSecond: refillPerMinute / 60 };
  const wait = takeToken(sim.buckets, `application ${String(capacity)}`, bucket, sim.clock().getTime());
  return wait === 0 ? null : { type: 'RATE_LIMIT', code: 'SMARTCAR_API' };
}

/** Takes one of the vehicle's requests; answers the refusal of its plan or of its throttle. */
export function vehicleLimit(sim: Simulation, connection: Connection): ApiError | null {
  const code = planLimitOf(sim, connection);
  if (code !== null) return { type: 'BILLING', code };
  const car = sim.cars.get(connection.vin);
  const { limitsVehicles, vehicleBuckets } = sim.state.knobs;
  if (car === undefined || !limitsVehicles) return null;
  const { capacity, secondsEach } = vehicleBuckets === 'lively' ? car.make.vehicleBucket : car.make.olderGuidance;
  const bucket = { capacity, refillPerSecond: 1 / secondsEach };
  const wait = takeToken(sim.buckets, `${connection.vin} ${vehicleBuckets}`, bucket, sim.clock().getTime());
  return wait === 0 ? null : { type: 'RATE_LIMIT', code: 'VEHICLE', retryAfterS: wait };
}
