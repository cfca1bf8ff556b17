/**
 * The whole world in one process: a real database, the real HTTP server, the simulator, and one clock for all of them that
 * a test moves. Nothing happens between two moves.
 */
import { randomBytes } from 'node:crypto';
import { runOnce } from 'graphile-worker';
import { sql } from 'kysely';

import { bindFlows, bindTasks, closeGround, listen, openGround } from '../../src/app.ts';
import type { AppOptions, Ground } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { ConnectionId, FleetId, VehicleId } from '../../src/domain/ids.ts';
import { numberFacts } from '../../src/domain/make-facts.ts';
import type { Actor } from '../../src/domain/role.ts';
import type { Context } from '../../src/flows/context.ts';
import { applyWebhooks } from '../../src/flows/apply-webhooks.ts';
import { CallFailed, NotThereYet } from '../../src/flows/call-failed.ts';
import { ensureBootstrapKey, ensureFleets } from '../../src/flows/bootstrap.ts';
import { completeDue } from '../../src/flows/complete-connect.ts';
import { grantsDue } from '../../src/flows/grants-due.ts';
import { deliverDue } from '../../src/flows/deliver.ts';
import { deliverEvents } from '../../src/flows/deliver-events.ts';
import { pollDue } from '../../src/flows/poll.ts';
import { sendDue } from '../../src/flows/send-commands.ts';
import { renewUnanswered } from '../../src/flows/renew-tokens.ts';
import type { Flows } from '../../src/http/needs.ts';
import { taskListOf } from '../../src/jobs/runner.ts';
import { createLog } from '../../src/log.ts';
import { demoCredentials } from '../../simulator/credentials.ts';
import { startSimulator } from '../../simulator/server.ts';
import type { RunningSimulator, SimulatorOptions } from '../../simulator/server.ts';
import { createDatabase } from './database.ts';
import { freePort } from './ports.ts';
import { plenty, simulatedSmartcar } from './simulated-smartcar.ts';

export interface SimulatedCar {
  vin: string;
  fleet: string;
  make: string;
  model: string;
  year: number;
  vehicleId: string;
  userId: string | null;
  account: { email: string; password: string };
}

