/**
 * Stands between a victim and PostgreSQL, and counts what was made durable: every COMMIT of a transaction that wrote, and
 * every write outside one. Reads are no points: stopping after one is stopping after the write before it.
 */
import { join } from 'node:path';
import type { Points, Proxy } from './points.ts';
import { startTcpProxy, type Watch } from './tcp-proxy.ts';

/** Before the server that this url reaches by its unix socket. */
export function startDatabaseProxy(databaseUrl: string, points: Points): Promise<Proxy> {
  const folder = parsed(databaseUrl).searchParams.get('host') ?? '';
  return startTcpProxy({ path: join(folder, '.s.PGSQL.5432') }, () => watchSession(points));
}

/** The same database, by way of a proxy. */
export function throughProxy(databaseUrl: string, port: number): string {
  const { pathname, username } = parsed(databaseUrl);
  return `postgres://${username}@127.0.0.1:${port}${pathname}`;
}

/** A url of a unix socket has no host, which a URL has to have. */
const parsed = (databaseUrl: string): URL => new URL(databaseUrl.replace('@/', '@local/'));

function watchSession(points: Points): Watch {
  const statements = new Map<string, string>();
  let current = '';
  let writes: string[] = [];
  let isUndone = false;
  const fromClient = splitMessages(true, (type, body) => {
    if (type === 'Q') current = textAt(body, 0);
    if (type === 'P') statements.set(textAt(body, 0), (current = textAt(body, textAt(body, 0).length + 1)));
    if (type === 'B') current = statements.get(textAt(body, textAt(body, 0).length + 1)) ?? '';
  });
  let isHeard = true;
  const fromServer = splitMessages(false, (type, body) => {
    if (type === 'E') isUndone = true;
    if (type === 'C') noteTag(textAt(body, 0));
    if (type !== 'Z' || String.fromCharCode(body[0] ?? 0) !== 'I') return;
    if (writes.length > 0 && !isUndone)
      isHeard = points.pass(`the commit of ${[...new Set(writes)].join(', ')}`) && isHeard;
    writes = [];
    isUndone = false;
  });
  function noteTag(tag: string): void {
    if (tag === 'ROLLBACK') isUndone = true;
    const what = writeOf(current);
    // The job engine ends a task by a delete inside another statement, whose count says nothing.
    if (what !== null && (!tag.endsWith(' 0') || what === endOfTask)) writes.push(what);
  }
  return {
    asked: fromClient,
    answered(chunk) {
      fromServer(chunk);
      return isHeard;
    },
  };
}

/** What a statement writes, in a few words; null when it only reads. */
function writeOf(statement: string): string | null {
  const text = statement.replace(/for (no key )?update( of \w+)?( skip locked| nowait)?/gi, '').replaceAll('"', '');
  if (text.includes('graphile_worker')) return jobWrite(text);
  if (/select enqueue\(/i.test(text)) return 'a task';
  const [, verb, table] = /\b(insert into|update|delete from) (\w+)/i.exec(text) ?? [];
  return verb && table ? `${verb.split(' ')[0] ?? ''} ${table}` : null;
}

const endOfTask = 'the end of a task';

/** The job engine takes a job by an update, puts it back by another one, and ends it by deleting it. */
function jobWrite(text: string): string | null {
  if (/\bdelete\s+from\b/i.test(text)) return endOfTask;
  if (!/\b(update|insert\s+into)\b/i.test(text)) return null;
  return text.includes('last_error') ? 'the putting back of a task' : 'the taking of a task';
}

function textAt(body: Buffer, start: number): string {
  const end = body.indexOf(0, start);
  return body.toString('utf8', start, end === -1 ? body.length : end);
}

/** Calls the handler with each whole message; the client's first one has no type. */
function splitMessages(hasStart: boolean, handle: (type: string, body: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let isFirst = hasStart;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = isFirst ? 0 : 1;
      if (rest.length < head + 4) return;
      const end = head + rest.readUInt32BE(head);
      if (rest.length < end) return;
      if (!isFirst) handle(String.fromCharCode(rest[0] ?? 0), rest.subarray(5, end));
      isFirst = false;
      rest = rest.subarray(end);
    }
  };
}
