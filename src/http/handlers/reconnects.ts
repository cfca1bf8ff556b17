/** Many reconnects at once. */
import type { ReconnectBatchId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { ownFleet } from '../../store/fleet.ts';
import { countUndelivered, findBatch } from '../../store/reconnect-batch.ts';
import type { Selection } from '../../store/reconnect-candidate.ts';
import { countOwners, countSkips, funnelOf, listBatches, listItems, withCounts } from '../../store/reconnect-list.ts';
import type { KeptSelection } from '../../store/schema.ts';
import type { VehicleFilter } from '../../store/vehicle-filter.ts';
import type { Call, HandlerNeeds, Handlers } from '../call.ts';
import type { CallName } from '../contract/paths.ts';
import type { ReconnectSelection } from '../contract/reconnects.ts';
import type { Answer } from '../contract/routes.ts';
import { pageOf, textCursor, timeCursor } from '../cursor.ts';
import { ownId } from '../own-id.ts';
import { presentBatch, presentDetail, presentItem, presentPreview } from '../present-reconnects.ts';
import { previewToken, readPreviewToken } from '../preview-token.ts';

type ReconnectCalls =
  | 'previewReconnects'
  | 'sendReconnects'
  | 'listReconnects'
  | 'getReconnects'
  | 'listReconnectVehicles'
  | 'pauseReconnects'
  | 'resumeReconnects'
  | 'cancelReconnects';

export function reconnectHandlers({ flows, vault }: HandlerNeeds): Pick<Handlers, ReconnectCalls> {
  return {
    async previewReconnects({ body, context, now }) {
      const previewed = await flows.previewReconnects(context, selectionOf(body), now);
      const token = previewToken(vault, context.fleetId, { ...previewed, selection: keptOf(body) });
      return presentPreview(previewed, token);
    },
    async sendReconnects(call) {
      const { context, body, now } = call;
      const seen = readPreviewToken(vault, context.fleetId, body.token);
      return detail(call, await flows.sendReconnects(context, seen, now));
    },
    async listReconnects({ query, inFleet }) {
      const after = timeCursor(query.cursor);
      const found = await inFleet((tx) => listBatches(tx, { after, limit: query.limit }));
      const { rows, nextCursor } = pageOf(found, query.limit, ({ created_at, id }) => [created_at, id]);
      return { items: rows.map(presentBatch), nextCursor };
    },
    getReconnects: (call) => detail(call, ownId('rcb', call.params.id)),
    listReconnectVehicles: vehicles,
    pauseReconnects: (call) => acting(call, flows.pauseReconnects),
    resumeReconnects: (call) => acting(call, flows.resumeReconnects),
    cancelReconnects: (call) => acting(call, flows.cancelReconnects),
  };
}

/** The contract lets exactly one of the two through. */
function selectionOf({ vehicleIds, filter, except = [] }: ReconnectSelection): Selection {
  if (vehicleIds) return { vehicleIds: [...new Set(vehicleIds)] };
  return { filter: (filter ?? {}) as VehicleFilter, except }; // the contract's filter is the list's
}

function keptOf({ vehicleIds, filter = {}, except = [] }: ReconnectSelection): KeptSelection {
  if (vehicleIds) return { chosen: new Set(vehicleIds).size };
  const given = Object.entries(filter).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return { filter: Object.fromEntries(given), except: except.length };
}

type Acting = 'pauseReconnects' | 'resumeReconnects' | 'cancelReconnects';

async function acting<N extends Acting>(
  call: Call<N>,
  act: (context: Call<N>['context'], id: ReconnectBatchId, now: Date) => Promise<void>,
): Promise<Answer<'getReconnects'>> {
  const id = ownId('rcb', (call.params as { id: string }).id); // every acting call's own schema
  await act(call.context, id, call.now);
  return detail(call, id);
}

async function detail<N extends CallName>(
  { inFleet }: Call<N>,
  id: ReconnectBatchId,
): Promise<Answer<'getReconnects'>> {
  return inFleet(async (tx) => {
    const found = await findBatch(tx, id);
    const [batch] = found ? await withCounts(tx, [found]) : [];
    if (!batch) throw new Refusal('not_found');
    const { messagesPerMinute } = (await ownFleet(tx)).settings;
    return presentDetail({
      batch,
      messagesPerMinute,
      owners: await countOwners(tx, id),
      funnel: await funnelOf(tx, id),
      skips: await countSkips(tx, id),
      isHeld: (await countUndelivered(tx)) >= messagesPerMinute,
    });
  });
}

async function vehicles(call: Call<'listReconnectVehicles'>): Promise<Answer<'listReconnectVehicles'>> {
  const { params, query, inFleet } = call;
  const id = ownId('rcb', params.id);
  const [place] = textCursor(query.cursor) ?? [];
  if (place !== undefined && !/^\d{1,9}$/.test(place)) throw new Refusal('invalid_cursor');
  return inFleet(async (tx) => {
    if (!(await findBatch(tx, id))) throw new Refusal('not_found');
    const page = { after: place === undefined ? null : Number(place), limit: query.limit, state: query.state ?? null };
    const found = await listItems(tx, id, page);
    const { rows, nextCursor } = pageOf(found, query.limit, (item) => [String(item.place), item.vehicleId]);
    return { items: rows.map(presentItem), nextCursor };
  });
}
