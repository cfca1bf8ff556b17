/** Who may do what: roles of a fleet's members, and of keys. */

export const roles = ['viewer', 'technician', 'support', 'manager', 'administrator'] as const;
export type Role = (typeof roles)[number];

/** What an act needs. Each includes everything before it. */
export const needs = {
  read: 'viewer',
  check: 'technician',
  command: 'technician',
  rent: 'support',
  changeVehicles: 'support',
  connect: 'support',
  acknowledge: 'technician',
  disconnect: 'manager',
  endIncident: 'manager',
  exportOwner: 'manager',
  eraseOwner: 'administrator',
  changeSettings: 'administrator',
  changePlan: 'administrator',
  manageKeys: 'administrator',
  readEndpoints: 'manager',
  changeEndpoints: 'administrator',
  move: 'administrator',
  readAudit: 'manager',
} as const satisfies Record<string, Role>;
export type Act = keyof typeof needs;

export const mayDo = (role: Role, act: Act): boolean => roles.indexOf(role) >= roles.indexOf(needs[act]);

/** Who or what caused something; written into the timeline and the audit log. */
export interface Actor {
  kind: 'operator' | 'apiKey' | 'owner' | 'renter' | 'towline';
  /** User or key id, of a renter the rental's; null for the owner by link and for Towline itself. */
  id: string | null;
  name: string;
}

export const towline: Actor = { kind: 'towline', id: null, name: 'Towline' };
