/** One command from its line to its exit code. */
import { createInterface } from 'node:readline/promises';

import { inFleet, isOpenToOthers, readAccess } from './access.ts';
import type { Environment } from './access.ts';
import { openApi } from './api.ts';
import type { Invocation } from './command.ts';
import { findCommand, readCommandLine } from './command-line.ts';
import type { Given } from './command-line.ts';
import { exits, Failure, wrongUsage } from './failure.ts';
import type { Exit } from './failure.ts';
import { helpOf, helpOfNoun, overallHelp } from './help.ts';
import { painter } from './print.ts';
import type { Output } from './print.ts';

/** What a command line runs in. */
export interface Surroundings {
  args: readonly string[];
  env: Environment;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  now(): Date;
}

/** Carries the command out and says how it ended; what goes wrong is on stderr. */
export async function runCommandLine(around: Surroundings): Promise<Exit> {
  const secrets: string[] = [];
  try {
    return await carryOut(around, secrets);
  } catch (error) {
    const failure =
      error instanceof Failure
        ? error
        : new Failure(
            exits.failed,
            `Something broke in towline itself: ${error instanceof Error ? error.message : ''}`,
          );
    const said = around.args.includes('--json') ? JSON.stringify(failure.problem) : failure.message;
    around.stderr.write(`${secrets.reduce((text, secret) => text.replaceAll(secret, '[key]'), said)}\n`);
    return failure.exit;
  }
}

async function carryOut(around: Surroundings, secrets: string[]): Promise<Exit> {
  const { args, env, stdout } = around;
  const say = (lines: readonly string[]): Exit => {
    stdout.write(`${lines.join('\n')}\n`);
    return exits.ok;
  };
  const asksHelp = args.includes('--help') || args.includes('-h');
  const found = findCommand(args);
  if (!found) {
    const [noun] = args;
    const lines = noun === undefined || asksHelp || noun === 'help' ? (helpOfNoun(noun ?? '') ?? overallHelp()) : null;
    if (lines && (asksHelp || noun === 'help')) return say(lines);
    throw wrongUsage(
      ['There is no such command. The commands are:', '', ...(helpOfNoun(noun ?? '') ?? overallHelp())].join('\n'),
    );
  }
  const given = readCommandLine(found.command, found.rest);
  if (given.values['help'] === true) return say(helpOf(found.command));
  const access = readAccess({ url: text(given, 'url'), keyFile: text(given, 'key-file') }, env);
  secrets.push(access.key);
  const out = outputOf(around);
  if (isOpenToOthers(access.url)) out.note('The key goes unencrypted: the address is not https.');
  const fleet = text(given, 'fleet');
  const api = openApi(fleet === undefined ? access : await inFleet(access, fleet));
  await found.command.run(invocationOf(around, given, { api, out }));
  return exits.ok;
}

function text({ values }: Given, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

function invocationOf(around: Surroundings, given: Given, made: Pick<Invocation, 'api' | 'out'>): Invocation {
  return {
    ...made,
    words: given.words,
    option: (name) => text(given, name),
    isSet: (name) => given.values[name] === true,
    asJson: given.values['json'] === true,
    confirm: (question) => (given.values['yes'] === true ? Promise.resolve() : ask(around, question)),
    now: around.now,
  };
}

async function ask({ stdin, stderr }: Surroundings, question: string): Promise<void> {
  if (!stdin.isTTY) throw wrongUsage(`${question} Nothing was done: add --yes to go ahead without being asked.`);
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new Failure(exits.failed, 'Nothing was done.', { code: 'cancelled' });
  } finally {
    terminal.close();
  }
}

function outputOf({ stdout, stderr }: Surroundings): Output {
  return {
    print: (...lines) => void stdout.write(lines.map((line) => `${line}\n`).join('')),
    json: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    bytes: (piece) => new Promise((done, failed) => stdout.write(piece, (error) => (error ? failed(error) : done()))),
    note: (line) => void stderr.write(`${line}\n`),
    paint: painter(stdout),
  };
}
