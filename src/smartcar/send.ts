/** One HTTP request to Smartcar, and whatever comes of it as a value. Follows no redirects, repeats nothing. */
import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import { optionalId } from './fields.ts';

export interface Request {
  method: 'GET' | 'POST' | 'DELETE';
  /** Path and query. */
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** Asked once the connection is there and the first byte would leave; false: it does not. Absent: it may at any time. */
  mayLeave?: () => boolean;
}

export interface Received {
  came: true;
  status: number;
  /** `sc-request-id`. */
  requestId: string | null;
  /** Seconds, from `retry-after`; null when it was not said, or not as a number. */
  retryAfterS: number | null;
  text: string;
}

/** No answer, or one that is no HTTP or too large. `reason` is the library's code for it. */
interface NotReceived {
  came: false;
  why: 'unreachable' | 'nonsense';
  reason: string;
  /** False only when no byte of the request can have left: nobody has the name, or nobody took the connection. */
  left: boolean;
  /** `sc-request-id` of an answer that began and broke off; null when there was no beginning. */
  requestId: string | null;
}

export type Sent = Received | NotReceived;

export interface Wire {
  send(request: Request): Promise<Sent>;
  close(): Promise<void>;
}

export interface WireOptions {
  connectMs: number;
  headersMs: number;
  bodyMs: number;
  maxConnections: number;
  /**
   * A connection of its own for each request. One that was kept may be closed by the other side just now, and then nobody
   * can say whether the request arrived.
   */
  isFresh?: boolean;
}

/** More than the largest answer (100 connections, or 93 signals) several times over. */
export const maxBodyBytes = 1024 * 1024;
/** Who asks us to wait for longer is asked again after a day. */
export const longestRetryAfterS = 24 * 3_600;

/** A pool of connections to one origin. */
export function openWire(origin: string, options: WireOptions): Wire {
  const pool = new Pool(origin, {
    connections: options.maxConnections,
    connect: { timeout: options.connectMs },
    headersTimeout: options.headersMs,
    bodyTimeout: options.bodyMs,
    maxResponseSize: maxBodyBytes,
    // One after the other on a connection: an answer that is slow would hold up those behind it.
    pipelining: 1,
    // On HTTP/2 the library sends a request again that a server sends back, and shares the connection.
    allowH2: false,
  });
  // A body may trickle without ever pausing long enough for the body's own timeout.
  const wholeMs = options.connectMs + options.headersMs + options.bodyMs;
  const reset = options.isFresh === true;
  return { send: (request) => send(pool, { ...request, reset }, wholeMs), close: () => pool.close() };
}

/** An answer of which at least the head came. */
type Began = Pick<Received, 'requestId'>;

async function send(pool: Pool, request: Request & { reset: boolean }, wholeMs: number): Promise<Sent> {
  let began: Began | null = null;
  try {
    const signal = AbortSignal.timeout(wholeMs);
    const { mayLeave, ...asked } = request;
    const by = mayLeave ? pool.compose(onlyWhile(mayLeave)) : pool;
    const { statusCode, headers, body } = await by.request({ ...asked, body: request.body ?? null, signal });
    const requestId = optionalId.parse(only(headers['sc-request-id']));
    began = { requestId };
    const text = await body.text();
    const retryAfterS = secondsOf(only(headers['retry-after']));
    return { came: true, status: statusCode, requestId, retryAfterS, text };
  } catch (error) {
    return notReceived(error, began);
  }
}

class TooLate extends Error {
  override readonly name = 'TooLate';
  readonly code = 'TOO_LATE';
}

/** A connection may take seconds; what must not leave late is looked at again when it is there. */
const onlyWhile =
  (mayLeave: () => boolean): Dispatcher.DispatcherComposeInterceptor =>
  (dispatch) =>
  (options, handler) =>
    dispatch(options, {
      onRequestStart(controller, context) {
        handler.onRequestStart?.(controller, context);
        if (!mayLeave()) controller.abort(new TooLate());
      },
      onResponseStart: (...told) => handler.onResponseStart?.(...told),
      onResponseData: (...told) => handler.onResponseData?.(...told),
      onResponseEnd: (...told) => handler.onResponseEnd?.(...told),
      onResponseError: (...told) => handler.onResponseError?.(...told),
    });

/** The library's codes, and ours, for what fails before the first byte. Whatever isn't here may have left. */
const neverLeft =
  /^(ECONNREFUSED|ENOTFOUND|EAI_[A-Z]+|UND_ERR_CONNECT_TIMEOUT|UND_ERR_DESTROYED|UND_ERR_CLOSED|TOO_LATE)$/;

/** Only the code is kept: messages and causes of errors may hold what was sent. */
function notReceived(error: unknown, began: Began | null): NotReceived {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const name = error instanceof Error ? error.name : 'UNKNOWN';
  // A body in pieces that breaks off is an error of the parser too, and yet only a connection that was lost.
  const isNonsense = code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' || (name === 'HTTPParserError' && !began);
  const reason = /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : name;
  const why = isNonsense ? 'nonsense' : 'unreachable';
  return { came: false, why, reason, left: !neverLeft.test(code), requestId: began?.requestId ?? null };
}

function only(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function secondsOf(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Math.min(Number(value), longestRetryAfterS) : null;
}
