/** Vehicles, their connection, signals and timeline. */
import { z } from 'zod';

import { routeNames } from '../../domain/cause.ts';
import { commandTypes } from '../../domain/command.ts';
import { starts } from '../../domain/reconnect-route.ts';
import { powertrains } from '../../domain/vehicle.ts';
import { currentRental } from './rentals.ts';
import { country, instant, line, listOf, maybeInstant, name, nextAction, page, statusName } from './shared.ts';

export const capability = z.object({
  allowed: z.boolean(),
  reason: z.string().nullable().describe('Why not; null when allowed.'),
});

export const signal = z.object({
  code: z.string(),
  name: z.string().describe('In words.'),
  value: z.unknown(),
  unit: z.string().nullable(),
  measuredAt: maybeInstant.describe("The car's or the manufacturer's clock."),
  fetchedAt: maybeInstant.describe("Smartcar's clock."),
  receivedAt: instant.describe('Ours.'),
  freshness: z.enum(['fresh', 'stale']),
  rounded: z.boolean().describe('A position that is known to about a kilometre only.'),
});

export const freshness = z.object({
  state: z.enum(['fresh', 'stale', 'never']),
  reason: z.string().nullable(),
  text: z.string().nullable().describe('The reason in words.'),
  since: maybeInstant,
  nextAction: nextAction.nullable(),
});

export const permissionGap = z.object({ permission: z.string(), text: z.string() });

export const connection = z.object({
  id: z.string(),
  status: statusName,
  cause: z.string().nullable().describe('Null when active.'),
  causeText: z.string().nullable().describe('The cause in a sentence.'),
  nextAction: nextAction.nullable(),
  reconnect: z
    .object({
      route: z.enum(routeNames),
      starts: z.enum(starts),
      text: z.string().describe('What a press starts, in a sentence.'),
    })
    .nullable()
    .describe('How it is repaired; null when there is nothing to repair.'),
  since: instant,
  platform: z.enum(['v3', 'v2']),
  connectedAt: instant,
  permissions: z.object({
    granted: z.array(z.string()),
    required: z.array(z.string()),
    missing: z.array(permissionGap),
  }),
  suspicion: z
    .object({ text: z.string(), claimedAt: instant, deadlineAt: instant })
    .nullable()
    .describe('Claimed and being checked; null when nothing is.'),
  incident: z
    .object({ id: z.string(), name: z.string(), text: z.string(), openedAt: instant })
    .nullable()
    .describe('The incident that it is part of: nothing is asked of the owner meanwhile; null when there is none.'),
  note: z
    .object({ meaning: z.string(), text: z.string(), since: instant, nextAction })
    .nullable()
    .describe('What the car itself answered last (asleep, out of reach, …); null when it last answered normally.'),
  lastSuccess: z.object({ kind: z.enum(['telemetry', 'command']), at: instant }).nullable(),
  lastTelemetryAt: maybeInstant,
  nextPollAt: maybeInstant.describe('Null when it is not polled.'),
  requests: z
    .object({
      used: z.number().int(),
      allowed: z.number().int(),
      usedUp: z.boolean().describe('It is not read by schedule until it has some again.'),
    })
    .describe("The vehicle's own requests of this month (UTC)."),
  lapsesAt: maybeInstant.describe('Null when no limit is documented.'),
  subscribed: z.boolean().describe("Smartcar's webhook is subscribed to this vehicle."),
  disconnecting: z.boolean().describe('Disconnected here; Smartcar has not confirmed yet.'),
  ending: z
    .object({
      since: instant,
      tries: z.number().int(),
      lastTriedAt: maybeInstant,
      nextTryAt: maybeInstant.describe('Null when Towline does not try it by itself.'),
      handedOver: z.boolean().describe('Nothing that Towline holds can end it at Smartcar; an operator has to.'),
      text: z.string().nullable().describe('Why the last try did not end it; null when none has failed.'),
    })
    .nullable()
    .describe('How ending it at Smartcar goes; null unless disconnecting.'),
  request: z
    .object({ id: z.string(), askedAt: instant, openedAt: maybeInstant, returnedAt: maybeInstant })
    .nullable()
    .describe('What the owner was asked and has not finished; null when nothing.'),
});

export const owner = z.object({ id: z.string(), name: z.string() });

const identity = {
  number: z.string(),
  plate: z.string().nullable(),
  vin: z.string().nullable(),
  make: z.string().nullable(),
  model: z.string().nullable(),
  year: z.number().int().nullable(),
  powertrain: z.enum(powertrains as [string, ...string[]]).nullable(), // never empty
  country: z.string().nullable(),
};

export const vehicle = z.object({
  id: z.string(),
  ...identity,
  owner: owner.nullable(),
  connection: connection.nullable().describe('Null when there never was one.'),
  freshness,
  signals: z.array(signal),
  capabilities: z.object({
    connect: capability,
    reconnect: capability,
    disconnect: capability,
    check: capability,
    lock: capability,
    unlock: capability,
    mailLink: capability.describe('A link to connect can be mailed to the owner, as far as the make goes.'),
  }),
  cautions: z
    .array(
      z.object({
        code: z.string(),
        against: z.array(z.enum(commandTypes)),
        text: z.string(),
        at: instant.describe('When the car was so.'),
      }),
    )
    .describe('What the car said a while ago that speaks against a command now. It refuses none.'),
  toConfirm: z.boolean().describe('Its owner came back with a car that an operator has to confirm or refuse first.'),
  rental: currentRental.nullable().describe('The rental that it is in; null when it is in none.'),
  createdAt: instant,
});
export type VehicleView = z.infer<typeof vehicle>;
export type ConnectionView = z.infer<typeof connection>;
export type SignalView = z.infer<typeof signal>;

