/** The simulator as a server: one origin serves all of Smartcar's hosts, whose paths don't collide. */
import formbody from '@fastify/formbody';
import fastify, { type FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { sendError } from './api/answers.ts';
import { registerCommands } from './api/commands.ts';
import { registerConnections } from './api/connections.ts';
import { guard } from './api/gate.ts';
import { registerIam } from './api/iam.ts';
import { registerManagement } from './api/management.ts';
import { registerVehicles } from './api/vehicles.ts';
import { registerConnect } from './connect/routes.ts';
import { registerControlApi } from './control/api.ts';
import { registerPage } from './control/page-routes.ts';
import { demoCredentials, type Credentials } from './credentials.ts';
import type { Knobs } from './knobs.ts';
import { countUse } from './quota.ts';
import { take } from './application.ts';
import { uuidFrom } from './random.ts';
import { countRequest, newCounts, noteError } from './request-counts.ts';
import { catchUp, scheduleOf, type Schedule } from './schedule.ts';
import { fleetOf } from './seed/fleet.ts';
import type { Simulation } from './simulation.ts';
import { readState, writeState } from './state-file.ts';
import { registerV2 } from './v2/routes.ts';

export interface SimulatorOptions {
  /** 0: a free one. */
  port?: number;
  host?: string;
  clock?: () => Date;
  seed?: number;
  /** Cars of the fleet `many`, which there is none of unless told. */
  many?: number;
  /** Null: nothing is remembered. */
  stateFile?: string | null;
  /** Advances by itself, four times a second. */
  autoTick?: boolean;
  /** Where owners' browsers find the simulator, when that isn't its own address. */
  publicOrigin?: string;
  applicationId?: string;
  apiClientId?: string;
  apiClientSecret?: string;
  managementToken?: string;
  applicationName?: string;
  redirectUris?: readonly string[];
  /** Null: no events, until a knob names an address. */
  webhookUrl?: string | null;
  /** World minutes in a real minute; timestamps and lifetimes stay real. */
  speed?: number;
  bucket?: Knobs['applicationBucket'];
  webhookShape?: Knobs['webhook']['shape'];
  makesDiffer?: Knobs['makesDiffer'];
}

export interface RunningSimulator {
  origin: string;
  /** Everything that is answered, `METHOD /path` with `:names`. */
  routes: readonly string[];
  /**
   * Does everything that is due by now, deliveries included. `now` is a time of the clock that was handed in;
   * what `POST /sim/api/clock` moved ahead is added here.
   */
  advanceTo: (now: Date) => Promise<void>;
  /** Commands whose answer is streamed later than now. */
  streaming: () => number;
  close: () => Promise<void>;
}

const tickMs = 250;

/** Starts a simulator; throws when the port is taken or the state file isn't one. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<RunningSimulator> {
  const sim = newSimulation(options);
  const schedule = scheduleOf(sim);
  const app = await appOf(sim, schedule);
  await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' });
  // Listening on TCP, the address is never a pipe's name.
  const { port } = app.server.address() as AddressInfo;
  const origin = `http://${options.host ?? '127.0.0.1'}:${String(port)}`;
  sim.publicOrigin = options.publicOrigin ?? origin;
  catchUp(sim, sim.clock().getTime());
  sim.save();
  const timer = options.autoTick === true ? setInterval(() => tickOnce(sim, schedule.tick), tickMs) : null;
  return {
    origin,
    routes: sim.routes,
    advanceTo: async (now) => {
      await schedule.advanceTo(new Date(now.getTime() + sim.state.clockAheadMs));
      sim.save();
    },
    streaming: () => sim.streams.length,
    close: async () => {
      if (timer !== null) clearInterval(timer);
      for (const stream of sim.streams) stream.finish(sim.clock().getTime());
      app.server.closeAllConnections();
      await app.close();
      await schedule.settle();
      sim.save();
    },
  };
}

function tickOnce(sim: Simulation, tick: (now: Date) => void): void {
  tick(sim.clock());
  saveIfTouched(sim);
}

const touched = new WeakSet<Simulation>();

function saveIfTouched(sim: Simulation): void {
  if (touched.has(sim)) sim.save();
}

function newSimulation(options: SimulatorOptions): Simulation {
  const base = options.clock ?? (() => new Date());
  const seed = options.seed ?? 1;
  const stateFile = options.stateFile ?? null;
  const state = readState(stateFile, seed, base().getTime());
  const clock = (): Date => new Date(base().getTime() + state.clockAheadMs);
  const fleet = fleetOf(seed, options.many);
  const { knobs } = state;
  const credentials = credentialsOf(options, state.managementToken);
  const redirectUris = options.redirectUris ?? [
    'http://127.0.0.1:4000/connect/callback',
    'http://localhost:4000/connect/callback',
  ];
  for (const car of fleet.cars) car.email = state.owners[car.vin] ?? car.email;
  if (options.webhookUrl !== undefined) knobs.webhook.url = options.webhookUrl;
  if (options.webhookShape !== undefined) knobs.webhook.shape = options.webhookShape;
  if (options.makesDiffer !== undefined) knobs.makesDiffer = options.makesDiffer;
  if (options.bucket !== undefined) knobs.applicationBucket = options.bucket;
  const sim: Simulation = {
    state,
    fleet,
    cars: new Map(fleet.cars.map((car) => [car.vin, car])),
    accounts: new Map(fleet.accounts.map((account) => [account.email, account])),
    credentials,
    applicationName: options.applicationName ?? 'Demo Carsharing',
    redirectUris,
    first: { redirectUris, apiClientSecret: credentials.apiClientSecret, clientSecret: credentials.clientSecret },
    publicOrigin: options.publicOrigin ?? '',
    speed: options.speed ?? 1,
    clock,
    counts: newCounts(clock()),
    buckets: new Map(),
    routes: [],
    streams: [],
    touch: () => touched.add(sim),
    save: () => {
      touched.delete(sim);
      if (stateFile !== null) writeState(stateFile, sim.state);
    },
  };
  take(sim);
  return sim;
}

function credentialsOf(options: SimulatorOptions, rotatedToken: string | null): Credentials {
  const { applicationId, apiClientId, apiClientSecret, managementToken, clientSecret } = demoCredentials;
  return {
    applicationId: options.applicationId ?? applicationId,
    apiClientId: options.apiClientId ?? apiClientId,
    apiClientSecret: options.apiClientSecret ?? apiClientSecret,
    managementToken: rotatedToken ?? options.managementToken ?? managementToken,
    clientSecret,
  };
}

async function appOf(sim: Simulation, schedule: Schedule): Promise<FastifyInstance> {
  const startedAt = sim.clock().getTime();
  let requests = 0;
  const app = fastify({
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 400 },
    bodyLimit: 256 * 1024,
    genReqId: () => uuidFrom(sim.state.seed, 'request', startedAt, (requests += 1)),
  });
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD') sim.routes.push(`${one} ${url}`);
  });
  await app.register(formbody);
  parseJsonTolerantly(app);
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('sc-request-id', request.id);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    noteError(request, reply, payload);
    return payload;
  });
  app.addHook('onResponse', async (request, reply) => {
    const vehicleId = countRequest(sim.counts, request, reply, sim.clock());
    if (vehicleId !== null && reply.statusCode < 400) countUse(sim, vehicleId);
    // Ids that an answer showed must survive a kill.
    if (request.method !== 'GET') saveIfTouched(sim);
  });
  answerErrors(app, sim);
  registerIam(app, sim);
  registerConnect(app, sim);
  registerControlApi(app, sim, schedule);
  registerPage(app, sim, schedule);
  await registerV2(app, sim);
  await app.register(
    async (v3) => {
      guard(v3, sim);
      registerConnections(v3, sim);
      registerVehicles(v3, sim);
      registerCommands(v3, sim);
      registerManagement(v3, sim);
    },
    { prefix: '/v3' },
  );
  return app;
}

/** SDKs send `content-type: application/json` without a body. */
function parseJsonTolerantly(app: FastifyInstance): void {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, undefined);
    try {
      done(null, JSON.parse(String(body)));
    } catch {
      done(Object.assign(new Error('The body is not valid JSON.'), { statusCode: 400 }), undefined);
    }
  });
}

function answerErrors(app: FastifyInstance, sim: Simulation): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (request.url.startsWith('/sim')) return reply.code(status).send({ error: error.message });
    if (request.url.startsWith('/oauth2'))
      return reply.code(400).send({ error: 'invalid_request', error_description: error.message });
    if (status >= 500)
      return sendError(sim, request, reply, { type: 'SERVER', code: 'INTERNAL', detail: error.message });
    return sendError(sim, request, reply, {
      type: 'VALIDATION',
      code: 'INVALID_INPUT_FORMAT',
      status,
      detail: error.message,
    });
  });
  app.setNotFoundHandler((request, reply) => {
    const detail = `The simulator doesn't imitate ${request.method} ${request.url.split('?')[0] ?? ''}.`;
    if (request.url.startsWith('/sim')) return reply.code(501).send({ error: detail });
    return sendError(sim, request, reply, { type: 'RESOURCE_NOT_FOUND', code: 'INVALID_PATH', status: 501, detail });
  });
}
