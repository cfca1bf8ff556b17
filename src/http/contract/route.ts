/** What a call of the contract is, and the forms that most calls have. */
import { z } from 'zod';

import type { Act } from '../../domain/role.ts';
import { idParam, none, page } from './shared.ts';

export interface Route {
  summary: string;
  params: z.ZodType;
  query: z.ZodType;
  /** Absent for calls without a body. */
  body?: z.ZodType;
  /** Where the body is a file: its types, and how many bytes it may have. */
  file?: { types: readonly string[]; largest: number };
  response: z.ZodType;
  status: 200 | 201 | 202;
  needs: Act;
}

export const route = <T extends Omit<Route, 'status'>>(spec: T) => ({ ...spec, status: 200 as const });
export const list = <Q extends z.ZodType, R extends z.ZodType>(
  summary: string,
  query: Q,
  response: R,
  needs: Act = 'read',
) => route({ summary, params: none, query, response, needs });
export const one = <R extends z.ZodType>(summary: string, response: R, needs: Act = 'read') =>
  route({ summary, params: idParam, query: none, response, needs });
export const act = <B extends z.ZodType, R extends z.ZodType>(summary: string, body: B, response: R, needs: Act) =>
  route({ summary, params: idParam, query: none, body, response, needs });
/** A page of what belongs to one thing. */
export const below = <R extends z.ZodType>(summary: string, response: R, needs: Act = 'read') =>
  route({ summary, params: idParam, query: z.object(page), response, needs });
export const create = <B extends z.ZodType, R extends z.ZodType>(
  summary: string,
  body: B,
  response: R,
  needs: Act,
) => ({
  summary,
  params: none,
  query: none,
  body,
  response,
  status: 201 as const,
  needs,
});
