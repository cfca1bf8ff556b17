/**
 * Readiness: whether a car can be handed to a renter now, and if not, why. A yes is a yes to being found, driven off and
 * unlocked by telephone; what only may go wrong is named and does not stop it.
 */
import type { Connection } from './connection.ts';
import type { FreshnessState } from './freshness.ts';
import type { Reading } from './reading.ts';
import type { SignalCode } from './signal.ts';

export const readinessCodes = [
  'inRental',
  'notConnected',
  'connectionBroken',
  'connectionPending',
  'onV2',
  'lockNotAllowed',
  'incident',
  'lowEnergy',
  'dataOld',
  'noData',
  // The following are told, and stop nothing.
  'connectionSuspected',
  'energyUnknown',
  'requestsUsedUp',
] as const;
export type ReadinessCode = (typeof readinessCodes)[number];

export interface ReadinessReason {
  code: ReadinessCode;
  /** False for what is only to be known. */
  stops: boolean;
  /** The share that is left of what it drives on, in percent; only with `lowEnergy`. */
  percent?: number;
}

export interface ReadinessQuestion {
  connection:
    | (Pick<Connection, 'status' | 'cause' | 'platform' | 'permissions' | 'refusedPermissions' | 'endedAt'> & {
        isSuspected: boolean;
        isHeld: boolean;
      })
    | null;
  isInRental: boolean;
  freshness: FreshnessState;
  known: Readonly<Partial<Record<SignalCode, Pick<Reading, 'value'>>>>;
  isUsedUp: boolean;
  /** Percent. */
  leastEnergyPercent: number;
}

/** The newest of these that is known is what it drives on; a hybrid drives on either. */
export const energySignals = ['tractionbattery-stateofcharge', 'internalcombustionengine-fuellevel'] as const;

const toldOnly: ReadonlySet<ReadinessCode> = new Set(['connectionSuspected', 'energyUnknown', 'requestsUsedUp']);

/** @returns why not, and what else is to be known; ready where none of it stops */
export function readinessOf(question: ReadinessQuestion): { isReady: boolean; reasons: ReadinessReason[] } {
  const percent = energyOf(question.known);
  const codes = [
    question.isInRental ? 'inRental' : null,
    ...connectionCodes(question.connection),
    ...dataCodes(question.freshness),
    percent === null ? 'energyUnknown' : percent < question.leastEnergyPercent ? 'lowEnergy' : null,
    question.isUsedUp ? 'requestsUsedUp' : null,
  ] as const;
  const reasons = codes
    .filter((code) => code !== null)
    .map((code): ReadinessReason => ({
      code,
      stops: !toldOnly.has(code),
      ...(code === 'lowEnergy' && percent !== null ? { percent } : {}),
    }));
  return { isReady: reasons.every(({ stops }) => !stops), reasons };
}

function connectionCodes(connection: ReadinessQuestion['connection']): ReadinessCode[] {
  if (!connection || connection.endedAt) return ['notConnected'];
  const { status, platform, permissions, refusedPermissions } = connection;
  const mayLock = permissions.includes('control_security') && !refusedPermissions.includes('control_security');
  return [
    ...(status === 'pending' ? (['connectionPending'] as const) : []),
    ...(status !== 'pending' && status !== 'active' ? (['connectionBroken'] as const) : []),
    ...(platform === 'v2' ? (['onV2'] as const) : mayLock ? [] : (['lockNotAllowed'] as const)),
    ...(connection.isHeld ? (['incident'] as const) : []),
    ...(connection.isSuspected ? (['connectionSuspected'] as const) : []),
  ];
}

function dataCodes(freshness: FreshnessState): ReadinessCode[] {
  if (freshness === 'fresh') return [];
  return [freshness === 'never' ? 'noData' : 'dataOld'];
}

/** The fuller of what a car drives on, in percent; null when nothing is known of it. */
function energyOf(known: ReadinessQuestion['known']): number | null {
  const values = energySignals.flatMap((code) => {
    const value = known[code]?.value;
    return typeof value === 'number' ? [value] : [];
  });
  return values.length === 0 ? null : Math.max(...values);
}
