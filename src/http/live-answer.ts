/**
 * Answers that come piece by piece: server-sent events, for who asks for them. What is refused before the first piece is a
 * problem with its status, as ever; after it, the stream ends with an event `problem`.
 */
import { PassThrough } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { logFault, mistakeOf, problemOf } from './problem.ts';

/** One piece on its way. */
export type Tell = (event: string, data: unknown) => void;

/** Nobody listens: pieces are dropped, and the answer says it all in the end. */
export const silence: Tell = () => undefined;

/** A step may wait for Smartcar for a minute; a proxy in between must see that we live. */
const heartbeatMs = 15_000;

export const wantsEvents = ({ headers: { accept } }: Pick<FastifyRequest, 'headers'>): boolean =>
  /\btext\/event-stream\b/i.test(accept ?? '');

/** Tells each piece as it comes. What `work` answers is told last, by this name. */
export async function answerLive(
  request: FastifyRequest,
  reply: FastifyReply,
  last: string,
  work: (tell: Tell) => Promise<unknown>,
): Promise<FastifyReply> {
  const out = new PassThrough();
  // Who went away is not written to; the work goes on.
  out.on('error', () => undefined);
  const begun = Promise.withResolvers<void>();
  let isBegun = false;
  const tell: Tell = (event, data) => {
    isBegun = true;
    begun.resolve();
    if (out.writable) out.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  work(tell).then(
    (answer) => {
      tell(last, answer);
      out.end();
    },
    (error: unknown) => {
      if (!isBegun) return begun.reject(error);
      const mistake = mistakeOf(error);
      logFault(mistake, error, request);
      tell('problem', problemOf(mistake, request.id));
      out.end();
    },
  );
  await begun.promise;
  const beat = setInterval(() => out.writable && out.write(': still here\n\n'), heartbeatMs).unref();
  out.on('close', () => clearInterval(beat));
  return reply
    .headers({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    .send(out);
}
