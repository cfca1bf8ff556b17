/** Asks Smartcar by the VIN whether a car can be connected, before its owner is asked for anything. */
import { lackingOf } from '../domain/compatibility.ts';
import type { CompatibilityCheck, CompatibilityFound } from '../domain/compatibility.ts';
import { isThrottleMeaning } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import { askedPermissions } from '../domain/fleet.ts';
import type { VehicleId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Answer } from '../smartcar/answer.ts';
import type { CompatibilityQuestion } from '../smartcar/v2/compatibility.ts';
import { writeCompatibility } from '../store/compatibility-check.ts';
import { ownFleet } from '../store/fleet.ts';
import { announce } from '../store/outbox.ts';
import { findVehicle } from '../store/vehicle.ts';
import { takeForPerson } from './budget.ts';
import type { BudgetNeeds } from './budget.ts';
import type { Context } from './context.ts';
import type { V2 } from './v2.ts';

export type CompatibilityNeeds = BudgetNeeds & {
  /** v3 has no such question; null where there is no secret for v2. */
  v2: V2 | null;
  clock: () => Date;
};

/**
 * Asks, and keeps what is answered. That the plan does not have the question is an answer, too.
 *
 * @see docs/smartcar.md §2.8-8, §2.8-9
 * @throws Refusal `not_found`, `vin_missing`, `compatibility_closed`, `too_many_requests`, `invalid_input`, `smartcar_unavailable`
 */
export async function checkCompatibility(
  needs: CompatibilityNeeds,
  { fleetId }: Context,
  id: VehicleId,
  now: Date,
): Promise<void> {
  const { make, question } = await needs.database.asFleet(fleetId, async (tx) => {
    const vehicle = await findVehicle(tx, id);
    if (!vehicle) throw new Refusal('not_found');
    if (!vehicle.vin) throw new Refusal('vin_missing');
    const { settings } = await ownFleet(tx);
    const { make, vin, country } = vehicle;
    const asked: CompatibilityQuestion = { vin, country, permissions: askedPermissions(settings) };
    return { make, question: asked };
  });
  if (!needs.v2) throw new Refusal('compatibility_closed');
  if (!(await takeForPerson(needs, 1, now)))
    throw new Refusal('too_many_requests', "Smartcar's request limit is used up for the moment. Nothing was asked.");
  needs.meter.note({ fleetId, make, purpose: 'person' }, 1, 0, now);
  const answer = await needs.v2.smartcar.checkCompatibility(question);
  const check = checkOf(question, answer, needs.clock());
  await needs.database.asFleet(fleetId, async (tx) => {
    await writeCompatibility(tx, { fleetId, vehicleId: id }, check);
    await announce(tx, fleetId, [id], ['vehicles']);
  });
}

function checkOf(
  { vin, country, permissions }: CompatibilityQuestion,
  answer: Answer<CompatibilityFound>,
  checkedAt: Date,
): CompatibilityCheck {
  const asked = { checkedAt, vin, country };
  if (!answer.ok) return { ...asked, ...answerOf(answer.failure) };
  const { value: found, requestId } = answer;
  return {
    ...asked,
    answer: found.compatible ? 'compatible' : 'incompatible',
    reason: found.reason,
    lacking: lackingOf(found, permissions, country),
    requestId,
  };
}

/** What failed and says something about the car or the plan all the same; anything else was no answer. */
function answerOf(failure: Failure): Pick<CompatibilityCheck, 'answer' | 'reason' | 'lacking' | 'requestId'> {
  const { meaning, requestId } = failure;
  const empty = { reason: null, lacking: null, requestId };
  if (meaning === 'planLimit') return { answer: 'notInPlan', ...empty };
  if (meaning === 'incompatible') return { answer: 'incompatible', ...empty };
  if (isThrottleMeaning(meaning)) throw new Refusal('too_many_requests', 'Smartcar asks to wait. Try again later.');
  if (meaning === 'requestRefused') throw new Refusal('invalid_input', 'Smartcar does not take this VIN. Check it.');
  if (meaning === 'credentials')
    throw new Refusal('smartcar_unavailable', 'Smartcar refuses the secret for v2. Check SMARTCAR_CLIENT_SECRET.');
  throw new Refusal('smartcar_unavailable');
}
