/** The audit log: who did what, or read a precise location. It can be added to and read, and nothing else. */
import type { Selectable } from 'kysely';

import { newId } from '../domain/ids.ts';
import type { FleetId } from '../domain/ids.ts';
import type { Actor } from '../domain/role.ts';
import type { Tx } from './database.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';
import type { Tables } from './schema.ts';

export interface AuditEntry {
  fleetId: FleetId;
  at: Date;
  actor: Actor;
  /** The name of the call. */
  act: string;
  /** The id it was about; null when there is none. */
  subject: string | null;
  /** Never holds a secret, an address or a location. */
  detail: Record<string, unknown>;
  requestId: string | null;
}

export type KeptAuditEntry = Selectable<Tables['audit']>;

export async function writeAudit(tx: Tx, entry: AuditEntry): Promise<void> {
  await tx
    .insertInto('audit')
    .values({
      id: newId('aud', entry.at),
      fleet_id: entry.fleetId,
      at: entry.at,
      actor: JSON.stringify(entry.actor),
      act: entry.act,
      subject: entry.subject,
      detail: JSON.stringify(entry.detail),
      request_id: entry.requestId,
    })
    .execute();
}

export async function listAudit(tx: Tx, page: NewestFirst): Promise<KeptAuditEntry[]> {
  return tx
    .selectFrom('audit')
    .selectAll()
    .where(behind(page, 'at', 'id'))
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
}
