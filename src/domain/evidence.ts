/** What a diagnosis rests on: lines of the timeline, what the last check was told, alerts; and what was done about it. */
import type { Check, CheckAnswer, Evidence, Known, Tried } from './diagnosis.ts';
import type { Meaning } from './failure.ts';
import type { SignalCode } from './signal.ts';
import type { TimelineKind } from './timeline.ts';

const mostEvidence = 20;
const mostTried = 10;

/** Lines that say how it came to this; the others are what was done about it. */
const telling: ReadonlySet<TimelineKind> = new Set([
  'connection.connected',
  'connection.refused',
  'connection.changed',
  'connection.suspected',
  'connection.suspicion-withdrawn',
  'connection.revoked-at-smartcar',
  'connection.tokens-lost',
]);
const doing: ReadonlySet<TimelineKind> = new Set([
  'connection.connecting',
  'connection.subscribed',
  'owner.asked',
  'owner.returned',
  'request.withdrawn',
  'check.run',
]);

/** Newest first, the newest twenty. */
export function evidenceOf({ happenings, alerts, check }: Known): Evidence[] {
  const lines = happenings
    .filter(({ kind }) => telling.has(kind))
    .map((happening): Evidence => ({ ...whenOf(happening), what: 'happening', happening }));
  const open = alerts.map(({ kind, openedAt }): Evidence => ({ at: openedAt, requestId: null, what: 'alert', kind }));
  return [...(check ? evidenceOfCheck(check) : []), ...lines, ...open]
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .slice(0, mostEvidence);
}

function evidenceOfCheck({ answer, steps }: Check): Evidence[] {
  const found = steps
    .filter(({ name, state }) => !['signals', 'ages'].includes(name) && (state === 'failed' || name === 'listed'))
    .filter(({ state }) => state !== 'skipped')
    .map((step): Evidence => ({ ...whenOf(step), what: 'step', step }));
  return answer ? [...evidenceOfAnswer(answer), ...found] : found;
}

function evidenceOfAnswer(answer: CheckAnswer): Evidence[] {
  const when = whenOf(answer);
  if (answer.failure) return [{ ...when, what: 'failure', ...answer.failure }];
  const came: Evidence = { ...when, what: 'came', came: answer.came };
  return [came, ...alike(answer.failures).map((group): Evidence => ({ ...when, what: 'signals', ...group }))];
}

const whenOf = ({ at, requestId }: { at: Date; requestId: string | null }): { at: Date; requestId: string | null } => ({
  at,
  requestId,
});

interface Alike {
  codes: SignalCode[];
  meaning: Meaning;
  type: string | null;
  code: string | null;
  fetchedAt: Date | null;
}

/** Signals that failed in the same way, as one. */
function alike(failures: CheckAnswer['failures']): Alike[] {
  const groups = new Map<string, Alike>();
  for (const { signal, meaning, type, code, fetchedAt } of failures) {
    const key = [meaning, type, code].join(' ');
    const group = groups.get(key) ?? { codes: [], meaning, type, code, fetchedAt };
    group.codes.push(signal);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Newest first, the newest ten. */
export const triedOf = ({ happenings }: Known): Tried[] =>
  happenings
    .filter(({ kind }) => doing.has(kind))
    .slice(0, mostTried)
    .map((happening) => ({ ...whenOf(happening), happening }));
