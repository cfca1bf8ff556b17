/** What flows need for cars that are still on v2, and how such a car is read. */
import type { Failure } from '../domain/failure.ts';
import type { ConnectionId, FleetId, SmartcarVehicleId, TokenSetId } from '../domain/ids.ts';
import type { Happening } from '../domain/timeline.ts';
import type { Answer } from '../smartcar/answer.ts';
import type { ReadSignals } from '../smartcar/smartcar.ts';
import { requestCount } from '../smartcar/v2/batch.ts';
import type { SmartcarV2 } from '../smartcar/v2/smartcar-v2.ts';
import { findWanted } from '../store/connection.ts';
import type { Database } from '../store/database.ts';
import type { TokenAccess } from '../vault/token-sets.ts';

export interface V2 {
  smartcar: SmartcarV2;
  tokens: TokenAccess;
  /** v2's management takes them; the first one is current. Empty where none is configured. */
  managementTokens: readonly string[];
}

/** What is answered for a car on v2 by an installation without a secret for it: ours to put right. */
const noSecret: Failure = {
  meaning: 'credentials',
  type: null,
  code: 'V2_SECRET_MISSING',
  status: null,
  requestId: null,
  retryAfterS: null,
  resolutionUrl: null,
};

export interface CarOnV2 {
  fleetId: FleetId;
  connectionId: ConnectionId;
  smartcarVehicleId: SmartcarVehicleId;
  tokenSetId: TokenSetId | null;
}

/** Calls with the tokens of the car's family. */
export async function withTokensOf<T>(
  v2: V2 | null,
  car: Pick<CarOnV2, 'fleetId' | 'tokenSetId'>,
  now: Date,
  call: (smartcar: SmartcarV2, accessToken: string) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  const { fleetId, tokenSetId } = car;
  if (!v2) return { ok: false, failure: noSecret };
  if (!tokenSetId) return { ok: false, failure: { ...noSecret, meaning: 'tokensRefused', code: 'TOKENS_ERASED' } };
  return v2.tokens.withTokens(now, { fleetId, tokenSetId }, (token) => call(v2.smartcar, token));
}

export interface ReadV2Needs {
  database: Database;
  v2: V2 | null;
  clock: () => Date;
}

/** Everything that the grant allows and this kind of car can have, in one request that counts for each of its parts. */
export async function readOnV2(
  needs: ReadV2Needs,
  car: CarOnV2,
  onSent: (requests: number) => void,
): Promise<Answer<ReadSignals>> {
  const found = await needs.database.asFleet(car.fleetId, (tx) => findWanted(tx, car.connectionId));
  const wanted = found ?? { permissions: [], powertrain: null };
  return withTokensOf(needs.v2, car, needs.clock(), (smartcar, token) => {
    onSent(requestCount(wanted));
    return smartcar.readSignals(token, car.smartcarVehicleId, wanted, needs.clock());
  });
}

/** The line that says which answer was lost with a family's tokens, and when it was asked for. */
export async function lostTokensLine(
  { v2 }: Pick<ReadV2Needs, 'v2'>,
  { fleetId, tokenSetId }: Pick<CarOnV2, 'fleetId' | 'tokenSetId'>,
  at: Date,
  requestId: string | null,
): Promise<Happening | null> {
  const since = tokenSetId && v2 ? await v2.tokens.unansweredSince({ fleetId, tokenSetId }) : null;
  return since && { kind: 'connection.tokens-lost', at, via: 'poll', requestId, reported: since.toISOString() };
}
