/** An owner without a browser, for seeding and for tests: follows a Connect address to its end. */
import { z } from 'zod';
import { passwordOf, type Simulation } from '../simulation.ts';
import { approveStep, askedPermissions, chooseStep, choicesOf, signInStep, type Step } from './owner.ts';
import { errorRedirect, isConnectError } from './redirect.ts';
import { readConnectQuery, type Session } from './session.ts';

export const headlessRequest = z.strictObject({
  /** A whole address of authorize or reauthenticate. */
  url: z.string().min(1),
  email: z.string().optional(),
  /** Absent: the owner knows the present password. */
  password: z.string().optional(),
  /** Absent: all cars of the account, or the first one with single_select. */
  vins: z.array(z.string()).optional(),
  /** Absent: everything that is asked. */
  grant: z.array(z.string()).optional(),
  deny: z.boolean().optional(),
  /** Ends with this error of Connect instead. */
  error: z.string().optional(),
});

export type HeadlessRequest = z.infer<typeof headlessRequest>;

/** Where the browser would be sent; or the sentence of the page on which the owner is stuck. */
export type HeadlessResult = { redirect: string } | { stuck: string };

export function goThroughConnect(sim: Simulation, wish: HeadlessRequest, now: number): HeadlessResult {
  const url = URL.parse(wish.url, sim.publicOrigin);
  const flow = url?.pathname.endsWith('/oauth/reauthenticate')
    ? 'reauthenticate'
    : url?.pathname.endsWith('/oauth/authorize')
      ? 'authorize'
      : null;
  if (url === null || flow === null)
    return { stuck: 'url must be an address of /oauth/authorize or /oauth/reauthenticate.' };
  const session = readConnectQuery(sim, flow, Object.fromEntries(url.searchParams));
  if ('message' in session) return { stuck: session.message };
  if (wish.error !== undefined) {
    if (!isConnectError(wish.error)) return { stuck: `Connect has no error ${wish.error}.` };
    return { redirect: errorRedirect(session, wish.error) };
  }
  if (wish.deny === true) return { redirect: errorRedirect(session, 'access_denied') };
  return signInAndAgree(sim, session, wish, now);
}

function signInAndAgree(sim: Simulation, session: Session, wish: HeadlessRequest, now: number): HeadlessResult {
  const email = (wish.email ?? ownerOf(sim, session) ?? '').toLowerCase();
  const account = sim.accounts.get(email);
  const password = wish.password ?? (account === undefined ? 'password' : (passwordOf(sim, account) ?? 'password'));
  const signedIn = signInStep(sim, session, { username: email, password }, now);
  if (!('session' in signedIn)) return finished(signedIn);
  const offered = choicesOf(sim, signedIn.session).map((car) => car.vin);
  const wanted = wish.vins ?? (session.isSingle ? offered.slice(0, 1) : offered);
  const chosen = chooseStep(sim, signedIn.session, wanted);
  if (!('session' in chosen)) return finished(chosen);
  return finished(approveStep(sim, chosen.session, wish.grant ?? askedPermissions(session), now));
}

function ownerOf(sim: Simulation, session: Session): string | null {
  return sim.state.connections.find((item) => item.vehicleId === session.vehicleId)?.email ?? null;
}

function finished(step: Step): HeadlessResult {
  if ('redirect' in step) return step;
  return { stuck: 'refusal' in step ? step.refusal : 'The owner did not finish.' };
}
