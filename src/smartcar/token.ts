/** The application's token for v3: the request, and its answer. @see docs/smartcar.md §1.8 */
import { z } from 'zod';
import type { Answer } from './answer.ts';
import { readAs } from './read.ts';
import type { Request, Sent } from './send.ts';

export interface ApplicationToken {
  accessToken: string;
  expiresInS: number;
}

interface ApiCredentials {
  apiClientId: string;
  apiClientSecret: string;
}

/** How the request's body is written: the specification says JSON, the documentation in prose a form. */
export type TokenEncoding = 'json' | 'form';

export function applicationTokenRequest(credentials: ApiCredentials, encoding: TokenEncoding = 'json'): Request {
  const fields = {
    client_id: credentials.apiClientId,
    client_secret: credentials.apiClientSecret,
    grant_type: 'client_credentials',
  };
  const type = encoding === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
  return {
    method: 'POST',
    path: '/oauth2/token',
    headers: { accept: 'application/json', 'content-type': type, 'user-agent': 'Towline' },
    body: encoding === 'json' ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
  };
}

const token = z
  .object({
    // It goes into a header.
    access_token: z.string().regex(/^[\x21-\x7E]{1,8192}$/),
    token_type: z
      .string()
      .regex(/^bearer$/i)
      .optional(),
    expires_in: z.coerce
      .number()
      .positive()
      .max(30 * 24 * 3_600),
  })
  .transform((body): ApplicationToken => ({ accessToken: body.access_token, expiresInS: body.expires_in }));

export const readApplicationToken = (sent: Sent): Answer<ApplicationToken> => readAs(sent, token);

/** The refusal of a body that was written in the wrong way, or looks like it; a wrong secret is another thing. */
function isAboutEncoding(answer: Answer<ApplicationToken>): boolean {
  if (answer.ok) return false;
  const { status, code } = answer.failure;
  return status === 406 || status === 415 || (status === 400 && code?.toLowerCase() === 'invalid_request');
}

/**
 * Asks as JSON, and where that is not understood, once more as a form; which of the two was understood is remembered for
 * the next time.
 */
export function applicationTokenCall(
  ask: (request: Request) => Promise<Sent>,
  credentials: ApiCredentials,
): () => Promise<Answer<ApplicationToken>> {
  let encoding: TokenEncoding = 'json';
  const fetchAs = async (as: TokenEncoding): Promise<Answer<ApplicationToken>> =>
    readApplicationToken(await ask(applicationTokenRequest(credentials, as)));
  return async () => {
    const asked = encoding;
    const first = await fetchAs(asked);
    if (!isAboutEncoding(first)) return first;
    const other: TokenEncoding = asked === 'json' ? 'form' : 'json';
    const second = await fetchAs(other);
    const isUnderstood = second.ok || second.failure.code?.toLowerCase() === 'invalid_client';
    if (!isUnderstood) return first;
    encoding = other;
    return second;
  };
}
