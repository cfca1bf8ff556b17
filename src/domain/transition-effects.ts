/** What follows from a change of a connection: its line in the timeline, alerts, whom to ask, what to enqueue. */
import type { AlertChange, AlertKind } from './alert.ts';
import { factsOf } from './cause.ts';
import type { Connection } from './connection.ts';
import { consentChange } from './consent.ts';
import type { ConnectionId } from './ids.ts';
import type { Outcome } from './outcome.ts';
import { heldOf, isOwners, routeOf } from './reconnect-route.ts';
import { isReleased } from './shelter.ts';
import type { TaskRequest } from './task.ts';
import type { Happening } from './timeline.ts';
import type { Policy, Transition } from './transition.ts';

type Effects = Omit<Transition, 'connection'>;

export function changeEffects(
  from: Connection,
  to: Connection,
  happenings: Happening[],
  outcome: Outcome,
  policy: Policy,
): Effects {
  const changed = from.status !== to.status || from.cause !== to.cause;
  // What an incident holds is told by the incident; let go of, it is told by itself, as if it broke now.
  const tells = to.heldBy === null && (changed || isReleased(from, to));
  const alerts = tells || changed ? alertsFor(from, to) : [];
  const consent = consentChange(from, to, outcome);
  return {
    happenings: changed ? [...happenings, changeLine(from, to, outcome)] : happenings,
    // What is over is closed also where an incident speaks for what is left.
    alerts: tells ? alerts : alerts.filter(({ change }) => change === 'resolve'),
    tasks: tasksFor(to, outcome),
    consents: consent ? [consent] : [],
    ask: (tells || (outcome.kind === 'notOnV3' && to.heldBy === null)) && asksOwner(to, policy) ? to.cause : null,
    settled: changed && (to.status === 'active' || to.endedAt !== null),
  };
}

/** An owner is asked when nobody else can mend what expired. */
function asksOwner(c: Connection, { requiredPermissions: required, v3 }: Policy): boolean {
  if (c.status !== 'expired') return false;
  // Which address leads to Connect is of no matter here.
  const held = heldOf({ ...c, resolutionUrl: null }, { required, v3, ownerKnown: true, connectOrigin: '' });
  return isOwners(routeOf(c, held).starts);
}

function changeLine(from: Connection, to: Connection, outcome: Outcome): Happening {
  return {
    kind: 'connection.changed',
    at: outcome.at,
    via: outcome.via,
    requestId: outcome.requestId ?? from.suspicion?.requestId ?? null,
    from: { status: from.status, cause: from.cause },
    to: { status: to.status, cause: to.cause },
  };
}

/** The name of a connection's problem; at most one alert of a name is unresolved. */
const problemKey = (id: ConnectionId, kind: AlertKind): string => `${id}:${kind}`;

const connectionAlerts: Partial<Record<Connection['status'], AlertKind>> = {
  expired: 'connection.expired',
  disconnected: 'connection.disconnected',
  error: 'connection.error',
};

/** That the car is another one than its record says ends with the connection, whatever state that is in. */
export const otherCarKey = (id: ConnectionId): string => problemKey(id, 'connection.other-car');

/** While a repair waits for proof its alert stays open; only proof, or another problem, closes it. */
function alertsFor(from: Connection, to: Connection): AlertChange[] {
  if (to.status === 'pending') return [];
  const kind = to.endedAt ? undefined : connectionAlerts[to.status];
  const others = Object.values(connectionAlerts).filter((other) => other !== kind);
  const closed: AlertChange[] = others.map((other) => ({ change: 'resolve', key: problemKey(to.id, other) }));
  if (to.endedAt) return [...(from.status === 'active' ? [] : closed), { change: 'resolve', key: otherCarKey(to.id) }];
  if (!kind || !to.cause) return from.status === 'active' && !kind ? [] : closed;
  const { severity } = factsOf(to.cause);
  return [...closed, { change: 'open', key: problemKey(to.id, kind), kind, severity, detail: { cause: to.cause } }];
}

function tasksFor(to: Connection, outcome: Outcome): TaskRequest[] {
  const payload = { fleetId: to.fleetId, connectionId: to.id };
  if (outcome.kind === 'disconnected') return [{ name: 'revoke-at-smartcar', payload, key: `revoke:${to.id}` }];
  if (outcome.kind === 'repaired') return [{ name: 'ensure-subscription', payload, key: `subscribe:${to.id}` }];
  return [];
}

/** The names of every problem of its state that this connection may have an alert for. */
export const problemKeys = (id: ConnectionId): string[] =>
  Object.values(connectionAlerts).map((kind) => problemKey(id, kind));
