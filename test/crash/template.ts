/** The world just before a scenario: made once in this process, then copied for every run. */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VehicleId } from '../../src/domain/ids.ts';
import { applyWebhooks } from '../../src/flows/apply-webhooks.ts';
import { pollDue } from '../../src/flows/poll.ts';
import { addBroken } from '../support/broken-fleet.ts';
import { createDatabase } from '../support/database.ts';
import { testServers } from '../support/servers.ts';
import { startWorld, type SimulatedCar, type World } from '../support/world.ts';
import { run } from './sql.ts';

export interface Template {
  readonly databaseUrl: string;
  /** The simulator's state, as its file holds it. */
  readonly simulatorState: string;
  readonly at: Date;
  readonly vin: string;
  readonly speaks: 'v3' | 'v2' | 'both';
  /** Of Towline's API, in the first fleet. */
  readonly apiKey: string;
  /** How the owner's browser comes back from Connect; null when nobody is on the way. */
  readonly back: { readonly query: Record<string, string>; readonly browser: string } | null;
  drop(): Promise<void>;
}

type Preparation = (world: World, car: SimulatedCar) => Promise<Template['back']>;

/** An owner has agreed at Connect, and the browser is on its way back. */
export const makeReturning = (): Promise<Template> =>
  makeTemplate(async (world, car) => wayBack(world, await linkOf(world, car), car, car.vin));

/** The same, with a car that is not the one of the record. */
export const makeReturningWrong = (): Promise<Template> =>
  makeTemplate(async (world, car) =>
    wayBack(world, await linkOf(world, { ...car, vin: 'WVWZZZE1ZPP000001' }), car, car.vin),
  );

/** A connected car was sold, and who bought it has agreed at Connect. */
export const makeReturningSold = (): Promise<Template> =>
  makeTemplate(async (world, car) => {
    const id = await connectActive(world, car);
    const buyer = (await world.cars('first')).find(
      ({ make, account }) => make === car.make && account.email !== car.account.email,
    );
    if (!buyer) throw new Error('Nobody else has such a car.');
    await world.sim('POST', `/sim/api/cars/${car.vin}/owner`, { email: buyer.account.email });
    for (let waitedS = 0; (await world.vehicle(id)).connection?.status === 'active'; waitedS += 30) {
      if (waitedS > 7_200) throw new Error('The sold car was not noticed.');
      await world.advance(30);
    }
    const link = await world.api('POST', `/vehicles/${id}/reconnect`, {});
    return wayBack(world, String(link.body['url']), buyer, car.vin);
  });

async function linkOf(world: World, { vin, make, model, year, account }: SimulatedCar): Promise<string> {
  const owner = await world.api('POST', '/owners', { name: 'Olga Owner', email: account.email });
  const added = await world.api('POST', '/vehicles', { vin, make, model, year, ownerId: owner.body['id'] });
  const link = await world.api('POST', `/vehicles/${String(added.body['id'])}/connect`, {});
  return String(link.body['url']);
}

/** The owner presses, signs in and chooses the car; the browser is sent back, and has not arrived. */
async function wayBack(
  world: World,
  link: string,
  { account: { email, password } }: SimulatedCar,
  vin: string,
): Promise<Template['back']> {
  const started = await fetch(link, { method: 'POST', redirect: 'manual', body: new URLSearchParams() });
  const cookie = started.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const url = started.headers.get('location') ?? '';
  const walked = await world.sim('POST', '/sim/api/authorize', { url, email, password, vins: [vin] });
  const redirect = new URL(String(walked['redirect']));
  return {
    query: Object.fromEntries(redirect.searchParams),
    browser: decodeURIComponent(cookie.slice(cookie.indexOf('=') + 1)),
  };
}

/** A watched car whose owner has changed the password a moment ago; nobody has noticed. */
export const makeBreaking = (): Promise<Template> =>
  makeTemplate(async (world, car) => {
    await breakActive(world, car);
    return null;
  });

/** A car that works. */
export const makeWorking = (): Promise<Template> =>
  makeTemplate(async (world, car) => {
    await connectActive(world, car);
    return null;
  });

/** A car that works, and does so while it is commanded: with this fault, and these knobs of the simulator. */
export const makeCommanded = (fault: object | null, knobs: object = {}): Promise<Template> =>
  makeTemplate(async (world, car) => {
    await connectActive(world, car);
    await world.sim('PATCH', '/sim/api/knobs', knobs);
    if (fault) await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, fault);
    return null;
  });

