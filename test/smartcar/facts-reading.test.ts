import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConnections } from '../../src/smartcar/connections.ts';
import { parseWebhook } from '../../src/smartcar/webhook/parse-webhook.ts';
import { readSignalsPage } from '../../src/smartcar/signals.ts';
import { requestCount } from '../../src/smartcar/v2/batch.ts';
import { knownPermissions } from '../../src/domain/permission.ts';
import { fixture, received, receivedAt, vehicleId } from './fixture.ts';

test('a permission that nobody has documented is kept, and so are more than were asked for [§1.1-7, §1.9-2]', () => {
  const list = fixture('connections') as { data: { attributes: object }[] }; // a fixture of ours
  const permissions = ['read_location', 'control_ignition', 'read_something_new'];
  const [one] = list.data;
  const body = { ...list, data: [{ ...one, attributes: { ...one?.attributes, permissions } }] };
  const answer = readConnections(received(body));
  assert.deepEqual(answer.ok && answer.value.items[0]?.permissions, permissions);
});

test('ids that are no UUIDs are ids like others [§0.5-5]', () => {
  const text = JSON.stringify(fixture('connections')).replaceAll(vehicleId, 'sc4a7c1d2e');
  const answer = readConnections(received(text));
  assert.equal(answer.ok && answer.value.items[0]?.smartcarVehicleId, 'sc4a7c1d2e');
});

test('a powertrain is one of four, in any case of letters; another word is none [§3.3-3]', () => {
  const list = fixture('connections') as { data: { attributes: { vehicle: object } }[] }; // a fixture of ours
  const powertrainOf = (powertrainType: unknown): unknown => {
    const [one] = list.data;
    const attributes = { ...one?.attributes, vehicle: { ...one?.attributes.vehicle, powertrainType } };
    const answer = readConnections(received({ ...list, data: [{ ...one, attributes }] }));
    return answer.ok && answer.value.items[0]?.powertrain;
  };
  assert.deepEqual(['ICE', 'HEV', 'PHEV', 'bev', 'FCEV', null].map(powertrainOf), [
    'ICE',
    'HEV',
    'PHEV',
    'BEV',
    null,
    null,
  ]);
});

test('signals are followed to the page that is linked, with the parameters that it names [§3.4-14]', () => {
  const page = { ...(fixture('signals') as object), links: { next: '/v3/vehicles/x/signals?page=2&pageSize=50' } };
  const answer = readSignalsPage(received(page), receivedAt);
  assert.deepEqual(answer.ok && answer.value.next, { page: '2', pageSize: '50' });
});

test('an event of 50 KB is read [§6.4-2]', () => {
  const state = fixture('webhook-state-documented') as { data: { signals: object[] } }; // a fixture of ours
  const extra = { code: 'vehicleidentification-packages', body: { values: ['x'.repeat(100)] } };
  const signals = [...state.data.signals, ...Array.from({ length: 300 }, () => extra)];
  const raw = Buffer.from(JSON.stringify({ ...state, data: { ...state.data, signals } }));
  assert.ok(raw.length > 45_000 && raw.length < 51_200, String(raw.length));
  const parsed = parseWebhook(raw, receivedAt);
  assert.ok(parsed.kind === 'state' && parsed.readings.length > 100);
});

test('no batch of v2 has more than eight items, whatever the car and the grant [§2.6-9]', () => {
  const counts = (['ICE', 'HEV', 'PHEV', 'BEV', null] as const).map((powertrain) =>
    requestCount({ permissions: knownPermissions, powertrain }),
  );
  assert.ok(Math.max(...counts) <= 8 && Math.min(...counts) >= 4, counts.join(', '));
});
