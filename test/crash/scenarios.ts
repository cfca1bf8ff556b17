/** The scenarios, each of them stopped at every one of its points. */
import { commandScenarios } from './command-scenarios.ts';
import { mailTaken } from './mail-proxy.ts';
import { mustBeSame, pictureOf, type Picture } from './picture.ts';
import { rowsOf } from './sql.ts';
import { openStage, type Stage } from './stage.ts';
import {
  makeAsking,
  makeBreaking,
  makeImporting,
  makeManyBroken,
  makeMovable,
  makeRenewing,
  makeReturning,
  makeReturningSold,
  makeReturningWrong,
  makeWorking,
  type Template,
} from './template.ts';
import type { Victims } from './victims.ts';

export interface Scenario {
  readonly name: string;
  prepare(): Promise<Template>;
  readonly hasMailServer: boolean;
  /** Seconds between the moments at which the world is let go on; past the longest lease after a kill. */
  readonly stepsS: readonly number[];
  /** What happens first; then time passes. */
  begin(stage: Stage): Promise<void>;
  /** What happens after that, and then time passes once more. */
  readonly then?: { act(stage: Stage): Promise<void>; readonly stepsS: readonly number[] };
  /** What the undisturbed end must show, so that nothing is compared with a failure. */
  mustHold(end: End): void;
  /** Which points the tests try, by their names; every third one unless told, all of them in the proof. */
  readonly matters?: RegExp;
  /** The proof alone plays it. */
  readonly isLong?: true;
  /** What else is to be looked at when it is over. */
  evidence?(stage: Stage): Promise<unknown>;
  /** What must hold of an end instead of being as the undisturbed one. @throws when it does not */
  judge?(end: End): void;
}

export interface End {
  readonly picture: Picture;
  /** What the scenario looked at besides. */
  readonly evidence: unknown;
  readonly accepted: readonly string[];
  readonly faults: readonly string[];
  readonly seen: readonly string[];
  readonly stoppedAt: string | null;
}

const nothingFirst = (): Promise<void> => Promise.resolve();

const demand = (holds: boolean, what: string, end: End): void => {
  if (!holds) throw new Error(`Undisturbed, ${what}: ${JSON.stringify(end.picture, null, 1)}\n${end.seen.join('\n')}`);
};
const rows = (end: End, name: string): Record<string, unknown>[] => end.picture[name] as Record<string, unknown>[];

