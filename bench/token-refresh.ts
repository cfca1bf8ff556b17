/**
 * v2's tokens: 200 families whose access tokens have ended, wanted by 250 callers in each of four processes. What counts
 * is how often Smartcar is asked (200 is ideal, each request more may cost a grant), and how long the callers wait.
 */
import { randomBytes } from 'node:crypto';
import { newId, type FleetId, type TokenSetId } from '../src/domain/ids.ts';
import { openDatabase } from '../src/store/database.ts';
import { insertTokenSet } from '../src/store/token-set.ts';
import { sealTokens } from '../src/vault/held-token-set.ts';
import { openVault } from '../src/vault/vault.ts';
import { makeFleet } from '../test/store/records.ts';
import { startChild, type Child } from './children.ts';
import { percentile, table } from './figures.ts';
import { cpuOfTree } from './processes.ts';
import type { Stage } from './stage.ts';
import type { Ran, Run } from './token-callers.ts';

const processCount = 4;
const callersEach = 250;
const familyCount = 200;

interface Variant {
  name: string;
  latencyMs: readonly [least: number, most: number];
  isWoken: boolean;
}

const variants: readonly Variant[] = [
  { name: 'woken by NOTIFY', latencyMs: [200, 1_500], isWoken: true },
  { name: 'looking again after 50 to 800 ms', latencyMs: [200, 1_500], isWoken: false },
  { name: 'woken, a very slow endpoint', latencyMs: [10_500, 11_800], isWoken: true },
];

interface Figures extends Variant {
  calls: number;
  repeated: number;
  failed: number;
  p50Ms: number;
  p99Ms: number;
  nodeMs: number;
  postgresMs: number;
}

export async function measureTokenRefresh(stage: Stage): Promise<{ text: string; figures: object }> {
  const key = randomBytes(32);
  const endpoint = await startChild('token-endpoint.ts');
  const smartcar = `http://127.0.0.1:${endpoint.port}`;
  const env = { DATABASE_URL: stage.databaseUrl, SMARTCAR: smartcar, SEALING_KEY: key.toString('base64') };
  const processes = await Promise.all(Array.from({ length: processCount }, () => startChild('token-callers.ts', env)));
  try {
    // The first round makes connections and warms the code; it is not counted.
    await measure(stage, key, smartcar, processes, { name: 'warm', latencyMs: [1, 10], isWoken: true });
    const found: Figures[] = [];
    for (const variant of variants) found.push(await measure(stage, key, smartcar, processes, variant));
    return { text: describe(found), figures: { processCount, callersEach, familyCount, variants: found } };
  } finally {
    await Promise.all([endpoint, ...processes].map((child) => child.stop()));
  }
}

async function measure(
  stage: Stage,
  key: Buffer,
  smartcar: string,
  processes: readonly Child[],
  variant: Variant,
): Promise<Figures> {
  const { fleetId, families } = await seedFamilies(stage, key);
  await fetch(`${smartcar}/latency/${variant.latencyMs.join('/')}`, { method: 'POST' });
  const postgres = cpuOfTree(stage.postgresPid);
  const ran = await Promise.all(
    processes.map(({ port }, place) =>
      runIn(port, { fleetId, families: shareOf(families, place), isWoken: variant.isWoken }),
    ),
  );
  const postgresMs = (cpuOfTree(stage.postgresPid) - postgres) * 1_000;
  const count = (await (await fetch(`${smartcar}/count`)).json()) as { calls: number; repeated: number }; // our own
  const waits = ran.flatMap(({ waitsMs }) => waitsMs);
  return {
    ...variant,
    ...count,
    failed: ran.reduce((sum, { failed }) => sum + failed, 0),
    p50Ms: percentile(waits, 0.5),
    p99Ms: percentile(waits, 0.99),
    nodeMs: ran.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    postgresMs,
  };
}

/** Every process wants every family, some of them twice. */
const shareOf = (families: readonly TokenSetId[], place: number): TokenSetId[] =>
  Array.from({ length: callersEach }, (_, caller) => families[(place * callersEach + caller) % familyCount]).filter(
    (id) => id !== undefined,
  );

async function runIn(port: number, run: Run): Promise<Ran> {
  const answer = await fetch(`http://127.0.0.1:${port}/run`, { method: 'POST', body: JSON.stringify(run) });
  return (await answer.json()) as Ran; // our own process
}

async function seedFamilies(stage: Stage, key: Buffer): Promise<{ fleetId: FleetId; families: TokenSetId[] }> {
  const database = openDatabase({ url: stage.databaseUrl });
  const vault = openVault([{ id: 'bench', key }]);
  const issuedAt = new Date(Date.now() - 3 * 3_600_000);
  const after = (s: number): Date => new Date(issuedAt.getTime() + s * 1_000);
  try {
    const fleetId = await makeFleet(database, 'Tokens');
    const families = Array.from({ length: familyCount }, () => newId('tok', issuedAt));
    await database.asFleet(fleetId, async (tx) => {
      for (const id of families) {
        const tokens = { accessToken: `access-${id}`, refreshToken: `refresh-${id}` };
        const sealed = sealTokens(vault, { fleetId, tokenSetId: id }, tokens);
        const ends = { accessExpiresAt: after(7_200), refreshExpiresAt: after(60 * 86_400) };
        await insertTokenSet(tx, { id, fleetId, smartcarUserId: null, sealed, issuedAt, ...ends });
      }
    });
    return { fleetId, families };
  } finally {
    await database.close();
  }
}

function describe(found: readonly Figures[]): string {
  const head = ['', 'endpoint ms', 'asked', 'twice', 'failed', 'p50 ms', 'p99 ms', 'Node CPU ms', 'PostgreSQL CPU ms'];
  const rows = found.map((each) => [
    each.name,
    each.latencyMs.join('-'),
    each.calls,
    each.repeated,
    each.failed,
    each.p50Ms,
    each.p99Ms,
    each.nodeMs,
    each.postgresMs,
  ]);
  const what = `${processCount} processes with ${callersEach} callers each want ${familyCount} families of tokens that have ended`;
  return `Tokens of v2: ${what}\n${table(head, rows)}`;
}
