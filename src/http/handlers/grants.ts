/** Cars that owners connected and that are no connection: to confirm, or on their way out. */
import type { GrantId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { listLooseGrants, looseGrantById } from '../../store/loose-grant-list.ts';
import type { Call, HandlerNeeds, Handlers } from '../call.ts';
import type { CallName } from '../contract/paths.ts';
import type { Answer } from '../contract/routes.ts';
import { pageOf, timeCursor } from '../cursor.ts';
import { ownId } from '../own-id.ts';
import { presentGrant } from '../present-grant.ts';

type GrantCalls = 'listGrants' | 'getGrant' | 'confirmGrant' | 'refuseGrant';

export function grantHandlers({ flows }: HandlerNeeds): Pick<Handlers, GrantCalls> {
  return {
    async listGrants({ query, inFleet }) {
      const after = timeCursor(query.cursor);
      return inFleet(async (tx) => {
        const found = await listLooseGrants(tx, query, { after, limit: query.limit });
        const { rows, nextCursor } = pageOf(found, query.limit, ({ created_at, id }) => [created_at, id]);
        return { items: rows.map(presentGrant), nextCursor };
      });
    },
    getGrant: (call) => view(call, ownId('grt', call.params.id)),
    async confirmGrant(call) {
      const id = ownId('grt', call.params.id);
      await flows.confirmGrant(call.context, id, call.now);
      return view(call, id);
    },
    async refuseGrant(call) {
      const id = ownId('grt', call.params.id);
      await flows.refuseGrant(call.context, id, call.now);
      return view(call, id);
    },
  };
}

async function view<N extends CallName>({ inFleet }: Call<N>, id: GrantId): Promise<Answer<'getGrant'>> {
  return inFleet(async (tx) => {
    const row = await looseGrantById(tx, id);
    if (!row) throw new Refusal('not_found');
    return presentGrant(row);
  });
}
