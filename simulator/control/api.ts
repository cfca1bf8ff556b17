/** `/sim/api`: the simulator's own controls. Not a part of Smartcar. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { z } from 'zod';
import { param } from '../api/answers.ts';
import { goThroughConnect, headlessRequest } from '../connect/headless.ts';
import { errorRows } from '../error-table.ts';
import { faultRequest, type Scope } from '../faults.ts';
import { knobsChange } from '../knobs.ts';
import { resetCounts } from '../request-counts.ts';
import { clockView, clockWish, moveClock } from '../clock.ts';
import { moveLock, openTrunk } from '../habits.ts';
import type { Schedule } from '../schedule.ts';
import { makeNamed, makes } from '../seed/makes.ts';
import { signalKinds } from '../signal-catalogue.ts';
import type { Simulation } from '../simulation.ts';
import { disconnect } from '../grants.ts';
import { addFault, changeKnobs, endFaults, fetchNow, openApp, sellCar } from './changes.ts';
import { describe } from './description.ts';
import { openApiDocument } from './openapi.ts';
import { registerApplicationControls } from './application-api.ts';
import { registerWebhookControls } from './webhook-api.ts';
import { makeView, vehicleCounts } from './counts-view.ts';
import { lockWish, ownerWish } from './wishes.ts';
import { accountViews, carView, carViews, faultView } from './world-view.ts';

/** Refuses with a sentence. */
export function object(reply: FastifyReply, status: number, sentence: string): FastifyReply {
  return reply.code(status).send({ error: sentence });
}

