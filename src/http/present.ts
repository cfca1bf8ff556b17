/** Rows as the contract shows them, with their sentences: alerts, messages, events, keys, people. */
import { alertKinds } from '../domain/alert.ts';
import type { AlertKind } from '../domain/alert.ts';
import type { ListedAlert } from '../store/alert-list.ts';
import type { KeptApiKey } from '../store/api-key.ts';
import type { KeptAuditEntry } from '../store/audit.ts';
import type { KeptMail } from '../store/mailbox.ts';
import type { ListedNotification } from '../store/notification-list.ts';
import type { ListedOwner } from '../store/owner-list.ts';
import type { ListedHappening } from '../store/timeline-list.ts';
import type { ListedWebhookEvent } from '../store/webhook-event-list.ts';
import { timelineText } from '../texts/timeline-words.ts';
import type { TimelineWords } from '../texts/timeline-words.ts';
import { alertText, vehicleTitle } from '../texts/words.ts';
import type { Answer } from './contract/routes.ts';
import type { Sealing } from './server-needs.ts';

export const iso = (date: Date): string => date.toISOString();
export const maybeIso = (date: Date | null): string | null => date?.toISOString() ?? null;

type Labels = ReadonlyMap<string, { id: string; number: string; make: string | null; model: string | null }>;

export function presentAlert(alert: ListedAlert, labels: Labels): Answer<'getAlert'> {
  const vehicles = alert.vehicle_ids.flatMap((id) => labels.get(id) ?? []);
  return {
    id: alert.id,
    kind: alert.kind,
    severity: alert.severity,
    state: alert.state,
    text: isAlertKind(alert.kind) ? alertText(alert.kind, alert.detail, labelOf(vehicles[0])) : alert.kind,
    vehicleIds: alert.vehicle_ids,
    vehicles,
    openedAt: iso(alert.opened_at),
    acknowledgedAt: maybeIso(alert.acknowledged_at),
    resolvedAt: maybeIso(alert.resolved_at),
  };
}

const isAlertKind = (kind: string): kind is AlertKind => (alertKinds as readonly string[]).includes(kind); // widened only to ask

function labelOf(vehicle: { number: string; make: string | null; model: string | null } | undefined): string | null {
  if (!vehicle) return null;
  const title = vehicleTitle({ ...vehicle, year: null });
  return title === vehicle.number ? title : `${vehicle.number} (${title})`;
}

export function presentNotification(row: ListedNotification): Answer<'getNotification'> {
  return {
    id: row.id,
    kind: row.kind,
    channel: row.channel,
    state: row.state,
    owner: { id: row.owner_id, name: row.owner_name },
    vehicleIds: row.vehicle_ids,
    subject: row.subject,
    attempts: row.attempts,
    lastError: row.last_error,
    createdAt: iso(row.created_at),
    sentAt: maybeIso(row.sent_at),
  };
}

export function presentMail(mail: KeptMail): Answer<'listMailbox'>['items'][number] {
  return {
    messageId: mail.message_id,
    from: mail.sender,
    to: mail.recipient,
    subject: mail.subject,
    html: mail.html,
    text: mail.text,
    at: iso(mail.at),
  };
}

export function presentWebhookEvent(row: ListedWebhookEvent): Answer<'getWebhookEvent'> {
  return {
    id: row.id,
    eventId: row.event_id,
    eventType: row.event_type,
    vehicleId: row.vehicle_id,
    state: row.state,
    reason: row.reason,
    receivedAt: iso(row.received_at),
    appliedAt: maybeIso(row.applied_at),
  };
}

export function presentApiKey(key: KeptApiKey): Answer<'revokeApiKey'> {
  return {
    id: key.id,
    name: key.name,
    hint: key.hint,
    role: key.role,
    createdAt: iso(key.created_at),
    revokedAt: maybeIso(key.revoked_at),
  };
}

export function presentAudit(entry: KeptAuditEntry): Answer<'listAudit'>['items'][number] {
  return {
    id: entry.id,
    at: iso(entry.at),
    actor: { kind: entry.actor.kind, name: entry.actor.name },
    act: entry.act,
    subject: entry.subject,
    detail: entry.detail,
    requestId: entry.request_id,
  };
}

export function presentHappening(row: ListedHappening, make: string | null): Answer<'listTimeline'>['items'][number] {
  const { from, to } = row.data as Pick<TimelineWords, 'from' | 'to'>; // written from a Happening
  return {
    id: row.id,
    kind: row.kind,
    at: iso(row.at),
    via: row.via,
    actor: { kind: row.actor.kind, name: row.actor.name },
    text: timelineText({
      kind: row.kind,
      via: row.via,
      from: from ?? null,
      to: to ?? null,
      data: { make, ...row.data },
    }),
    requestId: row.request_id,
  };
}

/** Opens address and phone: owners are shown in full to whoever may read them. */
export function presentOwner(owner: ListedOwner, vault: Pick<Sealing, 'open'>): Answer<'getOwner'> {
  const open = (sealed: Buffer | null, kind: string): string | null =>
    sealed ? vault.open(sealed, { fleetId: owner.fleet_id, row: owner.id, kind }) : null;
  return {
    id: owner.id,
    name: owner.name,
    email: open(owner.email_sealed, 'owner.email'),
    phone: open(owner.phone_sealed, 'owner.phone'),
    language: owner.language,
    timeZone: owner.time_zone,
    country: owner.country,
    createdAt: iso(owner.created_at),
    vehicleCount: owner.vehicle_count,
    erasedAt: maybeIso(owner.erased_at),
  };
}
