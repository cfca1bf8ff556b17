/**
 * Double taps at two real processes on one database, each tap of a pair at another one: Smartcar must be asked once for
 * each pair. `npm run prove -- taps` taps a thousand times.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { tapTwice } from '../flows/double-taps.ts';
import { freePort } from '../support/ports.ts';
import { readByPlan } from '../support/world.ts';
import { watchFleet, type WatchedFleet } from './fleet.ts';
import { startProgram, until, type Program } from './program.ts';

const pairs = Number(process.env['TAPS'] ?? 20);
/** Each of an owner of its own, which there are no more of. */
const cars = Math.min(6, pairs / 4);

/** Written down and not yet answered. */
const unanswered = "select from command where state = 'queued' or (state = 'sent' and accepted_at is null)";

describe('two processes on one database', () => {
  let fleet: WatchedFleet;
  const programs: Program[] = [];
  before(async () => {
    fleet = await watchFleet(cars);
    await readByPlan(fleet.world);
    const ports = [await freePort(), await freePort()];
    const webhook = { url: `http://127.0.0.1:${ports[0] ?? 0}/webhooks/smartcar` };
    await fleet.world.sim('PATCH', '/sim/api/knobs', { limitsVehicles: false, webhook });
    const { databaseUrl, clockFile } = fleet;
    const simulatorOrigin = fleet.world.simulator.origin;
    for (const port of ports) programs.push(await startProgram({ databaseUrl, simulatorOrigin, port, clockFile }));
  });
  after(async () => {
    for (const program of programs) program.kill('SIGKILL');
    await Promise.all(programs.map(({ ended }) => ended));
    await fleet.close();
  });

  test('as many double taps as there are, so many requests at Smartcar', async () => {
    const began = performance.now();
    await fleet.world.sim('DELETE', '/sim/api/requests');
    const ids = (await fleet.rows("select vehicle_id as id from connection where status = 'active'")) as {
      id: never;
    }[];
    const tapped = await tapTwice(
      {
        origins: programs.map(({ url }) => url),
        apiKey: fleet.world.key,
        cars: ids.map(({ id }) => id),
        async goOn(round) {
          await until('every command is answered', async () => (await fleet.count(unanswered)) === 0);
          await fleet.pass(16 + (round % 5) * 15);
        },
      },
      pairs,
    );
    const routes = (await fleet.world.sim('GET', '/sim/api/requests'))['routes'] as Record<string, { count: number }>;
    const asked = Object.entries(routes).filter(([route]) => route.includes('/commands/'));
    const requests = asked.reduce((sum, [, { count }]) => sum + count, 0);
    const ends = await fleet.rows(
      "select state || coalesce(': ' || cause, '') as is, count(*)::int as times from command group by 1 order by 2 desc",
    );
    const told = (entries: [string, number][]): string => entries.map(([what, times]) => `${times} ${what}`).join(', ');
    console.log(
      `${tapped.pairs} double taps: ${requests} requests at Smartcar, in ${Math.round((performance.now() - began) / 1_000)} s`,
    );
    console.log(`double taps answered: ${told([...tapped.answers])}`);
    console.log(`double taps came to: ${told(ends.map(({ is, times }) => [String(is), Number(times)]))}`);
    assert.deepEqual([tapped.pairs, requests, tapped.twice], [pairs, pairs, 0]);
    assert.equal(await fleet.count('select from command'), pairs);
    for (const said of tapped.answers.keys()) assert.match(said, /^(202|409 idempotency_conflict)$/);
  });
});
