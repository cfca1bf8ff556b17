/** What an answer says of a car's own limits: to wait, or that its requests are used up. It counts nothing against the connection. */
import type { Connection } from './connection.ts';
import type { ThrottleMeaning } from './failure.ts';
import type { FailedOutcome, SignalsOutcome } from './outcome.ts';
import { after, laterOf } from './schedule.ts';

/** "In a few minutes", where Smartcar doesn't say how long. @see docs/smartcar.md §5-2 */
const shortestWaitS = 120;

/** What single signals say of the car's own limits: on v2 each part of a read is refused by itself. */
export function limitsIn(c: Connection, { failures, at }: SignalsOutcome): Pick<Connection, 'usage' | 'notBeforeAt'> {
  const throttled = failures.find(({ meaning }) => meaning === 'throttledVehicle');
  const isUsedUp = failures.some(({ meaning }) => meaning === 'requestLimit');
  return {
    usage: { ...c.usage, isUsedUp },
    notBeforeAt: throttled ? laterOf(c.notBeforeAt, after(at, throttled.retryAfterS ?? shortestWaitS)) : c.notBeforeAt,
  };
}

/** Requests that are used up come back with the billing period, unless Smartcar says when. */
export function toldToWait(c: Connection, meaning: ThrottleMeaning, { failure, at }: FailedOutcome): Connection {
  if (meaning === 'requestLimit' && failure.retryAfterS === null)
    return { ...c, usage: { ...c.usage, isUsedUp: true, lastAt: at } };
  return { ...c, notBeforeAt: laterOf(c.notBeforeAt, after(at, failure.retryAfterS ?? shortestWaitS)) };
}
