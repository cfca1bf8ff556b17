/** What administrators do with the systems that are told of events. What is sent to them is deliver-events.ts's. */
import { addressKind } from '../domain/address.ts';
import { endpointAlertKey, previousSecretS } from '../domain/event-delivery.ts';
import type { EventType } from '../domain/event.ts';
import type { EventEndpointId, EventId, FleetId } from '../domain/ids.ts';
import { newId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { after } from '../domain/schedule.ts';
import { resolveAlerts } from '../store/alert.ts';
import type { Database, Tx } from '../store/database.ts';
import { askAgain, countForReplay, forgetDeliveries, replayEvents } from '../store/event-delivery.ts';
import type { Replay } from '../store/event-delivery.ts';
import { emitTest } from '../store/event.ts';
import {
  changeEndpoint,
  deleteEndpoint,
  disableEndpoint,
  insertEndpoint,
  listEndpoints,
  lockEndpoint,
  takeEndpointTurn,
} from '../store/event-endpoint.ts';
import type { KeptEndpoint } from '../store/event-endpoint.ts';
import { announce } from '../store/outbox.ts';
import { newEventSecret } from '../vault/event-secret.ts';
import type { SealContext, Vault } from '../vault/vault.ts';
import type { Context } from './context.ts';

export interface EndpointNeeds {
  database: Database;
  vault: Vault;
  /** Receivers in private networks, and without encryption, are allowed. */
  allowPrivateEvents: boolean;
}

const mostEndpoints = 20;
const mostReplayed = 10_000;

export const secretContext = (fleetId: FleetId, id: EventEndpointId): SealContext => ({
  fleetId,
  row: id,
  kind: 'event-endpoint.secret',
});

/** The secret is told this once. @throws Refusal `endpoint_address`, `too_many_endpoints` */
export async function addEndpoint(
  needs: EndpointNeeds,
  { fleetId, actor }: Context,
  wish: { url: string; types: EventType[] | null },
  now: Date,
): Promise<{ id: EventEndpointId; secret: string }> {
  const url = addressOf(needs, wish.url);
  const id = newId('end', now);
  const secret = newEventSecret();
  const secretSealed = needs.vault.seal(secret, secretContext(fleetId, id));
  await needs.database.asFleet(fleetId, async (tx) => {
    await takeEndpointTurn(tx, fleetId);
    if ((await listEndpoints(tx)).length >= mostEndpoints) throw new Refusal('too_many_endpoints');
    await insertEndpoint(tx, { id, fleetId, url, types: wish.types, secretSealed, createdBy: actor }, now);
    await announce(tx, fleetId, [], ['event-endpoints']);
  });
  return { id, secret };
}

/** What the names behind an address lead to is looked at anew with every request. @throws Refusal `endpoint_address` */
function addressOf({ allowPrivateEvents }: EndpointNeeds, given: string): string {
  if (!URL.canParse(given)) throw new Refusal('endpoint_address');
  const url = new URL(given);
  const isFit = allowPrivateEvents ? /^https?:$/.test(url.protocol) : addressKind(withoutFinalDot(url)) === 'secure';
  if (!isFit || url.username || url.password || url.hash) throw new Refusal('endpoint_address');
  return url.href;
}

/** `localhost.` is no less this machine than `localhost`. */
function withoutFinalDot(given: URL): string {
  const url = new URL(given);
  url.hostname = url.hostname.replace(/\.+$/, '');
  return url.href;
}

export interface EndpointChange {
  url?: string | undefined;
  types?: EventType[] | null | undefined;
  enabled?: boolean | undefined;
}

/** @throws Refusal `not_found`, `endpoint_address` */
export async function changeEventEndpoint(
  needs: EndpointNeeds,
  context: Context,
  id: EventEndpointId,
  { url, types, enabled }: EndpointChange,
  now: Date,
): Promise<void> {
  await withEndpoint(needs, context, id, async (tx, endpoint) => {
    const address = url === undefined ? endpoint.url : addressOf(needs, url);
    await changeEndpoint(tx, id, { url: address, ...(types === undefined ? {} : { types }) });
    if (enabled === false && !endpoint.disabled_at) await disableEndpoint(tx, id, 'operator', now);
    if (enabled === true) await changeEndpoint(tx, id, { disabled_because: null, disabled_at: null });
    // How it was before says nothing of how it is now.
    if (enabled === undefined && address === endpoint.url) return;
    await changeEndpoint(tx, id, { failing_since: null });
    await resolveAlerts(tx, [endpointAlertKey(id)], now);
    await announce(tx, context.fleetId, [], ['alerts']);
  });
}

/** What it was told may be much: it is disabled first, so that nothing is added, and forgotten in parts. @throws Refusal `not_found` */
export async function removeEndpoint(
  needs: Pick<EndpointNeeds, 'database'>,
  context: Context,
  id: EventEndpointId,
  now: Date,
): Promise<KeptEndpoint> {
  const removed = await withEndpoint(needs, context, id, async (tx, endpoint) => {
    if (!endpoint.disabled_at) await changeEndpoint(tx, id, { disabled_because: 'operator', disabled_at: now });
    return endpoint;
  });
  while ((await needs.database.asFleet(context.fleetId, (tx) => forgetDeliveries(tx, id))) > 0) continue;
  await withEndpoint(needs, context, id, async (tx) => {
    await deleteEndpoint(tx, id);
    await resolveAlerts(tx, [endpointAlertKey(id)], now);
    await announce(tx, context.fleetId, [], ['alerts']);
  });
  return removed;
}

/** Both secrets sign for a day. One that was replaced before signs no more. @throws Refusal `not_found` */
export async function rotateSecret(
  needs: EndpointNeeds,
  context: Context,
  id: EventEndpointId,
  now: Date,
): Promise<string> {
  const secret = newEventSecret();
  await withEndpoint(needs, context, id, (tx, endpoint) =>
    changeEndpoint(tx, id, {
      secret_sealed: needs.vault.seal(secret, secretContext(context.fleetId, id)),
      previous_sealed: endpoint.secret_sealed,
      previous_until: after(now, previousSecretS),
    }),
  );
  return secret;
}

/** Sends one event that says nothing. @throws Refusal `not_found`, `endpoint_disabled` */
export async function testEndpoint(
  needs: Pick<EndpointNeeds, 'database'>,
  context: Context,
  id: EventEndpointId,
  now: Date,
): Promise<EventId> {
  const eventId = newId('evt', now);
  await withEndpoint(needs, context, id, async (tx, endpoint) => {
    mustBeEnabled(endpoint);
    await emitTest(tx, { id: eventId, fleetId: context.fleetId, endpointId: id }, now);
  });
  return eventId;
}

/** Tries it now, with all tries ahead of it. @throws Refusal `not_found`, `endpoint_disabled` */
export async function retryDelivery(
  needs: Pick<EndpointNeeds, 'database'>,
  context: Context,
  id: EventEndpointId,
  eventId: EventId,
  now: Date,
): Promise<void> {
  await withEndpoint(needs, context, id, async (tx, endpoint) => {
    mustBeEnabled(endpoint);
    if (!(await askAgain(tx, { endpointId: id, eventId }, now))) throw new Refusal('not_found');
  });
}

/** Sends what the log holds once more. @returns how many @throws Refusal `not_found`, `endpoint_disabled`, `too_many_events` */
export async function replayTo(
  needs: Pick<EndpointNeeds, 'database'>,
  context: Context,
  id: EventEndpointId,
  wish: { since: Date; types?: EventType[] | undefined },
  now: Date,
): Promise<number> {
  return withEndpoint(needs, context, id, async (tx, endpoint) => {
    mustBeEnabled(endpoint);
    const replay: Replay = { endpointId: id, since: wish.since, types: wish.types ?? endpoint.types };
    if ((await countForReplay(tx, replay)) > mostReplayed) throw new Refusal('too_many_events');
    return replayEvents(tx, replay, now);
  });
}

function mustBeEnabled({ disabled_at: at }: KeptEndpoint): void {
  if (at) throw new Refusal('endpoint_disabled');
}

async function withEndpoint<T>(
  { database }: Pick<EndpointNeeds, 'database'>,
  { fleetId }: Context,
  id: EventEndpointId,
  work: (tx: Tx, endpoint: KeptEndpoint) => Promise<T>,
): Promise<T> {
  return database.asFleet(fleetId, async (tx) => {
    const endpoint = await lockEndpoint(tx, id);
    if (!endpoint) throw new Refusal('not_found');
    const done = await work(tx, endpoint);
    await announce(tx, fleetId, [], ['event-endpoints']);
    return done;
  });
}
