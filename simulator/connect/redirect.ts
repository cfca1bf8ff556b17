/** Where the browser goes when Connect is done. @see docs/smartcar.md §1.2-1.4 */
import type { Simulation } from '../simulation.ts';
import type { Session } from './session.ts';

/** The documented errors of Connect and their texts. */
export const connectErrors = {
  access_denied: 'User denied access to application.',
  vehicle_incompatible: "The user's vehicle is not compatible.",
  invalid_subscription: 'User does not have an active connected vehicle subscription.',
  no_vehicles: 'No vehicles found. Please add vehicles to your account and try again.',
  configuration_error: 'There has been an error in the configuration of your application.',
  oem_cancelled_login: 'The user did not complete authorization with the OEM',
  user_manually_returned_to_application: 'The user exited Connect before granting your application access',
  server_error: 'An unexpected error occurred.',
} as const;

export type ConnectError = keyof typeof connectErrors;

/** Whether a word names one of Connect's errors. */
export function isConnectError(word: string): word is ConnectError {
  return Object.hasOwn(connectErrors, word);
}

/** The address for an error. */
export function errorRedirect(session: Session, error: ConnectError, extra: Record<string, string> = {}): string {
  return withQuery(session, { error, error_description: connectErrors[error], ...extra });
}

/** The address after an owner's yes. */
export function authorizeRedirect(
  sim: Simulation,
  session: Session,
  { userId, make, code }: { userId: string; make: string; code: string | null },
): string {
  const externalId = sim.state.externalIds[userId];
  return withQuery(session, {
    ...(code === null ? {} : { code }),
    user_id: userId,
    ...(externalId === undefined ? {} : { external_id: externalId }),
    ...(make === 'TESLA' ? { virtual_key_url: 'https://www.tesla.com/_ak/smartcar.com' } : {}),
  });
}

/** The address after a repeated login: a vehicle, never a code and never tokens. */
export function reauthenticateRedirect(
  sim: Simulation,
  session: Session,
  { userId, vehicleId }: { userId: string; vehicleId: string },
): string {
  const externalId = sim.state.externalIds[userId];
  return withQuery(session, {
    vehicle_id: vehicleId,
    ...(externalId === undefined ? {} : { external_id: externalId }),
  });
}

function withQuery(session: Session, query: Record<string, string>): string {
  const url = new URL(session.redirectUri);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  if (session.state !== null) url.searchParams.set('state', session.state);
  return url.toString();
}
