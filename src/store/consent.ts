/** Consents: lines that are added and, while their owner is being forgotten, made to be about nobody; and the wordings they name. */
import type { Selectable } from 'kysely';

import type { ConsentChange, Shown } from '../domain/consent.ts';
import type {
  ConnectionId,
  ConnectSessionId,
  FleetId,
  OwnerId,
  SmartcarConnectionId,
  SmartcarUserId,
  VehicleId,
} from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import type { Actor } from '../domain/role.ts';
import type { Tx } from './database.ts';
import { behind } from './paging.ts';
import type { NewestFirst } from './paging.ts';
import type { LinkKind, Tables } from './schema.ts';

export interface NewConsent extends ConsentChange {
  fleetId: FleetId;
  vehicleId: VehicleId;
  connectionId: ConnectionId;
  actor: Actor;
  /** Null where nobody came through Connect, or it isn't known. */
  shown: Shown | null;
  linkKind: LinkKind | null;
  sessionId: ConnectSessionId | null;
  /** By Smartcar's clock; null where it does not say. */
  grantedAt: Date | null;
  smartcarUserId: SmartcarUserId;
  smartcarConnectionId: SmartcarConnectionId | null;
}

export async function insertConsent(tx: Tx, consent: NewConsent): Promise<void> {
  const { shown } = consent;
  await tx
    .insertInto('consent')
    .values({
      id: newId('cst', consent.at),
      fleet_id: consent.fleetId,
      vehicle_id: consent.vehicleId,
      connection_id: consent.connectionId,
      kind: consent.kind,
      way: consent.way,
      at: consent.at,
      actor: JSON.stringify(consent.actor),
      permissions: consent.permissions,
      asked: shown?.asked ? JSON.stringify(shown.asked) : null,
      wording_id: shown?.wordingId ?? null,
      language: shown?.language ?? null,
      link_kind: consent.linkKind,
      session_id: consent.sessionId,
      granted_at: consent.grantedAt,
      smartcar_user_id: consent.smartcarUserId,
      smartcar_connection_id: consent.smartcarConnectionId,
      via: consent.via,
      request_id: consent.requestId,
    })
    .execute();
}

export interface Wording {
  /** SHA-256 of language and sentences, in hexadecimal. */
  id: string;
  language: string;
  sentences: string[];
}

/** Keeps a text that somebody saw; the same text is kept once. */
export async function keepWording(tx: Tx, fleetId: FleetId, wording: Wording, now: Date): Promise<void> {
  await tx
    .insertInto('wording')
    .values({ fleet_id: fleetId, ...wording, first_used_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export type ListedConsent = Selectable<Tables['consent']> & {
  number: string;
  plate: string | null;
  make: string | null;
  model: string | null;
  year: number | null;
  /** The sentences of its wording; null where none is known. */
  sentences: string[] | null;
};

/**
 * What an owner agreed to and took back, newest first. Whoever is named as a vehicle's owner after it was connected is taken
 * for the one who agreed.
 */
export async function listConsents(tx: Tx, ownerId: OwnerId, page: NewestFirst): Promise<ListedConsent[]> {
  return tx
    .selectFrom('consent as c')
    .innerJoin('connection as n', 'n.id', 'c.connection_id')
    .innerJoin('vehicle as v', 'v.id', 'c.vehicle_id')
    .leftJoin('wording as w', (join) => join.onRef('w.fleet_id', '=', 'c.fleet_id').onRef('w.id', '=', 'c.wording_id'))
    .selectAll('c')
    .select(['v.number', 'v.plate', 'v.make', 'v.model', 'v.year', 'w.sentences'])
    .where('n.owner_id', '=', ownerId)
    .where(behind(page, 'c.at', 'c.id'))
    .orderBy('c.at', 'desc')
    .orderBy('c.id', 'desc')
    .limit(page.limit + 1)
    .execute();
}
