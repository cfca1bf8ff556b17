/** The commands of a fleet as programs read them: the history by page and filter, and how well it works. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import type { CommandSummaryView, FleetCommandView } from '../../src/http/contract/commands.ts';
import { addCommand } from '../store/records.ts';
import type { CommandGiven } from '../store/records.ts';
import { bearer, makeVehicle, now, startServer } from './server.ts';
import type { TestFleet, TestServer } from './server.ts';

describe('the commands of a fleet', () => {
  let server: TestServer;
  let volkswagen: VehicleId;

  async function carWith(fleet: TestFleet, number: string, make: string, commands: CommandGiven[]): Promise<VehicleId> {
    const { vehicleId, connectionId } = await makeVehicle(server, fleet.id, { number, make, status: 'active' });
    assert.ok(connectionId);
    const car = { fleetId: fleet.id, vehicleId, connectionId };
    await server.database.asFleet(fleet.id, async (tx) => {
      for (const command of commands) await addCommand(tx, car, command);
    });
    return vehicleId;
  }

  before(async () => {
    server = await startServer();
    volkswagen = await carWith(server.north, 'CAR-1', 'VOLKSWAGEN', [
      { agoS: 400, state: 'confirmed', type: 'unlock', acceptedS: 4, endedS: 12 },
      { agoS: 300, state: 'failed', cause: 'doorOpen' },
      { agoS: 200, state: 'confirmed', acceptedS: 6, endedS: 20 },
    ]);
    await carWith(server.north, 'CAR-2', 'HYUNDAI', [
      { agoS: 250, state: 'unconfirmed', cause: 'notHeard', acceptedS: 9 },
      { agoS: 10, state: 'queued', type: 'unlock' },
    ]);
    await carWith(server.south, 'SOUTHERN', 'VOLKSWAGEN', [{ agoS: 100, state: 'confirmed', endedS: 5 }]);
  });
  after(() => server.close());

  const ask = (url: string, key = server.north.key) =>
    server.app.inject({ method: 'GET', url: `/api/v1${url}`, headers: bearer(key) });
  async function list(query = '', key?: string): Promise<{ items: FleetCommandView[]; nextCursor: string | null }> {
    const answer = await ask(`/commands${query}`, key);
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json();
  }
  const told = async (query = '', key?: string): Promise<string[]> =>
    (await list(query, key)).items.map(({ vehicle, type, state }) => `${vehicle.number} ${type} ${state}`);
  const summary = async (query = '', key?: string) =>
    (await ask(`/commands/summary${query}`, key)).json<CommandSummaryView>();

  test('are listed newest first, each with its car, its cause in words and who asked; another fleet sees its own', async () => {
    assert.deepEqual(await told(), [
      'CAR-2 unlock queued',
      'CAR-1 lock confirmed',
      'CAR-2 lock unconfirmed',
      'CAR-1 lock failed',
      'CAR-1 unlock confirmed',
    ]);
    const failed = (await list()).items[3];
    assert.deepEqual(failed?.vehicle, { id: volkswagen, number: 'CAR-1', make: 'VOLKSWAGEN', model: 'ID.3' });
    assert.deepEqual([failed.causeText, failed.requestedBy.name], ['A door is open.', 'Towline']);
    assert.deepEqual(await told('', server.south.key), ['SOUTHERN lock confirmed']);
    assert.deepEqual(await told(`?vehicle=${volkswagen}`, server.south.key), []);
  });

  test('are found by state, several at once, by type, make, vehicle and time', async () => {
    assert.deepEqual(await told('?state=failed'), ['CAR-1 lock failed']);
    assert.deepEqual(await told('?state=failed,unconfirmed,expired'), ['CAR-2 lock unconfirmed', 'CAR-1 lock failed']);
    assert.deepEqual(await told('?type=unlock'), ['CAR-2 unlock queued', 'CAR-1 unlock confirmed']);
    assert.deepEqual(await told('?make=hyundai&type=lock'), ['CAR-2 lock unconfirmed']);
    assert.deepEqual(await told(`?vehicle=${volkswagen}&state=confirmed&type=lock`), ['CAR-1 lock confirmed']);
    const since = new Date(now.getTime() - 200_000).toISOString();
    assert.deepEqual(await told(`?since=${since}`), ['CAR-2 unlock queued', 'CAR-1 lock confirmed']);
    assert.deepEqual(await told('?vehicle=veh_of_nobody'), []);
  });

  test('come a page at a time, without a gap or a repetition, also under a filter', async () => {
    for (const filter of ['', '&state=confirmed,failed']) {
      const seen: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: Awaited<ReturnType<typeof list>> = await list(`?limit=2${filter}${cursor && `&cursor=${cursor}`}`);
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      }
      assert.deepEqual(
        seen,
        (await list(`?limit=200${filter}`)).items.map(({ id }) => id),
      );
    }
  });

  test('what no command can be is refused', async () => {
    const wrong = [
      '?state=done',
      '?state=failed,',
      '?state=failed&state=sent',
      '?type=honk',
      '?since=yesterday',
      '/summary?days=0',
      '/summary?days=91',
      '/summary?days=1.5',
    ];
    for (const query of wrong) {
      const answer = await ask(`/commands${query}`);
      assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [400, 'invalid_input'], query);
    }
  });

  test('are counted by make and over all, with the share that the car confirmed and how long it took', async () => {
    const { all, makes, ...window } = await summary('?days=1');
    const from = new Date(now.getTime() - 86_400_000).toISOString();
    assert.deepEqual(window, { days: 1, from, isCut: false });
    const figures = { expired: 0, cancelled: 0, superseded: 0 };
    const volkswagens = { asked: 3, underWay: 0, confirmed: 2, unconfirmed: 0, failed: 1, ...figures };
    const confirmedAfter = { medianS: 16, p95S: 19.6 };
    assert.deepEqual(makes, [
      {
        make: 'VOLKSWAGEN',
        name: 'Volkswagen',
        ...volkswagens,
        successRate: 2 / 3,
        acceptedAfter: { medianS: 5, p95S: 5.9 },
        confirmedAfter,
      },
      {
        make: 'HYUNDAI',
        name: 'Hyundai',
        ...{ asked: 2, underWay: 1, confirmed: 0, unconfirmed: 1, failed: 0, ...figures },
        successRate: 0,
        acceptedAfter: { medianS: 9, p95S: 9 },
        confirmedAfter: null,
      },
    ]);
    assert.deepEqual(
      [all.asked, all.underWay, all.successRate, all.acceptedAfter?.medianS, all.confirmedAfter],
      [5, 1, 0.5, 6, confirmedAfter],
    );
    const south = await summary('', server.south.key);
    assert.deepEqual([south.days, south.all.asked, south.makes.length], [30, 1, 1]);
  });
});
