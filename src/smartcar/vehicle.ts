/** A vehicle's attributes: the request, and its answer, wrapped or not. @see docs/smartcar.md §3.3 */
import { z } from 'zod';
import type { SmartcarVehicleId } from '../domain/ids.ts';
import type { FoundCar } from '../domain/vehicle.ts';
import type { Answer } from './answer.ts';
import { label, make, modelYear, opaqueId, powertrain } from './fields.ts';
import { headersFor, pathOf, readAs, unwrapped } from './read.ts';
import type { Request, Sent } from './send.ts';
import type { VehicleAndUser } from './smartcar.ts';

export function vehicleRequest(token: string, { vehicleId, userId }: VehicleAndUser): Request {
  return {
    method: 'GET',
    path: pathOf(`/v3/vehicles/${encodeURIComponent(vehicleId)}`),
    headers: headersFor(token, userId),
  };
}

const vehicle = z.preprocess(
  unwrapped,
  z
    .object({
      id: opaqueId,
      attributes: z.object({ make, model: label, year: modelYear, powertrainType: powertrain }).partial(),
    })
    .transform(({ id, attributes }): FoundCar => ({
      smartcarVehicleId: id as SmartcarVehicleId, // opaque; gets its brand where it comes in
      make: attributes.make ?? null,
      model: attributes.model ?? null,
      year: attributes.year ?? null,
      powertrain: attributes.powertrainType ?? null,
      vin: null,
    })),
);

export const readVehicleAnswer = (sent: Sent): Answer<FoundCar> => readAs(sent, vehicle);
