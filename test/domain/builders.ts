/** Connections and outcomes of which a test names only what it is about. Times are minutes after nine in the morning. */
import type { Cause } from '../../src/domain/cause.ts';
import { factsOf } from '../../src/domain/cause.ts';
import type { Connection } from '../../src/domain/connection.ts';
import type { Claim, Failure, Meaning, SignalFailure } from '../../src/domain/failure.ts';
import type {
  ConnectionId,
  FleetId,
  SmartcarConnectionId,
  SmartcarUserId,
  SmartcarVehicleId,
  VehicleId,
} from '../../src/domain/ids.ts';
import { isAsked } from '../../src/domain/outcome.ts';
import type {
  ClaimedOutcome,
  ClearedOutcome,
  DisconnectedOutcome,
  FailedOutcome,
  ListedOutcome,
  RepairedOutcome,
  SignalsOutcome,
  Via,
} from '../../src/domain/outcome.ts';
import { makePolicy } from '../../src/domain/make-policy.ts';
import { defaultRequiredPermissions } from '../../src/domain/permission.ts';
import type { Reading } from '../../src/domain/reading.ts';
import type { SignalCode } from '../../src/domain/signal.ts';
import type { Policy } from '../../src/domain/transition.ts';
import { noUsage } from '../../src/domain/usage.ts';

const nine = Date.UTC(2026, 4, 4, 9);

/** A moment: minutes after nine; negative ones are before. */
export const minutes = (n: number): Date => new Date(nine + n * 60_000);
export const hours = (n: number): Date => minutes(60 * n);

/** Minutes after nine, as `minutes` takes them. */
export const minuteOf = (at: Date): number => (at.getTime() - nine) / 60_000;

export const locationCode = 'location-preciselocation';
export const odometerCode = 'odometer-traveleddistance';
export const lockCode = 'closure-islocked';
export const chargeCode = 'tractionbattery-stateofcharge';
/** The signals that prove a connection for a fleet that requires what fleets usually require. */
export const requiredCodes: readonly SignalCode[] = [locationCode, odometerCode, lockCode];

export const policy: Policy = {
  requiredPermissions: defaultRequiredPermissions,
  incident: null,
  make: makePolicy('VOLKSWAGEN'),
  v3: true,
  intervalS: 1_800,
  requestBudget: { perVehiclePerMonth: 100_000, reserveForCommands: 0.1 },
  chance: 0.5,
};

/** Active since a day ago, proved ten minutes ago, subscribed, next read in twenty minutes. */
export function aConnection(change: Partial<Connection> = {}): Connection {
  return {
    id: 'con_1' as ConnectionId, // short ids read better in a failing test; their shape is another test's subject
    fleetId: 'flt_1' as FleetId,
    vehicleId: 'veh_1' as VehicleId,
    ownerId: null,
    platform: 'v3',
    smartcarVehicleId: 'car-1' as SmartcarVehicleId,
    smartcarUserId: 'user-1' as SmartcarUserId,
    smartcarConnectionId: 'grant-1' as SmartcarConnectionId,
    tokenSetId: null,
    status: 'active',
    cause: null,
    since: hours(-24),
    connectedAt: hours(-24),
    judgedAt: hours(-24),
    provedAt: minutes(-10),
    pendingDeadlineAt: null,
    permissions: [...defaultRequiredPermissions, 'read_battery'],
    refusedPermissions: [],
    suspicion: null,
    vehicleState: null,
    trouble: null,
    heldBy: null,
    failures: 0,
    resolutionUrl: null,
    listed: null,
    lastSuccess: null,
    lastTelemetryAt: null,
    newsAt: null,
    nextPollAt: minutes(20),
    notBeforeAt: null,
    usage: noUsage(minutes(0)),
    subscribedAt: hours(-24),
    revokedAt: null,
    endedAt: null,
    version: 7,
    ...change,
  };
}

/** Connected at nine, nothing known yet. */
export const aNewConnection = (change: Partial<Connection> = {}): Connection =>
  aConnection({
    ...{ status: 'pending', cause: 'waitingForFirstData', since: minutes(0), connectedAt: minutes(0) },
    ...{ judgedAt: minutes(0), provedAt: null, pendingDeadlineAt: hours(24), nextPollAt: minutes(0) },
    ...change,
  });

/** Broken since an hour before nine, for this cause. */
export const aBrokenConnection = (cause: Cause, change: Partial<Connection> = {}): Connection =>
  aConnection({
    ...{ status: factsOf(cause).status, cause, since: hours(-1), judgedAt: hours(-1), provedAt: hours(-2) },
    ...change,
  });

