/**
 * Commands, stopped at each of their points. Who dies over one leaves it open what the car did, so the ends differ; what
 * must hold of each: one wish is one command and one request, none after its deadline, none believed without the car's word.
 */
import assert from 'node:assert/strict';
import type { End, Scenario } from './scenarios.ts';
import { rowsOf } from './sql.ts';
import type { Stage } from './stage.ts';
import { makeCommanded } from './template.ts';

type CommandType = 'lock' | 'unlock';

interface Evidence {
  commands: {
    id: string;
    type: CommandType;
    state: string;
    cause: string | null;
    sends: number;
    sent_at: Date | null;
    deadline_at: Date;
    ended_at: Date | null;
  }[];
  /** What the car said of its lock, as it is kept. */
  words: { value: boolean; at: Date }[];
  /** At the simulator, in the order in which they were answered. */
  requests: { type: CommandType; at: Date; status: number }[];
  isLocked: boolean;
}

/** What was asked, in this order, and nothing else; each wish under one key. */
type Wishes = readonly { type: CommandType; deadlineS: number }[];

/** What a program repeats until it has heard an answer: under one key, so it means the same each time. */
async function ask(stage: Stage, body: Wishes[number]): Promise<void> {
  const { apiKey } = stage.template;
  for (let tries = 1; tries <= 8; tries += 1) {
    const status = await stage.askFor({ do: 'command', body, idempotencyKey: `the ${body.type}`, apiKey });
    if (status === 202) return;
    // Killed over it, or the key is still taken by who was; the world goes on until the next try.
    if (status !== null && status !== 409) throw new Error(`The wish to ${body.type} was answered ${status}.`);
    await stage.advance(20);
  }
  throw new Error(`The wish to ${body.type} was never taken.`);
}

async function lookAt({ databaseUrl, simulator, template: { vin } }: Stage): Promise<Evidence> {
  const read = async (path: string): Promise<unknown> => (await fetch(`${simulator.origin}/sim/api${path}`)).json();
  const { last } = (await read('/requests')) as { last: { at: string; route: string; status: number }[] };
  const { isLocked } = (await read(`/cars/${vin}`)) as { isLocked: boolean };
  const requests = last.reverse().flatMap(({ at, route, status }) => {
    const type = /commands\/security\/(lock|unlock)$/.exec(route)?.[1] as CommandType | undefined; // by the pattern
    return type ? [{ type, at: new Date(at), status }] : [];
  });
  const commands = await rowsOf(
    databaseUrl,
    'select id, type, state, cause, sends, sent_at, deadline_at, ended_at from command order by requested_at, id',
  );
  const words = await rowsOf(
    databaseUrl,
    "select value, coalesce(measured_at, fetched_at) as at from reading where code = 'closure-islocked' order by received_at",
  );
  return { commands, words, requests, isLocked } as unknown as Evidence; // as the statements name them
}

function judge(end: End, wishes: Wishes): void {
  const { commands, words, requests, isLocked } = end.evidence as Evidence; // of lookAt
  assert.deepEqual(
    commands.map(({ type }) => type),
    wishes.map(({ type }) => type),
    'each wish is one command',
  );
  for (const command of commands) {
    const { type, state, sent_at: sentAt, deadline_at: deadlineAt } = command;
    const came = requests.filter((one) => one.type === type);
    if (type === 'unlock') assert.ok(came.length <= 1, `${came.length} unlocks`);
    for (const { at, status } of came)
      assert.ok(status === 202 || at < deadlineAt, `the ${type} came after its deadline`);
    assert.ok(command.ended_at, `the ${type} is still ${state}`);
    if (state === 'expired' || state === 'cancelled') assert.equal(came.length, 0, `the ${type} ${state}, and it left`);
    if (state !== 'confirmed') continue;
    assert.ok(came.length > 0, `the ${type} is confirmed, and it never left`);
    const isSo = words.some(({ value, at }) => value === (type === 'lock') && sentAt && at > sentAt);
    assert.ok(isSo, `the ${type} is confirmed without the car's word`);
  }
  const last = commands.at(-1);
  if (last?.state === 'confirmed') assert.equal(isLocked, last.type === 'lock', 'the car is not as it was confirmed');
}

/** Past each look at the car, and past the longest wait for an answer. */
const untilOverS = [0, 12, 25, 60, 600, 900] as const;

function scenario(
  name: string,
  prepare: Scenario['prepare'],
  wishes: Wishes,
  undisturbed: { states: readonly string[] },
): Scenario {
  const [first, second] = wishes;
  if (!first) throw new Error('Nothing is wished for.');
  return {
    name: `command: ${name}`,
    prepare,
    hasMailServer: false,
    stepsS: untilOverS,
    begin: (stage) => ask(stage, first),
    ...(second ? { then: { act: (stage) => ask(stage, second), stepsS: untilOverS } } : {}),
    evidence: lookAt,
    judge: (end) => judge(end, wishes),
    mustHold(end) {
      judge(end, wishes);
      const { commands, requests } = end.evidence as Evidence; // of lookAt
      assert.deepEqual(
        commands.map(({ state, cause }) => (cause ? `${state}: ${cause}` : state)),
        undisturbed.states,
      );
      assert.equal(requests.length, wishes.length, 'each wish is one request');
    },
  };
}

const minute = { deadlineS: 60 } as const;
/** Less than it takes until a killed process has another in its place. */
const brief = { deadlineS: 20 } as const;

export const commandScenarios: readonly Scenario[] = [
  {
    ...scenario('unlock', () => makeCommanded(null), [{ type: 'unlock', ...minute }], { states: ['confirmed'] }),
    matters: /(insert|update) command|commands\/security/,
  },
  ...[
    scenario('unlock, before long', () => makeCommanded(null), [{ type: 'unlock', ...brief }], {
      states: ['confirmed'],
    }),
    scenario(
      'unlock, then lock',
      () => makeCommanded(null),
      [
        { type: 'unlock', ...minute },
        { type: 'lock', ...minute },
      ],
      { states: ['confirmed', 'confirmed'] },
    ),
    scenario(
      'unlock, and the answer is lost',
      () => makeCommanded({ kind: 'answer-lost' }),
      [{ type: 'unlock', ...minute }],
      { states: ['confirmed'] },
    ),
    scenario(
      'unlock, and the answer is streamed',
      () => makeCommanded(null, { commandMode: 'stream', streamAfterS: 100 }),
      [{ type: 'unlock', ...minute }],
      { states: ['confirmed'] },
    ),
  ].map((one) => ({ ...one, isLong: true as const })),
];