export interface World {
  ground: Ground;
  flows: Flows;
  simulator: RunningSimulator;
  publicUrl: string;
  key: string;
  fleets: [FleetId, ...FleetId[]];
  context: Context;
  /** What went wrong on our side; what Smartcar is asked again is not in it. */
  faults: unknown[];
  now(): Date;
  /** Moves the clock on, and lets everything happen that is due by then. */
  advance(seconds: number): Promise<void>;
  /** Moves the clock on, and lets nothing happen. */
  pass(seconds: number): void;
  /** Lets everything happen that is due now. */
  settle(): Promise<void>;
  /** A call of Towline's API as the bootstrap key, in the first fleet unless told. Answers status and body. */
  api(
    method: string,
    path: string,
    body?: unknown,
    fleet?: FleetId,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  /** A call of the simulator's controls. */
  sim(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  cars(fleet: string): Promise<SimulatedCar[]>;
  /** Adds this car with its owner, and lets the owner connect it. */
  connectCar(car: SimulatedCar): Promise<VehicleId>;
  /** The owner's way through a link; answers the page they end on. */
  throughLink(url: string, how: object): Promise<Response>;
  vehicle(id: VehicleId): Promise<VehicleNow>;
  mails(): Promise<{ to: string; subject: string; text: string; html: string }[]>;
  close(): Promise<void>;
}

export interface VehicleNow {
  id: VehicleId;
  signals: { code: string; value: unknown; fetchedAt: string | null }[];
  freshness: { state: string };
  connection: {
    id: ConnectionId;
    status: string;
    cause: string | null;
    suspicion: object | null;
    nextPollAt: string | null;
    subscribed: boolean;
    disconnecting: boolean;
    permissions: { granted: string[]; missing: object[] };
  } | null;
}

const actor: Actor = { kind: 'operator', id: 'test', name: 'Test Operator' };

export interface WorldOptions {
  startAt?: string;
  simulator?: Partial<SimulatorOptions>;
  /** The url of another database than a fresh one. */
  databaseUrl?: string;
  /** Where Towline finds Smartcar's v3 API and its token endpoint, when something stands before the simulator. */
  smartcarOrigin?: string;
  /** Of each car, by its fleet's plan: so many that no test meets the limit that is not about it (100 000). */
  requestsPerMonth?: number;
  /** Which of Smartcar's platforms the installation has credentials for (v3). */
  speaks?: 'v3' | 'v2' | 'both';
  /** False: as with real cars, though the simulator plays Smartcar (true). */
  demo?: boolean;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const clock = { now: new Date(options.startAt ?? '2026-05-04T08:00:00Z') };
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const database = options.databaseUrl ? null : await createDatabase();
  const simulator = await startSimulator({
    ...demoCredentials,
    clock: () => clock.now,
    seed: 7,
    bucket: null,
    redirectUris: [`${publicUrl}/connect/callback`],
    webhookUrl: `${publicUrl}/webhooks/smartcar`,
    ...options.simulator,
  });
  const faults: unknown[] = [];
  const appOptions = optionsFor({
    port,
    publicUrl,
    databaseUrl: options.databaseUrl ?? database?.url ?? '',
    origin: simulator.origin,
    smartcarOrigin: options.smartcarOrigin ?? simulator.origin,
    speaks: options.speaks ?? 'v3',
    demo: options.demo ?? true,
    clock,
  });
  const ground: Ground = {
    ...(await openGround(appOptions)),
    onFault: (error, what) =>
      error instanceof CallFailed || error instanceof NotThereYet || faults.push({ what, error }),
  };
  const flows = bindFlows(ground);
  const fleets = await ensureFleets(ground, true, clock.now);
  await giveRequests(ground, options.requestsPerMonth ?? 100_000);
  const key = randomBytes(24).toString('hex');
  await ensureBootstrapKey(ground, key, fleets[0], clock.now);
  const server = await listen(ground, flows, appOptions);
  const api = callerOf(publicUrl, key, fleets[0]);
  const sim = controlsOf(simulator.origin);
  const settle = () => settleAll(ground, simulator, clock);
  const pass = (seconds: number): void => {
    clock.now = new Date(clock.now.getTime() + seconds * 1_000);
  };
  const advance = async (seconds: number): Promise<void> => {
    pass(seconds);
    await settle();
  };
  return {
    ground,
    flows,
    simulator,
    publicUrl,
    key,
    fleets,
    faults,
    api,
    sim,
    settle,
    context: { fleetId: fleets[0], actor, requestId: null },
    now: () => clock.now,
    pass,
    advance,
    cars: async (fleet) =>
      ((await sim('GET', '/sim/api/world'))['cars'] as SimulatedCar[]).filter((car) => car.fleet === fleet),
    connectCar: (car) => connectCar({ api, origin: simulator.origin, advance }, car),
    throughLink: (url, how) => throughLink(simulator.origin, url, how),
    vehicle: async (id) => (await api('GET', `/vehicles/${id}`)).body as unknown as VehicleNow,
    mails: async () =>
      (await api('GET', '/mailbox')).body['items'] as { to: string; subject: string; text: string; html: string }[],
    close: async () => {
      await server.close();
      await simulator.close();
      await closeGround(ground);
      await database?.drop();
    },
  };
}

async function giveRequests({ database }: Ground, perMonth: number): Promise<void> {
  await sql`update fleet set plan = jsonb_set(plan, '{requestBudget,perVehiclePerMonth}', to_jsonb(${perMonth}::int))`.execute(
    database.owner,
  );
}

function optionsFor(at: {
  port: number;
  publicUrl: string;
  databaseUrl: string;
  origin: string;
  smartcarOrigin: string;
  speaks: 'v3' | 'v2' | 'both';
  demo: boolean;
  clock: { now: Date };
}): AppOptions {
  const { origin, smartcarOrigin } = at;
  const config = readConfig({
    PORT: String(at.port),
    TOWLINE_PUBLIC_URL: at.publicUrl,
    TOWLINE_DEMO: String(at.demo),
    ...simulatedSmartcar(at.speaks, { connect: origin, api: smartcarOrigin, management: origin }),
    ...plenty,
  });
  return {
    config,
    databaseUrl: at.databaseUrl,
    keys: [{ id: 'test', key: Buffer.alloc(32, 7) }],
    clock: () => at.clock.now,
    chance: () => 0.5,
    log: createLog({ level: 'silent' }),
  };
}

/** Every car is read as the plan says, and none more rarely because of its make. */
export async function readByPlan({ api }: Pick<World, 'api'>): Promise<void> {
  for (const make of new Set(numberFacts.flatMap(({ makes }) => makes))) {
    const { status } = await api('PATCH', `/makes/${make}`, {
      overrides: { leastPollMin: null, requestsPerDay: null },
    });
    if (status !== 200) throw new Error(`The numbers of ${make} were not set: ${status}.`);
  }
}

/** Rounds until nothing more happens at this instant. */
async function settleAll(ground: Ground, simulator: RunningSimulator, clock: { now: Date }): Promise<void> {
  const taskList = taskListOf(bindTasks(ground));
  for (let round = 0; round < 20; round += 1) {
    await simulator.advanceTo(clock.now);
    const applied = await applyWebhooks(ground, clock.now);
    const polled = (await renewUnanswered(ground, clock.now)) + (await pollDue(ground, clock.now));
    const sent = await sendDue(ground, clock.now);
    await commandsAnswered(ground, simulator);
    await runOnce({ pgPool: ground.database.ownerPool, taskList, noHandleSignals: true, logger: quiet });
    await completeDue(ground, clock.now);
    await grantsDue(ground, clock.now);
    const delivered = await deliverDue(ground, clock.now);
    const told = await deliverEvents(ground, clock.now);
    await ground.eventsUnderway.settled();
    if (applied + polled + sent + delivered + told === 0 && round > 0) return;
  }
}

/** Every command is answered at once, but for those whose answer the simulator streams later. */
async function commandsAnswered({ commandsUnderway }: Ground, simulator: RunningSimulator): Promise<void> {
  while (commandsUnderway.count() > simulator.streaming()) await new Promise(setImmediate);
}

const { Logger } = await import('graphile-worker');
const quiet = new Logger(() => () => undefined);

function callerOf(publicUrl: string, key: string, first: FleetId): World['api'] {
  return async (method, path, body, fleet) => {
    const response = await fetch(`${publicUrl}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        'towline-fleet': fleet ?? first,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
}

function controlsOf(origin: string): World['sim'] {
  return async (method, path, body) => {
    const response = await fetch(`${origin}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Error(`The simulator answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  };
}

interface Walk {
  api: World['api'];
  origin: string;
  advance: World['advance'];
}

async function connectCar(walk: Walk, car: SimulatedCar): Promise<VehicleId> {
  const { vin, make, model, year } = car;
  const owner = await walk.api('POST', '/owners', { name: car.account.email, email: car.account.email });
  const ownerId = owner.status === 201 ? owner.body['id'] : await knownOwner(walk, car.account.email);
  const added = await walk.api('POST', '/vehicles', { vin, make, model, year, ownerId });
  const id = added.body['id'] as VehicleId;
  const link = await walk.api('POST', `/vehicles/${id}/connect`, {});
  await throughLink(walk.origin, String(link.body['url']), {
    email: car.account.email,
    password: car.account.password,
    vins: [vin],
  });
  for (let waited = 0; waited < 120; waited += 1) {
    const { body } = await walk.api('GET', `/vehicles/${id}`);
    if (body['connection']) return id;
    await walk.advance(1);
  }
  throw new Error(`The car ${vin} was not connected.`);
}

async function knownOwner({ api }: Walk, name: string): Promise<unknown> {
  const { body } = await api('GET', `/owners?q=${encodeURIComponent(name)}`);
  return (body['items'] as { id: string }[])[0]?.id;
}

/** What a browser sends along when the first button of a page is pressed. */
function hiddenFields(page: string): URLSearchParams {
  const [form = ''] = /<form[^>]*>[^]*?<\/form>/.exec(page) ?? [];
  const fields = form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return new URLSearchParams([...fields].map(([, name = '', value = '']) => [name, value]));
}

async function throughLink(origin: string, url: string, how: object): Promise<Response> {
  const page = await (await fetch(url)).text();
  const started = await fetch(url, { method: 'POST', redirect: 'manual', body: hiddenFields(page) });
  const cookie = started.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const connectUrl = started.headers.get('location') ?? '';
  const walked = await fetch(`${origin}/sim/api/authorize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: connectUrl, ...how }),
  });
  const answer = (await walked.json()) as { redirect?: string };
  if (!answer.redirect)
    throw new Error(`Connect did not lead back: ${started.status} ${connectUrl} ${JSON.stringify(answer)}`);
  const back = await fetch(answer.redirect, { redirect: 'manual', headers: { cookie } });
  return fetch(new URL(back.headers.get('location') ?? '/', url));
}
