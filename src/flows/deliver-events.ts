/**
 * Telling the fleet's own systems what happened: claimed, signed, sent, written down. Dying anywhere in between delays an
 * event and never loses it; one that was taken and not yet written down comes again under the same id.
 *
 * @see docs/decisions/0030-events.md
 */
import { eventBody, testEventType } from '../domain/event.ts';
import { endpointAlertKey, isTaken, judge, nextTryAt, tryWithinS } from '../domain/event-delivery.ts';
import type { DeliveryAnswer, DeliveryTry, Judged } from '../domain/event-delivery.ts';
import { after } from '../domain/schedule.ts';
import type { EventEndpointId } from '../domain/ids.ts';
import type { EventChannel } from '../notify/event-channel.ts';
import { applyAlertChanges } from '../store/alert.ts';
import type { Database, Tx } from '../store/database.ts';
import {
  addTry,
  claimDelivery,
  listDueEndpoints,
  markDelivered,
  markNotDelivered,
  stopDeliveries,
} from '../store/event-delivery.ts';
import type { DeliveryKey, DueEndpoint } from '../store/event-delivery.ts';
import type { KeptEvent } from '../store/event.ts';
import { changeEndpoint, disableEndpoint, findEndpoint, lockEndpoint } from '../store/event-endpoint.ts';
import type { KeptEndpoint } from '../store/event-endpoint.ts';
import { announce } from '../store/outbox.ts';
import { signedHeaders } from '../vault/event-secret.ts';
import type { Vault } from '../vault/vault.ts';
import { secretContext } from './event-endpoints.ts';
import type { Lanes } from './lanes.ts';

export interface DeliverEventsNeeds {
  database: Database;
  vault: Vault;
  events: Pick<EventChannel, 'send'>;
  /** Requests whose answers are waited for, by endpoint. */
  eventsUnderway: Lanes;
  clock: () => Date;
  onFault: (error: unknown, what: string) => void;
}

/** Longer than a try takes: taken up sooner, it would be sent twice. */
const leaseS = tryWithinS + 20;

/** Begins to deliver what is due, of all fleets. Answers are not waited for. @returns for how many endpoints it began */
export async function deliverEvents(needs: DeliverEventsNeeds, now: Date): Promise<number> {
  const lanes = needs.eventsUnderway;
  let begun = 0;
  const due = await listDueEndpoints(needs.database, lanes.widthOfEach, now);
  for (const lane of lanes.inTurn(due.map((one) => ({ ...one, name: one.endpointId, owner: one.fleetId })))) {
    for (let left = lane.due; left > 0 && lanes.hasRoom(lane); left -= 1) {
      begun += 1;
      lanes.run(
        lane,
        () => drain(needs, lane),
        (error) => needs.onFault(error, 'event'),
      );
    }
  }
  return begun;
}

/** After so long a lane is given back, whatever is due: another endpoint may wait for one. */
const turnS = 3;

/** One after the other, as long as something is due for the endpoint, its turn lasts and nobody ends it. */
async function drain(needs: DeliverEventsNeeds, endpoint: DueEndpoint): Promise<void> {
  const until = after(needs.clock(), turnS);
  while (needs.eventsUnderway.goesOn() && (await deliverNext(needs, endpoint))) if (needs.clock() >= until) return;
}

interface Claimed {
  event: KeptEvent;
  endpoint: KeptEndpoint;
  attempts: number;
}

/** One try of what is longest due for this endpoint. @returns false when nothing is due */
export async function deliverNext(
  needs: DeliverEventsNeeds,
  { fleetId, endpointId }: Pick<DueEndpoint, 'fleetId' | 'endpointId'>,
): Promise<boolean> {
  const startedAt = needs.clock();
  const claimed = await needs.database.asFleet(fleetId, (tx) => claim(tx, endpointId, startedAt));
  if (!claimed) return false;
  const answer = await send(needs, claimed, startedAt);
  const times = { startedAt, endedAt: needs.clock() };
  const key = { endpointId, eventId: claimed.event.id };
  await needs.database.asFleet(fleetId, (tx) => finish(tx, key, claimed, answer, times));
  return true;
}