/** A car whose owner has changed the password, noticed: the owner is asked, and the message lies in the outbox. */
export const makeAsking = (): Promise<Template> =>
  makeTemplate(async (world, car) => {
    await breakActive(world, car);
    for (let waitedS = 0; waitedS < 900; waitedS += 5) {
      await world.simulator.advanceTo(world.now());
      while ((await applyWebhooks(world.ground, world.now())) > 0);
      await pollDue(world.ground, world.now());
      const { body } = await world.api('GET', '/vehicles?status=expired');
      if ((body['items'] as unknown[]).length > 0) return null;
      world.pass(5);
    }
    throw new Error('The broken car was not noticed.');
  });

async function connectActive(world: World, car: SimulatedCar): Promise<VehicleId> {
  const id = await world.connectCar(car);
  for (let waitedS = 0; (await world.vehicle(id)).connection?.status !== 'active'; waitedS += 5) {
    if (waitedS > 900) throw new Error('The car did not become active.');
    await world.advance(5);
  }
  return id;
}

async function breakActive(world: World, car: SimulatedCar): Promise<void> {
  await connectActive(world, car);
  await world.sim('POST', `/sim/api/accounts/${encodeURIComponent(car.account.email)}/password`, {
    password: 'another-one',
  });
}

/** A car on v2 that works; the access token of its family has ended. */
export const makeRenewing = (): Promise<Template> =>
  makeTemplate(async (world, car) => {
    await connectActive(world, car);
    world.pass(3 * 3_600);
    return null;
  }, 'v2');

/** Five broken cars of three owners, and one that works; nobody has been asked about them. */
export const makeManyBroken = (): Promise<Template> =>
  makeTemplate(async (world) => {
    const of = (owner: string, ...numbers: string[]) => numbers.map((number) => ({ number, owner }));
    await addBroken(world, [
      ...of('anna@owners.example', 'ANNA-1', 'ANNA-2'),
      ...of('ben@owners.example', 'BEN-1'),
      ...of('cleo@owners.example', 'CLEO-1', 'CLEO-2'),
      { number: 'DORA-1', owner: 'dora@owners.example', cause: null },
    ]);
    return null;
  });

/** A car that works on v2, in an installation that has credentials for v3 from now on. */
export async function makeMovable(): Promise<Template> {
  const template = await makeTemplate(async (world, car) => {
    await connectActive(world, car);
    return null;
  }, 'v2');
  return { ...template, speaks: 'both' };
}

/** A list of vehicles that was previewed: more than one batch of them, some with the same new owner. */
export const makeImporting = (): Promise<Template> =>
  makeTemplate(async (world) => {
    const lines = Array.from({ length: 130 }, (_, car) => `N-${car},Owner ${car % 7},o${car % 7}@owners.example`);
    const answer = await fetch(`${world.publicUrl}/api/v1/vehicles/import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.key}`, 'content-type': 'text/csv' },
      body: `Number,Owner,E-mail\n${lines.join('\n')}`,
    });
    if (answer.status !== 201) throw new Error(`The list was answered ${answer.status}.`);
    return null;
  });

async function makeTemplate(prepare: Preparation, speaks: 'v3' | 'v2' = 'v3'): Promise<Template> {
  const database = await createDatabase();
  const stateFile = temporaryFile();
  const world = await startWorld({ databaseUrl: database.url, simulator: { stateFile }, speaks });
  try {
    const car = (await world.cars('first')).find(({ make }) => make === 'VOLKSWAGEN');
    if (!car) throw new Error('The seeded fleet has no Volkswagen.');
    const back = await prepare(world, car);
    await world.close();
    await letGo(database.url);
    const simulatorState = readFileSync(stateFile, 'utf8');
    return {
      databaseUrl: database.url,
      simulatorState,
      at: world.now(),
      vin: car.vin,
      speaks,
      apiKey: world.key,
      back,
      drop: () => database.drop(),
    };
  } finally {
    rmSync(stateFile, { force: true });
  }
}

/** A session that was closed lives on for a moment, and a database is copied only when nobody is in it. */
const letGo = (url: string): Promise<void> =>
  run(
    url,
    'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );

const temporaryFile = (): string => join(tmpdir(), `towline-crash-${randomBytes(6).toString('hex')}.json`);

export interface Copy {
  readonly databaseUrl: string;
  readonly stateFile: string;
  drop(): Promise<void>;
}

/** A database and a state file of a run's own. */
export async function copyOf(template: Template): Promise<Copy> {
  const [server] = await testServers();
  if (!server) throw new Error('No PostgreSQL to run tests on.');
  const name = `towline_crash_${randomBytes(6).toString('hex')}`;
  const original = new URL(template.databaseUrl.replace('@/', '@local/')).pathname.slice(1);
  await run(server.url, `create database ${name} template ${original}`);
  const stateFile = temporaryFile();
  writeFileSync(stateFile, template.simulatorState);
  return {
    databaseUrl: template.databaseUrl.replace(original, name),
    stateFile,
    async drop() {
      rmSync(stateFile, { force: true });
      await run(server.url, `drop database ${name} with (force)`);
    },
  };
}
