/** A story: outcomes in, and everything that came of them in order, as lines a person can read. The lines are all there is. */
import type { Connection } from '../../src/domain/connection.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { transition } from '../../src/domain/transition.ts';
import type { Policy, Transition } from '../../src/domain/transition.ts';
import { minuteOf, minutes, policy } from './builders.ts';

/** What happened, and at which minute we learned of it when that was later. */
export type Event = Outcome | { late: Outcome; heardAt: number };

export interface Story {
  connection: Connection;
  /** `7: active → expired (signedOut)`, `7: alert opens: connection.expired`, … and nothing else. */
  lines: string[];
  /** The state after each event. */
  states: string[];
}

export function tell(start: Connection, events: readonly Event[], change: Partial<Policy> = {}): Story {
  const open = new Set<string>(['expired', 'disconnected', 'error'].includes(start.status) ? [alertKey(start)] : []);
  let connection = start;
  const lines: string[] = [];
  const states: string[] = [];
  for (const event of events) {
    const outcome = 'late' in event ? event.late : event;
    const now = 'late' in event ? minutes(event.heardAt) : outcome.at;
    const step = transition(connection, outcome, { ...policy, ...change }, now);
    lines.push(...linesOf(step, open).map((line) => `${minuteOf(now)}: ${line}`));
    connection = step.connection;
    states.push(stateOf(connection));
  }
  return { connection, lines, states };
}

/** `active`, `expired (signedOut)`, `active, suspected revoked` */
export function stateOf(c: Pick<Connection, 'status' | 'cause' | 'suspicion'>): string {
  return `${place(c)}${c.suspicion ? `, suspected ${c.suspicion.meaning}` : ''}`;
}

const alertKey = ({ id, status }: Connection): string => `${id}:connection.${status}`;

const place = ({ status, cause }: Pick<Connection, 'status' | 'cause'>): string =>
  cause ? `${status} (${cause})` : status;

function linesOf(step: Transition, open: Set<string>): string[] {
  const happened = step.happenings.map(({ kind, from, to, meaning }) => {
    if (from && to) return `${place(from)} → ${place(to)}`;
    return meaning ? `${kind} ${meaning}` : kind;
  });
  const asked = step.ask ? [`the owner is asked: ${step.ask}`] : [];
  const settled = step.settled ? ['settled with the owner'] : [];
  return [
    ...happened,
    ...alertLines(step, open),
    ...asked,
    ...settled,
    ...step.tasks.map(({ name }) => `task ${name}`),
  ];
}

/** Closing what is not open, or opening what is open, is nothing that anyone sees. */
function alertLines({ alerts }: Transition, open: Set<string>): string[] {
  return alerts.flatMap((alert) => {
    const kind = alert.key.slice(alert.key.indexOf(':') + 1);
    if (open.has(alert.key) === (alert.change === 'open')) return [];
    if (alert.change === 'open') open.add(alert.key);
    else open.delete(alert.key);
    return [`alert ${alert.change === 'open' ? 'opens' : 'closes'}: ${kind}`];
  });
}
