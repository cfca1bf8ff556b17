/** A process of its own that asks for access: `access-process.ts <origin> <key> <now>`, the database in DATABASE_URL. */
import { openDatabase } from '../../src/store/database.ts';
import { open } from './open-access.ts';

const [origin = '', key = '', now = ''] = process.argv.slice(2);
const database = openDatabase({ url: process.env['DATABASE_URL'] ?? '' });
const { access, smartcar } = open(origin, database, Buffer.from(key, 'hex'));
process.stdout.write('asking\n');
const asks = Array.from({ length: 10 }, () =>
  access.withAccess(new Date(now), (token) => Promise.resolve({ ok: true, value: token, requestId: null })),
);
const tokens = (await Promise.all(asks)).map((answer) => (answer.ok ? answer.value : answer.failure.meaning));
process.stdout.write(`${[...new Set(tokens)].join(',')}\n`);
await smartcar.close();
await database.close();
