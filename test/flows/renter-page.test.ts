/** A renter's link: what it opens, when, and that one press is one command. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';

import type { VehicleId } from '../../src/domain/ids.ts';
import type { CommandView } from '../../src/http/contract/commands.ts';
import { startWorld, type SimulatedCar, type World } from '../support/world.ts';

interface Seen {
  status: number;
  /** What a person reads. */
  text: string;
  html: string;
  location: string | null;
  headers: Headers;
}

describe("a renter's page", () => {
  let world: World;
  let car: SimulatedCar;
  let id: VehicleId;
  let rentalId: string;
  let url: string;
  let count = 0;

  before(async () => {
    world = await startWorld();
    car = (await world.cars('first')).find(({ make }) => make === 'VOLKSWAGEN') ?? assert.fail();
    id = await world.connectCar(car);
    await world.api('PATCH', '/settings', { fallback: { text: 'The key box is on the pillar.', phone: '+49 89 123' } });
    await world.advance(60);
  });
  after(() => world.close());
  beforeEach(async () => {
    await world.sim('DELETE', '/sim/api/faults');
    if (rentalId) await world.api('POST', `/rentals/${rentalId}/end`, {});
    await world.advance(1_000);
    const begun = await start({ renterLink: true });
    rentalId = String(begun['id']);
    url = (begun['renterLink'] as { url: string }).url;
    assert.deepEqual(world.faults, []);
  });

  const start = async (more: object = {}): Promise<Record<string, unknown>> => {
    const given = { vehicleId: id, reference: `R-${(count += 1)}`, ...more };
    const { status, body } = await world.api('POST', '/rentals', given);
    assert.equal(status, 201, JSON.stringify(body));
    return body;
  };
  const ask = async (to: string, init: RequestInit = {}): Promise<Seen> => {
    const response = await fetch(to, { redirect: 'manual', ...init });
    const page = await response.text();
    const body = page.slice(page.indexOf('<main'), page.includes('<script') ? page.indexOf('<script') : undefined);
    const text = body
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll('&#x27;', "'")
      .replaceAll(/\s+/g, ' ');
    return {
      status: response.status,
      text,
      html: page,
      location: response.headers.get('location'),
      headers: response.headers,
    };
  };
  const press = (type: 'lock' | 'unlock', fields: Record<string, string> = {}, to = url): Promise<Seen> =>
    ask(`${to}/${type}`, { method: 'POST', body: new URLSearchParams(fields) });
  const commands = async (): Promise<CommandView[]> =>
    ((await world.api('GET', `/vehicles/${id}/commands`)).body['items'] as CommandView[]).filter(
      (command) => command.rentalId === rentalId,
    );
  /** Unlocks and locks that have reached Smartcar. */
  const reached = async (): Promise<number> => {
    const routes = (await world.sim('GET', '/sim/api/requests'))['routes'] as Record<string, { count: number }>;
    const sent = Object.entries(routes).filter(([route]) => /security\/(un)?lock/.test(route));
    return sent.reduce((sum, [, { count: times }]) => sum + times, 0);
  };
  const isOpen = (seen: Seen): boolean => /<details[^>]* open/.test(seen.html);

  test('the car is unlocked, step by step, until the car has said so itself', async () => {
    const first = await ask(url);
    assert.equal(first.status, 200);
    assert.match(first.text, /VW Passat.*Last known: (un)?locked.*Unlock.*Lock.*It doesn't work\? The key box/);
    assert.equal(isOpen(first), false);
    const pressed = await press('unlock', { press: randomUUID() });
    assert.deepEqual([pressed.status, pressed.location], [303, new URL(url).pathname]);
    const waiting = await ask(url);
    assert.match(waiting.text, /Unlocking… Being sent to the car\./);
    assert.match(waiting.html, /<noscript><meta http-equiv="refresh" content="3"\/><\/noscript>/);
    assert.equal(waiting.html.match(/<button[^>]*disabled/g)?.length, 2);
    await world.settle();
    assert.match((await ask(url)).text, /The car was told to unlock|Unlocked, says the car/);
    await world.advance(120);
    assert.match((await ask(url)).text, /Unlocked, says the car/);
    const [command, ...others] = await commands();
    assert.deepEqual(others, []);
    assert.deepEqual([command?.state, command?.requestedBy], ['confirmed', { kind: 'renter', name: 'Renter' }]);
    const audit = (await world.api('GET', '/audit')).body['items'] as Record<string, unknown>[];
    const [line] = audit.filter(({ act }) => act === 'sendCommand');
    assert.deepEqual(line?.['actor'], { kind: 'renter', name: 'Renter' });
    await world.advance(700);
    assert.match((await ask(url)).text, /Last known: unlocked, \d+ minutes ago\./);
  });

  test('what the car refuses is told in words for who stands before it, with what helps, and it can be tried again', async () => {
    await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'door-open' });
    await press('lock');
    await world.settle();
    const failed = await ask(url);
    assert.match(failed.text, /Not locked A door is open\. Close every door first\. Try again when that has changed/);
    assert.match(failed.text, /What helps now The key box is on the pillar\. Call \+49 89 123/);
    assert.match(failed.html, /href="tel:\+4989123"/);
    assert.ok(isOpen(failed));
    const [command] = await commands();
    assert.equal(command?.renterText, 'A door is open. Close every door first.');
    assert.doesNotMatch(failed.text, /Smartcar|connection|cmd_|rnt_|veh_|doorOpen|VEHICLE_STATE|req/i);
  });

  test('a car that was told and did not do it is no "locked": they are told to look, and soon', async () => {
    await world.sim('POST', `/sim/api/cars/${car.vin}/faults`, { kind: 'lock-ignored' });
    await press('lock');
    await world.settle();
    await world.advance(50);
    const unsure = await ask(url);
    assert.match(unsure.text, /Sent, not confirmed/);
    assert.ok(isOpen(unsure));
  });

  test('ten taps at once are one command, and so is the same tap that comes again a minute later', async () => {
    const tap = { press: randomUUID(), live: '1' };
    const taps = await Promise.all(Array.from({ length: 10 }, () => press('unlock', tap)));
    assert.deepEqual(new Set(taps.map(({ status }) => status)), new Set([200]));
    await Promise.all(Array.from({ length: 10 }, () => press('unlock', { press: randomUUID() })));
    assert.equal((await commands()).length, 1);
    await world.settle();
    await world.advance(120);
    assert.equal((await commands())[0]?.state, 'confirmed');
    const before = await reached();
    assert.ok(before > 0);
    assert.equal((await press('unlock', tap)).status, 200);
    await world.settle();
    assert.equal((await commands()).length, 1, 'the first answer was lost; the car is not opened again for it');
    assert.equal(await reached(), before);
    await press('unlock', { press: randomUUID() });
    assert.equal((await commands()).length, 2, 'a new press is a new wish');
  });

  test('what took longer than half a minute to come opens nothing, and what took less leaves within it', async () => {
    const at = (agoS: number): string => String(world.now().getTime() - agoS * 1_000);
    const late = await press('unlock', { press: randomUUID(), live: '1', at: at(31) });
    assert.match(late.text, /Nothing was sent It came more than half a minute after you pressed/);
    assert.ok(isOpen(late));
    assert.deepEqual(await commands(), []);
    await press('unlock', { press: randomUUID(), live: '1', at: at(20) });
    const [command] = await commands();
    assert.equal(Date.parse(String(command?.deadlineAt)) - world.now().getTime(), 10_000);
    world.pass(11);
    await world.settle();
    assert.match((await ask(url)).text, /Not unlocked It could not be sent in time.*You can try again now/);
  });

  test('while one is under way the other is refused, and says so', async () => {
    await press('unlock');
    const refused = await press('lock');
    assert.equal(refused.location, `${new URL(url).pathname}?refused=busy`);
    assert.equal((await commands()).length, 1);
  });

  test('where the connection is broken nothing can be pressed, and what helps is there at once', async () => {
    const { database } = world.ground;
    const set = (status: string) =>
      sql`update connection set status = ${status}, cause = ${status === 'active' ? null : 'signedOut'}
        where vehicle_id = ${id} and ended_at is null`.execute(database.owner);
    await set('expired');
    try {
      const seen = await ask(url);
      assert.match(seen.text, /Not from here at the moment The car cannot be locked or unlocked from here/);
      assert.ok(isOpen(seen));
      assert.equal(seen.html.match(/<button[^>]*disabled/g)?.length, 2);
      assert.equal((await press('unlock')).location, `${new URL(url).pathname}?refused=closed`);
      assert.deepEqual(await commands(), []);
    } finally {
      await set('active');
    }
  });

  test('it opens beyond the planned end, and nothing when the rental is over', async () => {
    await world.api('PATCH', `/rentals/${rentalId}`, {
      endsAt: new Date(world.now().getTime() + 60_000).toISOString(),
    });
    assert.match((await ask(url)).text, /Planned until Mon/);
    await world.advance(120);
    assert.match((await ask(url)).text, /The planned end, Mon,? .* has passed\./);
    await press('lock');
    await world.advance(120);
    assert.equal((await commands()).length, 1);
    await world.api('POST', `/rentals/${rentalId}/end`, {});
    const over = await ask(url);
    assert.equal(over.status, 410);
    assert.match(over.text, /This rental is over.*A person to ask/);
    assert.doesNotMatch(over.html, /<form|<button/);
    for (const fields of [{}, { live: '1' }, { press: randomUUID() }]) await press('unlock', fields);
    assert.equal((await press('unlock', { live: '1' })).status, 410);
    assert.equal((await commands()).length, 1);
    assert.equal((await world.api('POST', `/rentals/${rentalId}/link`, {})).body['code'], 'rental_over');
  });

  test('before the rental begins it opens nothing', async () => {
    await world.api('POST', `/rentals/${rentalId}/cancel`, {});
    const startedAt = new Date(world.now().getTime() + 120_000).toISOString();
    const early = await start({ startedAt, renterLink: true });
    rentalId = String(early['id']);
    url = (early['renterLink'] as { url: string }).url;
    const page = await ask(url);
    assert.equal(page.status, 403);
    assert.match(page.text, /This rental has not begun yet From Mon/);
    await press('unlock');
    assert.deepEqual(await commands(), []);
    await world.advance(121);
    assert.equal((await ask(url)).status, 200);
  });

  test('the link is one until it is taken back, and then opens nothing, like one that never was', async () => {
    const again = (await world.api('POST', `/rentals/${rentalId}/link`, {})).body;
    assert.equal(again['url'], url);
    assert.equal((await world.api('POST', `/rentals/${rentalId}/link/revoke`, {})).status, 200);
    const taken = await ask(url);
    const never = await ask(`${world.publicUrl}/r/nonsense`);
    assert.deepEqual([taken.status, taken.text], [404, never.text]);
    assert.equal(never.status, 404);
    await press('unlock');
    assert.deepEqual(await commands(), []);
    const next = String((await world.api('POST', `/rentals/${rentalId}/link`, {})).body['url']);
    assert.notEqual(next, url);
    assert.equal((await ask(next)).status, 200);
    assert.equal((await ask(url)).status, 404);
    await sql`update link set expires_at = ${world.now()} where rental_id = ${rentalId}`.execute(
      world.ground.database.owner,
    );
    assert.match((await ask(next)).text, /This link has expired/);
    const renewed = String((await world.api('POST', `/rentals/${rentalId}/link`, {})).body['url']);
    assert.equal((await ask(renewed)).status, 200);
  });

  test("a renter's link opens nothing of an owner's, and an owner's nothing of a renter's", async () => {
    const token = url.slice(url.lastIndexOf('/') + 1);
    for (const [method, path] of [
      ['GET', `/o/${token}`],
      ['POST', `/o/${token}`],
      ['GET', `/o/${token}/sharing`],
      ['POST', `/o/${token}/stop`],
      ['POST', `/o/${token}/export`],
    ] as const)
      assert.equal((await ask(world.publicUrl + path, { method })).status, 404, `${method} ${path}`);
    const owner = (await world.api('GET', '/owners')).body['items'] as { id: string }[];
    const theirs = String((await world.api('POST', `/owners/${owner[0]?.id}/link`, {})).body['url']);
    const asRenter = theirs.replace('/o/', '/r/');
    assert.equal((await ask(asRenter)).status, 404);
    await press('unlock', {}, asRenter);
    assert.deepEqual(await commands(), []);
  });

  test('looking changes nothing, tells nobody where the car is, and is kept by nobody', async () => {
    const counted = async () => {
      const { rows } = await sql<{ n: number }>`select
        (select count(*) from command) + (select count(*) from audit) + (select count(*) from idempotency) as n`.execute(
        world.ground.database.owner,
      );
      return rows[0]?.n;
    };
    const before = await counted();
    for (const path of ['', '/live']) {
      const seen = await ask(url + path);
      assert.deepEqual(
        ['cache-control', 'referrer-policy', 'x-robots-tag', 'x-frame-options'].map((name) => seen.headers.get(name)),
        ['no-store', 'no-referrer', 'noindex, nofollow', 'DENY'],
      );
      assert.match(String(seen.headers.get('content-security-policy')), /default-src 'none'.*script-src 'sha256-/);
      assert.doesNotMatch(seen.html, /latitude|longitude|\d{1,2}\.\d{4}/);
    }
    for (const path of ['/unlock', '/lock']) assert.equal((await ask(url + path)).status, 404);
    assert.equal(await counted(), before);
    const foreign = await ask(`${url}/unlock`, { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } });
    assert.equal(foreign.status, 403);
    assert.deepEqual(await commands(), []);
  });
});
