/** Idempotency-Key: the same key and request act once and are answered the same way again. */
import { Refusal } from '../domain/refusal.ts';
import type { FleetId } from '../domain/ids.ts';
import { claimKey, keepAnswer, releaseKey } from '../store/idempotency.ts';
import type { HttpNeeds } from './server-needs.ts';

export interface Repeatable {
  fleetId: FleetId;
  /** The caller's key. */
  key: string;
  /** Who asks, what and with what: the same key with anything else is a conflict. */
  request: string;
  status: number;
}

/**
 * Answers are kept sealed, since some hold a link, a key or an address. What was refused or broke is not kept: nothing
 * was done, and the same request may come again.
 *
 * @throws Refusal idempotency_conflict for another request under this key, or while the first one still runs.
 */
export async function once<T>(
  needs: Pick<HttpNeeds, 'database' | 'vault' | 'clock'>,
  repeatable: Repeatable,
  act: () => Promise<T>,
): Promise<{ answer: T; repeated: boolean }> {
  const { fleetId, key, request, status } = repeatable;
  if (!/^[\x20-\x7e]{1,200}$/.test(key))
    throw new Refusal('invalid_input', 'Idempotency-Key takes 1 to 200 printable characters.');
  const sealedFor = { fleetId, row: key, kind: 'idempotency.answer' };
  const digest = needs.vault.fingerprint(request);
  const claimed = await needs.database.asFleet(fleetId, (tx) => claimKey(tx, { fleetId, key, digest }, needs.clock()));
  if (claimed.claim === 'answered') {
    return { answer: JSON.parse(needs.vault.open(claimed.sealed, sealedFor)) as T, repeated: true }; // sealed by the line below
  }
  if (claimed.claim === 'otherRequest') throw new Refusal('idempotency_conflict');
  if (claimed.claim === 'running') {
    throw new Refusal(
      'idempotency_conflict',
      'The first request with this Idempotency-Key is still being worked on. Ask again in a moment.',
    );
  }
  const answer = await actOrRelease(needs, repeatable, act);
  const sealed = needs.vault.seal(JSON.stringify(answer), sealedFor);
  await needs.database.asFleet(fleetId, (tx) => keepAnswer(tx, key, { status, sealed }));
  return { answer, repeated: false };
}

async function actOrRelease<T>(
  needs: Pick<HttpNeeds, 'database'>,
  { fleetId, key }: Repeatable,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    await needs.database.asFleet(fleetId, (tx) => releaseKey(tx, key)).catch(() => undefined); // abandoned after a minute
    throw error;
  }
}
