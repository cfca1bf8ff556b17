/** What a workshop would know: diagnostics and service history; made up from the seed. @see docs/smartcar.md §2.2, §2.3 */
import { chance } from '../random.ts';
import type { Car } from '../seed/fleet.ts';
import { worldStateAt } from '../world.ts';
import { inUnits, type UnitSystem } from './units.ts';

const systems = ['SYSTEM_TPMS', 'SYSTEM_ENGINE', 'SYSTEM_BRAKES', 'SYSTEM_AIRBAG'];
const dayMs = 86_400_000;
/** A car is in the workshop twice a year. */
const intervalDays = 182;

export function systemStatus(seed: number, car: Car): Record<string, unknown> {
  return {
    systems: systems.map((systemId) => {
      const isWorn = chance(seed, car.vin, systemId) < 0.04;
      return {
        systemId,
        status: isWorn ? 'ALERT' : 'OK',
        description: isWorn ? 'The system asks for a workshop.' : null,
      };
    }),
  };
}

export function troubleCodes(seed: number, car: Car, now: number): Record<string, unknown> {
  const hasOne = chance(seed, car.vin, 'trouble code') < 0.08;
  const timestamp = new Date(startOfDay(now) - 5 * dayMs).toISOString();
  return { activeCodes: hasOne ? [{ code: 'P0420', timestamp }] : [] };
}

/** Services between two times, newest first. */
export function serviceHistory(
  seed: number,
  car: Car,
  window: { from: number; to: number },
  units: UnitSystem,
): Record<string, unknown>[] {
  const first = Math.floor(chance(seed, car.vin, 'service') * intervalDays) * dayMs;
  const found: Record<string, unknown>[] = [];
  const bounded = Math.max(window.from, window.to - 20 * 366 * dayMs);
  const last = Math.floor((window.to - first) / (intervalDays * dayMs));
  for (let number = last; first + number * intervalDays * dayMs >= bounded; number -= 1) {
    found.push(service(seed, car, first + number * intervalDays * dayMs, number, units));
  }
  return found;
}

function service(seed: number, car: Car, at: number, number: number, units: UnitSystem): Record<string, unknown> {
  const isDealer = chance(seed, car.vin, 'dealer', number) < 0.8;
  return {
    serviceId: isDealer ? String(10_000 + number) : null,
    serviceDate: new Date(at).toISOString(),
    odometerDistance: inUnits(Math.max(0, worldStateAt(seed, car, at).odometerKm), 'distance', units),
    serviceTasks: [{ taskId: '1', taskDescription: 'Inspection' }],
    serviceDetails: { type: isDealer ? 'dealership' : 'manual_entry' },
    serviceCost: { totalCost: isDealer ? 189 : null, currency: isDealer ? 'EUR' : null },
  };
}

function startOfDay(now: number): number {
  return Math.floor(now / dayMs) * dayMs;
}
