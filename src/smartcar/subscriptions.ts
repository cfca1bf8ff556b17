/** Webhooks and their subscriptions: the requests, and their answers. @see docs/smartcar.md §3.8 */
import { z } from 'zod';
import type { SmartcarUserId, SmartcarVehicleId } from '../domain/ids.ts';
import type { Answer } from './answer.ts';
import { label, longestUntrimmed, opaqueId, signalCode } from './fields.ts';
import { isWrongPath, readFound } from './found.ts';
import { failed, headersFor, isSuccess, type Page, type PageQuery, pathOf, readPage } from './read.ts';
import type { Request, Sent } from './send.ts';
import type { ListedSubscription, ListedWebhook, Mode, VehicleAndUser } from './smartcar.ts';

export function webhooksRequest(token: string, page: PageQuery): Request {
  return { method: 'GET', path: pathOf('/v3/webhooks', page), headers: headersFor(token) };
}

/** A code as text, or an object with one. What can't be read is no code: half a list would say that a signal is missing. */
const codes = z
  .array(z.union([z.string(), z.object({ code: z.string() }).transform(({ code }) => code)]).pipe(signalCode))
  .max(500)
  .nullish()
  .catch(null);

const address = z.string().max(longestUntrimmed).nullish().catch(null);
const flag = z.boolean().nullish().catch(null);

const attributes = z
  .object({
    name: label,
    callbackUri: address,
    errorCallbackUri: address,
    isEnabled: flag,
    triggers: codes,
    data: codes,
  })
  .partial()
  .nullish()
  .catch(null);

const webhook = z.object({ id: opaqueId, attributes }).transform(({ id, attributes: told }): ListedWebhook => ({
  id,
  name: told?.name ?? null,
  sendsTo: told?.callbackUri ?? null,
  sendsErrorsTo: told?.errorCallbackUri ?? null,
  isEnabled: told?.isEnabled ?? null,
  triggers: told?.triggers ?? null,
  signals: told?.data ?? null,
}));

export const readWebhooks = (sent: Sent): Answer<Page<ListedWebhook>> => readPage(sent, webhook);

export function webhookRequest(token: string, webhookId: string): Request {
  return { method: 'GET', path: pathOf(`/v3/webhooks/${encodeURIComponent(webhookId)}`), headers: headersFor(token) };
}

/** Null when there is none. */
export const readWebhook = (sent: Sent): Answer<ListedWebhook | null> => readFound(sent, webhook);

export interface SubscriptionFilter {
  userId?: SmartcarUserId;
  vehicleId?: SmartcarVehicleId;
  webhookId?: string;
}

/** The specification's path; below the webhook that is named, the announcement's. */
const pathBelow = (webhookId: string | null): string =>
  webhookId === null ? '/v3/subscriptions' : `/v3/webhooks/${encodeURIComponent(webhookId)}/subscriptions`;

/**
 * Asks by the specification's path, and where that is not known and a webhook is named, by the announcement's.
 *
 * @see docs/smartcar.md §3.8
 */
export async function byEitherPath<T>(
  webhookId: string | undefined,
  call: (below: string | null) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  const answer = await call(null);
  return answer.ok || webhookId === undefined || !isWrongPath(answer.failure) ? answer : call(webhookId);
}

export function subscriptionsRequest(
  token: string,
  filter: SubscriptionFilter,
  mode: Mode,
  page: PageQuery,
  below: string | null = null,
): Request {
  const query = {
    'filter[userId]': filter.userId,
    'filter[vehicleId]': filter.vehicleId,
    'filter[webhookId]': filter.webhookId,
    'filter[vehicle.mode]': mode === 'simulated' ? mode : undefined,
    'page[number]': '1',
    'page[size]': '100',
    ...page,
  };
  return { method: 'GET', path: pathOf(pathBelow(below), query), headers: headersFor(token) };
}

const related = z
  .object({ data: z.object({ id: opaqueId }) })
  .nullish()
  .catch(null);

const subscription = z
  .object({
    id: opaqueId,
    relationships: z.object({ webhook: related, user: related, vehicle: related }).partial().nullish().catch(null),
  })
  .transform(({ id, relationships }): ListedSubscription => ({
    id,
    webhookId: relationships?.webhook?.data.id ?? null,
    // Smartcar's ids are opaque; they get their brand here, where they come in.
    smartcarUserId: (relationships?.user?.data.id ?? null) as SmartcarUserId | null,
    smartcarVehicleId: (relationships?.vehicle?.data.id ?? null) as SmartcarVehicleId | null,
  }));

export const readSubscriptions = (sent: Sent): Answer<Page<ListedSubscription>> => readPage(sent, subscription);

export function subscriptionRequest(
  token: string,
  subscriptionId: string,
  method: 'GET' | 'DELETE',
  below: string | null = null,
): Request {
  const path = pathOf(`${pathBelow(below)}/${encodeURIComponent(subscriptionId)}`);
  return { method, path, headers: headersFor(token) };
}

/** Null when there is none. */
export const readSubscription = (sent: Sent): Answer<ListedSubscription | null> => readFound(sent, subscription);

export function createSubscriptionRequest(
  token: string,
  { webhookId, userId, vehicleId }: VehicleAndUser & { webhookId: string },
  below: string | null = null,
): Request {
  return {
    method: 'POST',
    path: pathOf(pathBelow(below)),
    headers: { ...headersFor(token), 'content-type': 'application/json' },
    body: JSON.stringify({ data: { attributes: { webhookId, userId, vehicleId } } }),
  };
}

/** 202 promises it and its body says nothing more; 409 is the wish fulfilled already. */
export function readSubscriptionCreated(sent: Sent): Answer<'created' | 'exists'> {
  if (!sent.came) return failed(sent);
  if (isSuccess(sent)) return { ok: true, value: 'created', requestId: sent.requestId };
  if (sent.status === 409) return { ok: true, value: 'exists', requestId: sent.requestId };
  return failed(sent);
}
