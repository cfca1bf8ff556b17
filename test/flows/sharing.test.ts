import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import { revokeDue } from '../../src/flows/revoke.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

async function until(world: World, id: VehicleId, status: string): Promise<void> {
  for (let waited = 0; waited < 3_600; waited += 15) {
    if ((await world.vehicle(id)).connection?.status === status) return;
    await world.advance(15);
  }
  assert.equal((await world.vehicle(id)).connection?.status, status);
}

const isConnectedAtSmartcar = async (world: World, car: SimulatedCar): Promise<boolean> =>
  Boolean((await world.sim('GET', `/sim/api/cars/${car.vin}`))['connection']);

/** What a person reads, without markup. */
const read = (page: string): string =>
  page
    .slice(page.indexOf('<body'))
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&#x27;', "'")
    .replaceAll('\u2060', '')
    .replaceAll(/\s+/g, ' ');

const press = (url: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams(fields) });

describe("the owner's own page", () => {
  let world: World;
  let cars: SimulatedCar[];
  let ids: VehicleId[];
  let ownerId: string;
  let other: { car: SimulatedCar; id: VehicleId };

  before(async () => {
    world = await startWorld();
    const all = (await world.cars('first')).filter(({ make }) => ['VOLKSWAGEN', 'HYUNDAI', 'SKODA'].includes(make));
    const [first] = all;
    assert.ok(first);
    cars = all.filter(({ account }) => account.email === first.account.email).slice(0, 2);
    ids = [];
    for (const car of cars) ids.push(await world.connectCar(car));
    const stranger = all.find(({ account }) => account.email !== first.account.email);
    assert.ok(stranger);
    other = { car: stranger, id: await world.connectCar(stranger) };
    for (const id of [...ids, other.id]) await until(world, id, 'active');
    const { body } = await world.api('GET', `/vehicles/${ids[0]}`);
    ownerId = (body['owner'] as { id: string }).id;
  });
  after(() => world.close());

  const ownLink = async (): Promise<string> => {
    const { status, body } = await world.api('POST', `/owners/${ownerId}/link`, {});
    assert.equal(status, 200);
    return String(body['url']);
  };

  test('shows what is shared of each of their cars, since when and why, and works without scripts', async () => {
    const url = await ownLink();
    const answer = await fetch(url);
    assert.equal(new URL(answer.url).pathname.endsWith('/sharing'), true);
    const page = await answer.text();
    const text = read(page);
    for (const car of cars) assert.ok(text.includes(car.model), car.model);
    assert.ok(!text.includes(other.car.vin));
    assert.match(text, /Shared Since 4 May 2026/);
    assert.match(text, /Location , for renters to find it and bring it back/);
    assert.match(text, /Download my data/);
    assert.doesNotMatch(page, /<script/i);
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
  });

  test('can be mailed to them: one message with one button', async () => {
    const { body } = await world.api('POST', `/owners/${ownerId}/link`, { deliver: 'email' });
    assert.equal(body['delivered'], true);
    await world.settle();
    const [mail] = await world.mails();
    assert.match(mail?.subject ?? '', /^Your page at /);
    assert.match(mail?.text ?? '', /stop sharing at any time/);
    const url = /https?:\/\/\S+\/o\/[\w-]+/.exec(mail?.text ?? '')?.[0];
    assert.ok(url);
    assert.equal((await fetch(url)).status, 200);
  });

  test('is mailed to an owner who has no car, too', async () => {
    const carless = await world.api('POST', '/owners', { name: 'Carless', email: 'carless@owner.example' });
    const { status } = await world.api('POST', `/owners/${String(carless.body['id'])}/link`, { deliver: 'email' });
    assert.equal(status, 200);
    await world.settle();
    const mails = await world.mails();
    assert.ok(mails.some(({ to, subject }) => to.includes('carless@owner.example') && /^Your page at /.test(subject)));
  });

  test('a file of everything that is kept about them, and no secret, is theirs to take along', async () => {
    const url = await ownLink();
    assert.equal((await fetch(`${url}/export`)).status, 404, 'looking downloads nothing');
    const answer = await press(`${url}/export`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-disposition') ?? '', /attachment; filename="my-data.json"/);
    const text = await answer.text();
    const file = JSON.parse(text) as {
      owner: { email: string };
      vehicles: { vin: string }[];
      shared: { readings: { code: string; count: number }[]; until: string | null }[];
      consents: { kind: string; wording: { sentences: string[] } | null }[];
      messages: { subject: string }[];
      isWhole: boolean;
    };
    assert.equal(file.owner.email, cars[0]?.account.email);
    assert.deepEqual(file.vehicles.map(({ vin }) => vin).sort(), cars.map(({ vin }) => vin).sort());
    assert.equal(file.shared.length, 2);
    assert.ok(
      file.shared.every(({ readings }) => readings.some(({ code, count }) => /odometer/.test(code) && count > 0)),
    );
    assert.deepEqual(
      file.consents.map(({ kind, wording }) => [kind, (wording?.sentences.length ?? 0) > 5]),
      [
        ['given', true],
        ['given', true],
      ],
    );
    assert.ok(file.messages.length > 0);
    assert.equal(file.isWhole, true);
    assert.ok(!text.includes(other.car.vin) && !text.includes(other.car.account.email));
    assert.doesNotMatch(text, /sealed|token|latitude|secret/i);
    const { body } = await world.api('GET', '/audit');
    const entries = body['items'] as { act: string; actor: { kind: string }; subject: string }[];
    assert.ok(
      entries.some(({ act, actor, subject }) => act === 'exportOwner' && actor.kind === 'owner' && subject === ownerId),
    );
    const byOperator = await world.api('POST', `/owners/${ownerId}/export`, {});
    const { exportedAt: _a, messages: _m, ...same } = JSON.parse(text) as Record<string, unknown>;
    const { exportedAt: _b, messages: _n, ...operators } = byOperator.body;
    assert.deepEqual(operators, same, 'operators get the same file');
  });

  test('asks once before it stops, and looking stops nothing', async () => {
    const url = await ownLink();
    const [id] = ids;
    const asked = await fetch(`${url}/stop?car=${id}`);
    const page = await asked.text();
    assert.match(read(page), /Stop sharing your .*\? .* no longer find, lock or unlock it/);
    await fetch(`${url}/stop?car=${id}`, { method: 'HEAD' });
    assert.equal((await world.vehicle(id as VehicleId)).connection?.status, 'active');
    const elsewhere = await fetch(`${url}/stop?car=${other.id}`, { redirect: 'manual' });
    assert.equal(elsewhere.status, 303, "another owner's car is not asked about");
  });

  test('from another site, and for another owner’s car, nothing is stopped', async () => {
    const url = await ownLink();
    const foreign = await press(`${url}/stop`, { car: String(ids[0]) }, { 'sec-fetch-site': 'cross-site' });
    assert.equal(foreign.status, 403);
    await press(`${url}/stop`, { car: other.id });
    for (const id of [ids[0] as VehicleId, other.id])
      assert.equal((await world.vehicle(id)).connection?.status, 'active');
  });

  test('stopping ends it here at once and at Smartcar after its outage, tells operators once, and keeps the other car', async () => {
    const url = await ownLink();
    const [id, kept] = ids as [VehicleId, VehicleId];
    const fault = await world.sim('POST', '/sim/api/faults', { kind: 'hang-up' });
    const stopped = await press(`${url}/stop`, { car: id });
    assert.deepEqual([stopped.status, stopped.headers.get('location')], [303, `${new URL(url).pathname}/sharing`]);
    assert.equal((await press(`${url}/stop`, { car: id })).status, 303, 'a second press changes nothing');
    await world.advance(1);
    assert.match(
      read(await (await fetch(url)).text()),
      /No longer shared .* Ended here on 4 May 2026; Smartcar is being told/,
    );
    const { connection } = await world.vehicle(id);
    assert.deepEqual(
      [connection?.status, connection?.cause, connection?.disconnecting],
      ['disconnected', 'disconnectedHere', true],
    );
    const { body } = await world.api('GET', '/alerts');
    assert.deepEqual(
      (body['items'] as { kind: string; vehicleIds: string[] }[]).map(({ kind, vehicleIds }) => [kind, vehicleIds]),
      [['owner.stopped-sharing', [id]]],
    );
    const lines = (await world.api('GET', `/vehicles/${id}/timeline`)).body['items'] as {
      text: string;
      actor: { kind: string };
    }[];
    assert.match(lines[0]?.text ?? '', /Disconnected, was Active\..*By the owner\./);
    assert.equal(lines[0]?.actor.kind, 'owner');
    await world.sim('DELETE', `/sim/api/faults/${String(fault['id'])}`);
    world.pass(3_600);
    await revokeDue(world.ground, world.now());
    assert.equal(await isConnectedAtSmartcar(world, cars[0] as SimulatedCar), false);
    assert.match(read(await (await fetch(url)).text()), /Not shared any more since 4 May 2026/);
    assert.equal((await world.vehicle(kept)).connection?.status, 'active');
    assert.equal(await isConnectedAtSmartcar(world, cars[1] as SimulatedCar), true);
    const entries = (await world.api('GET', '/audit')).body['items'] as { act: string; subject: string }[];
    assert.deepEqual(
      entries.filter(({ act }) => act === 'stopSharing').map(({ subject }) => subject),
      [id],
    );
    assert.deepEqual(world.faults, [], 'and nothing else');
  });

  test('who shares it again leaves both records, and the alert about it closes', async () => {
    const [id] = ids as [VehicleId];
    const [car] = cars as [SimulatedCar];
    const { body } = await world.api('POST', `/vehicles/${id}/reconnect`, {});
    await world.throughLink(String(body['url']), {
      email: car.account.email,
      password: car.account.password,
      vins: [car.vin],
    });
    await until(world, id, 'active');
    const consents = (await world.api('GET', `/owners/${ownerId}/consents`)).body['items'] as {
      kind: string;
      way: string;
      vehicle: { id: string };
      text: string;
    }[];
    assert.deepEqual(
      consents.filter(({ vehicle }) => vehicle.id === id).map(({ kind, way }) => `${kind} ${way}`),
      ['given link', 'withdrawn owner', 'given link'],
    );
    assert.deepEqual((await world.api('GET', '/alerts')).body['items'], []);
  });

  test('a link to connect one car opens that car, and nothing else of its owner', async () => {
    const { body } = await world.api('POST', '/vehicles', { ownerId });
    const link = await world.api('POST', `/vehicles/${String(body['id'])}/connect`, {});
    const url = String(link.body['url']);
    const page = read(await (await fetch(`${url}/sharing`)).text());
    assert.match(page, /Nothing is shared/);
    assert.doesNotMatch(page, /Download my data|Since 4 May/);
    assert.equal((await press(`${url}/export`)).status, 404);
    await press(`${url}/stop`, { car: String(ids[1]) });
    assert.equal((await world.vehicle(ids[1] as VehicleId)).connection?.status, 'active');
  });

  test('a link that has expired opens none of it', async () => {
    const url = await ownLink();
    world.pass(31 * 86_400);
    assert.equal((await fetch(url)).status, 410);
    assert.equal((await fetch(`${url}/sharing`)).status, 410);
    assert.equal((await press(`${url}/export`)).status, 410);
    assert.equal((await press(`${url}/stop`, { car: String(ids[1]) })).status, 410);
    assert.equal((await fetch(`${url.slice(0, -4)}aaaa/sharing`)).status, 404);
  });
});
