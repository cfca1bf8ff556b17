/** Reading a car once, and what the answer comes to. */
import type { Connection, Platform } from '../domain/connection.ts';
import type { SmartcarUserId } from '../domain/ids.ts';
import type { Outcome, Via } from '../domain/outcome.ts';
import type { Answer } from '../smartcar/answer.ts';
import type { ReadSignals, Smartcar } from '../smartcar/smartcar.ts';
import type { Access } from '../vault/access.ts';
import { readOnV2 } from './v2.ts';
import type { CarOnV2, ReadV2Needs } from './v2.ts';

export interface ReadNeeds extends ReadV2Needs {
  smartcar: Smartcar;
  access: Access;
}

export interface ReadableCar extends CarOnV2 {
  smartcarUserId: SmartcarUserId;
  platform: Platform;
}

/**
 * Whether the car is still read by the grant that an answer came of. While one was under way the owner may have granted
 * anew: what the old tokens were told says nothing about the new grant.
 */
export const isStillReadSo = (connection: Pick<Connection, 'platform' | 'tokenSetId'>, car: ReadableCar): boolean =>
  connection.platform === car.platform && connection.tokenSetId === car.tokenSetId;

/** The outcome is dated when the answer came: what was fetched before a slow answer must not look newer than it is. */
export async function readVehicle(needs: ReadNeeds, car: ReadableCar, via: Via): Promise<Outcome> {
  let requests = 0;
  const onSent = (sent: number): void => void (requests += sent);
  const answer = await (car.platform === 'v2' ? readOnV2(needs, car, onSent) : readOnV3(needs, car, onSent));
  const seen = { via, at: needs.clock(), requests };
  if (!answer.ok) return { kind: 'failed', ...seen, requestId: answer.failure.requestId, failure: answer.failure };
  return { kind: 'signals', ...seen, requestId: answer.requestId, ...answer.value };
}

function readOnV3(
  needs: ReadNeeds,
  car: ReadableCar,
  onSent: (requests: number) => void,
): Promise<Answer<ReadSignals>> {
  const ids = { vehicleId: car.smartcarVehicleId, userId: car.smartcarUserId };
  return needs.access.withAccess(needs.clock(), (token) => {
    onSent(1);
    return needs.smartcar.readSignals(token, ids, needs.clock());
  });
}
