/**
 * What a return from Connect comes to: which of the cars that Smartcar lists was chosen, and whether it is the one on record.
 * Pure. A VIN decides where it can be compared; where it can't, make, model and year have to agree, and an operator's word
 * is needed where they could mean another car.
 *
 * @see docs/decisions/0023-the-return-from-connect.md
 */
import type { ConfirmWithoutVin } from './fleet.ts';
import type { SmartcarUserId, SmartcarVehicleId } from './ids.ts';
import { isSameText, matchCar } from './vehicle.ts';
import type { FoundCar, Match, Vehicle } from './vehicle.ts';

/**
 * A grant that is no connection here. `held`: waits for an operator. `bound`: became one. `removing`: is to be deleted at
 * Smartcar. `removed`: it is not there any more. `kept`: was to be deleted, and somebody's connection lives on it by now.
 */
export const grantStates = ['held', 'bound', 'removing', 'removed', 'kept'] as const;
export type GrantState = (typeof grantStates)[number];

/** `noVin`: no VIN could be compared. `otherAccount`: the vehicle has a connection, through another account or under another id. */
export const holdReasons = ['noVin', 'otherAccount'] as const;
export type HoldReason = (typeof holdReasons)[number];

/** `refused`: an operator said that it is another car. `expired`: nobody said anything. `superseded`: another grant took its place. */
export const removalReasons = [
  'wrongCar',
  'alreadyConnected',
  'severalCars',
  'disconnected',
  'refused',
  'expired',
  'superseded',
] as const;
export type RemovalReason = (typeof removalReasons)[number];

/** Why Smartcar's Connect, or Towline, sent the owner back without success. */
export type ReturnProblem =
  /** `detail`: Smartcar's own words about a configuration that is wrong; absent otherwise. */
  | { problem: 'connectError'; error: string; detail?: string }
  /** `expected` is empty where there is nothing to compare with. */
  | { problem: 'wrongCar'; field: string; expected: string; found: string }
  /** Its VIN is another vehicle's of the same fleet. */
  | { problem: 'otherVehicle' }
  | { problem: 'alreadyConnected' }
  | { problem: 'notListed' }
  | { problem: 'severalCars' }
  /** Nothing was allowed besides what had been. */
  | { problem: 'notWidened' }
  /** It was disconnected here while the owner was on the way. */
  | { problem: 'disconnected' }
  /** An operator said that it is another car. */
  | { problem: 'refused' }
  /** Nobody confirmed it in time. */
  | { problem: 'notConfirmed' };

interface CarAtSmartcar {
  smartcarVehicleId: SmartcarVehicleId;
  smartcarUserId: SmartcarUserId;
}

export const isSameGrant = (a: CarAtSmartcar, b: CarAtSmartcar): boolean =>
  a.smartcarVehicleId === b.smartcarVehicleId && a.smartcarUserId === b.smartcarUserId;

/** A car that Smartcar lists for the owner who came back. */
export interface ReturnedCar extends CarAtSmartcar {
  car: FoundCar;
  /** It may still become known. */
  awaitsVin: boolean;
  /** Whose living connection has it: of the vehicle that was walked for, of another in any fleet, or nobody's. */
  boundTo: 'this' | 'other' | 'nobody';
  /** That connection lives on this very grant, of the same user. */
  isLivedOn: boolean;
  /** Granted on this way, as far as Smartcar's times tell. */
  isNew: boolean;
  /** Of a grant that was known before: this way changed it. */
  isRenewed: boolean;
  /** The VINs of the fleet's other vehicles of the same make, model and year; null where a record has none. */
  twins: readonly (string | null)[];
  /** Another vehicle of the fleet has its VIN. */
  isOtherVehicle: boolean;
}

export interface Return<C extends ReturnedCar> {
  vehicle: Pick<Vehicle, 'vin' | 'make' | 'model' | 'year'>;
  /** The grant of the vehicle's living connection; null when it has none. */
  living: CarAtSmartcar | null;
  /** Never empty. */
  cars: readonly C[];
  /** The owner was asked to allow more, and something is lacking still. */
  stillLacks: boolean;
  /** Smartcar's list may not show yet what was granted last. */
  mayLag: boolean;
  confirmWithoutVin: ConfirmWithoutVin;
}

export type ReturnVerdict<C extends ReturnedCar> =
  | { verdict: 'repair'; car: C }
  | { verdict: 'bind'; car: C }
  | { verdict: 'hold'; car: C; reason: HoldReason }
  /** What would decide is not there yet. */
  | { verdict: 'wait' }
  /** `unwanted`: what this way made, as far as it can be told. */
  | { verdict: 'refuse'; problem: ReturnProblem; because: RemovalReason; unwanted: C[] };

export function judgeReturn<C extends ReturnedCar>(back: Return<C>): ReturnVerdict<C> {
  const { living, cars } = back;
  const own = living && cars.find((one) => isSameGrant(one, living));
  const others = cars.filter((one) => one !== own && one.boundTo !== 'other');
  const chosenInstead = others.filter(({ isNew }) => isNew);
  // The grant that is known stands in the list whatever was chosen. One new car beside it, unchanged, was the choice.
  if (own && (own.isRenewed || chosenInstead.length !== 1)) {
    if (back.stillLacks && !own.isRenewed) return refusal(back, { problem: 'notWidened' }, 'wrongCar');
    return { verdict: 'repair', car: own };
  }
  if (others.length === 0) return refusal(back, { problem: 'alreadyConnected' }, 'alreadyConnected');
  return judgeCars(back, own ? chosenInstead : others);
}

