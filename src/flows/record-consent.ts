/** Writing down what an owner agreed to or took back, in the transaction that changes it. */
import type { Connection } from '../domain/connection.ts';
import type { ConsentChange, Shown } from '../domain/consent.ts';
import type { ConnectSessionId } from '../domain/ids.ts';
import { towline } from '../domain/role.ts';
import type { Actor } from '../domain/role.ts';
import { insertConsent, keepWording } from '../store/consent.ts';
import type { Wording } from '../store/consent.ts';
import type { ConnectSessionRow } from '../store/connect-session.ts';
import type { Tx } from '../store/database.ts';
import { ownFleet } from '../store/fleet.ts';
import { linkKindOf } from '../store/link.ts';
import type { LinkRow } from '../store/link.ts';
import type { LinkKind } from '../store/schema.ts';

/** The sentences of a page as somebody saw them. */
export type SeenWording = Wording;

/** Keeps what was on the page when its button was pressed, and what Connect is about to ask for. */
export async function keepShown(
  tx: Tx,
  pressed: { link: LinkRow; purpose: ConnectSessionRow['purpose']; wording: SeenWording | null },
  now: Date,
): Promise<Shown> {
  const { link, purpose, wording } = pressed;
  const { settings } = await ownFleet(tx);
  const { requiredPermissions: required, optionalPermissions: optional } = settings;
  const asked = purpose === 'reauthenticate' ? null : { required, optional };
  if (!wording) return { wordingId: null, language: null, asked };
  await keepWording(tx, link.fleet_id, wording, now);
  return { wordingId: wording.id, language: wording.language, asked };
}

/** Where somebody agreed, and what they saw. */
export interface ConsentWitness {
  sessionId: ConnectSessionId;
  linkKind: LinkKind | null;
  shown: Shown | null;
  /** By Smartcar's clock; null where it does not say. */
  grantedAt: Date | null;
}

export async function witnessOf(
  tx: Tx,
  session: Pick<ConnectSessionRow, 'id' | 'link_id' | 'shown'>,
  grantedAt: Date | null,
): Promise<ConsentWitness> {
  const linkKind = session.link_id ? await linkKindOf(tx, session.link_id) : null;
  return { sessionId: session.id, linkKind, shown: session.shown, grantedAt };
}

/** What a transition means for the consent of the one who granted it. */
export async function recordConsents(
  tx: Tx,
  c: Connection,
  changes: readonly ConsentChange[],
  actor: Actor,
  witness: ConsentWitness | null,
): Promise<void> {
  for (const change of changes) await insertConsent(tx, recordOf(c, change, actor, witness));
}

function recordOf(c: Connection, change: ConsentChange, actor: Actor, witness: ConsentWitness | null) {
  const { sessionId = null, linkKind = null, shown = null, grantedAt = null } = witness ?? {};
  const { fleetId, vehicleId, id: connectionId, smartcarUserId, smartcarConnectionId } = c;
  return {
    ...change,
    ...{ fleetId, vehicleId, connectionId, smartcarUserId, smartcarConnectionId },
    // What Smartcar told happened there: nobody did it here.
    actor: change.way === 'smartcar' || change.way === 'elsewhere' ? towline : actor,
    ...{ sessionId, linkKind, shown, grantedAt },
  };
}

/** A first grant through Connect, behind a link of ours. */
export async function recordGiven(tx: Tx, c: Connection, actor: Actor, witness: ConsentWitness): Promise<void> {
  const { permissions, connectedAt: at } = c;
  const given = { kind: 'given', way: 'link', at, permissions, via: 'connect', requestId: null } as const;
  await insertConsent(tx, recordOf(c, given, actor, witness));
}

/** A grant that was not given through Towline: of its wording nothing is known. */
export async function recordElsewhere(tx: Tx, c: Connection, actor: Actor, grantedAt: Date | null): Promise<void> {
  const { permissions, connectedAt: at } = c;
  const given = { kind: 'given', way: 'elsewhere', at, permissions, via: 'reconciliation', requestId: null } as const;
  const nobody = { sessionId: null, linkKind: null, shown: null, grantedAt };
  await insertConsent(tx, { ...recordOf(c, given, actor, null), ...nobody, actor });
}

/** A new grant for the vehicle took its place. */
export async function recordSuperseded(tx: Tx, c: Connection, actor: Actor, at: Date): Promise<void> {
  const withdrawn = {
    kind: 'withdrawn',
    way: 'superseded',
    at,
    permissions: [],
    via: 'connect',
    requestId: null,
  } as const;
  await insertConsent(tx, recordOf(c, { ...withdrawn, permissions: [] }, actor, null));
}
