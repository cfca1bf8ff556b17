/** Long work on the thread that everybody shares: after some items, whoever else waits has their turn. */

/** Some milliseconds of work. */
const atOnce = 250;

/** Like `map`, for thousands of items. */
export async function mapInTurns<T, R>(items: readonly T[], each: (item: T) => R): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += atOnce) {
    if (from > 0) await new Promise((resolve) => setImmediate(resolve));
    results.push(...items.slice(from, from + atOnce).map(each));
  }
  return results;
}
