/** What lists and panels show: pages, filters, views. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { newId } from '../../src/domain/ids.ts';
import { bearer, makeVehicle, now, startServer } from './server.ts';
import type { TestServer } from './server.ts';

interface View {
  id: string;
  number: string;
  connection: {
    status: string;
    cause: string | null;
    nextAction: { who: string } | null;
    permissions: { missing: { permission: string; text: string }[] };
  } | null;
  freshness: { state: string; reason: string | null };
  signals: { code: string; name: string; freshness: string }[];
  capabilities: Record<string, { allowed: boolean; reason: string | null }>;
}

describe('lists', () => {
  let server: TestServer;
  const get = async <T = { items: View[]; nextCursor: string | null }>(url: string): Promise<T> => {
    const answer = await server.app.inject({ method: 'GET', url: `/api/v1${url}`, headers: bearer(server.north.key) });
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json<T>();
  };
  const numbers = async (url: string): Promise<string[]> => (await get(url)).items.map(({ number }) => number);
  let signedOut: Awaited<ReturnType<typeof makeVehicle>>;

  before(async () => {
    server = await startServer();
    const make = (given: Parameters<typeof makeVehicle>[2]) => makeVehicle(server, server.north.id, given);
    await make({ number: 'car-3', status: 'active', newsH: 1 });
    await make({ number: 'CAR-1', status: 'active', newsH: 13, ownerName: 'Grace 100%' });
    signedOut = await make({ number: 'CAR-2', status: 'expired', cause: 'signedOut', newsH: 30, make: 'HYUNDAI' });
    await make({ number: 'CAR-4', status: 'active', newsH: 20, make: 'HYUNDAI' });
    await make({ number: 'CAR-5' });
    await make({ number: 'CAR-6', status: 'error', cause: 'planLimit' });
  });
  after(() => server.close());

  test('pages follow each other without a gap or a repetition, however small', async () => {
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const page = await get(`/vehicles?limit=2${cursor}`);
      seen.push(...page.items.map(({ number }) => number));
      if (!page.nextCursor) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    assert.deepEqual(seen, ['CAR-1', 'CAR-2', 'car-3', 'CAR-4', 'CAR-5', 'CAR-6']);
  });

  test('a cursor that is not ours is refused', async () => {
    for (const cursor of [
      'nonsense',
      Buffer.from('["a"]').toString('base64url'),
      Buffer.from('{}').toString('base64url'),
    ]) {
      const answer = await server.app.inject({
        method: 'GET',
        url: `/api/v1/vehicles?cursor=${cursor}`,
        headers: bearer(server.north.key),
      });
      assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [400, 'invalid_cursor']);
    }
    const wrongTime = Buffer.from('["yesterday","alt_1"]').toString('base64url');
    const alerts = await server.app.inject({
      method: 'GET',
      url: `/api/v1/alerts?cursor=${wrongTime}`,
      headers: bearer(server.north.key),
    });
    assert.equal(alerts.json<{ code: string }>().code, 'invalid_cursor');
  });

  test('vehicles are found by status, cause, turn, make and owner', async () => {
    assert.deepEqual(await numbers('/vehicles?status=active'), ['CAR-1', 'car-3', 'CAR-4']);
    assert.deepEqual(await numbers('/vehicles?status=unconnected'), ['CAR-5']);
    assert.deepEqual(await numbers('/vehicles?cause=signedOut'), ['CAR-2']);
    assert.deepEqual(await numbers('/vehicles?who=operator'), ['CAR-6']);
    assert.deepEqual(await numbers('/vehicles?make=hyundai'), ['CAR-2', 'CAR-4']);
    assert.deepEqual(await numbers(`/vehicles?owner=${signedOut.ownerId}`), ['CAR-2']);
  });

  test('freshness is judged by the habits of each make', async () => {
    assert.deepEqual(await numbers('/vehicles?freshness=fresh'), ['car-3', 'CAR-4']);
    assert.deepEqual(await numbers('/vehicles?freshness=stale'), ['CAR-1', 'CAR-2']);
    assert.deepEqual(await numbers('/vehicles?freshness=never'), ['CAR-5', 'CAR-6']);
    for (const state of ['fresh', 'stale', 'never']) {
      const { items } = await get(`/vehicles?freshness=${state}`);
      assert.deepEqual(
        items.map(({ freshness }) => freshness.state),
        items.map(() => state),
        'the filter and the view agree',
      );
    }
  });

  test('search finds parts of number, plate, model and owner, and takes wildcards literally', async () => {
    assert.deepEqual(await numbers('/vehicles?q=r-3'), ['car-3']);
    assert.deepEqual(await numbers('/vehicles?q=HH-CAR-4'), ['CAR-4']);
    assert.deepEqual(await numbers('/vehicles?q=grace'), ['CAR-1']);
    assert.deepEqual(await numbers(`/vehicles?q=${encodeURIComponent('100%')}`), ['CAR-1']);
    assert.deepEqual(await numbers(`/vehicles?q=${encodeURIComponent('%')}`), ['CAR-1']);
    assert.deepEqual(await numbers('/vehicles?q=_'), []);
  });

  test('the panel says status, cause, turn, what is missing and what cannot be pressed', async () => {
    const view = await get<View>(`/vehicles/${signedOut.vehicleId}`);
    assert.deepEqual(
      [view.connection?.status, view.connection?.cause, view.connection?.nextAction?.who],
      ['expired', 'signedOut', 'owner'],
    );
    assert.deepEqual(
      view.connection?.permissions.missing.map(({ permission }) => permission),
      ['control_security'],
    );
    assert.deepEqual([view.freshness.state, view.freshness.reason], ['stale', 'connection']);
    assert.equal(view.capabilities['reconnect']?.allowed, true);
    assert.equal(view.capabilities['lock']?.allowed, false);
    assert.ok((view.capabilities['lock']?.reason ?? '').length > 5);
    assert.ok(view.signals.some(({ code, freshness }) => code === 'location-preciselocation' && freshness === 'stale'));
  });

  test('an ended connection is shown until there is a living one', async () => {
    const { vehicleId, connectionId } = await makeVehicle(server, server.north.id, {
      number: 'OLD-1',
      status: 'disconnected',
      cause: 'disconnectedHere',
    });
    await server.database.asFleet(server.north.id, (tx) =>
      tx
        .updateTable('connection')
        .set({ ended_at: now })
        .where('id', '=', connectionId ?? newId('con', now))
        .execute(),
    );
    assert.equal((await get<View>(`/vehicles/${vehicleId}`)).connection?.cause, 'disconnectedHere');
    assert.deepEqual(await numbers('/vehicles?status=disconnected'), ['OLD-1']);
  });

  test('a list never holds a precise location, and reading one car writes one line into the audit log', async () => {
    assert.ok(!JSON.stringify(await get('/vehicles')).includes('preciselocation'));
    await get(`/vehicles/${signedOut.vehicleId}/signals`);
    await get(`/vehicles/${signedOut.vehicleId}`);
    await get(`/vehicles/${signedOut.vehicleId}`);
    const { items } = await get<{ items: { act: string; subject: string; actor: { name: string } }[] }>('/audit');
    const reads = items.filter(({ subject }) => subject === signedOut.vehicleId);
    assert.deepEqual(
      reads.map(({ act }) => act),
      ['getVehicle'],
    );
    assert.equal(reads[0]?.actor.name, 'Key of a administrator');
  });

  test('the overview counts what the lists hold', async () => {
    const overview = await get<{
      vehicles: number;
      statuses: Record<string, number>;
      turns: Record<string, number>;
      freshness: Record<string, number>;
    }>('/overview');
    const { items } = await get('/vehicles?limit=200');
    assert.equal(overview.vehicles, items.length);
    for (const [status, count] of Object.entries(overview.statuses))
      assert.equal((await numbers(`/vehicles?status=${status}`)).length, count, status);
    for (const [state, count] of Object.entries(overview.freshness))
      assert.equal((await numbers(`/vehicles?freshness=${state}`)).length, count, state);
    for (const [who, count] of Object.entries(overview.turns))
      assert.equal((await numbers(`/vehicles?who=${who}`)).length, count, who);
  });

  test("an owner's address is opened for whoever may read it, and alerts name their vehicle", async () => {
    const owner = await get<{ email: string; name: string }>(`/owners/${signedOut.ownerId}`);
    assert.equal(owner.email, 'car-2@owners.example');
    await server.database.asFleet(server.north.id, (tx) =>
      tx
        .insertInto('alert')
        .values({
          id: newId('alt', now),
          fleet_id: server.north.id,
          key: 'a',
          kind: 'connection.expired',
          severity: 'warning',
          state: 'open',
          vehicle_ids: [signedOut.vehicleId],
          detail: JSON.stringify({ cause: 'signedOut', make: 'HYUNDAI' }),
          opened_at: now,
          acknowledged_at: null,
          acknowledged_by: null,
          resolved_at: null,
        })
        .execute(),
    );
    const { items } = await get<{ items: { id: string; text: string; vehicles: { number: string }[] }[] }>(
      `/alerts?vehicle=${signedOut.vehicleId}`,
    );
    assert.deepEqual(
      items.map(({ vehicles }) => vehicles.map(({ number }) => number)),
      [['CAR-2']],
    );
    assert.match(items[0]?.text ?? '', /CAR-2/);
    assert.equal((await get<{ id: string }>(`/alerts/${items[0]?.id}`)).id, items[0]?.id);
    assert.deepEqual((await get('/alerts?state=resolved')).items, []);
  });

  test('settings keep what was not named, and take only permissions that Towline knows', async () => {
    const change = (payload: object) =>
      server.app.inject({ method: 'PATCH', url: '/api/v1/settings', headers: bearer(server.north.key), payload });
    assert.equal((await change({ staleAfterS: 3_600 })).statusCode, 200);
    const settings = await get<{ staleAfterS: number; ownerMail: { fromName: string } }>('/settings');
    assert.deepEqual([settings.staleAfterS, settings.ownerMail.fromName], [3_600, 'North']);
    assert.deepEqual(await numbers('/vehicles?freshness=fresh'), ['car-3']);
    assert.equal(
      (await change({ requiredPermissions: ['read_minds'] })).json<{ code: string }>().code,
      'invalid_input',
    );
    await change({ staleAfterS: null });
  });
});
