/** What an owner can allow us, in Smartcar's names. Open: an owner may grant names that are not in this list. */

/** @see docs/smartcar.md §1.9 */
export type Permission = string;

/** What a car-sharing fleet cannot do without; a fleet's settings may say otherwise. */
export const defaultRequiredPermissions: readonly Permission[] = [
  'read_vehicle_info',
  'read_location',
  'read_odometer',
  'read_security',
  'control_security',
];

/** Asked for besides the required ones; the owner may clear these boxes in Connect. */
export const optionalPermissions: readonly Permission[] = [
  'read_vin',
  'read_battery',
  'read_fuel',
  'read_charge',
  'read_tires',
];

/** Every permission Towline can make use of; settings accept no other. */
export const knownPermissions: readonly Permission[] = [...defaultRequiredPermissions, ...optionalPermissions];

/** What a fleet requires and the owner did not grant, in the order of `required`. */
export function missingPermissions(required: readonly Permission[], granted: readonly Permission[]): Permission[] {
  return required.filter((permission) => !granted.includes(permission));
}

/** What a fleet requires and can't make use of: not granted, or granted and refused all the same. In the order of `required`. */
export function lackingPermissions(
  required: readonly Permission[],
  {
    permissions,
    refusedPermissions,
  }: { permissions: readonly Permission[]; refusedPermissions: readonly Permission[] },
): Permission[] {
  return required.filter((permission) => !permissions.includes(permission) || refusedPermissions.includes(permission));
}
