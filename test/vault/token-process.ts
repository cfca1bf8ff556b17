/**
 * A process of its own that asks for a family's tokens, and uses them:
 * `token-process.ts <origin> <key> <now> <fleet> <family> <callers>`, the database in DATABASE_URL.
 */
import { isId } from '../../src/domain/ids.ts';
import { openDatabase } from '../../src/store/database.ts';
import { openTokens, usedAt } from './token-open.ts';

const [origin = '', key = '', now = '', fleetId = '', tokenSetId = '', callers = ''] = process.argv.slice(2);
if (!isId('flt', fleetId) || !isId('tok', tokenSetId)) throw new Error('These are no ids.');
const database = openDatabase({ url: process.env['DATABASE_URL'] ?? '' });
const opened = await openTokens(origin, database, Buffer.from(key, 'hex'));
const asks = Array.from({ length: Number(callers) }, () => usedAt(opened, new Date(now), { fleetId, tokenSetId }));
process.stdout.write('asking\n');
const told = new Set(await Promise.all(asks));
process.stdout.write(`${[...told].join(',')}\n`);
await opened.access.stop();
await opened.smartcar.close();
await database.close();
