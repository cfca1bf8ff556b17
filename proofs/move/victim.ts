/** Towline as a process to be killed: real HTTP on a port of its own; its clock and its rounds are the proof's to order. */
import { bindFlows, closeGround, listen, type Ground } from '../../src/app.ts';
import { ensureBootstrapKey, ensureFleets } from '../../src/flows/bootstrap.ts';
import { ensurePartitions } from '../../src/store/telemetry.ts';
import { obeyOrders } from '../../test/crash/obey.ts';
import { openTowline, optionsFor, workDue, type Place } from './towline.ts';

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
const faults: string[] = [];

obeyOrders<Order>(faults, async (order) => {
  clock.now = new Date(order.now);
  await follow(order);
});

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
