/** The background poll: reads what is due, a bounded batch at a time. Safe twice at once, and in several processes. */
import type { Outcome } from '../domain/outcome.ts';
import { towline } from '../domain/role.ts';
import { after } from '../domain/schedule.ts';
import { requestsOfRead } from '../domain/usage.ts';
import { postponeDue } from '../store/connection-due.ts';
import { insertHappenings } from '../store/timeline.ts';
import { claimReads, obey } from './budget.ts';
import type { BudgetNeeds, ClaimedRead } from './budget.ts';
import { noteCredentials } from './credentials.ts';
import { observe } from './observe.ts';
import type { Observed, ObserveNeeds } from './observe.ts';
import { isStillReadSo, readVehicle } from './read-vehicle.ts';
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
  const claimed = await claimReads(needs, batch, leaseS, now);
  await Promise.all(claimed.map((one) => pollOne(needs, one)));
  return claimed.length;
}

/** One failing vehicle does not stop the batch: its lease ends, and the next round takes it up. */
async function pollOne(needs: PollNeeds, due: ClaimedRead): Promise<void> {
  try {
    const outcome = await readVehicle(needs, due, 'poll');
    const { requests = 0, at } = outcome;
    needs.meter.note(due, requests, requests - requestsOfRead[due.platform], at);
    await obey(needs, due, outcome);
    const refused = outcome.kind === 'failed' && outcome.failure.meaning === 'credentials';
    await noteCredentials(needs, due, refused ? 'refused' : 'accepted', outcome.at);
    if (refused) await postponeDue(needs.database, [due], after(outcome.at, credentialsPauseS * (1 + needs.chance())));
    else await settle(needs, due, outcome);
  } catch (error) {
    needs.onFault(error, 'poll');
  }
}

/** With the line that says what was lost, where a family's tokens were. */
async function settle(needs: PollNeeds, due: ClaimedRead, outcome: Outcome): Promise<void> {
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
