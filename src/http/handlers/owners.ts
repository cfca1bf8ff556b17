/** Owners. */
import { isId } from '../../domain/ids.ts';
import type { OwnerId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { listOwners, ownerById } from '../../store/owner-list.ts';
import type { Call, HandlerNeeds, Handlers } from '../call.ts';
import type { CallName } from '../contract/paths.ts';
import type { Answer } from '../contract/routes.ts';
import { pageOf, textCursor } from '../cursor.ts';
import { presentOwner } from '../present.ts';

type OwnerCalls = 'listOwners' | 'createOwner' | 'getOwner' | 'changeOwner';

export function ownerHandlers({ flows, vault }: HandlerNeeds): Pick<Handlers, OwnerCalls> {
  async function view<N extends CallName>({ inFleet }: Call<N>, id: OwnerId): Promise<Answer<'getOwner'>> {
    const owner = await inFleet((tx) => ownerById(tx, id));
    if (!owner) throw new Refusal('not_found');
    return presentOwner(owner, vault);
  }
  return {
    async listOwners({ query, inFleet }) {
      const after = textCursor(query.cursor);
      const found = await inFleet((tx) => listOwners(tx, query, { after, limit: query.limit }));
      const { rows, nextCursor } = pageOf(found, query.limit, ({ sort_key, id }) => [sort_key, id]);
      return { items: rows.map((owner) => presentOwner(owner, vault)), nextCursor };
    },
    getOwner: (call) => view(call, ownerId(call.params.id)),
    async createOwner(call) {
      return view(call, await flows.addOwner(call.context, call.body, call.now));
    },
    async changeOwner(call) {
      const id = ownerId(call.params.id);
      await flows.changeOwner(call.context, id, call.body, call.now);
      return view(call, id);
    },
  };
}

function ownerId(id: string): OwnerId {
  if (!isId('own', id)) throw new Refusal('not_found');
  return id;
}
