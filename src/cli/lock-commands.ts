/** Commands that lock and unlock vehicles. */
import type { CommandFiguresView, CommandSummaryView, FleetCommandView } from '../http/contract/commands.ts';
import type { Query } from '../http/contract/routes.ts';
import { show } from './command.ts';
import type { Command, Invocation } from './command.ts';
import { wrongUsage } from './failure.ts';
import { vehicleIdOf } from './find-vehicle.ts';
import { listed, pageOptions } from './paging.ts';
import { ageOf, clean, table, word } from './print.ts';
import { instantOf } from './vehicle-filters.ts';

const options = { deadline: { value: 'SECONDS', help: 'until it may be sent at the latest: 10 to 600 (60)' } } as const;

const lock: Command = {
  names: ['lock', 'vehicles lock'],
  summary: 'Locks a vehicle',
  takes: ['VEHICLE'],
  options,
  run: (call) => send(call, 'lock'),
};

const unlock: Command = {
  names: ['unlock', 'vehicles unlock'],
  summary: 'Unlocks a vehicle, after one question',
  takes: ['VEHICLE'],
  options: { ...options, yes: { help: 'without being asked' } },
  async run(call) {
    if (!call.isSet('yes'))
      await call.confirm(`Unlock ${clean(call.words[0] ?? '')}? Whoever stands beside it can open it.`);
    await send(call, 'unlock');
  },
};

async function send(call: Invocation, type: 'lock' | 'unlock'): Promise<void> {
  const deadline = call.option('deadline');
  const body = { type, ...(deadline === undefined ? {} : { deadlineS: Number(deadline) }) };
  const command = await call.api.call('sendCommand', { id: await vehicleIdOf(call), body });
  show(call, command, (made) => [
    `${clean(made.stateText)}. What becomes of it: towline commands ${clean(call.words[0] ?? '')}`,
  ]);
}

const listCommands: Command = {
  names: ['commands', 'vehicles commands'],
  summary: 'Lists what was asked of a vehicle, or of all, newest first; or how well it works by make',
  takes: ['[VEHICLE]'],
  options: {
    state: { value: 'STATE', help: 'in this state, or several: failed,expired,unconfirmed' },
    type: { value: 'TYPE', help: 'lock or unlock' },
    make: { value: 'MAKE', help: 'as Smartcar writes it' },
    since: { value: 'DAY', help: 'asked for from then on (2026-05-18)' },
    ...pageOptions,
    summary: { help: 'how many came to what and how long they took, by make' },
    days: { value: 'COUNT', help: 'of the summary: how many days back, up to 90 (30)' },
  },
  run: (call) => (call.isSet('summary') ? summarize(call) : list(call)),
};

async function list(call: Invocation): Promise<void> {
  if (call.option('days') !== undefined) throw wrongUsage('--days belongs to --summary. Give --since for the list.');
  const isOfOne = call.words[0] !== undefined;
  const since = call.option('since');
  const chosen = {
    ...(isOfOne ? { vehicle: await vehicleIdOf(call) } : {}),
    ...(since === undefined ? {} : { since: instantOf(since) }),
    state: call.option('state'),
    type: call.option('type'),
    make: call.option('make'),
  };
  const page = await listed(
    call,
    (place) => call.api.call('listFleetCommands', { query: { ...chosen, ...place } as Query<'listFleetCommands'> }), // the API checks the words
  );
  show(call, page, ({ items }) => (items.length === 0 ? ['No commands.'] : commandTable(items, call, isOfOne)));
}

function commandTable(items: readonly FleetCommandView[], { out, now }: Invocation, isOfOne: boolean): string[] {
  const columns = [
    ...(isOfOne ? [] : [{ head: 'VEHICLE', of: ({ vehicle }: FleetCommandView) => vehicle.number }]),
    { head: 'WHAT', of: ({ type }: FleetCommandView) => word(type) },
    { head: 'STATE', of: ({ state }: FleetCommandView) => word(state) },
    { head: 'ASKED', of: ({ requestedAt }: FleetCommandView) => ageOf(requestedAt, now()) },
    { head: 'BY', of: ({ requestedBy }: FleetCommandView) => requestedBy.name },
    { head: 'TOOK S', of: tookText, right: true },
    { head: 'ID', of: ({ id }: FleetCommandView) => ({ text: id, tone: 'faint' as const }) },
    { head: 'WHY', of: ({ causeText }: FleetCommandView) => causeText ?? '' },
  ];
  return table(columns, items, out.paint);
}

const tookText = ({ requestedAt, endedAt }: FleetCommandView): string =>
  endedAt === null ? '' : seconds((Date.parse(endedAt) - Date.parse(requestedAt)) / 1_000);

async function summarize(call: Invocation): Promise<void> {
  const listing = ['state', 'type', 'make', 'since', 'limit', 'cursor'].filter(
    (name) => call.option(name) !== undefined,
  );
  if (call.words[0] !== undefined || listing.length > 0 || call.isSet('all'))
    throw wrongUsage('--summary counts the whole fleet. With it goes --days alone.');
  const summary = await call.api.call('getCommandSummary', { query: { days: call.option('days') } });
  show(call, summary, (view) => summaryLines(view, call));
}

type Named = CommandFiguresView & { name: string };

function summaryLines({ all, makes, days, from, isCut }: CommandSummaryView, { out }: Invocation): string[] {
  if (all.asked === 0) return [`Nothing was asked for in the last ${days} days.`];
  const rows = makes.map(({ name, ...figures }): Named => ({ ...figures, name: name ?? 'not known' }));
  const number = (head: string, of: (one: Named) => string) => ({ head, of, right: true });
  const columns = [
    { head: 'MAKE', of: ({ name }: Named) => name },
    number('ASKED', ({ asked }) => String(asked)),
    number('CONFIRMED', ({ confirmed }) => String(confirmed)),
    number('UNCONFIRMED', ({ unconfirmed }) => String(unconfirmed)),
    number('FAILED', ({ failed }) => String(failed)),
    number('EXPIRED', ({ expired }) => String(expired)),
    number('SUCCESS', ({ successRate }) => (successRate === null ? '' : `${Math.round(successRate * 100)} %`)),
    number('ACCEPTED S', ({ acceptedAfter }) => latencyText(acceptedAfter)),
    number('CONFIRMED S', ({ confirmedAfter }) => latencyText(confirmedAfter)),
  ];
  return [
    ...table(columns, [...rows, ...(rows.length > 1 ? [{ ...all, name: 'all' }] : [])], out.paint),
    '',
    'Success: confirmed, of all that ended by itself. Seconds from the press: median / 95 %.',
    ...(isCut ? [`Only the newest ${all.asked} are counted, since ${from}.`] : []),
  ];
}

const latencyText = (of: CommandFiguresView['acceptedAfter']): string =>
  of ? `${seconds(of.medianS)} / ${seconds(of.p95S)}` : '';

/** Tenths where it is short. */
const seconds = (value: number): string => (value < 10 ? value.toFixed(1) : String(Math.round(value)));

export const lockCommands = { lock, unlock, listCommands };
