/** What is kept about an owner as the contract shows it: consents with their sentences, requests, and how they are forgotten. */
import { erasureKinds } from '../domain/erasure.ts';
import type { ErasureCounts } from '../domain/erasure.ts';
import { proofHolds } from '../flows/erasure-proof.ts';
import type { ListedConsent } from '../store/consent.ts';
import type { ErasureRow } from '../store/erasure.ts';
import type { KeptCar } from '../store/forget-preview.ts';
import type { ListedRequest } from '../store/request-list.ts';
import { causeText, consentText, erasedText } from '../texts/words.ts';
import type { ConsentView, ErasureView } from './contract/owners.ts';
import type { Answer } from './contract/routes.ts';
import { iso, maybeIso } from './present.ts';
import type { Sealing } from './server-needs.ts';

export function presentConsent(row: ListedConsent): ConsentView {
  const { number, plate, make, model, year } = row;
  return {
    id: row.id,
    kind: row.kind,
    way: row.way,
    text: consentText(row),
    at: iso(row.at),
    vehicle: { id: row.vehicle_id, number, plate, make, model, year },
    connectionId: row.connection_id,
    actor: { kind: row.actor.kind, name: row.actor.name },
    permissions: row.permissions,
    asked: row.asked,
    wording:
      row.wording_id && row.sentences && row.language
        ? { id: row.wording_id, language: row.language, sentences: row.sentences }
        : null,
    link: row.link_kind,
    grantedAt: maybeIso(row.granted_at),
    smartcar: {
      userId: row.smartcar_user_id,
      connectionId: row.smartcar_connection_id,
      requestId: row.request_id,
    },
    via: row.via,
  };
}

export function presentRequest(row: ListedRequest): Answer<'listOwnerRequests'>['items'][number] {
  return {
    id: row.id,
    state: row.state,
    createdAt: iso(row.created_at),
    askedAt: iso(row.asked_at),
    openedAt: maybeIso(row.opened_at),
    closedAt: maybeIso(row.closed_at),
    vehicles: row.cars.map(({ cause, ...car }) => ({ ...car, causeText: causeText(cause, car) })),
  };
}

/** What forgetting an owner would take away, before anybody asked for it. */
export function presentPreview(counts: ErasureCounts, vehicles: KeptCar[]): ErasureView {
  return {
    state: 'none',
    ...{ phase: null, askedAt: null, askedBy: null, endedAt: null, proof: null, waitsForSmartcar: 0 },
    counts: found(counts),
    lines: linesOf(counts),
    vehicles,
  };
}

/** How far it is, and once it is done the proof of it. */
export function presentErasure(
  row: ErasureRow,
  waitsForSmartcar: number,
  vault: Pick<Sealing, 'digests'>,
): ErasureView {
  const { state, phase, counts, digest } = row;
  return {
    state,
    phase: state === 'running' ? phase : null,
    askedAt: iso(row.asked_at),
    askedBy: row.asked_by.name,
    endedAt: maybeIso(row.ended_at),
    counts: found(counts),
    lines: linesOf(counts),
    vehicles: [],
    waitsForSmartcar,
    proof: digest ? { digest: digest.toString('hex'), holds: proofHolds(vault, row) } : null,
  };
}

const found = (counts: ErasureCounts): ErasureCounts =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));

function linesOf(counts: ErasureCounts): ErasureView['lines'] {
  return erasureKinds.flatMap((kind) => {
    const count = counts[kind] ?? 0;
    return count > 0 ? [{ kind, count, text: erasedText(kind, count) }] : [];
  });
}
