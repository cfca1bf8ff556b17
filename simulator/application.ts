/** What the dashboard holds of the application: where Connect may lead back to, and its secrets. All of it may be changed. */
import { nextUuid, type Simulation } from './simulation.ts';

/** What replaced the application's own; null: what it was started with holds. */
export interface ApplicationChanges {
  redirectUris: string[] | null;
  apiClientSecret: string | null;
  clientSecret: string | null;
}

export const unchangedApplication = (): ApplicationChanges => ({
  redirectUris: null,
  apiClientSecret: null,
  clientSecret: null,
});

/** Registers these addresses and no others. @returns the sentence that says why not, or null */
export function registerRedirects(sim: Simulation, uris: readonly string[]): string | null {
  const odd = uris.find((uri) => !URL.canParse(uri));
  if (odd !== undefined) return `${odd} is not a whole address.`;
  sim.state.application.redirectUris = [...uris];
  take(sim);
  sim.save();
  return null;
}

/** A new secret of v3's API client, or v2's client secret; the old one stops at once. */
export function renewSecret(sim: Simulation, of: 'v2' | 'v3', wanted: string | null): string {
  const secret = wanted ?? nextUuid(sim, `secret of ${of}`);
  sim.state.application[of === 'v2' ? 'clientSecret' : 'apiClientSecret'] = secret;
  take(sim);
  sim.save();
  return secret;
}

/** The application as it was started. */
export function asAtStart(sim: Simulation): void {
  sim.state.application = unchangedApplication();
  take(sim);
  sim.save();
}

/** Puts what was changed into force. */
export function take(sim: Simulation): void {
  const { redirectUris, apiClientSecret, clientSecret } = sim.state.application;
  const { first } = sim;
  sim.redirectUris = redirectUris ?? first.redirectUris;
  sim.credentials.apiClientSecret = apiClientSecret ?? first.apiClientSecret;
  sim.credentials.clientSecret = clientSecret ?? first.clientSecret;
}