const ordinary: Readonly<Record<SignalCode, Reading['value']>> = {
  [locationCode]: { latitude: 52.5, longitude: 13.4 },
  [odometerCode]: 12_345,
  [lockCode]: true,
  [chargeCode]: 60,
};

export function reading(code: SignalCode, change: Partial<Reading> = {}): Reading {
  const value = ordinary[code] ?? 1;
  return { code, value, unit: null, measuredAt: null, fetchedAt: minutes(0), receivedAt: minutes(0), ...change };
}

export function failureOf(meaning: Meaning, change: Partial<Failure> = {}): Failure {
  const empty = { type: null, code: null, status: null, requestId: null, retryAfterS: null, resolutionUrl: null };
  return { meaning, ...empty, ...change };
}

export function signalFailure(meaning: Meaning, signal: SignalCode, fetchedAt: Date | null): SignalFailure {
  return { ...failureOf(meaning), signal, fetchedAt };
}

export const claimOf = (meaning: Meaning, change: Partial<Claim> = {}): Claim => ({
  ...failureOf(meaning),
  signals: [],
  ...change,
});

type Seen<O> = Partial<Omit<O, 'kind' | 'at'>>;
const seenBy = { via: 'poll', requestId: null } as const;

/** A read costs a request; what was told costs none. */
const costOf = ({ via = 'poll' }: { via?: Via }): { requests: number } => ({ requests: isAsked(via) ? 1 : 0 });

export const signals = (minute: number, change: Seen<SignalsOutcome> = {}): SignalsOutcome => ({
  ...{ kind: 'signals', at: minutes(minute), ...seenBy, ...costOf(change), readings: [], failures: [] },
  ...change,
});

/** All that is required came, fetched at this minute. */
export function data(minute: number, fetched: number, change: Seen<SignalsOutcome> = {}): SignalsOutcome {
  const times = { fetchedAt: minutes(fetched), receivedAt: minutes(minute) };
  return signals(minute, { readings: requiredCodes.map((code) => reading(code, times)), ...change });
}

/** All that is required was refused, with the same meaning; `null`: Smartcar did not say when it tried. */
export function refused(
  minute: number,
  meaning: Meaning,
  fetched: number | null,
  change: Seen<SignalsOutcome> = {},
): SignalsOutcome {
  const fetchedAt = fetched === null ? null : minutes(fetched);
  return signals(minute, { failures: requiredCodes.map((code) => signalFailure(meaning, code, fetchedAt)), ...change });
}

/** All that is required came, except the location, which was refused for want of a permission. */
export function withoutLocation(minute: number, fetched: number, change: Seen<SignalsOutcome> = {}): SignalsOutcome {
  const all = data(minute, fetched, change);
  const readings = all.readings.filter(({ code }) => code !== locationCode);
  return { ...all, readings, failures: [signalFailure('permission', locationCode, minutes(fetched))] };
}

export const failed = (
  minute: number,
  meaning: Meaning,
  failure: Partial<Failure> = {},
  change: Seen<FailedOutcome> = {},
): FailedOutcome => ({
  ...{ kind: 'failed', at: minutes(minute), ...seenBy, ...costOf(change), failure: failureOf(meaning, failure) },
  ...change,
});

export const claimed = (minute: number, meaning: Meaning, claim: Partial<Claim> = {}): ClaimedOutcome => ({
  kind: 'claimed',
  at: minutes(minute),
  via: 'webhook',
  requestId: null,
  claims: [claimOf(meaning, claim)],
});

export const cleared = (minute: number, meaning: Meaning): ClearedOutcome => ({
  kind: 'cleared',
  at: minutes(minute),
  via: 'webhook',
  requestId: null,
  claims: [claimOf(meaning)],
});

export const repaired = (minute: number, change: Seen<RepairedOutcome> = {}): RepairedOutcome => ({
  kind: 'repaired',
  at: minutes(minute),
  via: 'owner',
  requestId: null,
  permissions: [...defaultRequiredPermissions],
  smartcarConnectionId: 'grant-2' as SmartcarConnectionId, // a repaired grant may get a new id
  grant: null,
  ...change,
});

/** Smartcar's list shows the grant as it is kept, where nothing else is said. */
export const listed = (minute: number, change: Seen<ListedOutcome> = {}): ListedOutcome => ({
  kind: 'listed',
  via: 'reconciliation',
  at: minutes(minute),
  requestId: null,
  permissions: null,
  smartcarConnectionId: null,
  ...change,
});

export const disconnected = (minute: number): DisconnectedOutcome => ({
  kind: 'disconnected',
  at: minutes(minute),
  via: 'operator',
  requestId: null,
});
