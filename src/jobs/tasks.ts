/** The list of tasks: each is one call into a flow, with `now`. */
import type { Tasks } from '../domain/task.ts';

/** What is enqueued by what happens. */
export type EnqueuedTasks = { [N in keyof Tasks]: (payload: Tasks[N], now: Date) => Promise<void> };

/** What recurs: takes no input but `now`, looks for what is due by itself, and is safe twice at once. */
export interface RecurringTasks {
  'keep-house': (now: Date) => Promise<void>;
  'complete-due': (now: Date) => Promise<void>;
  'grants-due': (now: Date) => Promise<void>;
  'deliver-due': (now: Date) => Promise<void>;
  'revoke-due': (now: Date) => Promise<void>;
  'erase-due': (now: Date) => Promise<void>;
  'subscribe-due': (now: Date) => Promise<void>;
  'watch-signatures': (now: Date) => Promise<void>;
  'import-due': (now: Date) => Promise<void>;
  'move-due': (now: Date) => Promise<void>;
  'reconnect-due': (now: Date) => Promise<void>;
  'watch-silence': (now: Date) => Promise<void>;
  'reconcile-due': (now: Date) => Promise<void>;
  'watch-incidents': (now: Date) => Promise<void>;
  'watch-readiness': (now: Date) => Promise<void>;
  'keep-alive': (now: Date) => Promise<void>;
  'forecast-lapses': (now: Date) => Promise<void>;
  'watch-budget': (now: Date) => Promise<void>;
}

/** When it recurs; minutes are the job engine's. */
export const crontab = `
* * * * * complete-due ?jobKey=complete-due&max=1
* * * * * grants-due ?jobKey=grants-due&max=1
* * * * * deliver-due ?jobKey=deliver-due&max=1
* * * * * revoke-due ?jobKey=revoke-due&max=1
* * * * * erase-due ?jobKey=erase-due&max=1
*/10 * * * * subscribe-due ?jobKey=subscribe-due&max=1
* * * * * import-due ?jobKey=import-due&max=1
* * * * * move-due ?jobKey=move-due&max=1
* * * * * reconnect-due ?jobKey=reconnect-due&max=1
* * * * * watch-signatures ?jobKey=watch-signatures&max=1
* * * * * watch-incidents ?jobKey=watch-incidents&max=1
*/2 * * * * watch-readiness ?jobKey=watch-readiness&max=1
*/10 * * * * watch-silence ?jobKey=watch-silence&max=1
* * * * * reconcile-due ?jobKey=reconcile-due&max=1
*/5 * * * * keep-alive ?jobKey=keep-alive&max=1
*/10 * * * * watch-budget ?jobKey=watch-budget&max=1
23 * * * * forecast-lapses ?jobKey=forecast-lapses&max=1
7 * * * * keep-house ?jobKey=keep-house&max=3
`;
