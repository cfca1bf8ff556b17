/** A fleet: the tenant. Vehicles, owners, members, plan and settings belong to exactly one. */
import type { FleetId } from './ids.ts';
import type { MakeOverrides } from './make-policy.ts';
import type { PreciseLocation } from './location-privacy.ts';
import { defaultRequiredPermissions, optionalPermissions } from './permission.ts';
import type { Permission } from './permission.ts';

export interface Plan {
  name: string;
  /** Seconds between routine reads of a car; longer where its requests would not last, or there is nothing to learn. */
  pollIntervalS: number;
  retentionDays: number;
  requestBudget: {
    /** Requests of one car in a calendar month. */
    perVehiclePerMonth: number;
    /** The share of the application's bucket, and of a car's month and day, that only commands touch. */
    reserveForCommands: number;
  };
}

/** Between these a fleet's plan may be. */
export const planBounds = {
  pollIntervalS: { least: 60, most: 86_400 },
  perVehiclePerMonth: { least: 30, most: 100_000 },
  reserveForCommands: { least: 0, most: 0.5 },
} as const;

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
  /** Percent of charge or fuel below which a car is not handed to a renter. */
  leastEnergyPercent: number;
  /** What helps a renter whose car can't be reached; null where there is nothing. */
  fallback: { text: string | null; phone: string | null };
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

/** @see docs/smartcar.md §5 (the example of a plan: 500 requests of a vehicle and month) */
export const defaultPlan: Plan = {
  name: 'Standard',
  pollIntervalS: 1_800,
  retentionDays: 365,
  requestBudget: { perVehiclePerMonth: 500, reserveForCommands: 0.1 },
};

/**
 * Slow enough that a mistake is noticed while most of it can be taken back, and that mail providers don't take a fleet for a
 * sender of spam; fast enough for a thousand owners in half an hour.
 */
export const usualMessagesPerMinute = 30;

/** About 50 km of a small electric car: enough to reach a charger. */
export const usualLeastEnergyPercent = 15;

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
    leastEnergyPercent: usualLeastEnergyPercent,
    fallback: { text: null, phone: null },
  };
}
