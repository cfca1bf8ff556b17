/** Registers every call of the contract: who may, what fits, acting once, and the audit log. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';

import { writeAudit } from '../store/audit.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Call, Handlers } from './call.ts';
import { paths } from './contract/paths.ts';
import type { CallName } from './contract/paths.ts';
import type { Answer } from './contract/routes.ts';
import { routes } from './contract/routes.ts';
import { problem } from './contract/shared.ts';
import { alertHandlers } from './handlers/alerts.ts';
import { budgetHandlers } from './handlers/budget.ts';
import { diagnosisHandlers } from './handlers/diagnosis.ts';
import { eventHandlers } from './handlers/events.ts';
import { fleetHandlers } from './handlers/fleet.ts';
import { goLiveHandlers } from './handlers/go-live.ts';
import { incidentHandlers } from './handlers/incidents.ts';
import { rentalHandlers } from './handlers/rentals.ts';
import { makeHandlers } from './handlers/makes.ts';
import { commandHandlers } from './handlers/commands.ts';
import { grantHandlers } from './handlers/grants.ts';
import { importHandlers } from './handlers/imports.ts';
import { moveHandlers } from './handlers/moves.ts';
import { ownerHandlers } from './handlers/owners.ts';
import { reconciliationHandlers } from './handlers/reconciliation.ts';
import { reconnectHandlers } from './handlers/reconnects.ts';
import { recordHandlers } from './handlers/records.ts';
import { vehicleHandlers } from './handlers/vehicles.ts';
import { once } from './idempotency.ts';
import { answerLive, silence, wantsEvents } from './live-answer.ts';
import type { Tell } from './live-answer.ts';
import type { HttpNeeds } from './server-needs.ts';
import { mustBeAllowed, whoAsks } from './who.ts';
import type { Who, WhoNeeds } from './who.ts';

export type ApiNeeds = HttpNeeds & WhoNeeds;

/** Reads that show a precise location. */
const locating: readonly CallName[] = ['getVehicle', 'listSignals'];
/** Calls that can be told piece by piece: the name of the last event, and what it holds of the answer. */
const live: { readonly [N in CallName]?: { last: string; of: (answer: Answer<N>) => unknown } } = {
  checkVehicle: { last: 'diagnosis', of: ({ diagnosis }) => diagnosis },
};
/** Calls that are answered as a text to be read, unless JSON is asked for. */
const texts: { readonly [N in CallName]?: (answer: Answer<N>) => string } = {
  getSupportFile: ({ text }) => text,
};
/** POSTs that only ask, because the question is long: nothing to do once, and nothing for the audit log. */
const asking: readonly CallName[] = ['previewReconnects'];
/** Calls whose body may be larger than others': it names up to ten thousand vehicles. Bytes. */
const largeBodies: { readonly [N in CallName]?: number } = {
  previewReconnects: 1_048_576,
  sendReconnects: 1_048_576,
};
/** A screen that is left open reads again and again: one line an hour for each reader and vehicle says it all. */
const sameReadMs = 3_600_000;
const mostReads = 10_000;

export async function apiRoutes(app: FastifyInstance, needs: ApiNeeds): Promise<void> {
  const handlers: Handlers = {
    ...fleetHandlers(needs),
    ...budgetHandlers(needs),
    ...vehicleHandlers(needs),
    ...diagnosisHandlers(needs),
    ...importHandlers(needs),
    ...ownerHandlers(needs),
    ...alertHandlers(needs),
    ...goLiveHandlers(needs),
    ...incidentHandlers(needs),
    ...makeHandlers(needs),
    ...commandHandlers(needs),
    ...rentalHandlers(needs),
    ...eventHandlers(needs),
    ...grantHandlers(needs),
    ...moveHandlers(needs),
    ...recordHandlers(needs),
    ...reconciliationHandlers(needs),
    ...reconnectHandlers(needs),
  };
  const audit = auditor(needs);
  app.addHook('preValidation', async (request) => {
    // A POST without a body is one with an empty object, where a schema waits for it.
    request.body ??= request.method === 'GET' ? request.body : {};
  });
  // keys of a const object
  for (const name of Object.keys(paths) as CallName[])
    await registerIn(app, name, (scope) => registerCall(scope, needs, name, handlers, audit));
}

/** A call that takes a file gets its bytes, in a scope of its own: everywhere else such a body is refused, and here all others. */
async function registerIn(
  app: FastifyInstance,
  name: CallName,
  register: (app: FastifyInstance) => void,
): Promise<void> {
  const file = fileOf(name);
  if (!file) return register(app);
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    const options = { parseAs: 'buffer', bodyLimit: file.largest } as const;
    scope.addContentTypeParser([...file.types], options, (_request, body, done) => done(null, body));
    const asIs = new Refusal('unsupported_media_type', `Send the file as it is, with Content-Type: ${file.types[0]}.`);
    scope.addContentTypeParser('*', (_request, _payload, done) => done(asIs));
    register(scope);
  });
}

const consumed = (name: CallName): { consumes?: string[] } => {
  const types = fileOf(name)?.types;
  return types ? { consumes: [...types] } : {};
};

/** Null for a call whose body is JSON. */
const fileOf = (name: CallName): { types: readonly string[]; largest: number } | null =>
  (routes[name] as { file?: { types: readonly string[]; largest: number } }).file ?? null; // most calls have none

type Audit = (name: CallName, who: Who, subject: string | null, now: Date) => Promise<void>;

