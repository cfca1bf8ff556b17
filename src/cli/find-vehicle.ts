/** The vehicle that somebody means: by id, or by what is written on it. */
import { isId } from '../domain/ids.ts';
import type { Invocation } from './command.ts';
import { exits, Failure, wrongUsage } from './failure.ts';

/** The id of the vehicle whose id, number, plate or VIN is the first word. @throws Failure when there is none, or several. */
export const vehicleIdOf = (call: Invocation): Promise<string> => vehicleIdNamed(call, call.words[0] ?? '');

/** The same of any word. @throws Failure when there is none, or several. */
export async function vehicleIdNamed(call: Pick<Invocation, 'api'>, meant: string): Promise<string> {
  if (isId('veh', meant)) return meant;
  const { items } = await call.api.call('listVehicles', { query: { q: meant, limit: 200 } });
  const found = items.filter((vehicle) =>
    [vehicle.number, vehicle.plate, vehicle.vin].some((name) => name?.toUpperCase() === meant.toUpperCase()),
  );
  const [first, ...others] = found;
  if (!first)
    throw new Failure(exits.notFound, 'No vehicle of this fleet has this id, number, plate or VIN.', {
      code: 'not_found',
    });
  if (others.length === 0) return first.id;
  const ids = found.map(({ id, number, plate }) => `  ${id}  ${number}  ${plate ?? ''}`.trimEnd());
  throw wrongUsage(['Several vehicles are called so. Give the id of one:', ...ids].join('\n'));
}
