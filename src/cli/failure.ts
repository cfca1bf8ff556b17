/** How a command ends when it doesn't succeed: an exit code for programs, and sentences with the remedy for people. */
import type { Problem } from '../http/contract/shared.ts';

/**
 * Exit codes, fixed for scripts: `failed` is a fault of the network or of the server, `usage` a wrong command line or a
 * value that the API does not take, `refused` what the caller may not do, or not now.
 */
export const exits = { ok: 0, failed: 1, usage: 2, notFound: 3, refused: 4 } as const;
export type Exit = (typeof exits)[keyof typeof exits];

/** The end of a command, as it is said on stderr. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exit: Exit;
  /** What `--json` prints on stderr instead of sentences. */
  readonly problem: Partial<Problem>;

  constructor(exit: Exit, message: string, problem: Partial<Problem> = {}) {
    super(message);
    this.exit = exit;
    this.problem = { title: message, ...problem };
  }
}

export const wrongUsage = (message: string): Failure => new Failure(exits.usage, message, { code: 'usage' });

/** What the API refused or could not do, with its own sentence, what is wrong with each field, and the request's id. */
export function failureOf(problem: Partial<Problem> & { status: number }): Failure {
  const { status, title, detail, errors = [], requestId } = problem;
  const sentences = [title ?? `The server answered ${status}.`, ...(detail ? [detail] : [])];
  const fields = errors.map(({ field, message }) => `  ${field}: ${message}`);
  const about = requestId ? [`Request id ${requestId}`] : [];
  return new Failure(exitOf(status), [sentences.join(' '), ...fields, ...about].join('\n'), problem);
}

function exitOf(status: number): Exit {
  if (status === 404) return exits.notFound;
  if (status === 400 || status === 413 || status === 415) return exits.usage;
  return status >= 400 && status < 500 ? exits.refused : exits.failed;
}
