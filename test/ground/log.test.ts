import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../src/log.ts';

function lines(write: (log: ReturnType<typeof createLog>) => void): string[] {
  const written: string[] = [];
  write(createLog({ level: 'info', role: 'worker', destination: { write: (line) => void written.push(line) } }));
  return written;
}

test('what is logged under the name of a secret is taken out, however deep', () => {
  const [line = ''] = lines((log) =>
    log.info({
      token: 'hush',
      headers: { authorization: 'Bearer hush', 'set-cookie': 'hush' },
      answer: { body: { access_token: 'hush', refresh_token: 'hush' } },
      kept: { id: 'veh_1', code: 'rate_limited' },
    }),
  );
  assert.ok(!line.includes('hush'), line);
  assert.match(line, /"kept":\{"id":"veh_1","code":"rate_limited"\}/);
});

test('each line is one JSON object with its level by name and the role of the process', () => {
  const written = lines((log) => {
    log.warn('the first');
    log.debug('not this one');
    log.error({ err: new Error('broken') }, 'the second');
  });
  const seen = written.map((line) => JSON.parse(line) as Record<string, unknown>); // the log's own lines
  assert.deepEqual(
    seen.map(({ level, role, msg }) => ({ level, role, msg })),
    [
      { level: 'warn', role: 'worker', msg: 'the first' },
      { level: 'error', role: 'worker', msg: 'the second' },
    ],
  );
});
