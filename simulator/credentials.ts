import { readFileSync } from 'node:fs';

/** What an application needs to speak to the simulator; well known, worth nothing anywhere else. */
export interface Credentials {
  /** Connect's client id, a UUID. */
  applicationId: string;
  /** v3 client-credentials user, `client_…`. */
  apiClientId: string;
  apiClientSecret: string;
  /** v2's secret: the password of `/oauth/token` and of compatibility. */
  clientSecret: string;
  /** Application management token (AMT): the HMAC key of webhooks. */
  managementToken: string;
}

/** The demo's credentials, read from `demo-credentials.json` so that plain JavaScript can read the same file. */
export const demoCredentials: Credentials = readCredentials();

function readCredentials(): Credentials {
  // The file is ours and lies beside this one: its shape is known.
  return JSON.parse(readFileSync(new URL('./demo-credentials.json', import.meta.url), 'utf8')) as Credentials;
}