async function claim(tx: Tx, endpointId: EventEndpointId, now: Date): Promise<Claimed | null> {
  const endpoint = await findEndpoint(tx, endpointId);
  if (!endpoint) return null;
  // An event that was being written while its endpoint was disabled.
  if (endpoint.disabled_at) await stopDeliveries(tx, endpointId);
  const claimed = endpoint.disabled_at ? null : await claimDelivery(tx, endpointId, after(now, leaseS), now);
  return claimed && { ...claimed, endpoint };
}

async function send(needs: DeliverEventsNeeds, { event, endpoint }: Claimed, at: Date): Promise<DeliveryAnswer> {
  const secrets = openSecrets(needs, endpoint, at);
  if (secrets.length === 0) return { came: false, problem: 'secretUnreadable' };
  const body = eventBody(event);
  return needs.events.send({ url: endpoint.url, headers: signedHeaders(secrets, { id: event.id, at, body }), body });
}

/** One that can not be opened is left out; none at all is a try that came to nothing, or it would be claimed again for ever. */
function openSecrets({ vault, onFault }: DeliverEventsNeeds, endpoint: KeptEndpoint, at: Date): string[] {
  const { fleet_id: fleetId, id, secret_sealed: present, previous_sealed: previous, previous_until: until } = endpoint;
  return [present, ...(previous && until && at < until ? [previous] : [])].flatMap((sealed) => {
    try {
      return [vault.open(sealed, secretContext(fleetId, id))];
    } catch (error) {
      onFault(error, 'event secret');
      return [];
    }
  });
}

async function finish(
  tx: Tx,
  key: DeliveryKey,
  { event, attempts }: Claimed,
  answer: DeliveryAnswer,
  { startedAt, endedAt }: { startedAt: Date; endedAt: Date },
): Promise<void> {
  const endpoint = await lockEndpoint(tx, key.endpointId);
  // Deleted meanwhile, and everything that was told it.
  if (!endpoint) return;
  await addTry(tx, key, tryOf(answer, startedAt, endedAt));
  const isTest = event.type === testEventType;
  const dueAt = isTest ? null : nextTryAt(event.id, attempts, answer, endedAt);
  if (isTaken(answer)) await markDelivered(tx, key, endedAt);
  else await markNotDelivered(tx, key, attempts, dueAt);
  // A test that fails is somebody trying things out.
  if (isTaken(answer) || !isTest) await settle(tx, endpoint, judge(healthOf(endpoint), answer, startedAt), endedAt);
  await announce(tx, endpoint.fleet_id, [], ['event-endpoints']);
}

const healthOf = ({ failing_since: failingSince }: KeptEndpoint) => ({ failingSince });

function tryOf(answer: DeliveryAnswer, startedAt: Date, endedAt: Date): DeliveryTry {
  const times = { at: startedAt.toISOString(), durationMs: endedAt.getTime() - startedAt.getTime() };
  if (answer.came) return { ...times, status: answer.status, problem: null, answer: answer.text };
  return { ...times, status: null, problem: answer.problem, answer: null };
}

/** What the try says of the endpoint: whether it is well, and whether it is told of anything any more. */
async function settle(tx: Tx, endpoint: KeptEndpoint, judged: Judged, at: Date): Promise<void> {
  const { id, fleet_id: fleetId, url } = endpoint;
  const isWell = judged.failingSince === null;
  await changeEndpoint(tx, id, { failing_since: judged.failingSince, ...(isWell ? { last_delivered_at: at } : {}) });
  // Disabled already, by hand or by another try.
  const isNews = judged.disable && !endpoint.disabled_at;
  if (isNews && judged.disable) await disableEndpoint(tx, id, judged.disable, at);
  const key = endpointAlertKey(id);
  if (judged.alert === 'resolve') await applyAlertChanges(tx, fleetId, [], [{ change: 'resolve', key }], at);
  if (judged.alert !== 'open' || (endpoint.disabled_at && !isNews)) return;
  const severity = judged.disable ? 'critical' : 'warning';
  const detail = { host: new URL(url).host, state: judged.disable ?? 'trying' };
  await applyAlertChanges(
    tx,
    fleetId,
    [],
    [{ change: 'open', key, kind: 'event-endpoint.failing', severity, detail }],
    at,
  );
  await announce(tx, fleetId, [], ['alerts']);
}
