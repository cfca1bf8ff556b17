/** Many reconnects as the contract shows them, with their sentences. */
import { grouped, previewLifeS } from '../domain/reconnect-batch.ts';
import type { Judged } from '../domain/reconnect-batch.ts';
import { after } from '../domain/schedule.ts';
import type { PreviewedReconnects } from '../flows/preview-reconnects.ts';
import type { ReconnectCandidate } from '../store/reconnect-candidate.ts';
import type { Funnel, ListedBatch, ListedItem } from '../store/reconnect-list.ts';
import type { SkipReason } from '../domain/reconnect-batch.ts';
import { causeName, itemText, selectionText, skipText } from '../texts/reconnect-words.ts';
import type { Answer } from './contract/routes.ts';
import { iso, maybeIso } from './present.ts';

/** The first of each group are shown; all of them are counted. */
const firstOwners = 50;
const firstOfOwner = 20;
const firstCars = 50;
const firstOfReason = 10;

type Preview = Answer<'previewReconnects'>;
type CarView = Preview['retry']['items'][number];

export function presentPreview({ at, cars, messagesPerMinute }: PreviewedReconnects, token: string): Preview {
  const { asks, retries, skips } = grouped(cars);
  const asked = cars.filter(({ verdict }) => verdict.act === 'ask');
  return {
    at: iso(at),
    expiresAt: iso(after(at, previewLifeS)),
    token,
    vehicles: cars.length,
    ask: {
      owners: asks.length,
      vehicles: asked.length,
      causes: causesOf(asked),
      items: asks.slice(0, firstOwners).flatMap(({ cars: own }) => askedOwner(own) ?? []),
    },
    retry: { vehicles: retries.length, items: retries.slice(0, firstCars).map(carView) },
    skip: {
      vehicles: cars.length - asked.length - retries.length,
      reasons: skips.map(({ reason, cars: left }) => ({
        reason,
        text: skipText(reason),
        vehicles: left.length,
        items: left.slice(0, firstOfReason).map(plainCar),
      })),
    },
    messagesPerMinute,
  };
}

function askedOwner(own: readonly ReconnectCandidate[]): Preview['ask']['items'][number] | null {
  const owner = own[0]?.owner;
  if (!owner) return null;
  return {
    owner: { id: owner.id, name: owner.name },
    vehicles: own.length,
    items: own.slice(0, firstOfOwner).map(carView),
    lastAskedAt: maybeIso(owner.lastMessage?.at ?? null),
  };
}

/** Most frequent first. */
function causesOf(asked: readonly Judged<ReconnectCandidate>[]): Preview['ask']['causes'] {
  const byCause = Map.groupBy(asked, ({ verdict }) => verdict.cause);
  return [...byCause]
    .flatMap(([cause, { length }]) => (cause ? [{ cause, name: causeName(cause), vehicles: length }] : []))
    .sort((a, b) => b.vehicles - a.vehicles);
}

const plainCar = ({ vehicleId, number, make, model }: ReconnectCandidate): Omit<CarView, 'cause' | 'causeName'> => ({
  id: vehicleId,
  number,
  make,
  model,
});

function carView(car: ReconnectCandidate): CarView {
  const cause = car.connection?.cause ?? null;
  return { ...plainCar(car), cause, causeName: cause && causeName(cause) };
}

export function presentBatch(batch: ListedBatch): Answer<'listReconnects'>['items'][number] {
  return {
    id: batch.id,
    state: batch.state,
    selection: selectionText(batch.selection),
    createdAt: iso(batch.created_at),
    createdBy: batch.created_by.name,
    startsAt: iso(batch.starts_at),
    endedAt: maybeIso(batch.ended_at),
    vehicles: Object.values(batch.counts).reduce((sum, count) => sum + count, 0),
    counts: batch.counts,
  };
}

export interface BatchDetail {
  batch: ListedBatch;
  owners: { queued: number; asked: number };
  funnel: Funnel;
  skips: { reason: SkipReason; count: number }[];
  messagesPerMinute: number;
  /** The mail server leaves so many messages lying that no more are written. */
  isHeld: boolean;
}

export function presentDetail(detail: BatchDetail): Answer<'getReconnects'> {
  const { batch, owners, funnel, skips, messagesPerMinute, isHeld } = detail;
  return {
    ...presentBatch(batch),
    previewedAt: iso(batch.previewed_at),
    owners,
    funnel,
    skips: skips.map(({ reason, count }) => ({ reason, text: skipText(reason), vehicles: count })),
    messagesPerMinute,
    waitsFor: isHeld && batch.state === 'running' && batch.counts.queued > 0 ? 'mailServer' : null,
  };
}

export function presentItem(item: ListedItem): Answer<'listReconnectVehicles'>['items'][number] {
  const { vehicleId: id, number, make, model, owner, cause, state, reason, mailError } = item;
  return {
    ...{ id, number, make, model, owner, cause, state, reason, mailError },
    causeName: cause && causeName(cause),
    text: itemText(item),
    actedAt: maybeIso(item.actedAt),
    deliveredAt: maybeIso(item.deliveredAt),
    openedAt: maybeIso(item.openedAt),
    returnedAt: maybeIso(item.returnedAt),
    repairedAt: maybeIso(item.repairedAt),
    changedAt: iso(item.changedAt),
  };
}
