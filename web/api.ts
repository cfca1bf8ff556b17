/** Calls the API by name. What it answers is typed by the contract; what goes wrong is an `ApiProblem`. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query';

import type { FileQuery } from '../src/http/contract/files.ts';
import { files, paths } from '../src/http/contract/paths.ts';
import type { CallName, FileName } from '../src/http/contract/paths.ts';
import type { Answer, Body, Query } from '../src/http/contract/routes.ts';
import type { Problem } from '../src/http/contract/shared.ts';
import { chosenFleet } from './preferences.ts';
import { readServerEvents } from './server-events.ts';

export interface CallOptions<N extends CallName> {
  /** For calls below one thing. */
  id?: string | undefined;
  /** The id of what is below that. */
  below?: string | undefined;
  query?: Query<N> | undefined;
  body?: Body<N> | undefined;
  /** Another fleet than the one that is looked at. */
  fleet?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Repeats of one press carry the same key, so that it acts once. */
  idempotencyKey?: string | undefined;
}

/** A call that was refused or failed. `status` is 0 when no answer came. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  /** By field of the body; empty when the fields are fine. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(problem: Partial<Problem> & { status: number }) {
    super(problem.detail ?? problem.title ?? 'Something went wrong.');
    this.status = problem.status;
    this.code = problem.code ?? 'unknown';
    this.requestId = problem.requestId ?? null;
    this.fields = Object.fromEntries((problem.errors ?? []).map(({ field, message }) => [field, message]));
  }
}

const offline = {
  status: 0,
  code: 'offline',
  title: 'Towline can not be reached. Check the network; this page tries again by itself.',
};

/** Headers that every call carries: the fleet, where one was chosen. */
export function fleetHeaders(fleet: string | null = chosenFleet()): Record<string, string> {
  return fleet ? { 'Towline-Fleet': fleet } : {};
}

/** @throws ApiProblem */
export async function call<N extends CallName>(name: N, options: CallOptions<N> = {}): Promise<Answer<N>> {
  const [method, path] = paths[name];
  const headers: Record<string, string> = { Accept: 'application/json', ...fleetHeaders(options.fleet) };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (method === 'POST') headers['Idempotency-Key'] = options.idempotencyKey ?? newKey();
  const response = await send(`/api/v1${filled(path, options)}${search(options.query)}`, {
    method,
    headers,
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  if (!response.ok) throw new ApiProblem(await problemOf(response));
  return (await response.json()) as Answer<N>; // the server validates its answers against the contract
}

const filled = (
  path: string,
  { id = '', below = '' }: { id?: string | undefined; below?: string | undefined },
): string => path.replace(':deliveryId', encodeURIComponent(below)).replace(':id', encodeURIComponent(id));

/** A call whose answer comes piece by piece; `onEvent` may throw to break it off. @throws ApiProblem */
export async function callLive<N extends CallName>(
  name: N,
  options: CallOptions<N>,
  onEvent: (event: string, data: unknown) => void,
): Promise<void> {
  const [method, path] = paths[name];
  const response = await send(`/api/v1${path.replace(':id', encodeURIComponent(options.id ?? ''))}`, {
    method,
    headers: {
      Accept: 'text/event-stream',
      'Content-Type': 'application/json',
      'Idempotency-Key': options.idempotencyKey ?? newKey(),
      ...fleetHeaders(),
    },
    body: JSON.stringify(options.body ?? {}),
  });
  if (!response.ok || !response.body) throw new ApiProblem(await problemOf(response));
  try {
    await readServerEvents(response.body, onEvent);
  } catch (error) {
    throw error instanceof ApiProblem ? error : new ApiProblem(offline);
  }
}

/** A file to send, as it is. @throws ApiProblem */
export async function sendFile(
  name: 'importVehicles',
  file: File,
  query: Query<'importVehicles'>,
): Promise<Answer<'importVehicles'>> {
  const [method, path] = paths[name];
  const headers = {
    Accept: 'application/json',
    'Content-Type': 'text/csv',
    'Idempotency-Key': newKey(),
    ...fleetHeaders(),
  };
  const response = await send(`/api/v1${path}${search(query)}`, { method, headers, body: await bytesOf(file) });
  if (!response.ok) throw new ApiProblem(await problemOf(response));
  return (await response.json()) as Answer<typeof name>; // the server validates its answers against the contract
}

/** Read first: what can't be read (moved, or changed since it was chosen) is no trouble of the network. */
async function bytesOf(file: File): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer();
  } catch {
    throw new ApiProblem({ status: 0, title: 'The file can not be read. Choose it again.' });
  }
}

