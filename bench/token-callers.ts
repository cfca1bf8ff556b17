/**
 * One process with many callers who want v2's tokens at once. `POST /run` with `{ fleetId, families, callers, isWoken }`
 * answers how long each of them waited, how many got nothing, and the processor time in milliseconds.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FleetId, TokenSetId } from '../src/domain/ids.ts';
import { openSmartcarV2 } from '../src/smartcar/v2/smartcar-v2.ts';
import { openDatabase } from '../src/store/database.ts';
import { openTokenAccess } from '../src/vault/token-sets.ts';
import { openVault } from '../src/vault/vault.ts';

export interface Run {
  fleetId: FleetId;
  /** One for each caller. */
  families: TokenSetId[];
  /** Whether the database wakes those who wait for another process, or they look again by themselves. */
  isWoken: boolean;
}

export interface Ran {
  waitsMs: number[];
  failed: number;
  cpuMs: number;
}

const { DATABASE_URL = '', SMARTCAR = '', SEALING_KEY = '' } = process.env;
const database = openDatabase({ url: DATABASE_URL });
const smartcar = openSmartcarV2({
  origins: { auth: SMARTCAR, api: SMARTCAR, managementApi: SMARTCAR },
  credentials: { applicationId: '8229df9f-91a0-4ff0-a1ae-a1f38ee24d07', clientSecret: 'bench' },
  mode: 'live',
});
const vault = openVault([{ id: 'bench', key: Buffer.from(SEALING_KEY, 'base64') }]);
const deaf = { listen: () => Promise.resolve({ stop: () => Promise.resolve() }) };

async function run({ fleetId, families, isWoken }: Run): Promise<Ran> {
  const access = await openTokenAccess({
    smartcar,
    vault,
    database: isWoken ? database : { ...deaf, asFleet: (id, work) => database.asFleet(id, work) },
    limits: isWoken ? {} : { firstWaitMs: 50, longestWaitMs: 800 },
    onFault: (error) => console.error(error),
  });
  const cpu = process.cpuUsage();
  const waitsMs: number[] = [];
  const ask = async (tokenSetId: TokenSetId): Promise<boolean> => {
    const start = performance.now();
    const answer = await access.withTokens(new Date(), { fleetId, tokenSetId }, async (token) => ({
      ok: true as const,
      value: token,
      requestId: null,
    }));
    waitsMs.push(performance.now() - start);
    return answer.ok;
  };
  const got = await Promise.all(families.map(ask));
  const used = process.cpuUsage(cpu);
  await access.stop();
  return { waitsMs, failed: got.filter((ok) => !ok).length, cpuMs: (used.user + used.system) / 1_000 };
}

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    // Only the measurement speaks to it.
    void run(JSON.parse(body) as Run).then((ran) => response.end(JSON.stringify(ran)));
  });
});
server.requestTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port }); // a server on a port, not on a pipe
});
process.once('SIGTERM', () => process.exit(0));
