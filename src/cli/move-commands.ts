/** The move from Smartcar's v2 to v3. */
import { setTimeout as pause } from 'node:timers/promises';

import type { MoveVehicleView, MoveView } from '../http/contract/moves.ts';
import type { Query } from '../http/contract/routes.ts';
import { show } from './command.ts';
import type { Command, Invocation } from './command.ts';
import { exits, Failure, wrongUsage } from './failure.ts';
import { vehicleIdNamed } from './find-vehicle.ts';
import { listed, pageOptions } from './paging.ts';
import { ageOf, clean, countsText, facts, table, word } from './print.ts';
import { saveTo } from './save-file.ts';

const showMove: Command = {
  names: ['move show', 'move'],
  summary: 'Says what is still on v2, and how the last move stands',
  takes: ['[MOVE]'],
  async run(call) {
    if (call.words[0] !== undefined) return say(call, await moveOf(call));
    const list = await call.api.call('listMoves', { query: { limit: '1' } });
    show(call, list, ({ items: [move], onV2, missing }) => [
      ...facts(
        [
          ['On v2', onV2 === 1 ? '1 connection' : `${onV2} connections`],
          ['Missing', missing.length === 0 ? null : `${missing.join(', ')}: set them first`],
        ],
        call.out.paint,
      ),
      ...(move ? ['', ...moveLines(move, call)] : ['No move was planned: towline move plan']),
    ]);
  },
};

const say = (call: Invocation, move: MoveView): void => show(call, move, (shown) => moveLines(shown, call));

function moveLines(
  { id, state, plannedAt, startedAt, endedAt, counts, backWanted }: MoveView,
  call: Invocation,
): string[] {
  const { out, now } = call;
  const pairs: [string, string | null][] = [
    ['Move', id],
    ['State', stateTexts[state]],
    ['Planned', ageOf(plannedAt, now())],
    ['Started', startedAt && ageOf(startedAt, now())],
    ['Ended', endedAt && ageOf(endedAt, now())],
    [state === 'planned' ? 'Would be' : 'Cars', countsText(state === 'planned' ? planned(counts) : counts)],
    ['Going back', backWanted > 0 ? String(backWanted) : null],
  ];
  return facts(pairs, out.paint);
}

const planned = ({ waiting, skipped }: MoveView['counts']): Record<string, number> => ({
  moved: waiting,
  'left out': skipped,
});

const stateTexts: Readonly<Record<MoveView['state'], string>> = {
  planned: 'planned; nothing was changed (towline move start)',
  running: 'running',
  paused: 'paused (towline move resume)',
  finished: 'finished',
  rolledBack: 'rolled back',
};

const planMove: Command = {
  names: ['move plan'],
  summary: 'Looks every car on v2 up on v3 and says what would become of it; changes nothing',
  async run(call) {
    say(call, await call.api.call('planMove', { body: { dryRun: true } }));
  },
};

const watching = { watch: { help: 'goes on telling until no car is left to move' } };

const act = (
  name: 'startMove' | 'pauseMove' | 'resumeMove',
  given: Pick<Command, 'names' | 'summary' | 'options'>,
): Command => ({
  ...given,
  takes: ['[MOVE]'],
  async run(call) {
    const { id } = await moveOf(call);
    const begun = await call.api.call(name, { id, body: {} });
    say(call, call.isSet('watch') ? await watched(call, begun) : begun);
  },
});

const startMove = act('startMove', { names: ['move start'], summary: 'Carries the plan out', options: watching });
const pauseMove = act('pauseMove', { names: ['move pause'], summary: 'Switches no further car' });
const resumeMove = act('resumeMove', { names: ['move resume'], summary: 'Goes on after a pause', options: watching });

const watchMove: Command = {
  names: ['move watch'],
  summary: 'Tells how a move goes on, until no car is left to move',
  takes: ['[MOVE]'],
  async run(call) {
    say(call, await watched(call, await moveOf(call)));
  },
};

const lookAgainMs = 1_000;

/** Each change is told on stderr. A car that waits for its turn, or for its owner, is still to be moved. */
async function watched(call: Invocation, begun: MoveView): Promise<MoveView> {
  let move = begun;
  for (let told = ''; isUnderway(move);) {
    const text = countsText(move.counts);
    if (text !== told && !call.asJson) call.out.note(`${text} …`);
    told = text;
    await pause(lookAgainMs);
    move = await call.api.call('getMove', { id: move.id });
  }
  return move;
}

