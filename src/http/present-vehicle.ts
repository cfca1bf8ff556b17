/** Vehicles as the contract shows them: the connection panel, freshness, signals, what can be done, and why not. */
import { can } from '../domain/connection.ts';
import type { Capability } from '../domain/connection.ts';
import { isVehicleMeaning } from '../domain/failure.ts';
import type { Meaning } from '../domain/failure.ts';
import type { Plan, Settings } from '../domain/fleet.ts';
import { rounded } from '../domain/location-privacy.ts';
import { makePolicy, staleAfterMs } from '../domain/make-policy.ts';
import { carLimits, isUsedUp } from '../domain/pace.ts';
import { lackingPermissions } from '../domain/permission.ts';
import { heldOf, isOwners, routeOf } from '../domain/reconnect-route.ts';
import type { Around, ReconnectRoute } from '../domain/reconnect-route.ts';
import { signals as knownSignals } from '../domain/signal.ts';
import type { SignalValue } from '../domain/signal.ts';
import { inMonth } from '../domain/usage.ts';
import type { KeptReading } from '../store/schema.ts';
import type { ListedConnection } from '../store/listed-connection.ts';
import type { ListedVehicle } from '../store/listed-vehicle.ts';
import { heldText, scopeText } from '../texts/incident-words.ts';
import { keepsConnectedText } from '../texts/rental-words.ts';
import {
  capabilityText,
  causeText,
  handOverText,
  meaningText,
  nextActionFor,
  passingText,
  permissionText,
  signalName,
  startText,
  suspicionText,
  turnWhileHeld,
} from '../texts/words.ts';
import type { ConnectionView, SignalView, VehicleView } from './contract/vehicles.ts';
import { presentWay } from './present-makes.ts';
import { freshnessOf, presentCautions, presentFreshness, presentRental } from './present-use.ts';
import { iso, maybeIso } from './present.ts';
import type { HttpConfig } from './server-needs.ts';

/** What of a fleet decides how its vehicles are shown. */
export interface Limits {
  settings: Pick<
    Settings,
    'requiredPermissions' | 'optionalPermissions' | 'staleAfterS' | 'makes' | 'preciseLocation' | 'leastEnergyPercent'
  >;
  plan: Pick<Plan, 'requestBudget'>;
}

/** What is the same for every vehicle of the installation, and matters for their way back. */
export type Installation = Pick<Around, 'v3' | 'connectOrigin'>;

export const installationOf = ({ missingForV3, connectOrigin }: HttpConfig): Installation => ({
  v3: missingForV3.length === 0,
  connectOrigin,
});

/** A precise location: shown for one vehicle, where reading it is written into the audit log; never in lists. */
const locationSignal = 'location-preciselocation';

export function presentVehicle(
  vehicle: ListedVehicle,
  fleet: Limits,
  installation: Installation,
  now: Date,
): VehicleView {
  const { id, number, plate, vin, make, model, year, powertrain, country, owner, connection, createdAt } = vehicle;
  return {
    id,
    number,
    plate,
    vin,
    make,
    model,
    year,
    powertrain,
    country,
    owner: owner && { id: owner.id, name: owner.name },
    connection: connection ? presentConnection(connection, vehicle, { fleet, installation, now }) : null,
    freshness: presentFreshness(freshnessOf(vehicle, fleet, now)),
    signals: presentSignals(vehicle, fleet, now),
    capabilities: presentCapabilities(vehicle, { fleet, installation }),
    cautions: presentCautions(vehicle, fleet, now),
    toConfirm: vehicle.toConfirm,
    rental: vehicle.rental && presentRental(vehicle.rental, now),
    createdAt: iso(createdAt),
  };
}

/** As a list shows it: without the precise location. */
export function presentListed(
  vehicle: ListedVehicle,
  fleet: Limits,
  installation: Installation,
  now: Date,
): VehicleView {
  const view = presentVehicle(vehicle, fleet, installation, now);
  return { ...view, signals: view.signals.filter(({ code }) => code !== locationSignal) };
}

/** Known signals, in the order of the domain's list; what Smartcar added later is kept and not shown. */
export function presentSignals(vehicle: ListedVehicle, { settings }: Limits, now: Date): SignalView[] {
  const limitMs = staleAfterMs(makePolicy(vehicle.make, settings));
  const { preciseLocation } = settings;
  const rentedSince = vehicle.rental?.startedAt ?? null;
  return Object.keys(knownSignals).flatMap((code) => {
    const reading = vehicle.signals[code];
    return reading ? [presentSignal(code, reading, { limitMs, preciseLocation, rentedSince }, now)] : [];
  });
}

function presentSignal(
  code: string,
  reading: KeptReading,
  {
    limitMs,
    preciseLocation,
    rentedSince,
  }: { limitMs: number; preciseLocation: Settings['preciseLocation']; rentedSince: Date | null },
  now: Date,
): SignalView {
  const at = new Date(reading.measuredAt ?? reading.fetchedAt ?? reading.receivedAt);
  // What was kept before the setting was made, or in a rental that is over, is no more precise to those who look.
  const isRounded = code === locationSignal && preciseLocation === 'rentalsOnly' && !(rentedSince && at >= rentedSince);
  return {
    code,
    name: signalName(code),
    value: isRounded ? rounded(reading.value as SignalValue) : reading.value, // kept from a Reading
    unit: reading.unit,
    measuredAt: reading.measuredAt,
    fetchedAt: reading.fetchedAt,
    receivedAt: reading.receivedAt,
    freshness: now.getTime() - at.getTime() <= limitMs ? 'fresh' : 'stale',
    rounded: isRounded,
  };
}

