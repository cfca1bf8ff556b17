/** Before an owner is sent into Connect: what they are told, which invitation is not mailed, and what Smartcar says of the VIN. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { VehicleId } from '../../src/domain/ids.ts';
import type { CompatibilityView } from '../../src/http/contract/makes.ts';
import { startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';

let world: World;

interface Answered {
  status: number;
  body: Record<string, unknown>;
}

/** A record, with an owner who has an address. */
async function add(record: object): Promise<VehicleId> {
  const email = `${String(Math.random()).slice(2)}@mail.example`;
  const owner = await world.api('POST', '/owners', { name: 'Grace Owner', email });
  const { status, body } = await world.api('POST', '/vehicles', { ...record, ownerId: owner.body['id'] });
  assert.equal(status, 201, JSON.stringify(body));
  return body['id'] as VehicleId; // the API's own id
}

const mail = (id: VehicleId): Promise<Answered> => world.api('POST', `/vehicles/${id}/connect`, { deliver: 'email' });
const ask = (id: VehicleId): Promise<Answered> => world.api('POST', `/vehicles/${id}/compatibility`, {});
const look = async (id: VehicleId): Promise<CompatibilityView> =>
  (await world.api('GET', `/vehicles/${id}/compatibility`)).body as unknown as CompatibilityView; // the answer's own shape
const mailLink = async (id: VehicleId): Promise<{ allowed: boolean; reason: string | null }> =>
  ((await world.api('GET', `/vehicles/${id}`)).body['capabilities'] as { mailLink: never }).mailLink;
const carOf = async (make: string): Promise<SimulatedCar> =>
  (await world.cars('spare')).concat(await world.cars('first')).find((car) => car.make === make) ?? assert.fail(make);
const knobs = (change: object): Promise<unknown> => world.sim('PATCH', '/sim/api/knobs', change);

/** The requests about compatibility that the simulator has counted. */
async function asked(): Promise<number> {
  const { routes } = (await world.sim('GET', '/sim/api/requests')) as { routes: Record<string, { count: number }> };
  return routes['GET /v2.0/compatibility']?.count ?? 0;
}