export const scenarios: readonly Scenario[] = [
  ...commandScenarios,
  {
    name: 'connect',
    prepare: makeReturning,
    hasMailServer: false,
    stepsS: [0, 12, 3, 15, 30, 60, 60],
    begin: comeBack,
    mustHold(end) {
      const [connection] = rows(end, 'connections');
      demand(rows(end, 'connections').length === 1 && connection?.['status'] === 'active', 'the car is active', end);
      demand(connection?.['subscribed'] === true, 'it is subscribed', end);
    },
  },
  {
    name: 'return with the wrong car',
    prepare: makeReturningWrong,
    hasMailServer: false,
    stepsS: [0, 12, 3, 15, 30, 60, 60, 120],
    begin: comeBack,
    mustHold(end) {
      demand(rows(end, 'connections').length === 0, 'nothing is connected', end);
      const [grant, ...more] = rows(end, 'grants');
      demand(grant?.['state'] === 'removed' && more.length === 0, 'the grant is deleted', end);
      demand((end.picture['smartcar'] as { connected: [] }).connected.length === 0, 'Smartcar has none', end);
    },
  },
  {
    name: 'return through another account',
    prepare: makeReturningSold,
    hasMailServer: false,
    stepsS: [0, 12, 3, 15, 30, 60, 60],
    begin: comeBack,
    then: {
      // Killed over it, the operator presses again.
      async act(stage) {
        while (!(await stage.order({ do: 'confirm' })));
      },
      stepsS: [0, 12, 3, 15, 30, 60, 60, 120],
    },
    mustHold(end) {
      const states = rows(end, 'connections').map(({ status }) => status);
      demand(states.join() === 'disconnected,active', 'the new one is active and the old one has ended', end);
      const grants = rows(end, 'grants').map(({ state }) => state);
      demand(grants.sort().join() === 'bound,removed', 'the old grant is deleted', end);
    },
  },
  {
    name: 'observe',
    prepare: makeBreaking,
    hasMailServer: false,
    stepsS: [1, 2, 2, 10, 15, 15, 30, 60, 60, 60, 60],
    begin: nothingFirst,
    mustHold(end) {
      demand(rows(end, 'connections')[0]?.['status'] === 'expired', 'the car is expired', end);
      demand(rows(end, 'mailbox').length === 1, 'the owner was written to once', end);
    },
  },
  {
    name: 'renew on v2',
    prepare: makeRenewing,
    hasMailServer: false,
    // A dead process's lease ends after 40 seconds, inside Smartcar's grace of a minute; a dead poll's after two minutes.
    stepsS: [1, 20, 60, 60, 1_800, 60, 120],
    begin: nothingFirst,
    mustHold(end) {
      demand(rows(end, 'connections')[0]?.['status'] === 'active', 'the car is active', end);
      demand(rows(end, 'tokens')[0]?.['is_answered'] === true, 'no answer is missing', end);
    },
  },
  {
    name: 'move to v3',
    prepare: makeMovable,
    hasMailServer: false,
    // A dead process's claim of a car ends after five minutes; v3 is proved as soon as Smartcar has fetched the car.
    stepsS: [1, 60, 120, 330, 330, 600, 900],
    begin: (stage) => wishOfMove(stage, 'start'),
    then: { act: (stage) => wishOfMove(stage, 'finish'), stepsS: [10, 60, 130] },
    mustHold(end) {
      const [connection] = rows(end, 'connections');
      demand(connection?.['status'] === 'active' && connection['platform'] === 'v3', 'the car is active on v3', end);
      demand(rows(end, 'tokens')[0]?.['is_held'] === false, "v2's tokens are erased", end);
      demand(rows(end, 'mailbox').length === 0, 'no owner was written to', end);
    },
  },
  {
    name: 'end access',
    prepare: makeWorking,
    hasMailServer: false,
    // A dead process's try is replaced after three minutes.
    stepsS: [1, 30, 60, 190, 190],
    begin: (stage) => end(stage, 'access'),
    mustHold(end) {
      const [connection] = rows(end, 'connections');
      demand(connection?.['revoked'] === true && connection['ended'] === true, 'the car is disconnected', end);
      demand(rows(end, 'consents').length === 2, 'the consent is withdrawn once', end);
    },
  },
  {
    name: 'end with an owner who is forgotten',
    prepare: makeAsking,
    hasMailServer: false,
    // A dead process's step is replaced after two minutes, its try at Smartcar after three; what was under way has ten.
    stepsS: [1, 30, 130, 190, 190, 300, 300, 300],
    begin: (stage) => end(stage, 'owners'),
    mustHold(end) {
      const [erasure] = rows(end, 'erasures');
      demand(erasure?.['state'] === 'done' && erasure['proved'] === true, 'the owner is forgotten', end);
      demand(rows(end, 'owners')[0]?.['name'] === 'Erased owner', 'the name is gone', end);
      demand(rows(end, 'connections')[0]?.['revoked'] === true, 'Smartcar has no access', end);
      demand(rows(end, 'mailbox').length === 0 && rows(end, 'links').length === 0, 'nothing of theirs is left', end);
    },
  },
  {
    name: 'reconnect many',
    prepare: makeManyBroken,
    hasMailServer: false,
    stepsS: [15, 60, 60, 60],
    // Killed over it, the operator presses again.
    async begin(stage) {
      while (!(await stage.order({ do: 'reconnect' })));
    },
    mustHold(end) {
      const cars = rows(end, 'reconnects');
      demand(
        cars.length === 6 && cars.filter(({ car }) => car === 'sent').length === 5,
        'five cars were asked about',
        end,
      );
      demand(rows(end, 'mailbox').length === 3, 'three owners were written to', end);
    },
  },
  {
    name: 'import a list',
    prepare: makeImporting,
    hasMailServer: false,
    stepsS: [1, 60],
    begin: (stage) => wishOfImport(stage, 'start'),
    then: { act: (stage) => wishOfImport(stage, 'undo'), stepsS: [1, 60] },
    mustHold(end) {
      const [done] = rows(end, 'imports');
      demand(done?.['applied'] === 130 && done['undone'] === 130, 'each line was written and taken back once', end);
      demand(rows(end, 'vehicles').length === 0, 'no vehicle is left', end);
      demand(rows(end, 'timeline').length === 0, 'no line of a timeline is left', end);
    },
  },
  {
    name: 'deliver to a mail server',
    prepare: makeAsking,
    hasMailServer: true,
    stepsS: [0, 15, 15, 60],
    begin: nothingFirst,
    mustHold(end) {
      demand(end.accepted.length === 1, 'the mail server took one message', end);
      demand(rows(end, 'notifications')[0]?.['state'] === 'sent', 'the message is sent', end);
    },
  },
  {
    name: 'deliver to the mailbox',
    prepare: makeAsking,
    hasMailServer: false,
    stepsS: [0, 15, 15, 60],
    begin: nothingFirst,
    mustHold: (end) => demand(rows(end, 'mailbox').length === 1, 'the mailbox has one message', end),
  },
];