export const vehicleList = listOf(vehicle);

/** What vehicles are chosen by, in lists and in acts on many. */
export const vehicleFilter = z.strictObject({
  status: z.enum(['active', 'pending', 'expired', 'disconnected', 'error', 'unconnected']).optional(),
  cause: z.string().max(60).optional(),
  freshness: z.enum(['fresh', 'stale', 'never']).optional(),
  make: z.string().max(60).optional(),
  owner: z.string().max(64).optional(),
  lapsesBefore: instant.optional().describe('Only those whose grant lapses before this.'),
  permissionMissing: z
    .string()
    .max(60)
    .optional()
    .describe('Only those whose owner did not allow this; `any`: something that the fleet requires.'),
  q: z.string().trim().max(100).optional().describe('Number, plate, VIN, make, model or owner.'),
  incident: z.string().max(64).optional().describe('Only those that failed in this incident.'),
  inRental: z.enum(['true', 'false']).optional(),
  readiness: z
    .enum(['ready', 'notReady'])
    .optional()
    .describe('Whether they can be handed to a renter now. A car in a rental is neither.'),
  who: z.string().max(20).optional().describe('Whose turn it is.'),
});
export type VehicleFilterInput = z.infer<typeof vehicleFilter>;

export const vehicleQuery = z.object({
  ...page,
  ...vehicleFilter.shape,
  sort: z
    .enum(['number', 'since', 'lapsesAt'])
    .default('number')
    .describe('By number; by time in the present status, longest first; or by lapse, soonest first.'),
});
export const vehicleCountQuery = z.object(vehicleFilter.shape);
export const vehicleCount = z.object({ count: z.number().int() });

const plate = line(20).min(1);
const vin = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-HJ-NPR-Z0-9]{17}$/, 'A VIN has 17 letters and digits, without I, O and Q.');

export const vehicleCreate = z.strictObject({
  number: line(60).min(1).optional().describe('Chosen by Towline when absent.'),
  plate: plate.optional(),
  vin: vin.optional(),
  make: line(60).min(1).toUpperCase().optional(),
  model: line(100).min(1).optional(),
  year: z.number().int().min(1950).max(2100).optional(),
  powertrain: z.enum(powertrains as [string, ...string[]]).optional(), // never empty
  country: country.optional(),
  ownerId: z.string().max(64).optional(),
});

/** Null removes a value. */
export const vehicleChange = z.strictObject({
  number: line(60).min(1).optional(),
  plate: plate.nullable().optional(),
  vin: vin.nullable().optional(),
  ownerId: z.string().max(64).nullable().optional(),
});

export const connectInput = z.strictObject({ deliver: z.literal('email').optional() });
export const connectLink = z.object({ url: z.string(), expiresAt: instant, delivered: z.boolean() });

export const reconnectInput = z.strictObject({ deliver: z.literal('email').optional() });
export const reconnectResult = z.object({
  route: z.enum(routeNames),
  url: z.string().optional(),
  expiresAt: instant.optional(),
  delivered: z.boolean(),
});

export const disconnectInput = z.strictObject({
  when: z
    .enum(['now', 'afterRental'])
    .default('now')
    .describe(
      'A car in a rental can not be disconnected now; afterRental does it in the moment in which the rental ends.',
    ),
});

export const timelineEntry = z.object({
  id: z.string(),
  kind: z.string(),
  at: instant,
  via: z.string(),
  actor: z.object({ kind: z.string(), name: z.string() }),
  text: z.string().describe('What happened, in a sentence.'),
  requestId: z.string().nullable(),
});
export const timeline = listOf(timelineEntry);
export type TimelineView = z.infer<typeof timelineEntry>;

export const signalList = z.object({ items: z.array(signal), nextCursor: z.null() });

export const ownerView = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  language: z.string(),
  timeZone: z.string().nullable(),
  country: z.string().nullable(),
  createdAt: instant,
  vehicleCount: z.number().int().describe('Vehicles that are theirs.'),
  erasedAt: maybeInstant.describe('When they were forgotten: name, address and phone are gone. Null before.'),
});
export const ownerList = listOf(ownerView);
export const ownerQuery = z.object({ ...page, q: z.string().trim().max(100).optional() });

export const ownerCreate = z.strictObject({
  name,
  email: z.email().max(254),
  language: z.string().max(35).refine(isLanguage, 'Use a language tag such as en or de-AT.').optional(),
  timeZone: z.string().max(60).refine(isTimeZone, 'Use an IANA time zone such as Europe/Berlin.').optional(),
  country: country.optional(),
  phone: line(40).optional(),
});
export const ownerChange = ownerCreate.partial();

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}
