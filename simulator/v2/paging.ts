/** v2's lists: `limit` up to 50 and `offset`. @see docs/smartcar.md §2.1 */
import type { Simulation } from '../simulation.ts';
import { wrongParameter, type V2Error } from './answers.ts';

const largest = 50;

/** A part of a list; `count` is the whole list's. */
export function pageOf<T>(
  sim: Simulation,
  query: Record<string, string>,
  list: readonly T[],
  otherwise: number,
): { items: T[]; paging: { count: number; offset: number } } | { error: V2Error } {
  const limit = numberIn(query['limit'], otherwise);
  const offset = numberIn(query['offset'], 0);
  if (limit === null || limit < 1 || limit > largest)
    return { error: wrongParameter(sim, 'limit', `"limit" must be a number from 1 to ${String(largest)}`) };
  if (offset === null) return { error: wrongParameter(sim, 'offset', '"offset" must be a number') };
  return { items: list.slice(offset, offset + limit), paging: { count: list.length, offset } };
}

/** A whole number of a query, or null when it is none. */
export function numberIn(text: string | undefined, otherwise: number): number | null {
  if (text === undefined) return otherwise;
  return /^\d{1,6}$/.test(text) ? Number(text) : null;
}
