/** Moves from Smartcar's v2 to v3. */
import type { MoveId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { countOnV2, findMove } from '../../store/move.ts';
import { listMoves, listMoveVehicles, withCounts } from '../../store/move-list.ts';
import type { ListedMove, ListedMoveVehicle } from '../../store/move-list.ts';
import { movedText } from '../../texts/words.ts';
import type { Call, HandlerNeeds, Handlers } from '../call.ts';
import type { CallName } from '../contract/paths.ts';
import type { Answer } from '../contract/routes.ts';
import { pageOf, textCursor, timeCursor } from '../cursor.ts';
import { ownId } from '../own-id.ts';
import { iso, maybeIso } from '../present.ts';

type MoveCalls =
  | 'listMoves'
  | 'planMove'
  | 'getMove'
  | 'listMoveVehicles'
  | 'startMove'
  | 'pauseMove'
  | 'resumeMove'
  | 'finishMove'
  | 'rollBackMove';

export function moveHandlers({ flows, config }: HandlerNeeds): Pick<Handlers, MoveCalls> {
  return {
    async listMoves({ query, inFleet }) {
      const after = timeCursor(query.cursor);
      return inFleet(async (tx) => {
        const found = await listMoves(tx, { after, limit: query.limit });
        const { rows, nextCursor } = pageOf(found, query.limit, ({ planned_at, id }) => [planned_at, id]);
        return {
          items: rows.map(presentMove),
          nextCursor,
          onV2: await countOnV2(tx),
          missing: [...config.missingForV3],
        };
      });
    },
    async planMove(call) {
      return view(call, await flows.planMove(call.context, call.body, call.now));
    },
    getMove: (call) => view(call, ownId('mov', call.params.id)),
    async listMoveVehicles({ params, query, inFleet }) {
      const id = ownId('mov', params.id);
      const [, after] = textCursor(query.cursor) ?? [];
      return inFleet(async (tx) => {
        if (!(await findMove(tx, id))) throw new Refusal('not_found');
        const page = { after: after ?? null, limit: query.limit, state: query.state ?? null };
        const found = await listMoveVehicles(tx, id, page);
        const { rows, nextCursor } = pageOf(found, query.limit, ({ number, vehicleId }) => [number, vehicleId]);
        return { items: rows.map(presentMoveVehicle), nextCursor };
      });
    },
    startMove: (call) => acting(call, flows.startMove),
    pauseMove: (call) => acting(call, flows.pauseMove),
    resumeMove: (call) => acting(call, flows.resumeMove),
    finishMove: (call) => acting(call, flows.finishMove),
    async rollBackMove(call) {
      const id = ownId('mov', call.params.id);
      await flows.rollBackMove(
        call.context,
        id,
        call.body.vehicleIds?.map((one) => ownId('veh', one)),
        call.now,
      );
      return view(call, id);
    },
  };
}

type Acting = 'startMove' | 'pauseMove' | 'resumeMove' | 'finishMove';

async function acting<N extends Acting>(
  call: Call<N>,
  act: (context: Call<N>['context'], id: MoveId, now: Date) => Promise<void>,
): Promise<Answer<'getMove'>> {
  const id = ownId('mov', (call.params as { id: string }).id); // every acting call's own schema
  await act(call.context, id, call.now);
  return view(call, id);
}

async function view<N extends CallName>({ inFleet }: Call<N>, id: MoveId): Promise<Answer<'getMove'>> {
  return inFleet(async (tx) => {
    const move = await findMove(tx, id);
    if (!move) throw new Refusal('not_found');
    return presentMove(await withCounts(tx, move));
  });
}

function presentMove(move: ListedMove): Answer<'getMove'> {
  return {
    id: move.id,
    state: move.state,
    plannedAt: iso(move.planned_at),
    plannedBy: move.planned_by.name,
    startedAt: maybeIso(move.started_at),
    startedBy: move.started_by?.name ?? null,
    endedAt: maybeIso(move.ended_at),
    counts: move.counts,
    backWanted: move.backWanted,
  };
}

export function presentMoveVehicle(row: ListedMoveVehicle): Answer<'listMoveVehicles'>['items'][number] {
  const { vehicleId: id, number, make, model, state, reason, lostPermissions, requestId } = row;
  return {
    vehicleId: id,
    ...{ number, make, model, state, reason, lostPermissions, requestId },
    text: movedText(row),
    changedAt: iso(row.changedAt),
    nextLookAt: maybeIso(row.dueAt),
  };
}
