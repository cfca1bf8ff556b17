/** A fleet: the tenant. Vehicles, owners, members, plan and settings belong to exactly one. */
import type { FleetId } from './ids.ts';
import type { MakeOverrides } from './make-policy.ts';
import type { PreciseLocation } from './location-privacy.ts';
import { defaultRequiredPermissions, optionalPermissions } from './permission.ts';
import type { Permission } from './permission.ts';

export interface Plan {
  name: string;
  pollIntervalS: number;
  retentionDays: number;
  requestBudget: { burst: number; perMinute: number; perVehiclePerMonth: number; reserveForCommands: number };
}

export interface Settings {
  requiredPermissions: Permission[];
  optionalPermissions: Permission[];
  /** Seconds; null means by make. */
  staleAfterS: number | null;
  /** What the fleet has set otherwise for single makes; absent: nothing. */
  makes?: MakeOverrides;
  ownerMail: { fromName: string; supportContact: string | null };
  /** How many owners are written to in a minute, when many are asked at once. */
  messagesPerMinute: number;
  /** Seconds that a message to an owner waits, so that cars that break together come in one, and an outage shows first. */
  askOwnersAfterS: number;
  timeZone: string;
  /** When positions are kept precisely. @see location-privacy.ts */
  preciseLocation: PreciseLocation;
  /** Whether an operator has to confirm a car whose VIN can't be compared: each, those that could be another one, or none. */
  confirmWithoutVin: ConfirmWithoutVin;
}

/** Everything that an owner is asked for. */
export const askedPermissions = (
  settings: Pick<Settings, 'requiredPermissions' | 'optionalPermissions'>,
): Permission[] => [...new Set([...settings.requiredPermissions, ...settings.optionalPermissions])];

export const confirmWithoutVinChoices = ['always', 'whenUnclear', 'never'] as const;
export type ConfirmWithoutVin = (typeof confirmWithoutVinChoices)[number];

export interface Fleet {
  id: FleetId;
  name: string;
  plan: Plan;
  settings: Settings;
}

/** @see docs/smartcar.md §5 (the application's bucket: 120 requests, 2 more a minute, unless a contract says otherwise) */
export const defaultPlan: Plan = {
  name: 'Standard',
  pollIntervalS: 1_800,
  retentionDays: 365,
  requestBudget: { burst: 120, perMinute: 2, perVehiclePerMonth: 500, reserveForCommands: 0.1 },
};

/**
 * Slow enough that a mistake is noticed while most of it can be taken back, and that mail providers don't take a fleet for a
 * sender of spam; fast enough for a thousand owners in half an hour.
 */
export const usualMessagesPerMinute = 30;

export function defaultSettings(fleetName: string): Settings {
  return {
    requiredPermissions: [...defaultRequiredPermissions],
    optionalPermissions: [...optionalPermissions],
    staleAfterS: null,
    ownerMail: { fromName: fleetName, supportContact: null },
    messagesPerMinute: usualMessagesPerMinute,
    askOwnersAfterS: 300,
    timeZone: 'Europe/Berlin',
    preciseLocation: 'always',
    confirmWithoutVin: 'whenUnclear',
  };
}