/** Zod's complaints as one sentence. */
export function sentenceOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'the body'}: ${issue.message}`).join('; ');
}

export function registerControlApi(app: FastifyInstance, sim: Simulation, schedule: Schedule): void {
  const now = (): number => sim.clock().getTime();
  refuseForms(app);
  app.get('/sim/api', (_request, reply) => reply.send(describe(sim.routes)));
  app.get('/sim/api/openapi.json', (_request, reply) => reply.send(openApiDocument(sim.publicOrigin)));
  app.get('/sim/api/makes', (_request, reply) => reply.send({ makes: makes.map(makeView) }));
  app.get('/sim/api/world', (_request, reply) =>
    reply.send({
      now: sim.clock().toISOString(),
      seed: sim.state.seed,
      speed: sim.speed,
      cars: carViews(sim, now()),
      accounts: accountViews(sim),
    }),
  );
  app.get('/sim/api/errors', (_request, reply) => reply.send({ errors: errorRows }));
  app.get('/sim/api/signals', (_request, reply) =>
    reply.send({
      signals: signalKinds.map(({ code, name, group, permission, triggers }) => ({
        code,
        name,
        group,
        permission,
        triggers,
      })),
    }),
  );
  registerFaults(app, sim);
  registerKnobs(app, sim);
  registerClock(app, sim, schedule);
  registerRequests(app, sim);
  registerWebhookControls(app, sim);
  registerApplicationControls(app, sim);
  app.post('/sim/api/authorize', (request, reply) => {
    const parsed = headlessRequest.safeParse(request.body);
    if (!parsed.success) return object(reply, 400, sentenceOf(parsed.error));
    const result = goThroughConnect(sim, parsed.data, now());
    return 'stuck' in result ? object(reply, 400, result.stuck) : reply.send(result);
  });
}

/** What curl sends unless told; and a form is what another site's page could post here. */
function refuseForms(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    const type = request.headers['content-type'] ?? '';
    if (request.url.startsWith('/sim/api') && type.startsWith('application/x-www-form-urlencoded'))
      return object(reply, 415, 'The controls take JSON: send content-type: application/json.');
  });
}

function registerFaults(app: FastifyInstance, sim: Simulation): void {
  const add = (reply: FastifyReply, scope: Scope, body: unknown): FastifyReply => {
    const parsed = faultRequest.safeParse(body);
    if (!parsed.success) return object(reply, 400, sentenceOf(parsed.error));
    const fault = addFault(sim, scope, parsed.data);
    return 'objection' in fault ? object(reply, 400, fault.objection) : reply.code(201).send(faultView(fault));
  };
  app.get('/sim/api/faults', (_request, reply) => reply.send({ faults: sim.state.faults.map(faultView) }));
  app.post('/sim/api/faults', (request, reply) => add(reply, 'all', request.body));
  app.delete('/sim/api/faults', (_request, reply) => reply.send({ ended: endFaults(sim, () => true).map(faultView) }));
  app.delete('/sim/api/faults/:id', (request, reply) => {
    const ended = endFaults(sim, (fault) => fault.id === param(request, 'id'));
    return ended.length === 0
      ? object(reply, 404, 'There is no such fault.')
      : reply.send({ ended: ended.map(faultView) });
  });
  app.post('/sim/api/accounts/:email/app-opened', (request, reply) => {
    const account = sim.accounts.get(param(request, 'email').toLowerCase());
    if (account === undefined) return object(reply, 404, `There is no account ${param(request, 'email')}.`);
    return reply.send(openApp(sim, account));
  });
  registerCarFaults(app, sim, add);
  app.post('/sim/api/makes/:make/outage', (request, reply) => {
    const make = makeNamed(param(request, 'make'));
    if (make === null) return object(reply, 404, `There is no make ${param(request, 'make')}.`);
    const wish = typeof request.body === 'object' && request.body !== null ? request.body : {};
    return add(reply, { make: make.make }, { kind: 'outage', ...wish });
  });
  app.delete('/sim/api/makes/:make/outage', (request, reply) => {
    const make = param(request, 'make').toUpperCase();
    const ended = endFaults(
      sim,
      ({ scope, what }) => what.kind === 'outage' && scope !== 'all' && 'make' in scope && scope.make === make,
    );
    return reply.send({ ended: ended.map(faultView) });
  });
  app.post('/sim/api/accounts/:email/password', (request, reply) => {
    const email = param(request, 'email').toLowerCase();
    if (!sim.accounts.has(email)) return object(reply, 404, `There is no account ${email}.`);
    const wish = typeof request.body === 'object' && request.body !== null ? request.body : {};
    return add(reply, { email }, { kind: 'password-changed', ...wish });
  });
}

function registerCarFaults(
  app: FastifyInstance,
  sim: Simulation,
  add: (reply: FastifyReply, scope: Scope, body: unknown) => FastifyReply,
): void {
  app.get('/sim/api/cars/:vin', (request, reply) => {
    const car = sim.cars.get(param(request, 'vin'));
    return car === undefined
      ? object(reply, 404, 'There is no such car.')
      : reply.send(carView(sim, car, sim.clock().getTime()));
  });
  app.post('/sim/api/cars/:vin/faults', (request, reply) => {
    const vin = param(request, 'vin');
    return sim.cars.has(vin) ? add(reply, { vin }, request.body) : object(reply, 404, 'There is no such car.');
  });
  app.delete('/sim/api/cars/:vin/faults/:kind?', (request, reply) => {
    const car = sim.cars.get(param(request, 'vin'));
    if (car === undefined) return object(reply, 404, 'There is no such car.');
    const kind = param(request, 'kind');
    const ended = endFaults(sim, ({ scope, what }) => {
      const isHis =
        scope !== 'all' &&
        (('vin' in scope && scope.vin === car.vin) || ('email' in scope && scope.email === car.email));
      return isHis && (kind === '' || what.kind === kind);
    });
    return reply.send({ ended: ended.map(faultView) });
  });
  app.post('/sim/api/cars/:vin/owner', (request, reply) => {
    const car = sim.cars.get(param(request, 'vin'));
    if (car === undefined) return object(reply, 404, 'There is no such car.');
    const parsed = ownerWish.safeParse(request.body);
    if (!parsed.success) return object(reply, 400, sentenceOf(parsed.error));
    const objection = sellCar(sim, car, parsed.data.email.toLowerCase());
    return objection === null ? reply.send(carView(sim, car, sim.clock().getTime())) : object(reply, 400, objection);
  });
  app.post('/sim/api/cars/:vin/fetch', (request, reply) => {
    const car = sim.cars.get(param(request, 'vin'));
    if (car === undefined) return object(reply, 404, 'There is no such car.');
    return fetchNow(sim, car) ? reply.code(202).send({}) : object(reply, 400, 'The car is not connected.');
  });
  app.post('/sim/api/cars/:vin/trunk', (request, reply) => {
    const car = sim.cars.get(param(request, 'vin'));
    if (car === undefined) return object(reply, 404, 'There is no such car.');
    return openTrunk(sim, car, sim.clock().getTime())
      ? reply.send(carView(sim, car, sim.clock().getTime()))
      : object(reply, 400, 'The car is not unlocked by a command.');
  });
  app.post('/sim/api/cars/:vin/lock', (request, reply) => {
    const car = sim.cars.get(param(request, 'vin'));
    if (car === undefined) return object(reply, 404, 'There is no such car.');
    const parsed = lockWish.safeParse(request.body);
    if (!parsed.success) return object(reply, 400, sentenceOf(parsed.error));
    moveLock(sim, car, parsed.data.isLocked, sim.clock().getTime());
    return reply.send(carView(sim, car, sim.clock().getTime()));
  });
  app.delete('/sim/api/cars/:vin/connection', (request, reply) => {
    const found = sim.state.connections.filter((item) => item.vin === param(request, 'vin'));
    disconnect(sim, found);
    return reply.send({ ended: found.map((item) => item.id) });
  });
}

function registerKnobs(app: FastifyInstance, sim: Simulation): void {
  app.get('/sim/api/knobs', (_request, reply) => reply.send(sim.state.knobs));
  app.patch('/sim/api/knobs', async (request, reply) => {
    const parsed = knobsChange.safeParse(request.body);
    if (!parsed.success) return object(reply, 400, sentenceOf(parsed.error));
    await changeKnobs(sim, parsed.data);
    return reply.send(sim.state.knobs);
  });
  app.post('/sim/api/tokens/revoke', (_request, reply) => {
    sim.state.tokensValidFrom = sim.clock().getTime() + 1;
    sim.save();
    return reply.send({});
  });
}

function registerClock(app: FastifyInstance, sim: Simulation, schedule: Schedule): void {
  app.get('/sim/api/clock', (_request, reply) => reply.send(clockView(sim)));
  app.post('/sim/api/clock', async (request, reply) => {
    const parsed = clockWish.safeParse(request.body);
    if (!parsed.success) return object(reply, 400, 'The body must be {"advanceS": seconds} or {"to": "an ISO time"}.');
    const moved = await moveClock(sim, schedule, parsed.data);
    return 'objection' in moved ? object(reply, 400, moved.objection) : reply.send(moved);
  });
}

function registerRequests(app: FastifyInstance, sim: Simulation): void {
  const now = (): number => sim.clock().getTime();
  app.get('/sim/api/requests', (_request, reply) =>
    reply.send({
      since: sim.counts.since.toISOString(),
      routes: Object.fromEntries(sim.counts.routes),
      vehicles: vehicleCounts(sim, now()),
      last: [...sim.counts.last].reverse(),
      tokenRequests: Object.fromEntries(sim.counts.tokenRequests),
      streaming: sim.streams.length,
    }),
  );
  app.delete('/sim/api/requests', (_request, reply) => {
    resetCounts(sim.counts, sim.clock());
    return reply.send({});
  });
}
