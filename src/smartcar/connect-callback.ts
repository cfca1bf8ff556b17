/** What Connect's redirect says. It is a stranger's query until Smartcar's own list agrees: it binds nothing. */
import { z } from 'zod';
import type { SmartcarUserId, SmartcarVehicleId } from '../domain/ids.ts';
import { optionalId } from './fields.ts';

/** @see docs/smartcar.md §1.3 */
export const connectErrors = [
  'access_denied',
  'vehicle_incompatible',
  'invalid_subscription',
  'no_vehicles',
  'configuration_error',
  'oem_cancelled_login',
  'user_manually_returned_to_application',
  'server_error',
] as const;
export type ConnectError = (typeof connectErrors)[number] | 'other';

/** What came beside an error; each null when it did not. Strangers' text: escape it wherever it is shown. */
export interface ConnectErrorDetail {
  description: string | null;
  statusCode: string | null;
  message: string | null;
  vin: string | null;
  make: string | null;
  model: string | null;
  year: string | null;
}

export type Callback =
  | {
      kind: 'returned';
      state: string;
      /** Of v2, where Connect was asked for one: good for ten minutes and once. Opaque; v3 needs none. */
      code: string | null;
      /** Given after authorize. */
      userId: SmartcarUserId | null;
      /** Given after reauthenticate. */
      vehicleId: SmartcarVehicleId | null;
      externalId: string | null;
      /** Where the owner of a Tesla adds Smartcar's virtual key; null for every address that is not Tesla's own. */
      virtualKeyUrl: string | null;
    }
  | { kind: 'error'; state: string; error: ConnectError; detail: ConnectErrorDetail }
  | { kind: 'unreadable' };

// PostgreSQL keeps no NUL.
const word = z.string().regex(/^[^\0]{1,500}$/);
const short = word.nullish().catch(null);

/** An address out of a stranger's query would be an open redirect. @see docs/smartcar.md §1.2 */
function isTeslasOwn(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host, username, password } = new URL(address);
  return protocol === 'https:' && ['www.tesla.com', 'tesla.com'].includes(host) && username === '' && password === '';
}

// Rewritten by the parser, so that no browser can read it in another way than it was checked.
const virtualKey = word
  .refine(isTeslasOwn)
  .transform((address) => new URL(address).href)
  .nullish()
  .catch(null);

const callback = z.object({
  state: word,
  code: short,
  error: short,
  error_description: short,
  error_message: short,
  status_code: short,
  vin: short,
  make: short,
  model: short,
  year: short,
  user_id: optionalId,
  // Some of the documentation writes it so.
  userId: optionalId,
  virtual_key_url: virtualKey,
  vehicle_id: optionalId,
  external_id: short,
});

/** Reads the callback's query; without a `state` of 1 to 500 characters it is unreadable. */
export function readCallback(query: Record<string, string>): Callback {
  const read = callback.safeParse(query);
  if (!read.success) return { kind: 'unreadable' };
  const { state, error, ...rest } = read.data;
  if (error) return { kind: 'error', state, error: errorOf(error), detail: detailOf(rest) };
  return {
    kind: 'returned',
    state,
    code: rest.code ?? null,
    // Smartcar's ids are opaque; they get their brand here, where they come in.
    userId: (rest.user_id ?? rest.userId) as SmartcarUserId | null,
    vehicleId: rest.vehicle_id as SmartcarVehicleId | null,
    externalId: rest.external_id ?? null,
    virtualKeyUrl: rest.virtual_key_url ?? null,
  };
}

function errorOf(word: string): ConnectError {
  return connectErrors.find((known) => known === word) ?? 'other';
}

function detailOf(rest: Omit<z.output<typeof callback>, 'state' | 'error'>): ConnectErrorDetail {
  return {
    description: rest.error_description ?? null,
    statusCode: rest.status_code ?? null,
    message: rest.error_message ?? null,
    vin: rest.vin ?? null,
    make: rest.make ?? null,
    model: rest.model ?? null,
    year: rest.year ?? null,
  };
}