type Judged<C> = { one: C; match: Match; isProved: boolean };

function judgeCars<C extends ReturnedCar>(back: Return<C>, candidates: readonly C[]): ReturnVerdict<C> {
  const { vehicle } = back;
  const judged = candidates.map((one): Judged<C> => {
    const match = one.isOtherVehicle ? otherVehicle : matchCar(vehicle, one.car);
    return { one, match, isProved: match.matches && vehicle.vin !== null && one.car.vin !== null };
  });
  const proved = judged.filter(({ isProved }) => isProved);
  const plausible = judged.filter(({ match }) => match.matches);
  const chosen = onlyOf(proved) ?? (proved.length === 0 ? onlyOf(plausible) : null);
  const isLagging = back.mayLag && !candidates.some(({ isNew }) => isNew);
  if (proved.length === 0 && (isLagging || plausible.some(({ one }) => awaitsDecision(back, one))))
    return { verdict: 'wait' };
  if (chosen) return choose(back, chosen);
  if (plausible.length > 0) return refusal(back, { problem: 'severalCars' }, 'severalCars');
  return refusal(back, problemOf(judged), 'wrongCar');
}

const otherVehicle: Match = { matches: false, field: 'vin', expected: '', found: '' };

/** The only one; of several the only one that is new. */
function onlyOf<C extends ReturnedCar>(judged: readonly Judged<C>[]): Judged<C> | null {
  const fresh = judged.filter(({ one }) => one.isNew);
  const few = judged.length > 1 && fresh.length > 0 ? fresh : judged;
  return few.length === 1 ? (few[0] ?? null) : null;
}

/** A VIN that is to come is worth waiting for where there is one to compare it with. */
const awaitsDecision = ({ vehicle }: Pick<Return<never>, 'vehicle'>, one: ReturnedCar): boolean =>
  one.awaitsVin && (vehicle.vin !== null || one.twins.some((vin) => vin !== null));

function choose<C extends ReturnedCar>(back: Return<C>, { one, isProved }: Judged<C>): ReturnVerdict<C> {
  if (back.living) return { verdict: 'hold', car: one, reason: 'otherAccount' };
  if (isProved || !needsConfirmation(back, one)) return { verdict: 'bind', car: one };
  return { verdict: 'hold', car: one, reason: 'noVin' };
}

function needsConfirmation<C extends ReturnedCar>({ vehicle, cars, confirmWithoutVin }: Return<C>, one: C): boolean {
  if (confirmWithoutVin !== 'whenUnclear') return confirmWithoutVin === 'always';
  if ([vehicle, one.car].some(({ make, model, year }) => make === null || model === null || year === null)) return true;
  // A twin whose VIN is known to be another is another car for certain.
  const couldBeTwin = one.twins.some((vin) => vin === null || one.car.vin === null);
  return couldBeTwin || cars.some((other) => other !== one && matchCar({ ...one.car, vin: null }, other.car).matches);
}

function problemOf<C extends ReturnedCar>(judged: readonly Judged<C>[]): ReturnProblem {
  const worst = judged.find(({ one }) => one.isNew) ?? judged[0];
  if (!worst || worst.match.matches) return { problem: 'severalCars' };
  if (worst.one.isOtherVehicle) return { problem: 'otherVehicle' };
  const { field, expected, found } = worst.match;
  return { problem: 'wrongCar', field, expected, found };
}

/** What was granted on this way goes, but for what somebody's connection lives on. */
function refusal<C extends ReturnedCar>(
  { cars }: Return<C>,
  problem: ReturnProblem,
  because: RemovalReason,
): ReturnVerdict<C> {
  const unwanted = cars.filter(({ isNew, isLivedOn }) => isNew && !isLivedOn);
  return { verdict: 'refuse', problem, because, unwanted };
}

/** What an operator sees of a held car: each fact as it is on record and as it was found. */
export interface ComparedFact {
  field: 'vin' | 'make' | 'model' | 'year';
  expected: string | null;
  found: string | null;
  /** Null where one of both is not known. */
  agrees: boolean | null;
}

export function compareCar(
  vehicle: Pick<Vehicle, 'vin' | 'make' | 'model' | 'year'>,
  car: Pick<FoundCar, 'vin' | 'make' | 'model' | 'year'>,
): ComparedFact[] {
  return (['vin', 'make', 'model', 'year'] as const).map((field) => {
    const [expected, found] = [asText(vehicle[field]), asText(car[field])];
    return { field, expected, found, agrees: expected && found ? isSameText(expected, found) : null };
  });
}

const asText = (value: string | number | null): string | null => (value === null ? null : String(value));

/** Days that a held grant waits for an operator: a working week and the days around it. */
export const heldForD = 7;
/** A VIN that was not there in time is asked for again after so long; it decides by itself. */
export const looksAgainAfterS = [600, 3_600, 21_600, 86_400];
/** From one attempt to delete a grant at Smartcar to the next; then the last one again. */
const removesAgainAfterS = [60, 300, 900, 3_600, 21_600];

export const nextRemovalS = (attempts: number): number =>
  removesAgainAfterS[Math.min(attempts, removesAgainAfterS.length - 1)] ?? 0;
