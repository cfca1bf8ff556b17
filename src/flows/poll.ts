/** The background poll: reads what is due, a bounded batch at a time. Safe twice at once, and in several processes. */
import { after } from '../domain/schedule.ts';
import { claimDue, postponeDue } from '../store/connection-due.ts';
import type { DueConnection } from '../store/connection-due.ts';
import { takeForPolls } from './budget.ts';
import type { BudgetNeeds } from './budget.ts';
import { noteCredentials } from './credentials.ts';
import { observe } from './observe.ts';
import type { ObserveNeeds } from './observe.ts';
import { readVehicle } from './read-vehicle.ts';
import type { ReadNeeds } from './read-vehicle.ts';

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
  const granted = await takeForPolls(needs, due.length, now);
  const chosen = due.slice(0, granted);
  if (granted < due.length) await postponeDue(needs.database, due.slice(granted), after(now, 15 + 30 * needs.chance()));
  await Promise.all(chosen.map((one) => pollOne(needs, one)));
  return chosen.length;
}

/** One failing vehicle does not stop the batch: its lease ends, and the next round takes it up. */
async function pollOne(needs: PollNeeds, due: DueConnection): Promise<void> {
  try {
    const outcome = await readVehicle(needs, due, 'poll');
    const refused = outcome.kind === 'failed' && outcome.failure.meaning === 'credentials';
    await noteCredentials(needs, due.fleetId, refused ? 'refused' : 'accepted', outcome.at);
    if (refused) await postponeDue(needs.database, [due], after(outcome.at, credentialsPauseS * (1 + needs.chance())));
    else
      await observe(needs, { fleetId: due.fleetId, connectionId: due.connectionId, outcomes: [outcome] }, outcome.at);
  } catch (error) {
    needs.onFault(error, 'poll');
  }
}
