/** Towline's API by the names of its calls. What it answers is typed by the contract; what goes wrong is a `Failure`. */
import { randomUUID } from 'node:crypto';

import type { FileQuery } from '../http/contract/files.ts';
import { files, paths } from '../http/contract/paths.ts';
import type { CallName, FileName } from '../http/contract/paths.ts';
import type { Answer, Body, Query } from '../http/contract/routes.ts';
import type { Problem } from '../http/contract/shared.ts';
import { eventsIn } from './events.ts';
import { exits, Failure, failureOf } from './failure.ts';

/** Where the API is, and as whom it is asked. */
export interface Access {
  /** Without a slash at its end. */
  url: string;
  key: string;
  /** The fleet's id; null for the fleet of the key. */
  fleet: string | null;
}

export interface CallOptions<N extends CallName> {
  /** For calls below one thing. */
  id?: string;
  query?: Query<N>;
  body?: Body<N>;
}

export interface Api {
  /** @throws Failure */
  call<N extends CallName>(name: N, options?: CallOptions<N>): Promise<Answer<N>>;
  /** A call below one thing that tells its steps; each event is handed on as it comes. @throws Failure */
  follow(name: CallName, id: string, onEvent: (event: string, data: unknown) => void): Promise<void>;
  /** Sends a list of vehicles as it is. @throws Failure */
  sendList(bytes: Uint8Array, query: Query<'importVehicles'>): Promise<Answer<'importVehicles'>>;
  /** A table, piece by piece as it comes. @throws Failure where it does not come whole. */
  download<N extends FileName>(
    name: N,
    options: { id?: string; query?: FileQuery<N> },
    onPiece: OnPiece,
  ): Promise<void>;
}

type OnPiece = (bytes: Uint8Array) => Promise<void>;

const answerWithinMs = 30_000;
/** A check asks Smartcar several times, each of which may take a minute; a large table is on its way for minutes, too. */
const followWithinMs = 600_000;

/** Towline at this address, asked with this key. Nothing is repeated: who wants it again gives the command again. */
export function openApi(access: Access): Api {
  return {
    async call(name, options = {}) {
      const signal = AbortSignal.timeout(answerWithinMs);
      const response = await send(access, name, options, 'application/json', signal);
      return (await read(response)) as Answer<typeof name>; // the server validates its answers against the contract
    },
    async follow(name, id, onEvent) {
      const signal = AbortSignal.timeout(followWithinMs);
      const { body } = await send(access, name, { id }, 'text/event-stream', signal);
      try {
        for await (const { event, data } of eventsIn(body ?? [])) {
          if (event === 'problem') throw failureOf({ status: 500, ...(data as Partial<Problem>) }); // as the contract says
          onEvent(event, data);
        }
      } catch (error) {
        throw error instanceof Failure ? error : noAnswer(access, error);
      }
    },
    async sendList(bytes, query) {
      const signal = AbortSignal.timeout(followWithinMs);
      const response = await send(access, 'importVehicles', { query, file: bytes }, 'application/json', signal);
      return (await read(response)) as Answer<'importVehicles'>; // the server validates its answers against the contract
    },
    async download(name, { id = '', query }, onPiece) {
      const signal = AbortSignal.timeout(followWithinMs);
      const address = `${access.url}/api/v1${files[name].replace(':id', encodeURIComponent(id))}${search(query)}`;
      const { body } = await ask(access, address, { headers: headersOf(access, 'text/csv'), signal });
      try {
        for await (const piece of body ?? []) await onPiece(piece);
      } catch (error) {
        throw error instanceof Failure ? error : noAnswer(access, error);
      }
    },
  };
}

interface Sent {
  id?: string;
  query?: object | undefined;
  body?: unknown;
  /** In the body's place. */
  file?: Uint8Array;
}

async function send(
  access: Access,
  name: CallName,
  given: Sent,
  accept: string,
  signal: AbortSignal,
): Promise<Response> {
  const [method, path] = paths[name];
  const headers = headersOf(access, accept);
  if (given.body !== undefined) headers['content-type'] = 'application/json';
  if (given.file !== undefined) headers['content-type'] = 'text/csv';
  if (method === 'POST') headers['idempotency-key'] = randomUUID();
  const address = `${access.url}/api/v1${path.replace(':id', encodeURIComponent(given.id ?? ''))}${search(given.query)}`;
  return ask(access, address, { method, headers, signal, ...bodyOf(given) });
}

function headersOf({ key, fleet }: Access, accept: string): Record<string, string> {
  return { accept, authorization: `Bearer ${key}`, ...(fleet ? { 'towline-fleet': fleet } : {}) };
}

function bodyOf({ body, file }: Sent): { body?: string | Blob } {
  if (file !== undefined) return { body: new Blob([Buffer.from(file)]) };
  return body === undefined ? {} : { body: JSON.stringify(body) };
}

async function ask(access: Access, address: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    // A redirect would carry the key elsewhere, and turn what acts into a read.
    response = await fetch(address, { ...init, redirect: 'manual' });
  } catch (error) {
    throw noAnswer(access, error);
  }
  if (!response.ok) throw failureOf(await problemOf(response));
  return response;
}

async function read(response: Response): Promise<unknown> {
  if (!isJson(response)) throw notTowline(response.status);
  try {
    return await response.json();
  } catch {
    throw new Failure(exits.failed, 'The answer broke off. It may have been carried out: look before you try again.');
  }
}

async function problemOf(response: Response): Promise<Partial<Problem> & { status: number }> {
  const { status } = response;
  const body = isJson(response) ? ((await response.json().catch(() => null)) as Partial<Problem> | null) : null; // fields may be absent
  if (!body || typeof body !== 'object') throw notTowline(status);
  return { ...body, status };
}

const isJson = (response: Response): boolean => /\bjson\b/.test(response.headers.get('content-type') ?? '');

const notTowline = (status: number): Failure =>
  new Failure(
    exits.failed,
    `What answers there (status ${status}) is not Towline's API. Give Towline's own address with --url or TOWLINE_URL.`,
    { code: 'not_towline' },
  );

/** Only the code of an error is shown: its message may hold what was sent. */
function noAnswer({ url }: Access, error: unknown): Failure {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return new Failure(
      exits.failed,
      `${url} did not answer in time. It may have been carried out: look before you try again.`,
      { code: 'timeout' },
    );
  const { cause } = Object(error) as { cause?: { code?: unknown } }; // fetch adds it
  const why = typeof cause?.code === 'string' ? ` (${cause.code})` : '';
  return new Failure(
    exits.failed,
    `Towline can not be reached at ${url}${why}. Check that it runs, and the address in --url or TOWLINE_URL.`,
    { code: 'offline' },
  );
}

function search(query: object | undefined): string {
  const filled = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(filled.map(([key, value]) => [key, String(value)])).toString();
  return text ? `?${text}` : '';
}