describe('before Connect, with secrets for both platforms', () => {
  before(async () => {
    world = await startWorld({ speaks: 'both' });
  });
  after(() => world.close());

  test('an invitation that a browser can not follow is not mailed, and the reason says what to do instead [§5-12, §5-37]', async () => {
    for (const [make, code, words] of [
      ['FORD', 'connect_needs_app', /^Ford lets owners sign in only in an app .* your own app/],
      ['Lincoln', 'connect_needs_app', /^Lincoln lets owners/],
      ['RIVIAN', 'commands_need_app', /^Rivian allows lock and unlock only in an app/],
    ] as const) {
      const id = await add({ make });
      const { status, body } = await mail(id);
      assert.deepEqual([status, body['code']], [409, code], make);
      assert.match(String(body['title']), /mobile SDK.*your own app/);
      const { allowed, reason } = await mailLink(id);
      assert.ok(!allowed);
      assert.match(reason ?? '', words);
      const { ways } = await look(id);
      assert.deepEqual(
        ways.map(({ delivery, allowed: open }) => [delivery, open]),
        [
          ['browser', true],
          ['link', true],
          ['email', false],
          ['app', true],
        ],
      );
      assert.equal((await world.api('POST', `/vehicles/${id}/connect`, {})).status, 200, 'a link to hand over is made');
      const { body: lines } = await world.api('GET', `/vehicles/${id}/timeline`);
      assert.equal((lines['items'] as unknown[]).length, 2, 'added, and one link');
    }
    await world.settle();
    assert.deepEqual(await world.mails(), [], 'and nothing was sent');
  });

  test('a fleet that knows better mails it, and one that asks for no commands mails a Rivian’s owner [§5-20]', async () => {
    const ford = await add({ make: 'FORD' });
    await world.api('PATCH', '/makes/FORD', { overrides: { connectsInBrowser: true } });
    assert.deepEqual(await mailLink(ford), { allowed: true, reason: null });
    assert.equal((await mail(ford)).body['delivered'], true);
    const rivian = await add({ make: 'RIVIAN' });
    const { requiredPermissions } = (await world.api('GET', '/settings')).body as { requiredPermissions: string[] };
    const readable = requiredPermissions.filter((permission) => permission !== 'control_security');
    await world.api('PATCH', '/settings', { requiredPermissions: readable });
    assert.equal((await mail(rivian)).body['delivered'], true);
    await world.api('PATCH', '/settings', { requiredPermissions });
    await world.api('PATCH', '/makes/FORD', { overrides: {} });
    await world.settle();
    assert.equal((await world.mails()).length, 2);
  });

  test('whoever was connected once is written to again, whatever the make', async () => {
    const car = await carOf('FORD');
    const id = await world.connectCar(car);
    await world.advance(60);
    assert.deepEqual(await mailLink(id), { allowed: true, reason: null });
    await world.sim('POST', `/sim/api/accounts/${encodeURIComponent(car.account.email)}/password`, {});
    for (let waited = 0; waited < 3_600 && (await world.vehicle(id)).connection?.status !== 'expired'; waited += 15)
      await world.advance(15);
    const { status, body } = await world.api('POST', `/vehicles/${id}/reconnect`, { deliver: 'email' });
    assert.deepEqual([status, body['delivered']], [200, true]);
    await world.api('POST', `/vehicles/${id}/disconnect`, { when: 'now' });
    assert.equal((await mailLink(id)).allowed, false, 'a new grant is an invitation again');
    assert.equal((await world.api('POST', `/vehicles/${id}/reconnect`, { deliver: 'email' })).status, 409);
  });

  test('the page behind a link tells an owner what this make wants, without a script [§2.5-3, §2.5-4]', async () => {
    for (const [make, words] of [
      ['TESLA', 'Have the phone with your Tesla app at hand for a virtual key.'],
      ['AUDI', 'Sign in as the primary user (key user): others can not lock it.'],
      ['FORD', 'Ford may want an app for this. If it stops, ask us.'],
    ] as const) {
      const id = await add({ make, country: 'DE' });
      const { url } = (await world.api('POST', `/vehicles/${id}/connect`, {})).body;
      const html = await (await fetch(String(url))).text();
      assert.ok(html.includes('Before you start') && html.includes(words), make);
      assert.ok(html.indexOf(words) < html.indexOf('<button'), 'before the button');
      assert.doesNotMatch(html, /<script/);
      assert.deepEqual(
        (await look(id)).before.map(({ text }) => text),
        [words],
      );
    }
  });

  test('a car that fits is said to be compatible, with what it lacks of what is asked for [§2.8-1, §2.8-6]', async () => {
    const { vin, make } = await carOf('TESLA');
    const id = await add({ vin, make, country: 'US' });
    assert.equal((await look(id)).last, null);
    const { status, body } = await ask(id);
    assert.equal(status, 200);
    const { last } = body as unknown as CompatibilityView; // the answer's own shape
    assert.ok(last);
    assert.deepEqual(
      [last.answer, last.vin, last.country, last.checkedAt],
      ['compatible', vin, 'US', world.now().toISOString()],
    );
    assert.equal(
      last.text,
      'Smartcar says that this car can probably be connected. Of what is asked for some is not to be had.',
    );
    assert.deepEqual(last.lacking, [
      {
        permission: 'read_fuel',
        text: 'Fuel level and range',
        required: false,
        lacks: 'car',
        whyText: 'this car does not offer it',
      },
    ]);
    assert.match(last.requestId ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual((await look(id)).last, last, 'and it is kept');
  });

  test('outside the United States single permissions are not told; without a country Smartcar takes the United States [§2.8-3, §2.8-6]', async () => {
    const { vin, make } = await carOf('BMW');
    const abroad = await add({ vin, make, country: 'DE' });
    const { last } = (await ask(abroad)).body as unknown as CompatibilityView; // the answer's own shape
    assert.deepEqual([last?.answer, last?.lacking], ['compatible', null]);
    assert.match(last?.text ?? '', /told of cars sold in the United States alone/);
    const { vin: other } = await carOf('KIA');
    const nowhere = await add({ vin: other, make: 'KIA' });
    const found = ((await ask(nowhere)).body as unknown as CompatibilityView).last; // as above
    assert.equal(found?.country, null);
    assert.match(found?.text ?? '', /The vehicle has no country, so Smartcar took the United States\.$/);
  });

  test('a make that Smartcar does not connect is said to be incompatible [§2.8-4]', async () => {
    const id = await add({ vin: 'ZZZ00000000000001', make: 'ZAPOROZHETS', country: 'DE' });
    const { last } = (await ask(id)).body as unknown as CompatibilityView; // the answer's own shape
    assert.deepEqual([last?.answer, last?.lacking], ['incompatible', null]);
    assert.equal(
      last?.text,
      'Smartcar says that this car can not be connected. Smartcar does not connect Zaporozhets in this country yet.',
    );
  });

  test('that the plan does not include it is an answer like another, and is kept [§2.8-5, §2.8-9]', async () => {
    const { vin, make } = await carOf('VOLVO');
    const id = await add({ vin, make, country: 'SE' });
    await knobs({ compatibilityInPlan: false });
    const { status, body } = await ask(id);
    const { last } = body as unknown as CompatibilityView; // the answer's own shape
    assert.deepEqual([status, last?.answer, last?.lacking], [200, 'notInPlan', null]);
    assert.match(last?.text ?? '', /^Your Smartcar plan does not include this check\./);
    await knobs({ compatibilityInPlan: true });
    assert.equal((await look(id)).last?.answer, 'notInPlan');
    assert.equal(((await ask(id)).body as unknown as CompatibilityView).last?.answer, 'compatible'); // as above
  });

  test('what is no answer is refused, and what was known stays', async () => {
    const { vin, make } = await carOf('HYUNDAI');
    const id = await add({ vin, make, country: 'DE' });
    await ask(id);
    const { last } = await look(id);
    for (const [fault, status, code] of [
      [{ kind: 'rate-limit' }, 429, 'too_many_requests'],
      [{ kind: 'hang-up' }, 503, 'smartcar_unavailable'],
      [{ kind: 'garbage', status: 200 }, 503, 'smartcar_unavailable'],
      [{ kind: 'garbage', status: 502 }, 503, 'smartcar_unavailable'],
    ] as const) {
      await world.sim('POST', '/sim/api/faults', fault);
      const { status: got, body } = await ask(id);
      assert.deepEqual([got, body['code']], [status, code], JSON.stringify(fault));
      await world.sim('DELETE', '/sim/api/faults');
    }
    assert.deepEqual((await look(id)).last, last);
    assert.deepEqual(world.faults, []);
  });

  test('without a VIN nothing is asked, and a VIN that was corrected has not been checked', async () => {
    const id = await add({ make: 'TESLA' });
    const { allowed, reason } = (await look(id)).check;
    assert.deepEqual([allowed, reason], [false, 'The vehicle has no VIN to ask about. Add it first.']);
    const count = await asked();
    assert.deepEqual([(await ask(id)).status, (await ask(id)).body['code']], [409, 'vin_missing']);
    assert.equal(await asked(), count);
    await world.api('PATCH', `/vehicles/${id}`, { vin: '5YJXCDE22HF068739' });
    await ask(id);
    assert.equal(await asked(), count + 1);
    assert.equal((await look(id)).last?.answer, 'compatible');
    await world.api('PATCH', `/vehicles/${id}`, { vin: 'WAUAFAFL1GN014882' });
    assert.equal((await look(id)).last, null);
  });
});

test('without a secret for v2 nobody can be asked, and the reason says which is missing [§2.8-8]', async () => {
  world = await startWorld();
  const id = await add({ vin: '5YJXCDE22HF068739', make: 'TESLA' });
  const { allowed, reason } = (await look(id)).check;
  assert.ok(!allowed && reason?.includes('SMARTCAR_CLIENT_SECRET'));
  assert.deepEqual([(await ask(id)).status, (await ask(id)).body['code']], [409, 'compatibility_closed']);
  assert.equal(await asked(), 0);
  await world.close();
});
