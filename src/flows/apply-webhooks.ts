/** Works the inbox at our own pace: each delivery is applied once, in any order of arrival, or kept with the reason why not. */
import type { FleetId } from '../domain/ids.ts';
import type { Outcome } from '../domain/outcome.ts';
import { isIgnorable } from '../domain/suspicion.ts';
import type { Settings } from '../domain/fleet.ts';
import { parseWebhook } from '../smartcar/webhook/parse-webhook.ts';
import type { ErrorWebhook, ParsedWebhook, StateWebhook } from '../smartcar/webhook/parsed-webhook.ts';
import { findByCar } from '../store/connection-due.ts';
import type { DueConnection } from '../store/connection-due.ts';
import { isOpenGrant } from '../store/loose-grant.ts';
import { claimDeliveries, labelDelivery, markApplied, settleDelivery } from '../store/webhook-inbox.ts';
import type { ClaimedDelivery } from '../store/webhook-inbox.ts';
import { observe } from './observe.ts';
import type { ObserveNeeds } from './observe.ts';

export type ApplyNeeds = ObserveNeeds & { onFault: (error: unknown, what: string) => void };

const batch = 100;
const leaseS = 60;
/** A delivery that still can't be applied after so many attempts is set aside for a person. */
const mostAttempts = 5;

/** @returns how many deliveries were taken up */
export async function applyWebhooks(needs: ApplyNeeds, now: Date): Promise<number> {
  const claimed = await claimDeliveries(needs.database, batch, leaseS, now);
  for (const delivery of claimed) await applyOne(needs, delivery, now);
  return claimed.length;
}

/** One failing delivery does not stop the others: its lease ends, and a later round takes it up. */
async function applyOne(needs: ApplyNeeds, delivery: ClaimedDelivery, now: Date): Promise<void> {
  try {
    await route(needs, delivery, parseWebhook(delivery.body, delivery.receivedAt), now);
  } catch (error) {
    needs.onFault(error, 'apply webhook');
    if (delivery.attempts >= mostAttempts)
      await settleDelivery(needs.database, delivery.id, 'quarantined', 'could not be applied', now);
  }
}

async function route(needs: ApplyNeeds, delivery: ClaimedDelivery, event: ParsedWebhook, now: Date): Promise<void> {
  const settle = (state: 'ignored' | 'quarantined', reason: string): Promise<void> =>
    settleDelivery(needs.database, delivery.id, state, reason, now);
  switch (event.kind) {
    case 'verify':
      return settle('ignored', 'a challenge');
    case 'legacy':
    case 'unreadable':
      return settle('quarantined', event.reason);
    case 'state':
    case 'error':
      return applyEvent(needs, delivery, event, now);
  }
}

async function applyEvent(
  needs: ApplyNeeds,
  delivery: ClaimedDelivery,
  event: StateWebhook | ErrorWebhook,
  now: Date,
): Promise<void> {
  const { database } = needs;
  const owner = await findByCar(database, event.smartcarVehicleId);
  await labelDelivery(database, delivery.id, {
    eventId: event.eventId,
    eventType: event.kind === 'state' ? 'VEHICLE_STATE' : 'VEHICLE_ERROR',
    smartcarVehicleId: event.smartcarVehicleId,
    fleetId: owner?.fleetId ?? null,
  });
  if (event.test) return settleDelivery(database, delivery.id, 'ignored', 'a test payload', now);
  if (!owner) return settleDelivery(database, delivery.id, 'ignored', 'no connected vehicle', now);
  if (await isOfLooseGrant(needs, event, owner))
    return settleDelivery(database, delivery.id, 'ignored', 'another account that is not confirmed', now);
  await applyOutcomes(needs, delivery, event, owner, now);
}

/** The same car at Smartcar under another user, whose grant is no connection here: it says nothing of the one that is. */
async function isOfLooseGrant(
  { database }: ApplyNeeds,
  { smartcarVehicleId, smartcarUserId }: StateWebhook | ErrorWebhook,
  owner: DueConnection,
): Promise<boolean> {
  if (smartcarUserId === null || smartcarUserId === owner.smartcarUserId) return false;
  return isOpenGrant(database, { smartcarVehicleId, smartcarUserId });
}

async function applyOutcomes(
  needs: ApplyNeeds,
  delivery: ClaimedDelivery,
  event: StateWebhook | ErrorWebhook,
  owner: DueConnection,
  now: Date,
): Promise<void> {
  const fleetId: FleetId = owner.fleetId;
  const applied = await observe(
    needs,
    {
      fleetId,
      connectionId: owner.connectionId,
      outcomes: outcomesOf(event, now),
      together: (tx, { connection, fleet }) =>
        markApplied(tx, delivery.id, event.eventId, connection.vehicleId, verdictOn(event, fleet.settings), now),
    },
    now,
  );
  if (!applied) await settleDelivery(needs.database, delivery.id, 'duplicate', 'this event was applied before', now);
}

/** Claims about nothing the fleet requires are noted, and change nothing. */
function verdictOn(
  event: StateWebhook | ErrorWebhook,
  settings: Settings,
): { state: 'applied' | 'ignored'; reason: string | null } {
  const ignorable =
    event.kind === 'error' &&
    event.cleared.length === 0 &&
    event.claimed.every((claim) => isIgnorable(claim, settings));
  return ignorable
    ? { state: 'ignored', reason: 'concerns nothing this fleet requires' }
    : { state: 'applied', reason: null };
}

/** A delivery dated ahead of our clock counts as of now. What is claimed comes before what is over, as it happened. */
function outcomesOf(event: StateWebhook | ErrorWebhook, now: Date): Outcome[] {
  const seen = { via: 'webhook', at: event.at < now ? event.at : now, requestId: event.deliveryId } as const;
  if (event.kind === 'state') return [{ kind: 'signals', ...seen, readings: event.readings, failures: event.failures }];
  const claimed: Outcome[] = event.claimed.length > 0 ? [{ kind: 'claimed', ...seen, claims: event.claimed }] : [];
  const cleared: Outcome[] = event.cleared.length > 0 ? [{ kind: 'cleared', ...seen, claims: event.cleared }] : [];
  return [...claimed, ...cleared];
}
