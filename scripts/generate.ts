/** `npm run generate`: writes the documents that are made from the code. A test says when a committed one is stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { causeNames, causeOf, factsOf, statuses } from '../src/domain/cause.ts';
import type { Cause, Status } from '../src/domain/cause.ts';
import type { Connection } from '../src/domain/connection.ts';
import * as failures from '../src/domain/failure.ts';
import type { Meaning } from '../src/domain/failure.ts';
import type { Outcome } from '../src/domain/outcome.ts';
import { transition } from '../src/domain/transition.ts';
import * as build from '../test/domain/builders.ts';
import { withCounts } from '../test/ground/facts.ts';
import { causesDocument } from './causes.ts';
import { eventsDocument } from './events.ts';
import { reconnectRoutes } from './reconnect-routes.ts';

interface Probe {
  group: string;
  /** What is said of it in a table; for one of many meanings, the sentence that the meaning completes. */
  label: string;
  meaning?: Meaning;
  /** What is said of it in the diagram. */
  edge: string;
  outcome: Outcome;
  /** Changed before it comes, so that this outcome can be shown. */
  given?: Partial<Connection>;
}

const fresh = -1;
const cached = -150;
const classes: Readonly<Record<string, readonly Meaning[]>> = {
  "the owner's account": failures.accountMeanings.filter((meaning) => meaning !== 'accessRefused'),
  'access that was just renewed': ['accessRefused'],
  'the state of the car': failures.vehicleMeanings,
  'being throttled': failures.throttleMeanings.filter((meaning) => meaning !== 'requestLimit'),
  'requests used up': ['requestLimit'],
  "somebody's machine": failures.upstreamMeanings,
  'a limit of the plan': ['planLimit', 'accountSuspended'],
  'credentials or request': ['credentials', 'requestRefused'],
  'a missing permission': ['permission'],
  'a car that can not': ['incompatible'],
};
const allMeanings = Object.values(classes).flat();
const judging: readonly Meaning[] = [...failures.accountMeanings, 'permission'];

const probes: readonly Probe[] = [...signalProbes(), ...failureProbes(), ...claimProbes(), ...otherProbes()];

function signalProbes(): Probe[] {
  const group = 'Signals came';
  const refusals = (label: string, fetched: number | null, via: 'poll' | 'webhook'): Probe[] =>
    judging.map((meaning) => ({
      ...{ group, label, meaning, edge: 'a failure that a read confirms' },
      outcome: build.refused(0, meaning, fetched, { via }),
    }));
  return [
    { group, label: 'required data, fetched since', edge: 'proof', outcome: build.data(0, fresh) },
    { group, label: 'required data from the cache, older', edge: 'an answer', outcome: build.data(0, cached) },
    { group, label: 'none: the store is empty', edge: 'an answer', outcome: build.signals(0) },
    {
      group,
      label: 'fresh data, but one required signal lacks its permission',
      edge: 'proof',
      outcome: build.withoutLocation(0, fresh),
    },
    ...refusals('a read finds all that is required refused, fetched since:', fresh, 'poll'),
    ...refusals('… refused, without a fetch time:', null, 'poll'),
    ...refusals('… refused, fetched before:', cached, 'poll'),
    ...refusals('a webhook says so, fetched since:', fresh, 'webhook'),
  ];
}

function failureProbes(): Probe[] {
  const group = 'A whole read failed';
  const edge = (meaning: Meaning): string =>
    judging.includes(meaning) ? 'a failure that a read confirms' : 'a limit, or what the car can not';
  const first = allMeanings.map((meaning) => ({
    group,
    label: 'by',
    meaning,
    edge: edge(meaning),
    outcome: build.failed(0, meaning),
  }));
  const third = allMeanings
    .filter((meaning) => failures.isUpstreamMeaning(meaning) || ['credentials', 'requestRefused'].includes(meaning))
    .map((meaning) => ({
      ...{ group, label: 'for the third time in a row, by', meaning, edge: 'three failures in a row' },
      ...{ outcome: build.failed(0, meaning), given: { failures: 2 } },
    }));
  return [...first, ...third];
}

function claimProbes(): Probe[] {
  const group = 'A webhook claims';
  const ignored = build.claimed(0, 'permission', { signals: [build.chargeCode] });
  return [
    ...allMeanings.map((meaning) => ({
      group,
      label: '',
      meaning,
      edge: 'a claim',
      outcome: build.claimed(0, meaning),
    })),
    { group, label: 'a missing permission of a signal that nobody requires', edge: 'a claim', outcome: ignored },
    { group, label: 'that it is over (RESOLVED)', edge: 'a claim', outcome: build.cleared(0, 'signedOut') },
  ];
}

