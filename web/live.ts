/**
 * Follows the server's stream of changes and refreshes what is on the screen. Read with `fetch` and not with EventSource,
 * because EventSource can't say which fleet is meant.
 */
import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';

import type { CallName } from '../src/http/contract/paths.ts';
import type { Answer, Query } from '../src/http/contract/routes.ts';
import { call, fleetHeaders } from './api.ts';

export type Liveness = 'live' | 'connecting' | 'reconnecting';

interface Change {
  topics: string[];
  /** Null when so many changed that they are not named. */
  vehicles: string[] | null;
}

type VehiclePages = InfiniteData<Answer<'listVehicles'>>;

const listeners = new Set<() => void>();
let liveness: Liveness = 'connecting';

function become(next: Liveness): void {
  if (next === liveness) return;
  liveness = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};
export const useLiveness = (): Liveness => useSyncExternalStore(subscribe, () => liveness);

/** Keeps the stream open while mounted; reconnects after 1 s, doubling to 30 s. */
export function useLive(client: QueryClient, fleetId: string | undefined): void {
  useEffect(() => {
    if (!fleetId) return;
    const stop = new AbortController();
    void follow(client, stop.signal);
    return () => stop.abort();
  }, [client, fleetId]);
}

async function follow(client: QueryClient, stop: AbortSignal): Promise<void> {
  let failures = 0;
  while (!stop.aborted) {
    try {
      const response = await fetch('/api/v1/stream', {
        headers: { Accept: 'text/event-stream', ...fleetHeaders() },
        signal: stop,
      });
      if (!response.ok || !response.body) throw new Error(String(response.status));
      become('live');
      // What happened while nobody listened is unknown, so everything on the screen is fetched again.
      if (failures > 0) void client.invalidateQueries();
      failures = 0;
      await readEvents(response.body, (change) => refresh(client, change));
    } catch {
      if (stop.aborted) return;
    }
    failures += 1;
    become('reconnecting');
    await pause(Math.min(30_000, 500 * 2 ** failures), stop);
  }
}

const pause = (ms: number, stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

async function readEvents(body: ReadableStream<Uint8Array>, onChange: (change: Change) => void): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader(); // the library's types disagree on the buffer's kind only
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const change = parse(block);
      if (change) onChange(change);
    }
  }
}

/** Null for heartbeats and for what is not ours. */
export function parse(block: string): Change | null {
  const data = block
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trim())
    .join('\n');
  if (!data) return null;
  try {
    const { topics, vehicles } = JSON.parse(data) as Partial<Change>; // checked below
    return { topics: Array.isArray(topics) ? topics : [], vehicles: Array.isArray(vehicles) ? vehicles : null };
  } catch {
    return null;
  }
}

/** Calls whose answers are small; they are simply asked again. Many changes at once are asked for once. */
const small: readonly CallName[] = [
  'getOverview',
  'listAlerts',
  'listIncidents',
  'listGrants',
  'listNotifications',
  'listMailbox',
  'listWebhookEvents',
  'listAudit',
  'listOwners',
  'getOwner',
  'getErasure',
  'listOwnerConsents',
  'listOwnerNotifications',
  'listOwnerRequests',
  'getSettings',
  'listRentals',
  'getRental',
  'listMoves',
  'listMoveVehicles',
  'listReconnects',
  'getReconnects',
  'listReconnectVehicles',
  'listApiKeys',
  'listEventEndpoints',
  'getEventEndpoint',
  'listEventDeliveries',
  'listMakes',
  'listImports',
  'getImport',
  'listImportLines',
  'getReconciliation',
  'listDrifts',
];
/** Calls below one vehicle; asked again when it changed. */
const ofVehicle: readonly CallName[] = [
  'getVehicle',
  'getDiagnosis',
  'getCompatibility',
  'getReadiness',
  'listTimeline',
  'listCommands',
];
const waiting = new Set<string>();
const topicsWaiting = new Set<string>();
let everything = false;
let timer: ReturnType<typeof setTimeout> | null = null;

function refresh(client: QueryClient, { topics, vehicles }: Change): void {
  if (vehicles === null) everything = true;
  for (const topic of topics) topicsWaiting.add(topic);
  for (const id of vehicles ?? []) waiting.add(id);
  timer ??= setTimeout(() => {
    const ids = [...waiting];
    const all = everything;
    const hasCommands = topicsWaiting.has('commands');
    timer = null;
    everything = false;
    waiting.clear();
    topicsWaiting.clear();
    if (all) void client.invalidateQueries();
    else refreshOf(client, ids);
    if (hasCommands) refreshCommands(client);
  }, 400);
}

/** The list at once. What is counted over a month costs the database more, and waits until several have changed. */
function refreshCommands(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: ['listFleetCommands'] });
  summaryTimer ??= setTimeout(() => {
    summaryTimer = null;
    void client.invalidateQueries({ queryKey: ['getCommandSummary'] });
  }, 5_000);
}
let summaryTimer: ReturnType<typeof setTimeout> | null = null;

function refreshOf(client: QueryClient, ids: string[]): void {
  for (const name of small) void client.invalidateQueries({ queryKey: [name] });
  for (const id of ids) {
    for (const name of ofVehicle) void client.invalidateQueries({ queryKey: [name, id] });
  }
  void refreshLists(client, ids);
}

/**
 * Short lists are asked for again. Long ones keep their place: only the pages with vehicles that changed are asked for,
 * and what they say replaces those vehicles where they stand.
 */
async function refreshLists(client: QueryClient, ids: readonly string[]): Promise<void> {
  const lists = client.getQueriesData<Partial<VehiclePages>>({ queryKey: ['listVehicles', null], type: 'active' });
  const changed = new Set(ids);
  for (const [key, data] of lists) {
    if (!data?.pages || data.pages.length <= 2) {
      void client.invalidateQueries({ queryKey: key });
      continue;
    }
    const [, , query] = key as [string, null, Query<'listVehicles'>]; // as `keyOf` made it
    for (const [at, page] of data.pages.entries()) {
      if (!page.items.some(({ id }) => changed.has(id))) continue;
      const cursor = data.pageParams?.[at];
      const fresh = await call('listVehicles', {
        query: { ...query, ...(typeof cursor === 'string' ? { cursor } : {}) },
      }).catch(() => null);
      if (fresh) client.setQueryData<VehiclePages>(key, (present) => replaceIn(present, fresh.items));
    }
  }
}

function replaceIn(data: VehiclePages | undefined, fresh: readonly Answer<'getVehicle'>[]): VehiclePages | undefined {
  if (!data) return data;
  const byId = new Map(fresh.map((vehicle) => [vehicle.id, vehicle]));
  const pages = data.pages.map((page) => ({ ...page, items: page.items.map((item) => byId.get(item.id) ?? item) }));
  return { ...data, pages };
}
