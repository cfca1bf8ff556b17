/** Units of v2: metric unless `SC-Unit-System: imperial` asks for miles, gallons and psi. @see docs/smartcar.md §2.1 */
import type { FastifyRequest } from 'fastify';

export type UnitSystem = 'metric' | 'imperial';

/** The units that a request asks for; anything but `imperial` is metric. */
export function unitSystemOf(request: FastifyRequest): UnitSystem {
  return request.headers['sc-unit-system'] === 'imperial' ? 'imperial' : 'metric';
}

const factors = { distance: 0.621371, volume: 0.264172, pressure: 0.145038 };

/** A metric value (km, litres, kPa) in the units asked for; null stays null. */
export function inUnits(value: number | null, quantity: keyof typeof factors, units: UnitSystem): number | null {
  if (value === null || units === 'metric') return value;
  return Math.round(value * factors[quantity] * 100) / 100;
}