interface Setting {
  fleet: Limits;
  installation: Installation;
}

/** The way back of a listed vehicle's connection. */
export function wayOf({ connection, owner }: ListedVehicle, { fleet, installation }: Setting): ReconnectRoute {
  const around = {
    ...installation,
    required: fleet.settings.requiredPermissions,
    ownerKnown: owner?.hasAddress ?? false,
  };
  return routeOf(connection, heldOf(connection, around));
}

function presentConnection(
  connection: ListedConnection,
  vehicle: ListedVehicle,
  setting: Setting & { now: Date },
): ConnectionView {
  const { id, status, cause, platform, permissions: granted, lastSuccess, request } = connection;
  const { make } = vehicle;
  const { fleet, now } = setting;
  const required = fleet.settings.requiredPermissions;
  const missing = lackingPermissions(required, connection).map((permission) => ({
    permission,
    text: permissionText(permission),
  }));
  const way = wayOf(vehicle, setting);
  const next = nextActionFor(cause, status, way);
  return {
    id,
    status,
    cause,
    platform,
    causeText: cause ? causeText(cause, { make }) : null,
    nextAction: vehicle.toConfirm ? turnWhileHeld(next) : next,
    reconnect: cause ? { route: way.route, starts: way.starts, text: startText(way) } : null,
    since: iso(connection.since),
    connectedAt: iso(connection.connectedAt),
    permissions: { granted, required, missing },
    suspicion: presentSuspicion(connection, make),
    incident: presentHold(connection),
    note: presentNote(connection),
    lastSuccess: lastSuccess ? { kind: lastSuccess.kind, at: iso(lastSuccess.at) } : null,
    lastTelemetryAt: maybeIso(connection.lastTelemetryAt),
    nextPollAt: maybeIso(connection.nextPollAt),
    requests: {
      used: inMonth(connection.usage, now).requests,
      allowed: fleet.plan.requestBudget.perVehiclePerMonth,
      usedUp: isUsedUp(connection, carLimits(makePolicy(make, fleet.settings), fleet.plan), now),
    },
    lapsesAt: maybeIso(connection.lapsesAt),
    subscribed: connection.subscribedAt !== null,
    disconnecting: isEnding(connection),
    ending: presentEnding(connection),
    request: request
      ? {
          id: request.id,
          askedAt: iso(request.askedAt),
          openedAt: maybeIso(request.openedAt),
          returnedAt: maybeIso(request.returnedAt),
        }
      : null,
  };
}

const isEnding = ({ cause, revokedAt }: ListedConnection): boolean =>
  cause === 'disconnectedHere' && revokedAt === null;

function presentEnding(connection: ListedConnection): ConnectionView['ending'] {
  const { revocation, endedAt, since } = connection;
  if (!isEnding(connection)) return null;
  const failure = revocation?.failure?.meaning as Meaning | undefined; // kept from a Failure
  const because = revocation?.handedOverBecause;
  return {
    since: iso(endedAt ?? since),
    tries: revocation?.tries ?? 0,
    lastTriedAt: maybeIso(revocation?.triedAt ?? null),
    nextTryAt: maybeIso(revocation?.dueAt ?? null),
    handedOver: revocation?.state === 'handedOver',
    text: because ? handOverText(because) : failure ? meaningText(failure) : null,
  };
}

function presentSuspicion({ suspicion }: ListedConnection, make: string | null): ConnectionView['suspicion'] {
  if (!suspicion) return null;
  const text = suspicionText(suspicion.meaning as Meaning, { make }); // kept from a Suspicion
  return { text, claimedAt: suspicion.claimedAt, deadlineAt: suspicion.deadlineAt };
}

function presentHold({ incident }: ListedConnection): ConnectionView['incident'] {
  if (!incident) return null;
  const { id, openedAt, ...scope } = incident;
  return { id, name: scopeText(scope), text: heldText(scope), openedAt: new Date(openedAt).toISOString() };
}

function presentNote({ vehicleState }: ListedConnection): ConnectionView['note'] {
  const meaning = vehicleState?.meaning as Meaning | undefined; // kept from a Connection
  if (!vehicleState || !meaning || !isVehicleMeaning(meaning)) return null;
  return { meaning, since: vehicleState.since, ...passingText(meaning) };
}

function presentCapabilities(vehicle: ListedVehicle, setting: Setting): VehicleView['capabilities'] {
  const { connection, rental, toConfirm } = vehicle;
  // Who was connected once has found a way; only an invitation is held back.
  const isNew = connection === null || connection.endedAt !== null;
  const known = can(connection);
  const view = (capability: Capability): { allowed: boolean; reason: string | null } =>
    capability.allowed
      ? { allowed: true, reason: null }
      : { allowed: false, reason: capabilityText(capability.reason) };
  // As `sendConnectLink` and `reconnect` refuse: another sign-in would only bring a second car to confirm.
  const confirmFirst = { allowed: false, reason: 'capability.confirmFirst' } as const;
  const isOwnersWay = isOwners(wayOf(vehicle, setting).starts);
  return {
    connect: view(toConfirm && known.connect.allowed ? confirmFirst : known.connect),
    reconnect: view(toConfirm && known.reconnect.allowed && isOwnersWay ? confirmFirst : known.reconnect),
    disconnect:
      rental && known.disconnect.allowed
        ? { allowed: false, reason: keepsConnectedText(rental.reference) }
        : view(known.disconnect),
    check: view(known.check),
    lock: view(known.lock),
    unlock: view(known.unlock),
    mailLink: isNew ? presentWay(vehicle, 'email', setting.fleet.settings) : view({ allowed: true }),
  };
}
