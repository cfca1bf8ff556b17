/**
 * What can go wrong between Smartcar and us, as meanings. `smartcar/classify.ts` turns types, codes and statuses into
 * these; nothing behind it ever looks at Smartcar's words again.
 */
import type { SignalCode } from './signal.ts';

/** The owner's account, or their consent: nothing we repeat can repair it. */
export const accountMeanings = [
  'signedOut',
  'platformMigrated',
  'revoked',
  'vehicleRemoved',
  'accountIssue',
  'subscriptionLapsed',
  'virtualKeyMissing',
  'remoteAccessDisabled',
  // v2 alone: the token set that stood for the owner's consent is no use any more.
  'grantLapsed',
  'tokensRefused',
  'tokensLost',
  // v2's API refuses a token that its own token endpoint has given just now: one of the two is wrong, so it is suspected only.
  'accessRefused',
] as const;
export type AccountMeaning = (typeof accountMeanings)[number];

/** The car is somewhere, in some state: never a reason to doubt the connection. */
export const vehicleMeanings = [
  'asleep',
  'vehicleUnreachable',
  'inService',
  'lowBattery',
  'doorOpen',
  'hoodOpen',
  'trunkOpen',
  'ignitionOn',
  'inMotion',
  'charging',
  'fullyCharged',
  'notCharging',
  'pluggedIn',
  'notPluggedIn',
  'chargeFault',
  'vehicleRefused',
] as const;
export type VehicleMeaning = (typeof vehicleMeanings)[number];

/** We were told to wait, or until the month ends: counts nothing against the connection. */
export const throttleMeanings = [
  'throttledApplication',
  'throttledVehicle',
  'throttledManufacturer',
  'requestLimit',
] as const;
export type ThrottleMeaning = (typeof throttleMeanings)[number];

/** Somebody's machine failed: wait longer each time, and say so when it lasts. */
export const upstreamMeanings = [
  'manufacturerFailing',
  'smartcarFailing',
  'smartcarUnreachable',
  'nonsense',
  'notFound',
] as const;
export type UpstreamMeaning = (typeof upstreamMeanings)[number];

/** Ours to put right: plan, credentials, a request Smartcar can't understand. */
export const ourMeanings = ['planLimit', 'accountSuspended', 'credentials', 'requestRefused'] as const;
export type OurMeaning = (typeof ourMeanings)[number];

/** A permission that is missing, or a thing this car can't do. */
export const gapMeanings = ['permission', 'incompatible'] as const;
export type GapMeaning = (typeof gapMeanings)[number];

export type Meaning = AccountMeaning | VehicleMeaning | ThrottleMeaning | UpstreamMeaning | OurMeaning | GapMeaning;

export interface Failure {
  meaning: Meaning;
  /** Smartcar's type and code, kept for people: `CONNECTED_SERVICES_ACCOUNT`, `AUTHENTICATION_FAILED`. */
  type: string | null;
  code: string | null;
  /** HTTP status; null when no answer came, or when it stands in a webhook. */
  status: number | null;
  /** Smartcar's request id, kept with everything it caused. */
  requestId: string | null;
  /** Seconds to wait as told by `Retry-After`; null when it was not said. */
  retryAfterS: number | null;
  /** Smartcar's partly built re-authentication address; checked against Connect's origin before it is followed. */
  resolutionUrl: string | null;
}

/** One signal that could not be had. */
export interface SignalFailure extends Failure {
  signal: SignalCode;
  /** When Smartcar tried; null when it did not say (an ERROR may come without times). */
  fetchedAt: Date | null;
}

/** What a webhook says is wrong, with the signals concerned; an empty list means the whole vehicle. */
export interface Claim extends Failure {
  signals: SignalCode[];
}

function isOneOf<T extends string>(list: readonly T[], meaning: Meaning): meaning is T & Meaning {
  return (list as readonly string[]).includes(meaning); // widened only to ask
}

export const isGapMeaning = (meaning: Meaning): meaning is GapMeaning => isOneOf(gapMeanings, meaning);
export const isAccountMeaning = (meaning: Meaning): meaning is AccountMeaning => isOneOf(accountMeanings, meaning);
export const isVehicleMeaning = (meaning: Meaning): meaning is VehicleMeaning => isOneOf(vehicleMeanings, meaning);
export const isThrottleMeaning = (meaning: Meaning): meaning is ThrottleMeaning => isOneOf(throttleMeanings, meaning);
export const isUpstreamMeaning = (meaning: Meaning): meaning is UpstreamMeaning => isOneOf(upstreamMeanings, meaning);

const meanings: readonly string[] = [
  ...accountMeanings,
  ...vehicleMeanings,
  ...throttleMeanings,
  ...upstreamMeanings,
  ...ourMeanings,
  ...gapMeanings,
];
export const isMeaning = (word: string): word is Meaning => meanings.includes(word);
