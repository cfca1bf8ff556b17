/** What a command is, and what it is given. `commands.ts` is the list of them. */
import type { Api } from './api.ts';
import type { Output } from './print.ts';

export interface OptionSpec {
  /** What stands for the value in the help; absent for a switch. */
  value?: string;
  help: string;
}

export interface Command {
  /** As it is typed, the usual way first: `['check', 'vehicles check']`. */
  names: readonly [string, ...string[]];
  summary: string;
  /** What follows the name, in capitals; in brackets when it may be left out. */
  takes?: readonly string[];
  options?: Readonly<Record<string, OptionSpec>>;
  /** @throws Failure */
  run(call: Invocation): Promise<void>;
}

/** One command as it was given. */
export interface Invocation {
  api: Api;
  out: Output;
  /** What followed the name; absent ones are undefined. */
  words: readonly (string | undefined)[];
  option(name: string): string | undefined;
  isSet(name: string): boolean;
  /** The API's answer as it is, instead of what a person reads. */
  asJson: boolean;
  /** @throws Failure where nobody can be asked, or who was asked says no. */
  confirm(question: string): Promise<void>;
  now(): Date;
}

/** Shows an answer: as JSON to programs, as these lines to people. */
export function show<T>({ asJson, out }: Invocation, answer: T, linesOf: (answer: T) => readonly string[]): void {
  if (asJson) out.json(answer);
  else out.print(...linesOf(answer));
}