function otherProbes(): Probe[] {
  const group = 'Otherwise';
  return [
    { group, label: 'the owner comes back from Connect', edge: "the owner's return", outcome: build.repaired(0) },
    { group, label: "Smartcar's list shows it as it is kept", edge: "Smartcar's list", outcome: build.listed(0) },
    {
      group,
      label: "Smartcar's list lacks a permission that is required",
      edge: "Smartcar's list",
      outcome: build.listed(0, { permissions: [] }),
    },
    { group, label: 'it is disconnected here', edge: 'disconnected here', outcome: build.disconnected(0) },
    {
      ...{ group, label: 'its deadline for first data passes', edge: 'a deadline passes' },
      ...{ outcome: build.signals(0), given: { pendingDeadlineAt: build.minutes(-1) } },
    },
  ];
}

interface Start {
  name: string;
  connection: Connection;
}

/** Judged two hours ago and proved since; a broken one is judged since its last proof. */
function starts(): Start[] {
  const judged = {
    since: build.minutes(-60),
    judgedAt: build.minutes(-120),
    provedAt: build.minutes(-60),
    nextPollAt: build.minutes(15),
  };
  const active = build.aConnection(judged);
  const suspicion = transition(active, build.claimed(-10, 'signedOut'), build.policy, build.minutes(-10)).connection
    .suspicion;
  const broken = causeNames.map((cause): Start => {
    const { status, route, retryAfterS } = factsOf(cause);
    const confirmed = !['automatic', 'none'].includes(route);
    const times = confirmed ? { judgedAt: build.minutes(-60), provedAt: build.minutes(-120) } : {};
    const first =
      cause === 'waitingForFirstData' || cause === 'noFirstData'
        ? { judgedAt: build.minutes(-30), provedAt: null }
        : {};
    const ended = cause === 'disconnectedHere' || cause === 'superseded' ? { endedAt: build.minutes(-60) } : {};
    const polled = retryAfterS === null ? { nextPollAt: null } : {};
    const pending = status === 'pending' ? { pendingDeadlineAt: build.hours(24) } : {};
    return {
      name: `${status}, \`${cause}\``,
      connection: { ...active, status, cause, ...times, ...first, ...ended, ...polled, ...pending },
    };
  });
  return [
    { name: 'active', connection: active },
    { name: 'active, suspected `signedOut`', connection: { ...active, suspicion } },
    ...broken,
  ];
}

const causeOfMeaning = (meaning: Meaning): Cause | null => {
  if (meaning === 'permission') return 'permissionMissing';
  if (meaning === 'incompatible') return meaning;
  return failures.isVehicleMeaning(meaning) || failures.isThrottleMeaning(meaning) ? null : causeOf(meaning);
};

/** The cells of one row after its first: then, suspicion, next read, alert. */
function effectOf(start: Connection, { outcome, meaning, given }: Probe): string[] {
  const before = { ...start, ...given };
  const { connection: next, alerts } = transition(before, outcome, build.policy, build.minutes(0));
  const changed = next.status !== before.status || next.cause !== before.cause;
  const itsCause = meaning !== undefined && next.cause === causeOfMeaning(meaning);
  if (changed && itsCause) return ['**the cause of its name**', '', 'as that cause says', 'opens'];
  const then = !changed ? 'stays' : next.cause ? `**${next.status}**, \`${next.cause}\`` : `**${next.status}**`;
  const opens = alerts.some(({ change }) => change === 'open');
  const closes = alerts.length > 0 && ['expired', 'disconnected', 'error'].includes(before.status);
  return [then, suspicionWord(before, next, meaning), readWord(before, next), opens ? 'opens' : closes ? 'closes' : ''];
}

function suspicionWord(before: Connection, next: Connection, meaning: Meaning | undefined): string {
  if (before.suspicion?.meaning === next.suspicion?.meaning) return '';
  if (!next.suspicion) return 'settled';
  return next.suspicion.meaning === meaning ? 'it is suspected' : `\`${next.suspicion.meaning}\` is suspected`;
}

