/** What Smartcar knows of a vehicle without asking it. @see docs/smartcar.md §2.2 */
import { carOf, type Simulation } from '../simulation.ts';
import type { Connection } from '../state.ts';
import { isGranted, type Entered } from './entry.ts';

/** Exactly id, make, model and year. */
export function attributesOf(sim: Simulation, connection: Connection): Record<string, unknown> {
  const { make, model, year } = carOf(sim, connection);
  return { id: connection.vehicleId, make: make.make, model: model.name, year };
}

/** The permissions of the request's token; an earlier token keeps the ones it was issued with. @see docs/smartcar.md §1.4 */
export function grantedPermissions(sim: Simulation, entered: Entered): string[] {
  return entered.family.grant.permissions.filter((permission) => isGranted(sim, entered, permission));
}
