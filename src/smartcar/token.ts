/** The application's token for v3: the request, and its answer. @see docs/smartcar.md §1.8 */
import { z } from 'zod';
import type { Answer } from './answer.ts';
import { readAs } from './read.ts';
import type { Request, Sent } from './send.ts';

export interface ApplicationToken {
  accessToken: string;
  expiresInS: number;
}

export function applicationTokenRequest(credentials: { apiClientId: string; apiClientSecret: string }): Request {
  return {
    method: 'POST',
    path: '/oauth2/token',
    headers: { accept: 'application/json', 'content-type': 'application/json', 'user-agent': 'Towline' },
    body: JSON.stringify({
      client_id: credentials.apiClientId,
      client_secret: credentials.apiClientSecret,
      grant_type: 'client_credentials',
    }),
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
