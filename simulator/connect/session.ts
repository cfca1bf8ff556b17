/**
 * What a Connect address asks for, checked. Nothing is kept on the server between pages:
 * the checked wish travels with the forms, signed.
 *
 * @see docs/smartcar.md §1.1, §1.4
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { vehicleAlias, type Simulation } from '../simulation.ts';

const sessionSchema = z.object({
  flow: z.enum(['authorize', 'reauthenticate']),
  /** What the application is called on the pages. */
  application: z.string(),
  responseType: z.enum(['code', 'none', 'vehicle_id']),
  redirectUri: z.string(),
  /** Null: whatever the application is configured for. */
  scope: z.array(z.string()).nullable(),
  required: z.array(z.string()),
  state: z.string().nullable(),
  prompt: z.enum(['auto', 'force']),
  mode: z.enum(['live', 'simulated']),
  make: z.string().nullable(),
  isSingle: z.boolean(),
  singleVin: z.string().nullable(),
  country: z.string().nullable(),
  user: z.string().nullable(),
  /** The literal `null` clears the stored one. */
  externalId: z.string().nullable(),
  vehicleId: z.string().nullable(),
  /** Filled in on the way. */
  email: z.string().nullable(),
  vins: z.array(z.string()),
});

export type Session = z.infer<typeof sessionSchema>;

/** An address that Connect refuses with a page instead of a redirect. */
export interface Refused {
  status: number;
  message: string;
  /** Where "back to the application" leads; null when the redirect address itself is in doubt. */
  back: Session | null;
}

type Query = Record<string, string | undefined>;

/** The permissions an application without `scope` is configured for. */
export const configuredPermissions = [
  'read_vehicle_info',
  'read_vin',
  'read_location',
  'read_odometer',
  'read_fuel',
  'read_battery',
  'read_charge',
  'read_security',
  'read_tires',
  'read_engine_oil',
  'read_diagnostics',
  'control_security',
] as const;

/** Reads `/oauth/authorize` or `/oauth/reauthenticate`. */
export function readConnectQuery(sim: Simulation, flow: Session['flow'], query: Query): Session | Refused {
  const clientId = query['application_id'] ?? query['client_id'];
  if (clientId !== sim.credentials.applicationId) return refuse(`400: Invalid parameter client_id: ${clientId ?? ''}`);
  const redirectUri = redirectUriOf(sim, flow, query);
  if (redirectUri === null) {
    return refuse(
      `400: Invalid parameter redirect_uri: ${query['redirect_uri'] ?? 'missing'}. It must match one of the application's registered addresses exactly.`,
    );
  }
  const wrong = wrongChoice(flow, query);
  if (wrong !== null) return refuse(`400: Invalid parameter ${wrong}: ${query[wrong] ?? 'missing'}`);
  const wish = { ...sessionOf(flow, query, redirectUri), application: sim.applicationName };
  const connection = sim.state.connections.find(({ vehicleId }) =>
    [vehicleId, vehicleAlias(vehicleId)].includes(wish.vehicleId ?? ''),
  );
  // Tesla's stand-alone form names the make instead of a vehicle.
  const isStandAlone = wish.vehicleId === null && wish.make === 'TESLA';
  if (flow === 'reauthenticate' && connection === undefined && !isStandAlone) {
    const message = `404: There is no connected vehicle ${wish.vehicleId ?? '(vehicle_id is missing)'}.`;
    return { status: 404, message, back: wish };
  }
  const session: Session = { ...wish, vehicleId: connection?.vehicleId ?? null };
  if (session.singleVin !== null && (session.singleVin.length !== 17 || !session.isSingle)) {
    return { status: 400, message: `400: Invalid parameter single_select_vin: ${session.singleVin}`, back: session };
  }
  return session;
}

/**
 * Where the browser goes in the end: the address asked for, the first registered one, or, with `none` and no
 * address of the application, a page of Smartcar's. Null: not allowed.
 */
