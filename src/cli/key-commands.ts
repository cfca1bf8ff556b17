/** Keys of programs. */
import type { Answer, Body } from '../http/contract/routes.ts';
import type { Command, Invocation } from './command.ts';
import { show } from './command.ts';
import { exits, Failure, wrongUsage } from './failure.ts';
import { ageOf, clean, table } from './print.ts';

type Key = Answer<'listApiKeys'>['items'][number];

const listKeys: Command = {
  names: ['keys list', 'keys'],
  summary: 'Lists keys of programs',
  async run(call) {
    const answer = await call.api.call('listApiKeys');
    show(call, answer, ({ items }) => (items.length === 0 ? ['No keys.'] : keyTable(items, call)));
  },
};

function keyTable(items: readonly Key[], { out, now }: Invocation): string[] {
  const columns = [
    { head: 'NAME', of: ({ name }: Key) => name },
    { head: 'ROLE', of: ({ role }: Key) => role },
    { head: 'BEGINS', of: ({ hint }: Key) => hint },
    { head: 'MADE', of: ({ createdAt }: Key) => ageOf(createdAt, now()) },
    { head: 'REVOKED', of: ({ revokedAt }: Key) => (revokedAt ? ageOf(revokedAt, now()) : '') },
    { head: 'ID', of: ({ id }: Key) => ({ text: id, tone: 'faint' as const }) },
  ];
  return table(columns, items, out.paint);
}

const createKey: Command = {
  names: ['keys create'],
  summary: 'Makes a key and prints it, this once; nothing else is on stdout',
  takes: ['NAME'],
  options: { role: { value: 'ROLE', help: 'viewer, technician, support, manager or administrator (viewer)' } },
  async run(call) {
    const [name = ''] = call.words;
    const role = call.option('role');
    const body = { name, ...(role === undefined ? {} : { role }) } as Body<'createApiKey'>; // the API checks the words
    const made = await call.api.call('createApiKey', { body });
    show(call, made, ({ key }) => [key]);
    if (!call.asJson) call.out.note(`${clean(made.name)}, ${made.role}. Keep it now: it is not shown again.`);
  },
};

const revokeKey: Command = {
  names: ['keys revoke'],
  summary: 'Ends a key at once',
  takes: ['KEY'],
  options: { yes: { help: 'without being asked' } },
  async run(call) {
    const key = await keyOf(call);
    await call.confirm(
      `Revoke ${clean(key.name)} (${clean(key.hint)}…)? Programs that use it are refused from then on.`,
    );
    const ended = await call.api.call('revokeApiKey', { id: key.id });
    show(call, ended, ({ name }) => [`Revoked: ${clean(name)}`]);
  },
};

/** The key that still works and has this id, or this name. @throws Failure when there is none, or several */
async function keyOf({ api, words: [meant = ''] }: Invocation): Promise<Key> {
  const { items } = await api.call('listApiKeys');
  const found = items.filter(({ id, name, revokedAt }) => revokedAt === null && (id === meant || name === meant));
  const [first, ...others] = found;
  if (!first) throw new Failure(exits.notFound, 'No key that works has this id or name.', { code: 'not_found' });
  if (others.length === 0) return first;
  const ids = found.map(({ id, hint, role }) => `  ${id}  ${hint}…  ${role}`);
  throw wrongUsage(['Several keys are called so. Give the id of one:', ...ids].join('\n'));
}

export const keyCommands = { listKeys, createKey, revokeKey };
