/** The side of a process that is ordered about and killed: it says when it is ready, and answers each order with what was done. */
import { flushCompileCache } from 'node:module';
import type { Done } from './orders.ts';

/** @param faults what went wrong on our side; told with the next answer, and forgotten @param follow answers a status, where there is one */
export function obeyOrders<O extends object>(
  faults: string[],
  follow: (order: O) => Promise<number | null | void>,
): void {
  const obey = async (order: O & { id: number }): Promise<void> => {
    const done: Done = { id: order.id, faults: [], error: null, status: null };
    try {
      done.status = (await follow(order)) ?? null;
    } catch (error) {
      done.error = told(error);
    }
    done.faults = faults.splice(0);
    process.send?.(done);
  };
  process.on('message', (order: O & { id: number }) => void obey(order));
  process.on('disconnect', () => process.exit(0));
  process.send?.('ready');
  // Who is killed writes no cache at its end, and the next one starts in half the time with one.
  flushCompileCache();
}

export const told = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