/** A table to save, with the name the server gives it. @throws ApiProblem */
export async function fetchFile<N extends FileName>(
  name: N,
  { id = '', query }: { id?: string; query?: FileQuery<N> } = {},
): Promise<{ name: string; content: Blob }> {
  const path = files[name].replace(':id', encodeURIComponent(id));
  const response = await send(`/api/v1${path}${search(query)}`, { headers: fleetHeaders() });
  if (!response.ok) throw new ApiProblem(await problemOf(response));
  const [, saved = `${name}.csv`] = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '') ?? [];
  try {
    return { name: saved, content: await response.blob() };
  } catch {
    throw new ApiProblem({ status: 0, title: 'The file broke off on its way. Try again.' });
  }
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem(offline);
  }
}

async function problemOf(response: Response): Promise<Partial<Problem> & { status: number }> {
  const requestId = response.headers.get('x-request-id');
  const fallback = {
    status: response.status,
    title: `The server answered ${response.status}. Try again in a moment.`,
    ...(requestId ? { requestId } : {}),
  };
  if (!(response.headers.get('content-type') ?? '').includes('json')) return fallback;
  const body = (await response.json().catch(() => ({}))) as Partial<Problem>; // every field is treated as absent or present
  return { ...fallback, ...body, status: response.status };
}

function search(query: object | undefined): string {
  const filled = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(filled.map(([key, value]) => [key, String(value)])).toString();
  return text ? `?${text}` : '';
}

/** `randomUUID` is missing on plain http outside loopback. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

export const keyOf = (
  name: CallName,
  { id, query, fleet }: { id?: string | undefined; query?: object | undefined; fleet?: string | undefined } = {},
): unknown[] => [name, id ?? null, query ?? null, ...(fleet === undefined ? [] : [fleet])];

interface WatchOptions {
  enabled?: boolean;
}

/** Watches the answer of a call: fetched once, kept while it is refreshed. */
export function useCall<N extends CallName>(
  name: N,
  options: Pick<CallOptions<N>, 'id' | 'query' | 'fleet'> = {},
  watch: WatchOptions = {},
): UseQueryResult<Answer<N>, ApiProblem> {
  return useQuery<Answer<N>, ApiProblem>({
    queryKey: keyOf(name, options),
    queryFn: ({ signal }) => call(name, { ...options, signal }),
    enabled: watch.enabled ?? true,
  });
}

/** A call that acts. What it may have changed is fetched anew, unless the answer is put in place by `onSuccess`. */
export function useAct<N extends CallName>(
  name: N,
  changes: readonly CallName[],
  onSuccess?: (answer: Answer<N>) => void,
): UseMutationResult<Answer<N>, ApiProblem, CallOptions<N>> {
  const client = useQueryClient();
  return useMutation<Answer<N>, ApiProblem, CallOptions<N>>({
    mutationFn: (options) => call(name, options),
    onSuccess: (answer) => {
      for (const changed of changes) void client.invalidateQueries({ queryKey: [changed] });
      onSuccess?.(answer);
    },
  });
}

/** @throws ApiProblem with code `wrong_password` or `too_many_requests` where that is what happened. */
export async function signIn(email: string, password: string): Promise<void> {
  const response = await send('/api/auth/sign-in/email', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (response.ok) return;
  if (response.status === 429) {
    const wait = Number(response.headers.get('retry-after') ?? response.headers.get('x-retry-after') ?? '');
    throw new ApiProblem({
      status: 429,
      code: 'too_many_requests',
      title: `Too many tries. Wait ${wait > 0 ? `${wait} seconds` : 'a minute'}, then try again.`,
    });
  }
  if (response.status === 401 || response.status === 400 || response.status === 403) {
    throw new ApiProblem({
      status: response.status,
      code: 'wrong_password',
      title: 'E-mail and password do not fit together. Check both, and Caps Lock.',
    });
  }
  throw new ApiProblem(await problemOf(response));
}

export async function signOut(): Promise<void> {
  await send('/api/auth/sign-out', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' });
}
