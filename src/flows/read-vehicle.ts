/** Reading a car once, and what the answer comes to. */
import type { Connection, Platform } from '../domain/connection.ts';
import type { SmartcarUserId } from '../domain/ids.ts';
import type { Outcome, Via } from '../domain/outcome.ts';
import type { Answer } from '../smartcar/answer.ts';
import type { ReadSignals, Smartcar } from '../smartcar/smartcar.ts';
import type { Access } from '../vault/access.ts';
import { mostRequestsOfRead, readOnV2 } from './v2.ts';
import type { CarOnV2, ReadV2Needs } from './v2.ts';

export interface ReadNeeds extends ReadV2Needs {
  smartcar: Smartcar;
  access: Access;
}

export interface ReadableCar extends CarOnV2 {
  smartcarUserId: SmartcarUserId;
  platform: Platform;
}

/** How many requests a read costs at most: on v2 every part of it counts. */
export const readCost = (platform: Platform): number => (platform === 'v2' ? mostRequestsOfRead : 1);

/**
 * Whether the car is still read by the grant that an answer came of. While one was under way the owner may have granted
 * anew: what the old tokens were told says nothing about the new grant.
 */
export const isStillReadSo = (connection: Pick<Connection, 'platform' | 'tokenSetId'>, car: ReadableCar): boolean =>
  connection.platform === car.platform && connection.tokenSetId === car.tokenSetId;

/** The outcome is dated when the answer came: what was fetched before a slow answer must not look newer than it is. */
export async function readVehicle(needs: ReadNeeds, car: ReadableCar, via: Via): Promise<Outcome> {
  const answer = await (car.platform === 'v2' ? readOnV2(needs, car) : readOnV3(needs, car));
  const at = needs.clock();
  if (!answer.ok) return { kind: 'failed', via, at, requestId: answer.failure.requestId, failure: answer.failure };
  return { kind: 'signals', via, at, requestId: answer.requestId, ...answer.value };
}

function readOnV3(needs: ReadNeeds, car: ReadableCar): Promise<Answer<ReadSignals>> {
  const ids = { vehicleId: car.smartcarVehicleId, userId: car.smartcarUserId };
  return needs.access.withAccess(needs.clock(), (token) => needs.smartcar.readSignals(token, ids, needs.clock()));
}
