/** The fault page over HTTP: `/sim`, and `/sim/act` for its buttons. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { queryOf } from '../api/answers.ts';
import { asAtStart, registerRedirects, renewSecret } from '../application.ts';
import { faultRequest, type FaultRequest, type Scope } from '../faults.ts';
import { clockWish, moveClock } from '../clock.ts';
import { knobsChange } from '../knobs.ts';
import { resetCounts } from '../request-counts.ts';
import type { Schedule } from '../schedule.ts';
import type { Simulation } from '../simulation.ts';
import { rotateManagementToken } from '../subscriptions.ts';
import { verifyWebhook } from '../webhooks/verify.ts';
import { addFault, changeKnobs, claimFalsely, endFaults, openApp } from './changes.ts';
import { changeFrom } from './knob-fields.ts';
import { accountsPage } from './page-accounts.ts';
import { carsPage } from './page-cars.ts';
import { clockPage } from './page-clock.ts';
import { framed, pages, type PageContent, type PagePath } from './page-frame.ts';
import { knobsPage } from './page-knobs.ts';
import { makesPage } from './page-makes.ts';
import { requestsPage } from './page-requests.ts';
import { startPage } from './page-start.ts';
import { webhooksPage } from './page-webhooks.ts';

type Fields = Record<string, string>;

/** What a button did: null when all is well, else a sentence for the top of the page. */
type Notice = string | null;

const contents: Record<PagePath, (sim: Simulation, query: Fields) => PageContent> = {
  '/sim': (sim, { q = '', show = '' }) => carsPage(sim, { search: q, show }),
  '/sim/start': startPage,
  '/sim/accounts': accountsPage,
  '/sim/makes': makesPage,
  '/sim/webhooks': webhooksPage,
  '/sim/requests': requestsPage,
  '/sim/clock': clockPage,
  '/sim/knobs': knobsPage,
};

export function registerPage(app: FastifyInstance, sim: Simulation, schedule: Schedule): void {
  app.get('/', (_request, reply) => reply.redirect('/sim', 302));
  for (const [path] of pages) {
    app.get(path, (request, reply) => {
      const query = queryOf(request);
      return reply
        .type('text/html; charset=utf-8')
        .header('cache-control', 'no-store')
        .send(framed(sim, contents[path](sim, query), query['notice'] ?? null));
    });
  }
  app.post('/sim/act', async (request, reply) => {
    if (isFromElsewhere(request))
      return reply.code(403).send({ error: 'The page of another site may not press these buttons.' });
    // A form of the page: strings only.
    const fields = (request.body ?? {}) as Fields;
    const act = acts[fields['action'] ?? ''];
    const notice = act === undefined ? 'There is no such button.' : await act(sim, fields, schedule);
    return back(request, reply, notice);
  });
}

function isFromElsewhere(request: FastifyRequest): boolean {
  const { origin, host } = request.headers;
  return origin !== undefined && origin !== 'null' && URL.parse(origin)?.host !== host;
}

function back(request: FastifyRequest, reply: FastifyReply, notice: Notice): FastifyReply {
  const from = URL.parse(request.headers.referer ?? '');
  const path = pages.some(([one]) => one === from?.pathname) ? (from?.pathname ?? '/sim') : '/sim';
  const query = new URLSearchParams(path === from?.pathname ? from.search : '');
  query.delete('notice');
  if (notice !== null) query.set('notice', notice);
  return reply.redirect(`${path}${query.size > 0 ? `?${query.toString()}` : ''}`, 303);
}

