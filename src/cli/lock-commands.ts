/** Commands that lock and unlock vehicles. */
import type { CommandView } from '../http/contract/commands.ts';
import { show } from './command.ts';
import type { Command, Invocation } from './command.ts';
import { vehicleIdOf } from './find-vehicle.ts';
import { listed, pageOptions } from './paging.ts';
import { ageOf, clean, table, word } from './print.ts';

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
  summary: 'Lists what was asked of a vehicle, newest first, and what became of it',
  takes: ['VEHICLE'],
  options: pageOptions,
  async run(call) {
    const id = await vehicleIdOf(call);
    const page = await listed(call, (place) => call.api.call('listCommands', { id, query: place }));
    show(call, page, ({ items }) =>
      items.length === 0 ? ['It was never locked or unlocked.'] : commandTable(items, call),
    );
  },
};

function commandTable(items: readonly CommandView[], { out, now }: Invocation): string[] {
  const columns = [
    { head: 'WHAT', of: ({ type }: CommandView) => word(type) },
    { head: 'STATE', of: ({ state }: CommandView) => word(state) },
    { head: 'ASKED', of: ({ requestedAt }: CommandView) => ageOf(requestedAt, now()) },
    { head: 'BY', of: ({ requestedBy }: CommandView) => requestedBy.name },
    { head: 'ID', of: ({ id }: CommandView) => ({ text: id, tone: 'faint' as const }) },
    { head: 'WHY', of: ({ causeText }: CommandView) => causeText ?? '' },
  ];
  return table(columns, items, out.paint);
}

export const lockCommands = { lock, unlock, listCommands };
