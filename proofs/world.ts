/** What the proofs of a whole fleet stand on: a database, and the simulator over HTTP, on one clock that the proof moves. */
import { rmSync } from 'node:fs';
import { demoCredentials } from '../simulator/credentials.ts';
import { startSimulator, type RunningSimulator, type SimulatorOptions } from '../simulator/server.ts';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts';
import { migrate } from '../src/store/migrate.ts';
import { freePort } from '../test/support/ports.ts';
import { temporaryFolder } from '../test/support/start-servers.ts';

export interface World {
  readonly databaseUrl: string;
  readonly simulator: RunningSimulator;
  readonly seed: number;
  /** Where Towline is to listen; nobody does yet. */
  readonly port: number;
  /** That port's address. */
  readonly publicUrl: string;
  /** In the place of every clock. */
  readonly clock: { now: Date };
  /** A call of the simulator's controls. @throws when it refuses */
  sim(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

/** Monday, 4 May 2026, 06:00 UTC. */
const startAt = Date.UTC(2026, 4, 4, 6);

/** @param cars how many the simulated fleet has @param simulated what else differs from the simulator of the demo */
export async function openWorld(seed: number, cars: number, simulated: SimulatorOptions = {}): Promise<World> {
  const clock = { now: new Date(startAt) };
  const folder = await temporaryFolder();
  const postgres = await startEmbeddedPostgres({ dataDir: folder, durable: false });
  await migrate({ url: postgres.url });
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const simulator = await startSimulator({
    ...demoCredentials,
    clock: () => clock.now,
    seed,
    many: cars,
    bucket: null,
    redirectUris: [`${publicUrl}/connect/callback`],
    webhookUrl: `${publicUrl}/webhooks/smartcar`,
    ...simulated,
  });
  return {
    databaseUrl: postgres.url,
    simulator,
    seed,
    port,
    publicUrl,
    clock,
    sim: controlsOf(simulator.origin),
    async close() {
      await simulator.close();
      await postgres.stop();
      for (const path of [postgres.dataDir, folder]) rmSync(path, { recursive: true, force: true });
    },
  };
}

function controlsOf(origin: string): World['sim'] {
  return async (method, path, body) => {
    const response = await fetch(`${origin}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Record<string, unknown>; // the controls answer objects alone
    if (!response.ok) throw new Error(`The simulator answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  };
}
