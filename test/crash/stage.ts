/** One run: a copy of the world, a victim in it, and the proxies between them. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startSimulator, type RunningSimulator } from '../../simulator/server.ts';
import { startDatabaseProxy, throughProxy } from './database-proxy.ts';
import { startMailProxy, startMailServer, type MailServer } from './mail-proxy.ts';
import type { Done, Order } from './orders.ts';
import { countPoints, type Points, type Proxy } from './points.ts';
import { startSmartcarProxy } from './smartcar-proxy.ts';
import { freeTasks, letTasksRunAgain } from './sql.ts';
import { copyOf, type Copy, type Template } from './template.ts';
import { Died, type Victim, type Victims } from './victims.ts';

/** From the kill to the next start. The application token's lease ends in it; the others go on. */
const usualRestartAfterS = 25;

type Wish = Order extends infer O ? (O extends Order ? Omit<O, 'now'> : never) : never;

export interface Stage {
  readonly template: Template;
  readonly points: Points;
  readonly simulator: RunningSimulator;
  readonly databaseUrl: string;
  /** The Message-IDs that the mail server took. */
  readonly accepted: readonly string[];
  /** What went wrong on our side, the kill apart. */
  readonly faults: readonly string[];
  /** Asks the victim. @returns false when it was killed over it, and a fresh one stands in its place */
  order(wish: Wish): Promise<boolean>;
  /** The same. @returns the status that it answered; null when it was killed over it */
  askFor(wish: Wish): Promise<number | null>;
  /** The clock moves on, and everything happens that is due by then. */
  advance(seconds: number): Promise<void>;
  close(): Promise<void>;
}

export async function openStage(
  victims: Victims,
  template: Template,
  options: { limit: number | null; hasMailServer: boolean; restartAfterS?: number },
): Promise<Stage> {
  const copy = await copyOf(template);
  const clock = { now: template.at };
  let victim: Victim = await victims.take();
  const points = countPoints(options.limit, () => victim.kill());
  const door = await startDoor(
    async (body, signature) => (await ask({ do: 'webhook', body, signature })).status ?? 503,
  );
  const publicUrl = `http://127.0.0.1:${(door.address() as AddressInfo).port}`; // on a port, not on a pipe
  const simulator = await startSimulator({
    clock: () => clock.now,
    seed: 7,
    bucket: null,
    stateFile: copy.stateFile,
    redirectUris: [`${publicUrl}/connect/callback`],
    webhookUrl: `${publicUrl}/webhooks/smartcar`,
  });
  const mail = options.hasMailServer ? await startMailServer() : null;
  const proxies = await startProxies(copy, simulator, mail, points);
  const faults: string[] = [];

  async function ask(wish: Wish): ReturnType<Victim['ask']> {
    const done = await victim.ask({ ...wish, now: clock.now.toISOString() } as Order); // a wish is an order without its time
    faults.push(...done.faults, ...(done.error === null ? [] : [done.error]));
    return done;
  }
  const open = async (): Promise<void> => {
    await ask({
      do: 'open',
      publicUrl,
      speaks: template.speaks,
      connectOrigin: simulator.origin,
      databaseUrl: throughProxy(copy.databaseUrl, proxies.database.port),
      smartcarOrigin: `http://127.0.0.1:${proxies.smartcar.port}`,
      smtpUrl: proxies.mail && `smtp://127.0.0.1:${proxies.mail.port}`,
    });
  };
  async function replace(): Promise<void> {
    await victim.gone;
    for (const proxy of Object.values(proxies)) proxy?.cut();
    clock.now = new Date(clock.now.getTime() + (options.restartAfterS ?? usualRestartAfterS) * 1_000);
    await freeTasks(copy.databaseUrl);
    victim = await victims.take();
    await open();
  }
  const follow = async (wish: Wish): Promise<Done | null> => {
    try {
      return await ask(wish);
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      await replace();
      return null;
    }
  };
  const order = async (wish: Wish): Promise<boolean> => (await follow(wish)) !== null;
  await open();
  return {
    template,
    points,
    simulator,
    faults,
    order,
    askFor: async (wish) => (await follow(wish))?.status ?? null,
    databaseUrl: copy.databaseUrl,
    accepted: mail?.accepted ?? [],
    async advance(seconds) {
      clock.now = new Date(clock.now.getTime() + seconds * 1_000);
      // Webhooks arrive in it, so a victim may die in it; then Smartcar has no answer, and sends again.
      await simulator.advanceTo(clock.now);
      await letTasksRunAgain(copy.databaseUrl);
      while (!(await order({ do: 'settle' })));
    },
    async close() {
      await order({ do: 'close' });
      victims.giveBack(victim);
      await simulator.close();
      for (const proxy of Object.values(proxies)) await proxy?.close();
      await mail?.close();
      door.closeAllConnections();
      door.close();
      await copy.drop();
    },
  };
}

interface Proxies {
  database: Proxy;
  smartcar: Proxy;
  mail: Proxy | null;
}

async function startProxies(
  copy: Copy,
  simulator: RunningSimulator,
  mail: MailServer | null,
  points: Points,
): Promise<Proxies> {
  return {
    database: await startDatabaseProxy(copy.databaseUrl, points),
    smartcar: await startSmartcarProxy(simulator.origin, points),
    mail: mail && (await startMailProxy(mail.port, points)),
  };
}

/** Smartcar's way to us: what the victim does not answer is not answered with success. */
async function startDoor(deliver: (body: string, signature: string | null) => Promise<number>): Promise<Server> {
  const receive = async (request: IncomingMessage): Promise<number> => {
    const body = Buffer.concat((await request.toArray()) as Buffer[]); // without an encoding, buffers
    const signature = request.headers['sc-signature'];
    return deliver(body.toString('base64'), typeof signature === 'string' ? signature : null).catch(() => 503);
  };
  const server = createServer((request, response) => {
    void receive(request).then((status) => response.writeHead(status).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
