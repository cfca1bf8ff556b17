/** Tables to download: what is in them, what is not, and who may take them. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';

import { bearer, makeKey, makeVehicle, startServer } from './server.ts';
import type { TestServer } from './server.ts';

describe('the export of vehicles', () => {
  let server: TestServer;
  const take = (url: string, key = server.north.key) =>
    server.app.inject({ method: 'GET', url: `/api/v1${url}`, headers: bearer(key) });
  async function rows(url: string, separator = ','): Promise<Record<string, string>[]> {
    const answer = await take(url);
    assert.equal(answer.statusCode, 200, answer.body);
    return parse<Record<string, string>>(answer.body, { bom: true, columns: true, delimiter: separator });
  }

  before(async () => {
    server = await startServer();
    const make = (given: Parameters<typeof makeVehicle>[2]) => makeVehicle(server, server.north.id, given);
    await make({ number: 'CAR-1', status: 'active', newsH: 1, ownerName: 'Meyer, "Jana"' });
    await make({ number: 'CAR-2', status: 'expired', cause: 'signedOut', newsH: 40, make: 'HYUNDAI' });
    await make({ number: '=HYPERLINK("x")', ownerName: '@SUM(A1)' });
    await makeVehicle(server, server.south.id, { number: 'SOUTHERN-1' });
  });
  after(() => server.close());

  test('has the columns of an import, how each is connected, whose turn it is and how old its data is', async () => {
    const answer = await take('/vehicles/export');
    assert.deepEqual(
      [answer.headers['content-type'], answer.headers['content-disposition'], answer.headers['cache-control']],
      ['text/csv; charset=utf-8', 'attachment; filename="vehicles-2026-11-20.csv"', 'no-store'],
    );
    const [, one, two] = await rows('/vehicles/export');
    assert.ok(one && two);
    assert.deepEqual(Object.keys(one), [
      ...['Number', 'Plate', 'VIN', 'Make', 'Model', 'Year', 'Powertrain', 'Country'],
      ...['Owner name', 'Owner e-mail', 'Owner phone', 'Owner language'],
      ...['Status', 'Cause', 'Next action', 'Freshness', 'Last telemetry', 'Lapses'],
    ]);
    assert.deepEqual(
      [one['Number'], one['Owner name'], one['Owner e-mail'], one['Status'], one['Cause'], one['Freshness']],
      ['CAR-1', 'Meyer, "Jana"', 'car-1@owners.example', 'Active', '', 'fresh'],
    );
    assert.deepEqual([two['Status'], two['Next action']], ['Expired', 'Owner: sign in and widen permissions']);
    assert.match(two['Cause'] ?? '', /Hyundai account/);
    assert.match(two['Freshness'] ?? '', /^stale: /);
  });

  test('holds nothing that a spreadsheet would run, no precise location, and nothing of another fleet', async () => {
    const { body } = await take('/vehicles/export');
    assert.ok(body.includes(`"'=HYPERLINK(""x"")"`), body);
    assert.ok(body.includes(",'@SUM(A1),"));
    assert.doesNotMatch(body, /53\.55|9\.99|SOUTHERN|latitude/);
  });

  test('has what the list shows under the same filters, and separates as is wished', async () => {
    const numbers = async (url: string, separator = ','): Promise<(string | undefined)[]> =>
      (await rows(url, separator)).map((row) => row['Number']);
    assert.deepEqual(await numbers('/vehicles/export?status=expired'), ['CAR-2']);
    assert.deepEqual(await numbers('/vehicles/export?q=jana'), ['CAR-1']);
    assert.deepEqual(await numbers('/vehicles/export?make=HYUNDAI&separator=semicolon', ';'), ['CAR-2']);
    assert.deepEqual(await numbers('/vehicles/export?status=error'), []);
    const wrong = await take('/vehicles/export?status=broken');
    assert.deepEqual([wrong.statusCode, wrong.json<{ code: string }>().code], [400, 'invalid_input']);
  });

  test('is written into the audit log with who took it, and refused to strangers', async () => {
    await take('/vehicles/export');
    const { items } = (await take('/audit')).json<{ items: { act: string; actor: { name: string } }[] }>();
    assert.deepEqual([items[0]?.act, items[0]?.actor.name], ['exportVehicles', 'Key of a administrator']);
    const stranger = await server.app.inject({ method: 'GET', url: '/api/v1/vehicles/export?status=broken' });
    assert.equal(stranger.statusCode, 401);
  });

  test('of what can be mended is for those who may change vehicles', async () => {
    const viewer = await makeKey(server, server.north.id, 'viewer');
    const answer = await take('/imports/imp_00000000000000000000000000/problems.csv', viewer);
    assert.equal(answer.statusCode, 403);
    assert.equal((await take('/imports/imp_00000000000000000000000000/problems.csv')).statusCode, 404);
    assert.equal((await take('/imports/nonsense/problems.csv')).statusCode, 404);
  });

  test('is described with the other calls', async () => {
    const { paths } = (await server.app.inject({ method: 'GET', url: '/api/openapi.json' })).json<{
      paths: Record<
        string,
        Record<
          string,
          { operationId: string; responses?: Record<string, { content: object }>; requestBody?: { content: object } }
        >
      >;
    }>();
    assert.deepEqual(Object.keys(paths['/api/v1/vehicles/export']?.['get']?.responses?.['200']?.content ?? {}), [
      'text/csv',
    ]);
    assert.ok('text/csv' in (paths['/api/v1/vehicles/import']?.['post']?.requestBody?.content ?? {}));
  });

  test('has a template with the columns that an import knows, and nothing else', async () => {
    const { body } = await take('/imports/template.csv?separator=tab');
    assert.equal(body.replace('\uFEFF', '').split('\r\n').length, 2);
    assert.match(body, /^\uFEFFNumber\tPlate\tVIN\t/);
  });
});
