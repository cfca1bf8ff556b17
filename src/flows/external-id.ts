/** Our name for whoever goes through Connect, which Smartcar keeps with its user and tells in its list. */
import type { Vehicle } from '../domain/vehicle.ts';

/**
 * The owner's id, or the vehicle's where no owner is known: unguessable, and the same for all ways of one owner. A later
 * way replaces the id of an earlier one at Smartcar, so an id of each way's own would make two ways at once lose each other.
 */
export const externalIdOf = (vehicle: Pick<Vehicle, 'id' | 'ownerId'>): string => vehicle.ownerId ?? vehicle.id;
