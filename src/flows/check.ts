/** A check by hand: every step of the diagnosis is run now, kept as it comes, and told to whoever looks on. */
import { can } from '../domain/connection.ts';
import type { Connection } from '../domain/connection.ts';
import type { CheckStep } from '../domain/check-step.ts';
import type { Check } from '../domain/diagnosis.ts';
import type { FleetId, VehicleId } from '../domain/ids.ts';
import { makePolicy } from '../domain/make-policy.ts';
import type { Outcome } from '../domain/outcome.ts';
import { carLimits, earliest, isMonthOver } from '../domain/pace.ts';
import type { CarLimits } from '../domain/pace.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Happening } from '../domain/timeline.ts';
import { requestsOfRead } from '../domain/usage.ts';
import { findLivingConnection } from '../store/connection.ts';
import { startCheck, writeCheck } from '../store/diagnosis.ts';
import type { CheckKey } from '../store/diagnosis.ts';
import { ownFleet } from '../store/fleet.ts';
import { announce } from '../store/outbox.ts';
import { insertHappenings } from '../store/timeline.ts';
import { findVehicle } from '../store/vehicle.ts';
import { obey, takeForPerson } from './budget.ts';
import type { BudgetNeeds } from './budget.ts';
import type { Context } from './context.ts';
import { noteCredentials } from './credentials.ts';
import { checkCost, runSteps } from './diagnose.ts';
import type { Checked } from './diagnose.ts';
import { counted } from './meter.ts';
import { observe } from './observe.ts';
import type { ObserveNeeds } from './observe.ts';
import { isStillReadSo } from './read-vehicle.ts';
import type { ReadNeeds } from './read-vehicle.ts';
import { lostTokensLine } from './v2.ts';

export type CheckNeeds = ObserveNeeds & ReadNeeds & BudgetNeeds;

/**
 * `onStep` hears each step as soon as it is kept.
 *
 * @throws Refusal `not_found`, `not_connected`, `too_many_requests`
 */
export async function check(
  needs: CheckNeeds,
  context: Context,
  id: VehicleId,
  now: Date,
  onStep: (step: CheckStep) => void = () => undefined,
): Promise<void> {
  const checked = await findChecked(needs, context.fleetId, id);
  const { connection } = checked;
  mustHaveRequests(checked, now);
  if (!(await takeForPerson(needs, checkCost(connection.platform), now)))
    throw new Refusal('too_many_requests', "Smartcar's request limit is used up for the moment. Nothing was asked.");
  const subject = { fleetId: context.fleetId, make: checked.writtenMake, purpose: 'person' } as const;
  const key: CheckKey = { fleetId: context.fleetId, vehicleId: id, startedAt: now };
  const so: Check = { startedAt: now, finishedAt: null, steps: [], answer: null };
  const keep = (): Promise<void> => needs.database.asFleet(key.fleetId, (tx) => writeCheck(tx, key, so));
  await needs.database.asFleet(key.fleetId, (tx) => startCheck(tx, key));
  try {
    await runSteps({
      needs,
      asking: counted(needs, subject, true),
      checked,
      async onStep(step) {
        so.steps.push(step);
        await keep();
        onStep(step);
      },
      async onOutcome(outcome, answer) {
        so.answer = answer;
        await settleRead(needs, context, { connection, make: checked.writtenMake }, outcome);
      },
    });
  } finally {
    so.finishedAt = needs.clock();
    await keep();
    await needs.database.asFleet(key.fleetId, (tx) => announce(tx, key.fleetId, [id], ['vehicles']));
  }
}

type CheckedCar = Checked & {
  limits: CarLimits;
  /** As the vehicle's record has it. */
  writtenMake: string | null;
};

async function findChecked(needs: CheckNeeds, fleetId: FleetId, id: VehicleId): Promise<CheckedCar> {
  return needs.database.asFleet(fleetId, async (tx) => {
    const vehicle = await findVehicle(tx, id);
    if (!vehicle) throw new Refusal('not_found');
    const connection = await findLivingConnection(tx, id);
    if (!connection || !can(connection).check.allowed) throw new Refusal('not_connected');
    const { plan, settings } = await ownFleet(tx);
    const make = makePolicy(vehicle.make, settings);
    return { connection, make, settings, limits: carLimits(make, plan), writtenMake: vehicle.make };
  });
}

/** A person may use what routine reads leave, and not what is kept for commands. @throws Refusal `too_many_requests` */
function mustHaveRequests({ connection, limits }: CheckedCar, now: Date): void {
  const ask = { purpose: 'person', cost: requestsOfRead[connection.platform] } as const;
  if (isMonthOver(connection.usage, limits, ask, now))
    throw new Refusal('too_many_requests', "This vehicle's requests for the month are used up. Nothing was asked.");
  const possible = earliest(connection.usage, limits, { ...ask, keepsPace: false }, now);
  if (possible && possible > now)
    throw new Refusal('too_many_requests', "This vehicle's requests for the day are used up. Nothing was asked.");
}

/** What a person's read came to goes the one path, with the lines that a person asked, and of tokens that were lost. */
export async function settleRead(
  needs: CheckNeeds,
  context: Context,
  { connection, make }: { connection: Connection; make: string | null },
  outcome: Outcome,
): Promise<void> {
  const { fleetId, actor } = context;
  // The read itself is counted as it leaves; on v2 it costs more than one.
  needs.meter.note({ fleetId, make, purpose: 'person' }, Math.max(0, (outcome.requests ?? 0) - 1), 0, outcome.at);
  await obey(needs, { make, isProbe: true }, outcome);
  const car = { ...connection, connectionId: connection.id };
  const meaning = outcome.kind === 'failed' ? outcome.failure.meaning : null;
  await noteCredentials(needs, car, meaning === 'credentials' ? 'refused' : 'accepted', outcome.at);
  const lost = meaning === 'tokensLost' ? await lostTokensLine(needs, car, outcome.at, outcome.requestId) : null;
  const run: Happening = { kind: 'check.run', at: outcome.at, via: 'check', requestId: outcome.requestId };
  await observe(
    needs,
    {
      fleetId,
      connectionId: connection.id,
      outcomes: [outcome],
      actor,
      together: async (tx, { connection: current }) => {
        if (!isStillReadSo(current, car)) return false;
        const subject = { fleetId, vehicleId: current.vehicleId, connectionId: connection.id };
        await insertHappenings(tx, subject, actor, lost ? [run, { ...lost, via: 'check' }] : [run]);
        return true;
      },
    },
    outcome.at,
  );
}