function registerCall(app: FastifyInstance, needs: ApiNeeds, name: CallName, handlers: Handlers, audit: Audit): void {
  const route: {
    summary: string;
    params: z.ZodType;
    query: z.ZodType;
    body?: z.ZodType;
    response: z.ZodType;
    status: number;
  } = routes[name];
  const [method, path] = paths[name];
  app.route({
    method,
    url: `/api/v1${path}`,
    ...(largeBodies[name] ? { bodyLimit: largeBodies[name] } : {}),
    schema: {
      operationId: name,
      summary: route.summary,
      tags: [tagOf(path)],
      ...(path.includes(':id') ? { params: route.params } : {}),
      ...consumed(name),
      querystring: route.query,
      ...(route.body && method !== 'GET' && method !== 'DELETE' ? { body: route.body } : {}),
      response: { [route.status]: route.response, '4xx': problem, '5xx': problem },
    },
    // Before the body is read, so that a stranger learns nothing from mistakes; after the limit of requests, so that
    // guessing keys is slowed too.
    preParsing: async (request, reply) => {
      const who = await whoAsks(needs, request, reply);
      mustBeAllowed(who, routes[name].needs);
      askers.set(request, who);
    },
    handler: (request, reply) => answer({ needs, name, handlers, audit, status: route.status }, request, reply),
  });
}

const askers = new WeakMap<FastifyRequest, Who>();

const tagOf = (path: string): string => path.split('/')[1] ?? 'api';

interface Registered {
  needs: ApiNeeds;
  name: CallName;
  handlers: Handlers;
  audit: Audit;
  status: number;
}

async function answer(registered: Registered, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { name, status } = registered;
  const who = askers.get(request);
  if (!who) throw new Error(`Nobody was asked who calls ${name}.`);
  reply.code(status).header('cache-control', 'no-store');
  const pieces = live[name] as { last: string; of: (answer: unknown) => unknown } | undefined; // each of its own call
  if (pieces && wantsEvents(request)) {
    return answerLive(request, reply, pieces.last, async (tell) =>
      pieces.of(await actOnce(registered, request, reply, who, tell)),
    );
  }
  const answered = await actOnce(registered, request, reply, who, silence);
  const write = texts[name] as ((answer: unknown) => string) | undefined; // each of its own call
  if (!write || wantsJson(request)) return reply.send(answered);
  return reply.type('text/plain; charset=utf-8').serializer(String).send(write(answered));
}

const wantsJson = ({ headers: { accept } }: FastifyRequest): boolean => /\bapplication\/json\b/i.test(accept ?? '');

/** The same key and request act once, and are answered the same again. */
async function actOnce(
  registered: Registered,
  request: FastifyRequest,
  reply: FastifyReply,
  who: Who,
  tell: Tell,
): Promise<unknown> {
  const { needs, name, status } = registered;
  const isAct = request.method === 'POST' && !asking.includes(name);
  const key = isAct ? request.headers['idempotency-key'] : undefined;
  if (typeof key !== 'string') return act(registered, request, who, null, tell);
  const { fleetId, actor } = who.context;
  const asked = JSON.stringify([actor.kind, actor.id, request.url, bodyOf(needs, request)]);
  const { answer: kept, repeated } = await once(needs, { fleetId, key, request: asked, status }, () =>
    act(registered, request, who, key, tell),
  );
  if (repeated) reply.header('idempotent-replayed', 'true');
  return kept;
}

/** A file stands for itself by its digest. */
const bodyOf = ({ vault }: ApiNeeds, { body }: FastifyRequest): unknown =>
  body instanceof Uint8Array ? vault.fingerprint(Buffer.from(body).toString('latin1')).toString('base64url') : body;

async function act(
  { needs, name, handlers, audit }: Registered,
  request: FastifyRequest,
  who: Who,
  idempotencyKey: string | null,
  tell: Tell,
): Promise<unknown> {
  const now = needs.clock();
  const { fleetId } = who.context;
  const call = {
    who,
    context: who.context,
    params: request.params,
    query: request.query,
    body: request.body,
    now,
    idempotencyKey,
    tell,
    inFleet: (work: Parameters<Call<'getMe'>['inFleet']>[0]) => needs.database.asFleet(fleetId, work),
  };
  // Each handler takes what its own route's schemas let through; the loop can't say so.
  const handle = handlers[name] as (call: unknown) => Promise<{ id?: unknown }>;
  const { id: named } = request.params as { id?: string }; // the router's
  try {
    const result = await handle(call);
    await audit(name, who, named ?? (typeof result.id === 'string' ? result.id : null), now);
    return result;
  } catch (error) {
    // What broke may have acted. What was refused has not.
    if (!(error instanceof Refusal)) await audit(name, who, named ?? null, now).catch(() => undefined);
    throw error;
  }
}

function auditor({ database }: Pick<HttpNeeds, 'database'>): Audit {
  const reads = new Map<string, number>();
  function isNews(name: CallName, who: Who, subject: string | null, now: Date): boolean {
    if (asking.includes(name)) return false;
    if (paths[name][0] !== 'GET') return true;
    if (!locating.includes(name)) return false;
    const read = [who.context.actor.kind, who.context.actor.id, subject].join(' ');
    if (now.getTime() - (reads.get(read) ?? 0) < sameReadMs) return false;
    if (reads.size >= mostReads) reads.clear();
    reads.set(read, now.getTime());
    return true;
  }
  return async (name, who, subject, now) => {
    if (!isNews(name, who, subject, now)) return;
    const { fleetId, actor, requestId } = who.context;
    await database.asFleet(fleetId, (tx) =>
      writeAudit(tx, { fleetId, at: now, actor, act: name, subject, detail: {}, requestId }),
    );
  };
}