const acts: Record<string, (sim: Simulation, fields: Fields, schedule: Schedule) => Notice | Promise<Notice>> = {
  fault: (sim, { vin = '', kind = '' }) => {
    if (vin !== 'all' && !sim.cars.has(vin)) return 'There is no such car.';
    return make(sim, vin === 'all' ? 'all' : { vin }, wishOf(kind));
  },
  'end-fault': (sim, { id }) =>
    endFaults(sim, (fault) => fault.id === id).length === 0 ? 'That fault has ended already.' : null,
  outage: (sim, { make: name = '' }) => make(sim, { make: name }, { kind: 'outage' }),
  password: (sim, { email = '' }) =>
    sim.accounts.has(email) ? make(sim, { email }, { kind: 'password-changed' }) : 'There is no such account.',
  claim: (sim, fields) => claim(sim, fields),
  verify: async (sim) => {
    const { url, isCreated } = sim.state.knobs.webhook;
    if (!isCreated) return 'There is no webhook yet.';
    return url === null
      ? 'The webhook has no address.'
      : (await verifyWebhook(sim, url, sim.clock().getTime())).outcome;
  },
  'rotate-token': (sim) => {
    rotateManagementToken(sim, null);
    return 'A new management token; the old one has stopped.';
  },
  'app-opened': (sim, { email = '' }) => {
    const account = sim.accounts.get(email);
    if (account === undefined) return 'There is no such account.';
    const { signedOut, settled } = openApp(sim, account);
    if (signedOut) return `${email} opened the app, and Smartcar is signed out.`;
    return settled
      ? `${email} opened the app and settled what waited there.`
      : `${email} opened the app; nothing happened.`;
  },
  'redirect-uris': (sim, { uris = '' }) => registerRedirects(sim, uris.split(/\s+/).filter(Boolean)),
  secret: (sim, { of = '' }) => {
    renewSecret(sim, of === 'v2' ? 'v2' : 'v3', null);
    return 'A new secret; the old one has stopped.';
  },
  'first-application': (sim) => {
    asAtStart(sim);
    return 'The application is as it was at the start.';
  },
  clock: (sim, fields, schedule) => jump(sim, fields, schedule),
  knobs: (sim, fields) => turnKnobs(sim, fields),
  'reset-counts': (sim) => {
    resetCounts(sim.counts, sim.clock());
    return null;
  },
};

function make(sim: Simulation, scope: Scope, wish: unknown): Notice {
  const parsed = faultRequest.safeParse(wish);
  if (!parsed.success) return 'There is no such fault.';
  const fault = addFault(sim, scope, parsed.data);
  return 'objection' in fault ? fault.objection : null;
}

/** The page's shorthands for faults with particulars. */
function wishOf(kind: string): Partial<FaultRequest> | { kind: string } {
  if (kind === 'asleep-silent') return { kind: 'asleep', hours: 96, isSilent: true };
  if (kind === 'garbage-200') return { kind: 'garbage', status: 200 };
  if (kind === 'permission-location') return { kind: 'permission-missing', permission: 'read_location' };
  if (kind === 'permission-control') return { kind: 'permission-missing', permission: 'control_security' };
  if (!kind.startsWith('error ')) return { kind };
  const [type = '', code = ''] = kind.slice('error '.length).split(':');
  return { kind: 'error', type, code: code === 'null' ? null : code };
}

function claim(sim: Simulation, { vin = '', claim: which = '' }: Fields): Notice {
  const car = sim.cars.get(vin);
  if (car === undefined) return 'There is no such car.';
  const account = {
    type: 'CONNECTED_SERVICES_ACCOUNT',
    code: 'AUTHENTICATION_FAILED',
    signals: ['location-preciselocation', 'odometer-traveleddistance'],
  };
  const isTold =
    which === 'permission-role'
      ? claimFalsely(sim, car, { type: 'PERMISSION', code: null, state: 'ERROR', signals: ['vehicleuseraccount-role'] })
      : claimFalsely(sim, car, { ...account, state: which === 'resolved' ? 'RESOLVED' : 'ERROR' });
  return isTold ? null : 'The car is not connected.';
}

async function turnKnobs(sim: Simulation, fields: Fields): Promise<Notice> {
  const parsed = knobsChange.safeParse(changeFrom(fields));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `Nothing was changed. ${issue?.path.join('.') ?? 'A knob'}: ${issue?.message ?? 'no such position'}`;
  }
  await changeKnobs(sim, parsed.data);
  return 'Changed.';
}

async function jump(sim: Simulation, { advanceS, hours, livesThrough }: Fields, schedule: Schedule): Promise<Notice> {
  const seconds = advanceS === undefined ? Number(hours) * 3600 : Number(advanceS);
  const parsed = clockWish.safeParse({ advanceS: seconds, livesThrough: livesThrough === 'true' });
  if (!parsed.success) return 'How far must be a number above 0.';
  const moved = await moveClock(sim, schedule, parsed.data);
  return 'objection' in moved ? moved.objection : `It is ${moved.now} now.`;
}
