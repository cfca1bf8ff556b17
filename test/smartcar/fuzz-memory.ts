/**
 * Reads a hundred bodies of a megabyte each, keeps what came of them, and prints by how many megabytes the heap grew for
 * each sort of body. Runs in a process of its own, with `--expose-gc`.
 */
import { readConnections } from '../../src/smartcar/connections.ts';
import { failureOf } from '../../src/smartcar/error-body.ts';
import { readSignalsPage } from '../../src/smartcar/signals.ts';
import { readWebhooks } from '../../src/smartcar/subscriptions.ts';
import { readVinAnswer } from '../../src/smartcar/v2/vehicle.ts';
import { readVehicleAnswer } from '../../src/smartcar/vehicle.ts';
import { parseWebhook } from '../../src/smartcar/webhook/parse-webhook.ts';
import { received, receivedAt } from './fixture.ts';

const megabyte = 1024 * 1024;
/** Different each time, so that nothing is the same string twice. */
const padding = (turn: number): string => String(turn).padEnd(megabyte, ' ');

const sorts: Record<string, (turn: number) => unknown> = {
  'no JSON': (turn) => failureOf(received(padding(turn).replaceAll(' ', '['), { status: 500 })),
  'an error with a large description': (turn) =>
    failureOf(received({ type: 'VEHICLE_STATE', code: 'ASLEEP', description: padding(turn) }, { status: 500 })),
  'an address between spaces': (turn) =>
    failureOf(
      received(
        { type: 'X', resolution: { type: 'Y', url: `${padding(turn).slice(10)}https://x.example/${turn}` } },
        { status: 500 },
      ),
    ),
  'a name between spaces': (turn) =>
    readVehicleAnswer(
      received({
        id: `v-${turn}`,
        attributes: { make: `VOLKSWAGEN GROUP ${padding(turn)}`, model: `${padding(turn)}` },
      }),
    ),
  'a webhook of a name between spaces': (turn) =>
    readWebhooks(
      received({ data: [{ id: 'w', attributes: { name: `${' '.repeat(megabyte)}the webhook of number ${turn}` } }] }),
    ),
  'a VIN between spaces': (turn) =>
    readVinAnswer(received({ vin: `WVWZZZAUZJW${String(turn).padStart(6, '0')}${' '.repeat(megabyte)}` })),
  'a signal with a large body': (turn) =>
    readSignalsPage(received({ data: [{ code: 'a', body: { value: padding(turn) } }] }), receivedAt),
  'a signal beside a large other': (turn) =>
    readSignalsPage(
      received({ data: [{ code: 'a', body: { value: `a text of some length, number ${turn}` } }, padding(turn)] }),
      receivedAt,
    ),
  'a list of one, and a large rest': (turn) => readConnections(received({ data: [], included: padding(turn) })),
  'a webhook that is too large': (turn) => parseWebhook(Buffer.from(padding(turn)), receivedAt),
};

function grownMb(read: (turn: number) => unknown): number {
  const collect = globalThis.gc;
  if (!collect) throw new Error('Start it with --expose-gc.');
  read(-1); // what the first run compiles is no leak
  collect();
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: 100 }, (_, turn) => read(turn));
  collect();
  const after = process.memoryUsage().heapUsed;
  return kept.length === 100 ? Math.round((after - before) / megabyte) : Number.NaN;
}

console.log(JSON.stringify(Object.fromEntries(Object.entries(sorts).map(([name, read]) => [name, grownMb(read)]))));
