/**
 * A process that takes from the application's bucket ten times at once when it is told to, and says what it was granted.
 * Arguments: the database's url, the bucket's limits as JSON, the purpose, and the instant it takes at.
 */
import type { BucketLimits } from '../../src/domain/bucket.ts';
import type { Purpose } from '../../src/domain/purpose.ts';
import { takeFor } from '../../src/flows/budget.ts';
import { openMeter } from '../../src/flows/meter.ts';
import { openDatabase } from '../../src/store/database.ts';

const [url = '', limits = '', purpose = '', at = ''] = process.argv.slice(2);
const needs = {
  database: openDatabase({ url, maxConnections: 5 }),
  budget: JSON.parse(limits) as BucketLimits, // written by the test
  meter: openMeter(),
};
const now = new Date(at);

process.once('message', () => {
  const takes = Array.from({ length: 10 }, (_, i) => takeFor(needs, purpose as Purpose, 1 + (i % 3), 1, now)); // the same
  void Promise.all(takes).then(async (granted) => {
    process.send?.(granted);
    await needs.database.close();
    process.disconnect?.();
  });
});
await needs.database.ping(5_000);
process.send?.('ready');
