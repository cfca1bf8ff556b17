/**
 * A process that takes from a bucket ten times at once when it is told to, and says what it was granted. Arguments: the
 * database's url, the bucket's key, its limits as JSON, and the instant it takes at.
 */
import { openDatabase } from '../../src/store/database.ts';
import { takeTokens } from '../../src/store/request-bucket.ts';
import type { BucketLimits } from '../../src/domain/bucket.ts';

const [url = '', key = '', limits = '', at = ''] = process.argv.slice(2);
const database = openDatabase({ url, maxConnections: 5 });
const now = new Date(at);
const bounds = JSON.parse(limits) as BucketLimits; // written by the test

process.once('message', () => {
  const takes = Array.from({ length: 10 }, (_, i) => takeTokens(database, key, bounds, 1 + (i % 3), 0, now));
  void Promise.all(takes).then(async (granted) => {
    process.send?.(granted);
    await database.close();
    process.disconnect?.();
  });
});
await database.ping(5_000);
process.send?.('ready');
