/** What a plan allows: requests about a vehicle in a calendar month, and vehicles. @see docs/smartcar.md §5, §10 */
import type { Connection, State } from './state.ts';
import type { Simulation } from './simulation.ts';

/** The billing period of an instant, `2026-11`; it begins with the month, UTC. */
export function periodOf(now: number): string {
  return new Date(now).toISOString().slice(0, 7);
}

/** Requests about the vehicle in the present billing period. */
export function usedThisPeriod(state: State, vehicleId: string, now: number): number {
  return state.usage.period === periodOf(now) ? (state.usage.byVehicle[vehicleId] ?? 0) : 0;
}

/** Counts an answered request against the vehicle's quota; a batch counts once for each of its parts. */
export function countUse(sim: Simulation, vehicleId: string, requests = 1): void {
  const period = periodOf(sim.clock().getTime());
  if (sim.state.usage.period !== period) sim.state.usage = { period, byVehicle: {} };
  const { byVehicle } = sim.state.usage;
  byVehicle[vehicleId] = (byVehicle[vehicleId] ?? 0) + requests;
  sim.touch();
}

/** The BILLING code that a request about this car is answered with (430), or null. */
export function planLimitOf(sim: Simulation, connection: Connection): 'VEHICLE_LIMIT' | 'VEHICLE_REQUEST_LIMIT' | null {
  const { vehicleLimit, monthlyQuota } = sim.state.knobs;
  if (vehicleLimit !== null && placeOf(sim, connection) >= vehicleLimit) return 'VEHICLE_LIMIT';
  if (monthlyQuota === null) return null;
  const used = usedThisPeriod(sim.state, connection.vehicleId, sim.clock().getTime());
  return used >= monthlyQuota ? 'VEHICLE_REQUEST_LIMIT' : null;
}

/** How many vehicles were connected before this one: a plan's vehicles are the ones that came first. */
function placeOf(sim: Simulation, connection: Connection): number {
  const ordered = [...sim.state.connections].sort((a, b) => a.createdAt - b.createdAt);
  return ordered.findIndex((item) => item.vehicleId === connection.vehicleId);
}
