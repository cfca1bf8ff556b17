/** Loose grants as the contract shows them, in words. */
import { compareCar } from '../domain/returned-car.ts';
import type { ListedGrant } from '../store/loose-grant-list.ts';
import { causeText, factName, grantText, permissionText, removalErrorText } from '../texts/words.ts';
import type { GrantView } from './contract/grants.ts';
import { iso, maybeIso } from './present.ts';

export function presentGrant(row: ListedGrant): GrantView {
  return {
    id: row.id,
    state: row.state,
    text: grantText({ state: row.state, heldFor: row.held_for, removedFor: row.removed_for }),
    vehicle: { id: row.vehicle_id, number: row.number, make: row.recordMake, model: row.recordModel },
    owner: row.ownerId && row.ownerName !== null ? { id: row.ownerId, name: row.ownerName } : null,
    heldFor: row.held_for,
    removedFor: row.removed_for,
    facts: factsOf(row),
    permissions: row.permissions.map((permission) => permissionText(permission)),
    platform: row.platform,
    replaces: row.state === 'held' ? replacedBy(row) : null,
    createdAt: iso(row.created_at),
    expiresAt: maybeIso(row.expires_at),
    nextAttemptAt: row.state === 'removing' ? maybeIso(row.due_at) : null,
    attempts: row.state === 'held' ? 0 : row.attempts,
    lastError: row.last_error && removalErrorText(row.last_error),
    decidedBy: row.decided_by?.name ?? null,
    decidedAt: maybeIso(row.decided_at),
    endedAt: maybeIso(row.ended_at),
  };
}

function factsOf({
  recordVin,
  recordMake,
  recordModel,
  recordYear,
  vin,
  make,
  model,
  year,
}: ListedGrant): GrantView['facts'] {
  const record = { vin: recordVin, make: recordMake, model: recordModel, year: recordYear };
  return compareCar(record, { vin, make, model, year }).map((fact) => ({ ...fact, name: factName(fact.field) }));
}

function replacedBy({
  livingId,
  livingStatus,
  livingCause,
  livingSince,
  recordMake,
}: ListedGrant): GrantView['replaces'] {
  if (!livingId || !livingStatus || !livingSince) return null;
  return {
    connectionId: livingId,
    status: livingStatus,
    causeText: livingCause && causeText(livingCause, { make: recordMake }),
    since: iso(livingSince),
  };
}
