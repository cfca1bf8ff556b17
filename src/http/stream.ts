/** Changes as they happen: server-sent events that say what to read again, never the data itself. */
import { PassThrough } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { Refusal } from '../domain/refusal.ts';
import type { Listening } from '../store/listen.ts';
import type { HttpNeeds } from './server-needs.ts';
import { whoAsks } from './who.ts';
import type { WhoNeeds } from './who.ts';

const channel = 'towline_changes';
const coalesceMs = 250;
const heartbeatMs = 20_000;
const mostClients = 200;
/** Changes of more vehicles than this are told as a change of the list: `vehicles` is null then. */
const mostVehicles = 200;
/** Who reads slower than this is let go; the browser comes back by itself and reads everything again. */
const mostUnread = 64 * 1_024;

interface Client {
  fleetId: string;
  out: PassThrough;
}

interface Pending {
  topics: Set<string>;
  vehicles: Set<string>;
}

export async function streamRoute(
  app: FastifyInstance,
  needs: Pick<HttpNeeds, 'database' | 'log'> & WhoNeeds & { heartbeatMs?: number },
): Promise<void> {
  const clients = new Set<Client>();
  const pending = new Map<string, Pending>();
  const stop = (): void => clients.forEach(({ out }) => out.end());
  let listening: Promise<Listening> | undefined;

  function hear(): Promise<Listening> {
    // After a gap nobody knows what was missed: clients come back and read everything again.
    listening ??= needs.database
      .listen(channel, (payload) => collect(payload), stop)
      .catch((error: unknown) => {
        listening = undefined;
        needs.log.warn({ err: error }, 'Changes can not be heard.');
        throw new Refusal('database_unavailable');
      });
    return listening;
  }

  function collect(payload: string): void {
    const change = readChange(payload);
    if (!change) return;
    const waiting = pending.get(change.fleetId);
    const target = waiting ?? { topics: new Set(), vehicles: new Set() };
    change.topics.forEach((topic) => target.topics.add(topic));
    change.vehicles.forEach((id) => target.vehicles.add(id));
    if (waiting) return;
    pending.set(change.fleetId, target);
    setTimeout(() => tell(change.fleetId), coalesceMs).unref();
  }

  function tell(fleetId: string): void {
    const change = pending.get(fleetId);
    pending.delete(fleetId);
    if (!change) return;
    const vehicles = change.vehicles.size > mostVehicles ? null : [...change.vehicles];
    const event = `event: change\ndata: ${JSON.stringify({ topics: [...change.topics], vehicles })}\n\n`;
    for (const client of clients) if (client.fleetId === fleetId) write(client, event);
  }

  app.get('/api/v1/stream', { schema: { hide: true }, exposeHeadRoute: false }, async (request, reply) => {
    const who = await whoAsks(needs, request, reply);
    if (clients.size >= mostClients) throw new Refusal('too_many_requests');
    await hear();
    const client = { fleetId: who.context.fleetId, out: new PassThrough() };
    clients.add(client);
    const beat = setInterval(() => void keepAlive(needs, request, client), needs.heartbeatMs ?? heartbeatMs);
    client.out.on('close', () => {
      clearInterval(beat);
      clients.delete(client);
    });
    client.out.write('retry: 2000\n: ready\n\n');
    return reply
      .headers({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      .send(client.out);
  });
  app.addHook('preClose', async () => {
    stop();
    await (await listening?.catch(() => undefined))?.stop();
  });
}

function write({ out }: Client, text: string): void {
  if (out.writableLength + out.readableLength > mostUnread) out.end();
  else if (out.writable) out.write(text);
}

/** A session or key that ended ends its stream with the next beat; a database that is away does not. */
async function keepAlive(needs: WhoNeeds, request: FastifyRequest, client: Client): Promise<void> {
  try {
    await whoAsks(needs, request, null);
  } catch (error) {
    if (error instanceof Refusal && error.code !== 'database_unavailable') client.out.end();
  }
  write(client, ': still here\n\n');
}

interface Change {
  fleetId: string;
  topics: string[];
  vehicles: string[];
}

/** Our own NOTIFY; what does not read as one is left out. */
function readChange(payload: string): Change | null {
  try {
    const { fleetId, topics, vehicles } = JSON.parse(payload) as Record<string, unknown>; // each part is looked at below
    if (typeof fleetId !== 'string') return null;
    return { fleetId, topics: texts(topics), vehicles: texts(vehicles) };
  } catch {
    return null;
  }
}

const texts = (given: unknown): string[] =>
  Array.isArray(given) ? given.filter((text): text is string => typeof text === 'string') : [];
