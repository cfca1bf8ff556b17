/** Owners. */
import type { OwnerId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { listConsents } from '../../store/consent.ts';
import type { Tx } from '../../store/database.ts';
import { findErasure } from '../../store/erasure.ts';
import { countUnrevoked } from '../../store/forget-owner.ts';
import { countErasable, listKeptCars } from '../../store/forget-preview.ts';
import { listNotifications } from '../../store/notification-list.ts';
import { listOwners, ownerById } from '../../store/owner-list.ts';
import type { ListedOwner } from '../../store/owner-list.ts';
import { listRequests } from '../../store/request-list.ts';
import type { Call, HandlerNeeds, Handlers } from '../call.ts';
import type { CallName } from '../contract/paths.ts';
import type { Answer } from '../contract/routes.ts';
import { pageOf, textCursor, timeCursor } from '../cursor.ts';
import { ownId } from '../own-id.ts';
import { ownerFileOf } from '../owner-file.ts';
import { presentConsent, presentErasure, presentPreview, presentRequest } from '../present-owner.ts';
import { iso, presentNotification, presentOwner } from '../present.ts';

type OwnerCalls =
  | 'listOwners'
  | 'createOwner'
  | 'getOwner'
  | 'changeOwner'
  | 'listOwnerConsents'
  | 'listOwnerNotifications'
  | 'listOwnerRequests'
  | 'sendOwnerLink'
  | 'exportOwner'
  | 'getErasure'
  | 'eraseOwner';

export function ownerHandlers({ flows, vault }: HandlerNeeds): Pick<Handlers, OwnerCalls> {
  async function view<N extends CallName>({ inFleet }: Call<N>, id: OwnerId): Promise<Answer<'getOwner'>> {
    const owner = await inFleet((tx) => ownerById(tx, id));
    if (!owner) throw new Refusal('not_found');
    return presentOwner(owner, vault);
  }
  async function erasureOf(tx: Tx, id: OwnerId): Promise<Answer<'getErasure'>> {
    await mustBeThere(tx, id);
    const row = await findErasure(tx, id);
    return row
      ? presentErasure(row, await countUnrevoked(tx, id), vault)
      : presentPreview(await countErasable(tx, id), await listKeptCars(tx, id));
  }
  return {
    async listOwners({ query, inFleet }) {
      const after = textCursor(query.cursor);
      const found = await inFleet((tx) => listOwners(tx, query, { after, limit: query.limit }));
      const { rows, nextCursor } = pageOf(found, query.limit, ({ sort_key, id }) => [sort_key, id]);
      return { items: rows.map((owner) => presentOwner(owner, vault)), nextCursor };
    },
    getOwner: (call) => view(call, ownId('own', call.params.id)),
    async createOwner(call) {
      return view(call, await flows.addOwner(call.context, call.body, call.now));
    },
    async changeOwner(call) {
      const id = ownId('own', call.params.id);
      await flows.changeOwner(call.context, id, call.body, call.now);
      return view(call, id);
    },
    async listOwnerConsents({ params, query, inFleet }) {
      const page = { after: timeCursor(query.cursor), limit: query.limit };
      const found = await inFleet(async (tx) => listConsents(tx, (await mustBeThere(tx, params.id)).id, page));
      const { rows, nextCursor } = pageOf(found, query.limit, ({ at, id }) => [at, id]);
      return { items: rows.map(presentConsent), nextCursor };
    },
    async listOwnerNotifications({ params, query, inFleet }) {
      const page = { after: timeCursor(query.cursor), limit: query.limit };
      const found = await inFleet(async (tx) => {
        const { id: owner } = await mustBeThere(tx, params.id);
        return listNotifications(tx, { owner }, page);
      });
      const { rows, nextCursor } = pageOf(found, query.limit, ({ created_at, id }) => [created_at, id]);
      return { items: rows.map(presentNotification), nextCursor };
    },
    async listOwnerRequests({ params, query, inFleet }) {
      const page = { after: timeCursor(query.cursor), limit: query.limit };
      const found = await inFleet(async (tx) => listRequests(tx, (await mustBeThere(tx, params.id)).id, page));
      const { rows, nextCursor } = pageOf(found, query.limit, ({ created_at, id }) => [created_at, id]);
      return { items: rows.map(presentRequest), nextCursor };
    },
    async sendOwnerLink({ params, body, context, now }) {
      const deliver = body.deliver === 'email';
      const link = await flows.sendOwnerLink(context, ownId('own', params.id), { deliver }, now);
      return { ...link, expiresAt: iso(link.expiresAt) };
    },
    exportOwner: ({ params, now, inFleet }) =>
      inFleet(async (tx) => {
        const owner = await mustBeThere(tx, params.id);
        if (owner.erased_at) throw new Refusal('owner_erased');
        return ownerFileOf(tx, owner, vault, now);
      }),
    getErasure: ({ params, inFleet }) => inFleet((tx) => erasureOf(tx, ownId('own', params.id))),
    async eraseOwner({ params, body, context, now, inFleet }) {
      const id = ownId('own', params.id);
      await flows.eraseOwner(context, id, body.name, now);
      return inFleet((tx) => erasureOf(tx, id));
    },
  };
}

async function mustBeThere(tx: Tx, id: string): Promise<ListedOwner> {
  const owner = await ownerById(tx, ownId('own', id));
  if (!owner) throw new Refusal('not_found');
  return owner;
}
