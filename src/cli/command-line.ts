/** From the words of a command line to a command with what it is given. Messages never repeat a word: it may be a key. */
import { parseArgs } from 'node:util';

import type { Command, OptionSpec } from './command.ts';
import { commands } from './commands.ts';
import { wrongUsage } from './failure.ts';

/** What every command takes. */
export const sharedOptions: Readonly<Record<string, OptionSpec>> = {
  url: { value: 'ADDRESS', help: "Towline's address (TOWLINE_URL; http://127.0.0.1:4000)" },
  'key-file': { value: 'FILE', help: 'a file that holds the API key (TOWLINE_API_KEY)' },
  fleet: { value: 'FLEET', help: "another fleet than the key's, by id or name" },
  json: { help: "the API's answer as JSON, for programs" },
  help: { help: 'what this command does and takes' },
};

export interface Given {
  command: Command;
  words: readonly (string | undefined)[];
  values: Readonly<Record<string, string | boolean | undefined>>;
}

/** The command and what follows its name; null when none has that name. The longest name wins. */
export function findCommand(args: readonly string[]): { command: Command; rest: readonly string[] } | null {
  for (const length of [2, 1]) {
    const name = args.slice(0, length).join(' ');
    const command = args.length >= length && commands.find(({ names }) => names.includes(name));
    if (command) return { command, rest: args.slice(length) };
  }
  return null;
}

/** @throws Failure for what no command takes. */
export function readCommandLine(command: Command, rest: readonly string[]): Given {
  const { values, positionals } = parsed(command, rest);
  const takes = command.takes ?? [];
  const least = takes.filter((word) => !word.startsWith('[')).length;
  if (values['help'] !== true && (positionals.length < least || positionals.length > takes.length))
    throw wrongUsage(`${usageOf(command)}\n${takesText(takes)} See towline ${command.names[0]} --help.`);
  return { command, words: positionals, values };
}

const takesText = (takes: readonly string[]): string =>
  takes.length === 0 ? 'Nothing follows the name of this command.' : `What follows the name is ${takes.join(' ')}.`;

function parsed(command: Command, rest: readonly string[]): Pick<Given, 'values'> & { positionals: string[] } {
  const specs = { ...sharedOptions, ...command.options };
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { value }]) => [
      name,
      { type: value ? ('string' as const) : ('boolean' as const), ...(name === 'help' ? { short: 'h' } : {}) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...rest], options, allowPositionals: true, strict: true });
    return { values: values as Given['values'], positionals }; // none is given more than once
  } catch (error) {
    const { code } = Object(error) as { code?: unknown }; // Node adds it
    const why =
      code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION'
        ? `This command does not take ${optionsIn(rest, specs)}.`
        : 'An option has no value, or has one and takes none.';
    throw wrongUsage(`${why} See towline ${command.names[0]} --help.`);
  }
}

/** The unknown options by their names alone. */
function optionsIn(rest: readonly string[], specs: object): string {
  const names = rest.flatMap((word) => /^--([a-z][a-z-]{0,30})(?=$|=)/.exec(word)?.[1] ?? []);
  const unknown = names.filter((name) => !Object.hasOwn(specs, name)).map((name) => `--${name}`);
  return unknown.join(', ') || 'one of the options';
}

export const usageOf = ({ names, takes = [], options = {} }: Command): string =>
  ['towline', names[0], ...takes, ...(Object.keys(options).length > 0 ? ['[OPTIONS]'] : [])].join(' ');
