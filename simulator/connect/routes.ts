/** Connect over HTTP: addresses of Smartcar's, then forms that carry the signed session from page to page. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { queryOf } from '../api/answers.ts';
import { makeNamed, makes } from '../seed/makes.ts';
import { carOf, type Simulation } from '../simulation.ts';
import {
  approveStep,
  askedPermissions,
  choicesOf,
  chooseStep,
  isApprovedAlready,
  signInStep,
  type Step,
} from './owner.ts';
import { donePage } from './done-page.ts';
import { brandsPage, loginPage, permissionsPage, preamblePage, refusedPage, vehiclesPage } from './pages.ts';
import { errorRedirect, isConnectError } from './redirect.ts';
import { openSession, readConnectQuery, sealSession, type Session } from './session.ts';

export function registerConnect(app: FastifyInstance, sim: Simulation): void {
  for (const flow of ['authorize', 'reauthenticate'] as const) {
    app.get(`/oauth/${flow}`, (request, reply) => {
      const session = readConnectQuery(sim, flow, queryOf(request));
      if ('message' in session) {
        const sealed = session.back === null ? null : sealSession(sim, session.back);
        return show(reply.code(session.status), refusedPage(session.message, session.status, sealed));
      }
      if (flow === 'authorize') return show(reply, preamblePage(session, sealSession(sim, session)));
      return showLogin(sim, reply, { ...session, make: makeOfVehicle(sim, session) ?? session.make }, null, '');
    });
  }
  registerLogin(app, sim);
  registerChoices(app, sim);
  app.get('/connect/done', (request, reply) => show(reply, donePage(queryOf(request))));
  app.get('/connect/leave', (request, reply) => {
    const session = sessionOf(sim, request);
    const { error = '', status_code: status, error_message: message } = queryOf(request);
    if (session === null || !isConnectError(error)) return lost(reply);
    const extra = status === undefined || message === undefined ? {} : { status_code: status, error_message: message };
    return reply.redirect(errorRedirect(session, error, extra), 303);
  });
}

function registerLogin(app: FastifyInstance, sim: Simulation): void {
  app.get('/connect/brands', (request, reply) => {
    const session = sessionOf(sim, request);
    if (session === null) return lost(reply);
    const search = queryOf(request)['q'] ?? '';
    const found = makes.filter((make) => `${make.label} ${make.make}`.toLowerCase().includes(search.toLowerCase()));
    return show(reply, brandsPage(sealSession(sim, session), found, search));
  });
  app.get('/connect/brand', (request, reply) => {
    const session = sessionOf(sim, request);
    const make = makeNamed(queryOf(request)['make'] ?? '');
    if (session === null || make === null) return lost(reply);
    return go(sim, reply, '/connect/login', { ...session, make: make.make });
  });
  app.get('/connect/login', (request, reply) => {
    const session = sessionOf(sim, request);
    if (session === null) return lost(reply);
    if (session.make !== null && makeNamed(session.make) === null)
      return reply.redirect(errorRedirect(session, 'vehicle_incompatible', { make: session.make }), 303);
    return showLogin(sim, reply, session, null, '');
  });
  app.post('/connect/login', (request, reply) => {
    const session = sessionOf(sim, request);
    if (session === null) return lost(reply);
    const username = one(request, 'username');
    const step = signInStep(sim, session, { username, password: one(request, 'password') }, sim.clock().getTime());
    if ('refusal' in step) return showLogin(sim, reply.code(401), session, step.refusal, username);
    return follow(sim, reply, step);
  });
}

function registerChoices(app: FastifyInstance, sim: Simulation): void {
  app.get('/connect/vehicles', (request, reply) => {
    const session = sessionOf(sim, request);
    if (session === null) return lost(reply);
    return show(reply, vehiclesPage(session, sealSession(sim, session), choicesOf(sim, session), null));
  });
  app.post('/connect/vehicles', (request, reply) => {
    const session = sessionOf(sim, request);
    if (session === null) return lost(reply);
    const step = chooseStep(sim, session, many(request, 'vin'));
    if ('refusal' in step)
      return show(
        reply.code(400),
        vehiclesPage(session, sealSession(sim, session), choicesOf(sim, session), step.refusal),
      );
    return follow(sim, reply, step);
  });
  app.get('/connect/permissions', (request, reply) => {
    const session = sessionOf(sim, request);
    return session === null ? lost(reply) : showPermissions(sim, reply, session, null);
  });
  app.post('/connect/permissions', (request, reply) => {
    const session = sessionOf(sim, request);
    if (session === null) return lost(reply);
    if (one(request, 'action') === 'deny') return reply.redirect(errorRedirect(session, 'access_denied'), 303);
    const step = approveStep(sim, session, many(request, 'permission'), sim.clock().getTime());
    if ('refusal' in step) return showPermissions(sim, reply.code(400), session, step.refusal);
    return follow(sim, reply, step);
  });
}

/** On to the page that is next, or out of Connect. */
function follow(sim: Simulation, reply: FastifyReply, step: Step): FastifyReply {
  if ('redirect' in step) return reply.redirect(step.redirect, 303);
  if ('refusal' in step) return lost(reply);
  const { session } = step;
  if (session.vins.length === 0) return go(sim, reply, '/connect/vehicles', session);
  if (!isApprovedAlready(sim, session)) return go(sim, reply, '/connect/permissions', session);
  const approved = approveStep(sim, session, askedPermissions(session), sim.clock().getTime());
  return 'redirect' in approved ? reply.redirect(approved.redirect, 303) : lost(reply);
}

function go(sim: Simulation, reply: FastifyReply, path: string, session: Session): FastifyReply {
  return reply.redirect(`${path}?s=${sealSession(sim, session)}`, 303);
}

function showLogin(
  sim: Simulation,
  reply: FastifyReply,
  session: Session,
  refusal: string | null,
  username: string,
): FastifyReply {
  const brand = makeNamed(session.make ?? '')?.label ?? 'Your manufacturer';
  return show(reply, loginPage(session, sealSession(sim, session), brand, refusal, username));
}

function showPermissions(sim: Simulation, reply: FastifyReply, session: Session, refusal: string | null): FastifyReply {
  const cars = session.vins.map((vin) => sim.cars.get(vin)).filter((car) => car !== undefined);
  return show(reply, permissionsPage(session, sealSession(sim, session), cars, askedPermissions(session), refusal));
}

function show(reply: FastifyReply, page: string): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .send(page);
}

function lost(reply: FastifyReply): FastifyReply {
  return show(
    reply.code(400),
    refusedPage('400: This page was opened without its session. Please start again from the application.', 400, null),
  );
}

function makeOfVehicle(sim: Simulation, session: Session): string | null {
  const connection = sim.state.connections.find((item) => item.vehicleId === session.vehicleId);
  return connection === undefined ? null : carOf(sim, connection).make.make;
}

function sessionOf(sim: Simulation, request: FastifyRequest): Session | null {
  const sealed = request.method === 'POST' ? one(request, 's') : (queryOf(request)['s'] ?? '');
  return openSession(sim, sealed);
}

/** The values of a form field. */
function many(request: FastifyRequest, name: string): string[] {
  // A form parses to strings and lists of strings.
  const value = ((request.body ?? {}) as Record<string, string | string[] | undefined>)[name];
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function one(request: FastifyRequest, name: string): string {
  return many(request, name).at(-1) ?? '';
}
