/** The way back from v3 to v2, of cars whose move is not finished. Safe twice at once. */
import { causeOf } from '../domain/cause.ts';
import type { Connection } from '../domain/connection.ts';
import { isAccountMeaning } from '../domain/failure.ts';
import type { FleetId } from '../domain/ids.ts';
import { lacksTokens } from '../domain/move.ts';
import type { MoveReason } from '../domain/move.ts';
import type { MovedOutcome } from '../domain/outcome.ts';
import { findConnection } from '../store/connection.ts';
import { listWishedBack, settleWish } from '../store/move.ts';
import type { WishedBack } from '../store/move.ts';
import { announce } from '../store/outbox.ts';
import type { BudgetNeeds } from './budget.ts';
import { counted } from './meter.ts';
import { observe } from './observe.ts';
import type { ObserveNeeds } from './observe.ts';
import type { ReadNeeds } from './read-vehicle.ts';
import { withTokensOf } from './v2.ts';

type BackNeeds = ObserveNeeds &
  Pick<ReadNeeds, 'access' | 'v2'> &
  BudgetNeeds & { onFault: (error: unknown, what: string) => void };

/** Cars that are brought back side by side, and in one run. */
const batch = 20;
const mostAtOnce = 200;

/** Cars that somebody wished back on v2; the sweep goes on where this ends. */
export async function bringBack(needs: BackNeeds, fleetId: FleetId, now: Date): Promise<void> {
  const wished = await needs.database.asFleet(fleetId, (tx) => listWishedBack(tx, mostAtOnce));
  // A person waits; that v2 is asked of each is counted, and holds nothing up.
  const own = counted(needs, { fleetId, make: null, purpose: 'person' }, false);
  const bringSafely = (item: WishedBack): Promise<void> =>
    bringOneBack(own, item, now).catch((error: unknown) => needs.onFault(error, 'move a car back to v2'));
  for (let from = 0; from < wished.length; from += batch)
    await Promise.all(wished.slice(from, from + batch).map(bringSafely));
}

async function bringOneBack(needs: BackNeeds, item: WishedBack, now: Date): Promise<void> {
  const { fleetId, connectionId, before } = item;
  const back: MovedOutcome = { kind: 'moved', via: 'operator', at: now, requestId: null, platform: 'v2', ...before };
  const present = await needs.database.asFleet(fleetId, (tx) => findConnection(tx, connectionId));
  const reason = present && (obstacle(present, item) ?? (await refusalOfV2(needs, present, now)));
  if (reason) return stayOnV3(needs, item, reason, now);
  await observe(
    needs,
    {
      fleetId,
      connectionId,
      outcomes: [back],
      together: async (tx, { connection }) =>
        obstacle(connection, item) === null && settleWish(tx, item, { state: 'rolledBack', reason: null }, now),
    },
    now,
  );
}

async function stayOnV3(needs: BackNeeds, item: WishedBack, reason: MoveReason, now: Date): Promise<void> {
  await needs.database.asFleet(item.fleetId, async (tx) => {
    await settleWish(tx, item, { state: 'moved', reason }, now);
    await announce(tx, item.fleetId, [], ['moves']);
  });
}

/**
 * What v2 says to the tokens that were kept: a car that works is not put where nobody can read it. That v2 fails otherwise
 * is no reason to stay.
 */
async function refusalOfV2({ v2 }: BackNeeds, connection: Connection, now: Date): Promise<MoveReason | null> {
  if (!v2) return null;
  const answer = await withTokensOf(v2, connection, now, (smartcar, token) =>
    smartcar.readPermissions(token, connection.smartcarVehicleId),
  );
  if (answer.ok || !isAccountMeaning(answer.failure.meaning)) return null;
  return lacksTokens({ cause: causeOf(answer.failure.meaning) }) ? 'tokensGone' : null;
}

/** Why a moved car can't be read on v2 again; null when it can. */
function obstacle(connection: Connection, { tokenSetId, reason }: WishedBack): MoveReason | null {
  if (connection.endedAt) return 'ended';
  if (reason === 'tokensGone') return reason;
  return tokenSetId === null || connection.tokenSetId !== tokenSetId ? 'grantedAnew' : null;
}
