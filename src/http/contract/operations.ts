/** Overview, alerts, messages, webhook events, people and keys. */
import { z } from 'zod';

import { confirmWithoutVinChoices } from '../../domain/fleet.ts';
import { preciseLocations } from '../../domain/location-privacy.ts';
import { roles } from '../../domain/role.ts';
import { makeOverrides } from './makes.ts';
import { instant, line, listOf, maybeInstant, name, page } from './shared.ts';

const counts = z.record(z.string(), z.number().int());

export const overview = z.object({
  at: instant,
  vehicles: z.number().int(),
  statuses: counts.describe('Vehicles by status, and unconnected ones.'),
  causes: counts,
  freshness: counts.describe('Vehicles by fresh, stale, never.'),
  turns: counts.describe('Vehicles that wait for somebody, by who.'),
  owners: z.object({ asked: z.number().int(), opened: z.number().int(), oldestAskedAt: maybeInstant }),
  toConfirm: z.number().int().describe('Cars that owners connected and an operator has to confirm.'),
  lapsing: z.number().int().describe('Connections whose grant lapses within a week.'),
  requests: z.object({
    left: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe("The share of this month's requests to Smartcar that is left; null without connected vehicles."),
  }),
  alerts: z.object({ open: z.number().int(), critical: z.number().int() }),
  webhooks: z.object({
    lastReceivedAt: maybeInstant,
    pending: z.number().int(),
    quarantined: z.number().int(),
    refusedLastHour: z.number().int(),
  }),
  platform: z.object({
    mode: z.enum(['live', 'simulated']),
    platform: z.literal('v3'),
    onV2: z.number().int().describe('Connections that are still on v2, which Smartcar has deprecated.'),
  }),
});
export type Overview = z.infer<typeof overview>;

export const alert = z.object({
  id: z.string(),
  kind: z.string(),
  severity: z.enum(['info', 'warning', 'critical']),
  state: z.enum(['open', 'acknowledged', 'snoozed', 'resolved']),
  text: z.string().describe('What is wrong, in a sentence.'),
  vehicleIds: z.array(z.string()),
  vehicles: z.array(
    z.object({ id: z.string(), number: z.string(), make: z.string().nullable(), model: z.string().nullable() }),
  ),
  openedAt: instant,
  acknowledgedAt: maybeInstant,
  resolvedAt: maybeInstant,
});
export type AlertView = z.infer<typeof alert>;
export const alertList = listOf(alert);
export const alertQuery = z.object({
  ...page,
  state: z.enum(['unresolved', 'open', 'acknowledged', 'resolved', 'all']).default('unresolved'),
  vehicle: z.string().max(64).optional(),
});

export const notification = z.object({
  id: z.string(),
  kind: z.string(),
  channel: z.literal('email'),
  state: z.enum(['queued', 'sent', 'failed', 'withdrawn']),
  owner: z.object({ id: z.string(), name: z.string() }),
  vehicleIds: z.array(z.string()),
  subject: z.string().nullable(),
  attempts: z.number().int(),
  lastError: z.string().nullable(),
  createdAt: instant,
  sentAt: maybeInstant,
});
export const notificationList = listOf(notification);
export const notificationQuery = z.object({ ...page, vehicle: z.string().max(64).optional() });

export const mail = z.object({
  messageId: z.string(),
  from: z.string(),
  to: z.string(),
  subject: z.string(),
  html: z.string(),
  text: z.string(),
  at: instant,
});
export const mailList = listOf(mail);
export const pageQuery = z.object(page);

export const webhookEvent = z.object({
  id: z.string(),
  eventId: z.string().nullable(),
  eventType: z.string().nullable(),
  vehicleId: z.string().nullable(),
  state: z.enum(['pending', 'applied', 'duplicate', 'ignored', 'quarantined']),
  reason: z.string().nullable(),
  receivedAt: instant,
  appliedAt: maybeInstant,
});
export const webhookEventList = listOf(webhookEvent);
export const webhookEventQuery = z.object({ ...page, state: z.string().max(20).optional() });

const role = z.enum(roles);

export const fleet = z.object({ id: z.string(), name: z.string() });
export const fleetList = z.object({ items: z.array(fleet), nextCursor: z.null() });
export const fleetCreate = z.strictObject({ name: name.max(100) });

export const me = z.object({
  name: z.string(),
  email: z.string().nullable().describe('Null for a key.'),
  role,
  fleet: fleet.extend({ timeZone: z.string() }),
  fleets: z.array(fleet),
  installationAdministrator: z.boolean(),
  demo: z.boolean(),
  simulatorUrl: z.string().nullable().describe("The simulator's own page; null when real cars are managed."),
});
export type Me = z.infer<typeof me>;

export const apiKey = z.object({
  id: z.string(),
  name: z.string(),
  hint: z.string().describe('Its first characters.'),
  role,
  createdAt: instant,
  revokedAt: maybeInstant,
});
export const apiKeyList = z.object({ items: z.array(apiKey), nextCursor: z.null() });
export const apiKeyCreate = z.strictObject({ name: name.max(100), role: role.default('viewer') });
export const apiKeyCreated = apiKey.extend({ key: z.string().describe('Shown this once.') });

export const auditEntry = z.object({
  id: z.string(),
  at: instant,
  actor: z.object({ kind: z.string(), name: z.string() }),
  act: z.string(),
  subject: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
  requestId: z.string().nullable(),
});
export const auditList = listOf(auditEntry);

export const settings = z.object({
  askOwnersAfterS: z.number().int().describe('Seconds that a message to an owner waits before it leaves.'),
  requiredPermissions: z.array(z.string()),
  optionalPermissions: z.array(z.string()),
  staleAfterS: z.number().int().nullable(),
  ownerMail: z.object({ fromName: z.string(), supportContact: z.string().nullable() }),
  messagesPerMinute: z.number().int().describe('Owners that are written to in a minute, when many are asked at once.'),
  timeZone: z.string(),
  makes: makeOverrides.optional().describe('What the fleet has set otherwise for single makes; see /makes.'),
  preciseLocation: z
    .enum(preciseLocations)
    .describe('When positions are kept precisely; else to about a kilometre, and without history.'),
  confirmWithoutVin: z
    .enum(confirmWithoutVinChoices)
    .describe(
      'Whether an operator confirms a car whose VIN can not be compared: each, those that could be another car, or none.',
    ),
  leastEnergyPercent: z
    .number()
    .int()
    .describe('Percent of charge or fuel below which a car is not ready for a renter.'),
  fallback: z
    .object({ text: z.string().nullable(), phone: z.string().nullable() })
    .describe('What helps a renter whose car can not be reached: where the key box is, whom to call.'),
});
export const settingsChange = z.strictObject({
  askOwnersAfterS: z.number().int().min(0).max(86_400).optional(),
  requiredPermissions: z.array(z.string().max(60)).min(1).max(40).optional(),
  staleAfterS: z.number().int().min(300).max(2_592_000).nullable().optional(),
  confirmWithoutVin: z.enum(confirmWithoutVinChoices).optional(),
  ownerMail: z.strictObject({ fromName: name.max(100), supportContact: line(200).nullable() }).optional(),
  preciseLocation: z.enum(preciseLocations).optional(),
  messagesPerMinute: z.number().int().min(1).max(600).optional(),
  leastEnergyPercent: z.number().int().min(0).max(100).optional(),
  fallback: z.strictObject({ text: line(500).nullable(), phone: line(40).nullable() }).optional(),
});
