/** A call of the API as a handler sees it: validated, and by somebody who may. */
import type { z } from 'zod';

import type { Context } from '../flows/context.ts';
import type { Tx } from '../store/database.ts';
import type { CallName } from './contract/paths.ts';
import type { Answer, Routes } from './contract/routes.ts';
import type { Tell } from './live-answer.ts';
import type { HttpNeeds } from './server-needs.ts';
import type { Who } from './who.ts';

export interface Call<N extends CallName> {
  who: Who;
  context: Context;
  params: z.output<Routes[N]['params']>;
  query: z.output<Routes[N]['query']>;
  body: Routes[N] extends { body: infer B extends z.ZodType } ? z.output<B> : undefined;
  now: Date;
  /** Of an act; null when none was sent. What was answered under it before never comes here. */
  idempotencyKey: string | null;
  /** Tells a piece of the answer ahead of it, where the caller asked for events. */
  tell: Tell;
  /** A transaction that sees this fleet alone. */
  inFleet<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

export type Handler<N extends CallName> = (call: Call<N>) => Promise<Answer<N>>;

/** A call without a handler is an error of types. */
export type Handlers = { [N in CallName]: Handler<N> };

export type HandlerNeeds = Pick<HttpNeeds, 'flows' | 'database' | 'vault' | 'config' | 'clock'>;