function redirectUriOf(sim: Simulation, flow: Session['flow'], query: Query): string | null {
  const { redirect_uri: asked, app_origin: appOrigin, response_type: responseType } = query;
  if (asked !== undefined) return sim.redirectUris.includes(asked) ? asked : null;
  if (responseType === 'none' && (flow === 'reauthenticate' || appOrigin !== undefined)) {
    const hosted = new URL('/connect/done', sim.publicOrigin);
    if (appOrigin !== undefined) hosted.searchParams.set('app_origin', appOrigin);
    return hosted.toString();
  }
  return flow === 'authorize' ? (sim.redirectUris[0] ?? null) : null;
}

function refuse(message: string): Refused {
  return { status: 400, message, back: null };
}

/** The name of the first parameter whose value Connect doesn't know, or null. */
function wrongChoice(flow: Session['flow'], query: Query): string | null {
  const choices: Record<string, string[]> = {
    response_type: flow === 'authorize' ? ['code', 'none'] : ['vehicle_id', 'none'],
    approval_prompt: ['auto', 'force'],
    mode: ['live', 'simulated', 'test'],
    single_select: ['true', 'false'],
  };
  if (query['response_type'] === undefined) return 'response_type';
  for (const [name, allowed] of Object.entries(choices)) {
    const value = query[name];
    if (value !== undefined && !allowed.includes(value)) return name;
  }
  if (query['app_origin'] !== undefined && !isOrigin(query['app_origin'])) return 'app_origin';
  const scope = (query['scope'] ?? '').split(' ').filter(Boolean);
  return scope.every((item) => /^(required:)?(read|control)_[a-z_]+$/.test(item)) ? null : 'scope';
}

/** An https origin, or one of the developer's own machine. */
function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.origin !== text.replace(/\/$/, '')) return false;
  return url.protocol === 'https:' || ['localhost', '127.0.0.1'].includes(url.hostname);
}

function sessionOf(flow: Session['flow'], query: Query, redirectUri: string): Omit<Session, 'application'> {
  const scope = (query['scope'] ?? '').split(/\s+/).filter(Boolean);
  const names = [...new Set(scope.map((item) => item.replace(/^required:/, '')))];
  const country = (query['flags'] ?? '').split(/\s+/).find((flag) => flag.startsWith('country:'));
  return {
    flow,
    responseType:
      query['response_type'] === 'code' ? 'code' : query['response_type'] === 'none' ? 'none' : 'vehicle_id',
    redirectUri,
    scope: names.length === 0 ? null : names,
    required: scope.filter((item) => item.startsWith('required:')).map((item) => item.slice('required:'.length)),
    state: query['state'] ?? null,
    prompt: query['approval_prompt'] === 'force' ? 'force' : 'auto',
    mode: query['mode'] === undefined || query['mode'] === 'live' ? 'live' : 'simulated',
    make: query['make']?.toUpperCase() ?? null,
    isSingle: query['single_select'] === 'true',
    singleVin: query['single_select_vin'] ?? null,
    country: country?.slice('country:'.length) ?? null,
    user: query['user'] ?? null,
    externalId: query['external_id'] ?? null,
    vehicleId: query['vehicle_id'] ?? null,
    email: null,
    vins: [],
  };
}

/** The session as it travels with a form. */
export function sealSession(sim: Simulation, session: Session): string {
  const text = Buffer.from(JSON.stringify(session)).toString('base64url');
  return `${text}.${sealOf(sim, text)}`;
}

/** The session of a form, or null when somebody changed it. */
export function openSession(sim: Simulation, sealed: string): Session | null {
  const [text = '', seal = ''] = sealed.split('.');
  const expected = Buffer.from(sealOf(sim, text));
  const given = Buffer.from(seal);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return null;
  const parsed = sessionSchema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  return parsed.success ? parsed.data : null;
}

function sealOf(sim: Simulation, text: string): string {
  return createHmac('sha256', sim.credentials.apiClientSecret).update(`connect ${text}`).digest('base64url');
}