function readWord(before: Connection, next: Connection): string {
  if (!next.nextPollAt) return 'none';
  if (next.nextPollAt.getTime() === before.nextPollAt?.getTime()) return 'as planned';
  return `in ${duration((next.nextPollAt.getTime() - build.minutes(0).getTime()) / 1_000)}`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

/** One table: outcomes that lead to the same are one row, and whole classes of failures are named as such. */
function tableOf({ connection }: Start): string {
  const rows = new Map<string, Probe[]>();
  for (const probe of probes) {
    if (probe.given?.pendingDeadlineAt && connection.status !== 'pending') continue;
    const key = JSON.stringify([probe.group, effectOf(connection, probe)]);
    rows.set(key, [...(rows.get(key) ?? []), probe]);
  }
  const lines = [...rows].map(([key, members]) => {
    const [group, cells] = JSON.parse(key) as [string, string[]]; // written above
    return `| ${group}: ${labelsOf(members, connection.cause)} | ${cells.join(' | ')} |`;
  });
  return ['| What comes | Then | Suspicion | Next read | Alert |', '|---|---|---|---|---|', ...lines].join('\n');
}

function labelsOf(members: readonly Probe[], own: Cause | null): string {
  const byLabel = new Map<string, Meaning[]>();
  for (const { label, meaning } of members)
    byLabel.set(label, [...(byLabel.get(label) ?? []), ...(meaning ? [meaning] : [])]);
  return [...byLabel].map(([label, meanings]) => `${label} ${named(meanings, own)}`.trim()).join('; ');
}

/** Meanings as the classes that they fill (but for the cause that it has already), and the rest by name. */
function named(meanings: readonly Meaning[], own: Cause | null): string {
  const again = meanings.filter((meaning) => own !== null && causeOfMeaning(meaning) === own);
  const words = Object.entries(classes).flatMap(([name, members]) => {
    const others = members.filter((meaning) => own === null || causeOfMeaning(meaning) !== own);
    const here = others.filter((meaning) => meanings.includes(meaning));
    if (here.length === 0) return [];
    return here.length === others.length ? [`*${name}*`] : here.map((meaning) => `\`${meaning}\``);
  });
  return [...(again.length > 0 ? ['the same again'] : []), ...words].join(', ');
}

/** States whose tables are the same share one section. */
function sections(): string {
  const byTable = new Map<string, string[]>();
  for (const start of starts()) {
    const table = start.connection.endedAt ? 'Final: nothing that comes changes anything.' : tableOf(start);
    byTable.set(table, [...(byTable.get(table) ?? []), start.name]);
  }
  return [...byTable].map(([table, names]) => `### ${names.join(' · ')}\n\n${table}`).join('\n\n');
}

function causesTable(): string {
  const rows = causeNames.map((cause) => {
    const { status, who, route, retryAfterS, severity } = factsOf(cause);
    const again = retryAfterS === null ? 'never' : `every ${duration(retryAfterS)}`;
    return `| \`${cause}\` | ${status} | ${who} | ${route} | ${again} | ${alertWord(cause, severity)} | ${status === 'expired' ? 'yes' : ''} |`;
  });
  return [
    '| Cause | Status | Whose turn | Reconnect | Read again | Alert | Owner is asked |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

const alertWord = (cause: Cause, severity: string): string =>
  ['waitingForFirstData', 'disconnectedHere', 'superseded'].includes(cause) ? '' : severity;

function diagram(): string {
  const edges = new Map<string, Set<string>>();
  for (const { connection } of starts()) {
    for (const probe of probes) {
      if (probe.given?.pendingDeadlineAt && connection.status !== 'pending') continue;
      const { status } = transition(
        { ...connection, ...probe.given },
        probe.outcome,
        build.policy,
        build.minutes(0),
      ).connection;
      if (status === connection.status) continue;
      const key = `${connection.status} --> ${status}`;
      edges.set(key, (edges.get(key) ?? new Set()).add(probe.edge));
    }
  }
  const order = (key: string): number => statuses.indexOf(key.split(' ')[0] as Status); // the key begins with a status
  const lines = [...edges].sort(([a], [b]) => order(a) - order(b) || (a < b ? -1 : 1));
  return [
    '```mermaid',
    'stateDiagram-v2',
    '  [*] --> pending: connected',
    ...lines.map(([key, labels]) => `  ${key}: ${[...labels].sort().join(' / ')}`),
    '```',
  ].join('\n');
}

/** The states of a connection, worked out by asking `transition` itself. */
export function connectionStates(): string {
  return `# The states of a connection

Made from \`src/domain/transition.ts\` by \`npm run generate\`; changed there, not here.

A connection has one of five statuses, and every status but active has one cause. Outcomes alone move it: polls, webhooks, an
operator's checks and the owner's return all become one. What a webhook claims is only suspected until a read confirms it, a fresh
success refutes it, or its deadline passes without either.

${diagram()}

## Causes

"Read again" is how often Towline asks Smartcar by itself.

${causesTable()}

## What each outcome does

Shown for a Volkswagen that is subscribed, polled every 30 minutes, next in 15 minutes. "Fetched since" means: since what is judged
(the connect, the repair, the confirmed failure, the claim, or the last proof); "before" and "older" are before it. The classes are:
${Object.entries(classes)
  .map(([name, members]) => `\n- *${name}*: ${members.map((meaning) => `\`${meaning}\``).join(', ')}`)
  .join('')}

${sections()}
`;
}

/** Every generated document by its path from the root of the project. */
export const documents: Readonly<Record<string, () => string>> = {
  'docs/causes.md': causesDocument,
  'docs/connection-states.md': connectionStates,
  'docs/events.md': eventsDocument,
  'docs/reconnect-routes.md': reconnectRoutes,
  // Written by hand but for its table of counts.
  'docs/smartcar.md': () => withCounts(readFileSync(new URL('../docs/smartcar.md', import.meta.url), 'utf8')),
};

if (import.meta.main) {
  for (const [path, write] of Object.entries(documents)) {
    writeFileSync(new URL(`../${path}`, import.meta.url), write());
    console.log(`Written: ${path}`);
  }
}
