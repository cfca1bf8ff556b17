/** Towline as a process to be killed: real HTTP on a port of its own; its clock and its rounds are the proof's to order. */
import { flushCompileCache } from 'node:module';
import { bindFlows, closeGround, listen, type Ground } from '../../src/app.ts';
import { ensureBootstrapKey, ensureFleets } from '../../src/flows/bootstrap.ts';
import { ensurePartitions } from '../../src/store/telemetry.ts';
import type { Done } from '../../test/crash/orders.ts';
import { openTowline, optionsFor, told, workDue, type Place } from './towline.ts';

export type Order =
  | { do: 'open'; place: Place; now: string }
  /** The time is another; nothing happens. */
  | { do: 'tick'; now: string }
  /** Everything that is due by now. */
  | { do: 'work'; now: string }
  | { do: 'close'; now: string };

interface Opened {
  ground: Ground;
  close(): Promise<void>;
}

const clock = { now: new Date(0) };
let opened: Opened | null = null;
let faults: string[] = [];

process.on('message', (message: Order & { id: number }) => void obey(message));
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
// Who is killed writes no cache at its end, and the next one starts in half the time with one.
flushCompileCache();

async function obey(order: Order & { id: number }): Promise<void> {
  clock.now = new Date(order.now);
  const done: Done = { id: order.id, faults: [], error: null, status: null };
  await follow(order).catch((error: unknown) => {
    done.error = told(error);
  });
  done.faults = faults;
  faults = [];
  process.send?.(done);
}

async function follow(order: Order): Promise<void> {
  if (order.do === 'open') opened = await open(order.place);
  if (!opened) throw new Error('Nothing is open.');
  if (order.do === 'work') await workDue(opened.ground, clock.now);
  if (order.do === 'close') await opened.close();
}

async function open(place: Place): Promise<Opened> {
  const options = optionsFor(place, () => clock.now);
  const ground = await openTowline(options, (sentence) => faults.push(sentence));
  const [fleetId] = await ensureFleets(ground, true, clock.now);
  await ensureBootstrapKey(ground, place.key, fleetId, clock.now);
  await ensurePartitions(ground.database, clock.now);
  const server = await listen(ground, bindFlows(ground), options);
  return {
    ground,
    async close() {
      await server.close();
      await closeGround(ground);
    },
  };
}
