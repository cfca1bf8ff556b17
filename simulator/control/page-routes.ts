/** The fault page over HTTP: `/sim`, and `/sim/act` for its buttons. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { queryOf } from '../api/answers.ts';
import { faultRequest, type FaultRequest, type Scope } from '../faults.ts';
import { knobsChange, type Knobs } from '../knobs.ts';
import { resetCounts } from '../request-counts.ts';
import type { Schedule } from '../schedule.ts';
import type { Simulation } from '../simulation.ts';
import { enableWebhook } from '../subscriptions.ts';
import { verifyWebhook } from '../webhooks/verify.ts';
import { addFault, claimFalsely, endFaults } from './changes.ts';
import { choosableKnobs } from './page-sections.ts';
import { simulatorPage } from './page.ts';

type Fields = Record<string, string>;

/** What a button did: null when all is well, else a sentence for the top of the page. */
type Notice = string | null;

export function registerPage(app: FastifyInstance, sim: Simulation, _schedule: Schedule): void {
  app.get('/', (_request, reply) => reply.redirect('/sim', 302));
  app.get('/sim', (request, reply) => {
    const { q = '', show = '', notice } = queryOf(request);
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(simulatorPage(sim, { search: q, show }, notice ?? null));
  });
  app.post('/sim/act', async (request, reply) => {
    if (isFromElsewhere(request))
      return reply.code(403).send({ error: 'The page of another site may not press these buttons.' });
    // A form of the page: strings only.
    const fields = (request.body ?? {}) as Fields;
    const act = acts[fields['action'] ?? ''];
    const notice = act === undefined ? 'There is no such button.' : await act(sim, fields);
    return back(request, reply, notice);
  });
}

function isFromElsewhere(request: FastifyRequest): boolean {
  const { origin, host } = request.headers;
  return origin !== undefined && origin !== 'null' && URL.parse(origin)?.host !== host;
}

function back(request: FastifyRequest, reply: FastifyReply, notice: Notice): FastifyReply {
  const from = URL.parse(request.headers.referer ?? '');
  const query = new URLSearchParams(from?.pathname === '/sim' ? from.search : '');
  query.delete('notice');
  if (notice !== null) query.set('notice', notice);
  return reply.redirect(`/sim${query.size > 0 ? `?${query.toString()}` : ''}`, 303);
}

const acts: Record<string, (sim: Simulation, fields: Fields) => Notice | Promise<Notice>> = {
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
    const { url } = sim.state.knobs.webhook;
    return url === null
      ? 'The webhook has no address.'
      : (await verifyWebhook(sim, url, sim.clock().getTime())).outcome;
  },
  'webhook-enabled': (sim, { to }) => {
    enableWebhook(sim, to === 'on', sim.clock().getTime());
    sim.save();
    return null;
  },
  'webhook-delivering': (sim, { to }) => {
    sim.state.knobs.webhook.isDelivering = to === 'on';
    sim.save();
    return null;
  },
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

function turnKnobs(sim: Simulation, fields: Fields): Notice {
  const pick = (isWebhook: boolean): Fields =>
    Object.fromEntries(
      choosableKnobs
        .filter((knob) => knob.isWebhook === isWebhook && fields[knob.name] !== undefined)
        .map(({ name }) => [name, fields[name] ?? '']),
    );
  const parsed = knobsChange.safeParse({ ...pick(false), webhook: pick(true) });
  if (!parsed.success) return 'A knob has no such position.';
  const { webhook, ...others } = parsed.data;
  // Only names with values were picked, so nothing is overwritten by undefined.
  sim.state.knobs = { ...sim.state.knobs, ...others, webhook: { ...sim.state.knobs.webhook, ...webhook } } as Knobs;
  sim.save();
  return null;
}