/** The browser showed no answer: the owner loads the page again, unless what they brought is written down. */
async function comeBack(stage: Stage): Promise<void> {
  const { back } = stage.template;
  if (!back) throw new Error('Nobody comes back.');
  if (!(await stage.order({ do: 'return', ...back })) && !(await isWrittenDown(stage)))
    await stage.order({ do: 'return', ...back });
}

/** Killed over it, the operator presses again. */
async function wishOfMove(stage: Stage, wish: 'start' | 'finish'): Promise<void> {
  while (!(await stage.order({ do: 'move', wish })));
}

/** Killed over it, the operator presses again. */
async function end(stage: Stage, what: 'access' | 'owners'): Promise<void> {
  while (!(await stage.order({ do: 'end', what })));
}

async function wishOfImport(stage: Stage, wish: 'start' | 'undo'): Promise<void> {
  while (!(await stage.order({ do: 'import', wish })));
}

const isWrittenDown = async ({ databaseUrl }: Stage): Promise<boolean> =>
  (await rowsOf(databaseUrl, "select id from connect_session where state = 'started'")).length === 0;

/** One run from beginning to end, stopped at the given point; null: undisturbed. */
export async function play(
  victims: Victims,
  scenario: Scenario,
  template: Template,
  limit: number | null,
): Promise<End> {
  const stage = await openStage(victims, template, { limit, hasMailServer: scenario.hasMailServer });
  try {
    await scenario.begin(stage);
    for (const step of scenario.stepsS) await stage.advance(step);
    await scenario.then?.act(stage);
    for (const step of scenario.then?.stepsS ?? []) await stage.advance(step);
    const picture = await pictureOf(stage.databaseUrl, stage.simulator.origin);
    const evidence = await scenario.evidence?.(stage);
    const { seen, stoppedAt } = stage.points;
    return { picture, evidence, accepted: [...stage.accepted], faults: [...stage.faults], seen: [...seen], stoppedAt };
  } finally {
    await stage.close();
  }
}

function judge(mustHold: (end: End) => void, end: End, where: string): void {
  try {
    mustHold(end);
  } catch (error) {
    throw new Error(`${where}, ${String(error)}\n${JSON.stringify(end.evidence, null, 1)}`, { cause: error });
  }
}

/** @throws when the end differs from the undisturbed one, naming the point */
export function compare(scenario: Scenario, end: End, undisturbed: End, limit: number): void {
  const where = `killed at point ${limit} (${end.stoppedAt ?? 'none'})`;
  if (scenario.judge) judge(scenario.judge, end, where);
  else mustBeSame(end.picture, undisturbed.picture, where);
  if (end.faults.length > 0) throw new Error(`${where}, something went wrong: ${end.faults.join('\n')}`);
  mustBeSentOnce(end, undisturbed, where);
}

/** Twice only when it died between the mail server's word and ours, and then as the same message. */
function mustBeSentOnce({ accepted, seen }: End, undisturbed: End, where: string): void {
  const taken = seen.lastIndexOf(mailTaken);
  const isMarked = taken >= 0 && seen.slice(taken).some((name) => name.includes('update notification'));
  const expected = undisturbed.accepted.length + (taken >= 0 && !isMarked ? 1 : 0);
  if (accepted.length !== expected)
    throw new Error(`${where}, the mail server took ${accepted.length} messages, not ${expected}`);
  if (new Set(accepted).size > 1)
    throw new Error(`${where}, one message went out under several Message-IDs: ${accepted.join(', ')}`);
}
