/** What `--help` says: of everything, of one noun, of one command. */
import type { Command, OptionSpec } from './command.ts';
import { sharedOptions, usageOf } from './command-line.ts';
import { commands } from './commands.ts';

const aligned = (pairs: readonly (readonly [string, string])[]): string[] => {
  const width = Math.max(0, ...pairs.map(([name]) => name.length));
  return pairs.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
};

const optionLines = (options: Readonly<Record<string, OptionSpec>>): string[] =>
  aligned(Object.entries(options).map(([name, { value, help }]) => [`--${name}${value ? ` ${value}` : ''}`, help]));

const listed = (shown: readonly Command[]): string[] =>
  aligned(shown.map(({ names, takes = [], summary }) => [[names[0], ...takes].join(' '), summary]));

/** Of everything that Towline's command line does. */
export const overallHelp = (): string[] => [
  'towline COMMAND [OPTIONS]',
  '',
  ...listed(commands),
  '',
  'Every command takes',
  ...optionLines(sharedOptions),
  '',
  'A VEHICLE is its id, number, plate or VIN.',
  'Ends with 0 (done), 1 (failed), 2 (wrong command line or value), 3 (not found), 4 (refused).',
];

/** Of the commands whose names begin with this noun; null when there are none. */
export function helpOfNoun(noun: string): string[] | null {
  const shown = commands.filter(({ names }) => names.some((name) => name.startsWith(`${noun} `)));
  return shown.length === 0 ? null : [`towline ${noun} …`, '', ...listed(shown)];
}

export const helpOf = (command: Command): string[] => [
  usageOf(command),
  '',
  `${command.summary}.`,
  ...(command.names.length > 1 ? [`Also: ${command.names.slice(1).join(', ')}`] : []),
  '',
  ...optionLines({ ...command.options, ...sharedOptions }),
];