const isUnderway = ({ state, counts, backWanted }: MoveView): boolean =>
  (state === 'running' && counts.waiting + counts.proving > 0) || backWanted > 0;

const finishMove: Command = {
  names: ['move finish'],
  summary: "Makes the move final, and erases v2's tokens",
  takes: ['[MOVE]'],
  options: { yes: { help: 'without being asked' } },
  async run(call) {
    const { id, counts } = await moveOf(call);
    await call.confirm(`Finish the move of ${counts.moved} cars? There is no way back to v2 for them.`);
    say(call, await call.api.call('finishMove', { id, body: {} }));
  },
};

const rollBackMove: Command = {
  names: ['move roll-back'],
  summary: 'Puts all cars back on v2, or with --vehicle one of them',
  takes: ['[MOVE]'],
  options: {
    vehicle: { value: 'VEHICLE', help: 'this one alone; the move goes on' },
    yes: { help: 'without being asked' },
    ...watching,
  },
  async run(call) {
    const { id, counts } = await moveOf(call);
    const meant = call.option('vehicle');
    const vehicleIds = meant === undefined ? undefined : [await vehicleIdNamed(call, meant)];
    await call.confirm(
      vehicleIds ? 'Put this car back on v2?' : `Put ${counts.moved} cars back on v2? That ends the move.`,
    );
    const begun = await call.api.call('rollBackMove', { id, body: vehicleIds ? { vehicleIds } : {} });
    say(call, call.isSet('watch') ? await watched(call, begun) : begun);
  },
};

const reportMove: Command = {
  names: ['move report'],
  summary: 'What became of each car of a move',
  takes: ['[MOVE]'],
  options: {
    state: { value: 'STATE', help: 'waiting, proving, moved, failed, rolledBack or skipped' },
    out: { value: 'FILE', help: 'every car as a table (CSV) into this file instead' },
    ...pageOptions,
  },
  async run(call) {
    const { id } = await moveOf(call);
    const out = call.option('out');
    if (out !== undefined) return report(call, id, out);
    const state = call.option('state');
    const page = await listed(
      call,
      (place) => call.api.call('listMoveVehicles', { id, query: { state, ...place } as Query<'listMoveVehicles'> }), // the API checks the words
    );
    show(call, page, ({ items }) => (items.length === 0 ? ['No cars.'] : carTable(items, call)));
  },
};

async function report(call: Invocation, id: string, file: string): Promise<void> {
  if (call.option('state') !== undefined) throw wrongUsage('The file has every car. Leave --state out.');
  const bytes = await saveTo(file, (write) => call.api.download('moveReport', { id }, write));
  show(call, { file, bytes }, () => [`Written to ${clean(file)}.`]);
}

function carTable(items: readonly MoveVehicleView[], { out }: Invocation): string[] {
  const columns = [
    { head: 'NUMBER', of: ({ number }: MoveVehicleView) => number },
    { head: 'CAR', of: ({ make, model }: MoveVehicleView) => [make, model].filter(Boolean).join(' ') },
    { head: 'STATE', of: ({ state }: MoveVehicleView) => word(state) },
    { head: 'REQUEST', of: ({ requestId }: MoveVehicleView) => ({ text: requestId ?? '', tone: 'faint' as const }) },
    { head: 'WHAT', of: ({ text }: MoveVehicleView) => text },
  ];
  return table(columns, items, out.paint);
}

/** The move with this id; without one, the last. @throws Failure when there is none */
async function moveOf({ api, words: [id] }: Invocation): Promise<MoveView> {
  if (id !== undefined) return api.call('getMove', { id });
  const { items } = await api.call('listMoves', { query: { limit: '1' } });
  const [last] = items;
  if (last) return last;
  throw new Failure(exits.notFound, 'No move was planned. Begin with towline move plan.', { code: 'not_found' });
}

export const moveCommands = {
  showMove,
  planMove,
  startMove,
  watchMove,
  pauseMove,
  resumeMove,
  finishMove,
  rollBackMove,
  reportMove,
};
