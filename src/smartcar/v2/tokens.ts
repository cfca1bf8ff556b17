/** v2's tokens: asked for with a code, then with each other. The requests, and their answers. @see docs/smartcar.md §1.6 */
import { z } from 'zod';
import type { Answer } from '../answer.ts';
import { failureOf } from '../error-body.ts';
import { isSuccess, readAs } from '../read.ts';
import type { Request, Sent } from '../send.ts';
import type { TokenPair } from './smartcar-v2.ts';

export interface ClientCredentials {
  applicationId: string;
  clientSecret: string;
}

/** HTTP's Basic, as Smartcar's own SDK writes it: name and password as they are, not form-encoded as RFC 6749 has it. */
export function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`, 'utf8').toString('base64')}`;
}

export function codeRequest(credentials: ClientCredentials, code: string, redirectUri: string): Request {
  return tokenRequest(credentials, { grant_type: 'authorization_code', code, redirect_uri: redirectUri });
}

export function refreshRequest(credentials: ClientCredentials, refreshToken: string): Request {
  return tokenRequest(credentials, { grant_type: 'refresh_token', refresh_token: refreshToken });
}

function tokenRequest({ applicationId, clientSecret }: ClientCredentials, form: Record<string, string>): Request {
  return {
    method: 'POST',
    path: '/oauth/token',
    headers: {
      accept: 'application/json',
      authorization: basic(applicationId, clientSecret),
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'Towline',
    },
    body: new URLSearchParams(form).toString(),
  };
}

/** It goes into a header or a form. */
const token = z.string().regex(/^[\x21-\x7E]{1,8192}$/);

const tokenPair = z
  .object({
    access_token: token,
    refresh_token: token,
    token_type: z
      .string()
      .regex(/^bearer$/i)
      .optional(),
    expires_in: z.coerce
      .number()
      .positive()
      .max(30 * 24 * 3_600),
  })
  .transform((body): TokenPair => ({
    accessToken: body.access_token,
    refreshToken: body.refresh_token,
    expiresInS: body.expires_in,
  }));

/** What Smartcar says of a code that is unknown, used or too old is `invalid_request`; others say `invalid_grant`. */
export const readExchange = (sent: Sent): Answer<TokenPair> => read(sent, 'answer');

/** Which word and status an ended refresh token gets is not documented; `classify.ts` takes them together. */
export const readRefresh = (sent: Sent): Answer<TokenPair> => read(sent, 'refresh');

function read(sent: Sent, came: 'answer' | 'refresh'): Answer<TokenPair> {
  return isSuccess(sent) ? readAs(sent, tokenPair) : { ok: false, failure: failureOf(sent, came) };
}
