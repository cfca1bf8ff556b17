/** One HTTP request to a system of the fleet's, and whatever comes of it as a value. Follows no redirects, repeats nothing. */
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';

import { tryWithinS } from '../domain/event-delivery.ts';
import type { DeliveryAnswer, DeliveryProblem } from '../domain/event-delivery.ts';
import { anyLookup, fewAtOnce, mayBePublic, privateAddressCode, publicLookup } from './public-address.ts';
import type { Resolve } from './public-address.ts';

export interface EventMessage {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface EventChannel {
  send(message: EventMessage): Promise<DeliveryAnswer>;
  close(): Promise<void>;
}

export interface EventChannelOptions {
  /** Receivers in private networks, and without encryption, are allowed. */
  allowPrivate: boolean;
  /** How names are looked up; the system's way when absent. */
  resolve?: Resolve;
}

/** More of an answer is not read. Bytes. */
const answerLimit = 1_024;

export function openEventChannel({ allowPrivate, resolve }: EventChannelOptions): EventChannel {
  const ms = tryWithinS * 1_000;
  const dispatcher = new Agent({
    connect: { timeout: ms, lookup: allowPrivate ? anyLookup(fewAtOnce(resolve)) : publicLookup(fewAtOnce(resolve)) },
    headersTimeout: ms,
    bodyTimeout: ms,
    pipelining: 1,
    allowH2: false,
    // A connection that is kept goes to an address that was judged when it was made, and for long no more.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 10_000,
  });
  return {
    async send(message) {
      const url = new URL(message.url);
      if (!allowPrivate && !(url.protocol === 'https:' && mayBePublic(url)))
        return { came: false, problem: 'privateAddress' };
      return post(dispatcher, url, message, ms);
    },
    close: () => dispatcher.close(),
  };
}

async function post(dispatcher: Dispatcher, url: URL, message: EventMessage, ms: number): Promise<DeliveryAnswer> {
  try {
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Towline', ...message.headers },
      body: message.body,
      signal: AbortSignal.timeout(ms),
    });
    const retryAfterS = secondsOf(headers['retry-after']);
    return { came: true, status: statusCode, retryAfterS, text: await beginningOf(body) };
  } catch (error) {
    return { came: false, problem: problemOf(error) };
  }
}

/** The status counts, also where the rest breaks off. */
async function beginningOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of body) {
      // Chunks of a body are bytes as long as no encoding was set.
      pieces.push(piece as Buffer);
      length += pieces.at(-1)?.length ?? 0;
      if (length >= answerLimit) break;
    }
  } catch {
    // What came is kept.
  }
  const text = Buffer.concat(pieces).subarray(0, answerLimit).toString('utf8');
  // What no column of text can hold.
  return text.replaceAll('\0', '');
}

function secondsOf(value: string | string[] | undefined): number | null {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : null;
}

/** By code alone: messages of errors may hold what was sent. */
function problemOf(error: unknown): DeliveryProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const name = error instanceof Error ? error.name : '';
  if (code === privateAddressCode) return 'privateAddress';
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'nameUnknown';
  if (name === 'TimeoutError' || /TIMEOUT|ETIMEDOUT/.test(code)) return 'tooSlow';
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/.test(code)) return 'certificate';
  if (name === 'HTTPParserError' || code.startsWith('HPE_')) return 'nonsense';
  return 'unreachable';
}
