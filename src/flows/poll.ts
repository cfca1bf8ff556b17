/** The background poll: reads what is due, a bounded batch at a time. Safe twice at once, and in several processes. */
import type { Outcome } from '../domain/outcome.ts';
import { towline } from '../domain/role.ts';
import { after } from '../domain/schedule.ts';
import { claimDue, postponeDue } from '../store/connection-due.ts';
import type { DueConnection } from '../store/connection-due.ts';
import { insertHappenings } from '../store/timeline.ts';
import { takeForPolls } from './budget.ts';
import type { BudgetNeeds } from './budget.ts';
import { noteCredentials } from './credentials.ts';
import { observe } from './observe.ts';
import type { Observed, ObserveNeeds } from './observe.ts';
import { isStillReadSo, readCost, readVehicle } from './read-vehicle.ts';
import type { ReadNeeds } from './read-vehicle.ts';
import { lostTokensLine } from './v2.ts';

export type PollNeeds = ObserveNeeds & ReadNeeds & BudgetNeeds & { onFault: (error: unknown, what: string) => void };

const batch = 50;
/** Longer than a read may take, so that a slow answer is not read twice. */
const leaseS = 120;
/** While our own credentials are refused, nothing else is worth asking. */
const credentialsPauseS = 60;

/** @returns how many connections were read */
export async function pollDue(needs: PollNeeds, now: Date): Promise<number> {
  const due = await claimDue(needs.database, batch, leaseS, now);
  if (due.length === 0) return 0;
  const chosen = await affordable(needs, due, now);
  const others = due.filter((one) => !chosen.includes(one));
  if (others.length > 0) await postponeDue(needs.database, others, after(now, 15 + 30 * needs.chance()));
  await Promise.all(chosen.map((one) => pollOne(needs, one)));
  return chosen.length;
}

/** As many as the budget is enough for. Cars on v2 go first: they need several requests at once, which one by one would eat up. */
async function affordable(needs: BudgetNeeds, due: readonly DueConnection[], now: Date): Promise<DueConnection[]> {
  const [onV2, onV3] = [due.filter(isOnV2), due.filter((one) => !isOnV2(one))];
  const v2 = onV2.length > 0 ? await takeForPolls(needs, onV2.length, readCost('v2'), now) : 0;
  const v3 = onV3.length > 0 ? await takeForPolls(needs, onV3.length, readCost('v3'), now) : 0;
  return [...onV2.slice(0, v2), ...onV3.slice(0, v3)];
}

const isOnV2 = ({ platform }: DueConnection): boolean => platform === 'v2';

/** One failing vehicle does not stop the batch: its lease ends, and the next round takes it up. */
async function pollOne(needs: PollNeeds, due: DueConnection): Promise<void> {
  try {
    const outcome = await readVehicle(needs, due, 'poll');
    const refused = outcome.kind === 'failed' && outcome.failure.meaning === 'credentials';
    await noteCredentials(needs, due, refused ? 'refused' : 'accepted', outcome.at);
    if (refused) await postponeDue(needs.database, [due], after(outcome.at, credentialsPauseS * (1 + needs.chance())));
    else await settle(needs, due, outcome);
  } catch (error) {
    needs.onFault(error, 'poll');
  }
}

/** With the line that says what was lost, where a family's tokens were. */
async function settle(needs: PollNeeds, due: DueConnection, outcome: Outcome): Promise<void> {
  const { fleetId, connectionId } = due;
  const lost = outcome.kind === 'failed' && outcome.failure.meaning === 'tokensLost';
  const line = lost ? await lostTokensLine(needs, due, outcome.at, outcome.requestId) : null;
  const together: Observed['together'] = async (tx, { connection }) => {
    if (!isStillReadSo(connection, due)) return false;
    const subject = { fleetId, vehicleId: connection.vehicleId, connectionId };
    if (line) await insertHappenings(tx, subject, towline, [line]);
    return true;
  };
  await observe(needs, { fleetId, connectionId, outcomes: [outcome], together }, outcome.at);
}
