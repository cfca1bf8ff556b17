/** Many owners are asked at once: previewed, sent, and each of them written to exactly once. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { usualMessagesPerMinute } from '../../src/domain/fleet.ts';
import { askOwner } from '../../src/flows/ask-owner.ts';
import { reconnectDue } from '../../src/flows/reconnect-due.ts';
import { findConnection } from '../../src/store/connection.ts';
import { insertIncident } from '../../src/store/incident.ts';
import { addBroken, allMails, passMinute, passMinutes } from '../support/broken-fleet.ts';
import type { BrokenCar } from '../support/broken-fleet.ts';
import { carsOf, deskOf, heal, recipients } from '../support/reconnect-desk.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

const sumOf = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

describe('three hundred cars of a hundred owners', () => {
  let world: World;
  let cars: BrokenCar[];
  let id: string;
  before(async () => {
    world = await startWorld();
    cars = await addBroken(world, [
      ...carsOf('TL', 100, (owner) => 1 + (owner % 5)),
      { number: 'WORKS-1', owner: 'works@owners.example', cause: null },
      { number: 'RETRY-1', owner: 'retry@owners.example', cause: 'manufacturerFailing' },
      { number: 'LAPSED-1', owner: 'lapsed@owners.example', cause: 'subscriptionLapsed' },
      { number: 'PLAN-1', owner: 'plan@owners.example', cause: 'planLimit' },
      { number: 'FORD-1', owner: 'ford@owners.example', cause: 'revokedByOwner', make: 'FORD' },
    ]);
    await world.api('POST', '/vehicles', { number: 'NEW-1' });
  });
  after(() => world.close());

  test('a preview says who is asked, who is not and why, adds up, and changes nothing', async () => {
    const preview = await deskOf(world).preview({ filter: {} });
    assert.deepEqual(
      [preview.vehicles, preview.ask.owners, preview.ask.vehicles, preview.retry.vehicles, preview.skip.vehicles],
      [306, 100, 300, 1, 5],
    );
    assert.deepEqual(
      preview.skip.reasons.map(({ reason, vehicles }) => [reason, vehicles]),
      [
        ['neverConnected', 1],
        ['active', 1],
        ['nothingHelps', 1],
        ['ownerAction', 1],
        ['notByMail', 1],
      ],
    );
    assert.deepEqual(preview.ask.causes, [{ cause: 'signedOut', name: 'Signed out', vehicles: 300 }]);
    assert.equal(preview.ask.items.length, 50);
    for (const { vehicles, items } of preview.ask.items) assert.equal(items.length, vehicles);
    await passMinutes(world, 3);
    const kept = ['reconnect_batch', 'notification', 'reauthentication_request'] as const;
    for (const table of kept)
      assert.equal(
        (await world.ground.database.asFleet(world.context.fleetId, (tx) => tx.selectFrom(table).selectAll().execute()))
          .length,
        0,
        table,
      );
    const { body } = await world.api('GET', '/audit');
    assert.ok(!JSON.stringify(body).includes('previewReconnects'));
  });

  test('what is sent leaves owner by owner, as many in a minute as is allowed, one message each', async () => {
    const { send, batch, items } = deskOf(world);
    const sent = await send({ filter: {} });
    ({ id } = sent);
    assert.deepEqual([sent.state, sent.counts.queued, sent.counts.skipped], ['running', 301, 5]);
    assert.equal(sumOf(sent.counts), sent.vehicles);
    for (const expected of [30, 60, 90, 100]) {
      await passMinute(world);
      assert.equal((await allMails(world)).length, expected);
      const now = await batch(id);
      assert.equal(sumOf(now.counts), 306);
      assert.equal(now.owners.asked, expected);
      assert.equal(now.owners.asked + now.owners.queued, 100);
    }
    assert.equal(usualMessagesPerMinute, 30);
    const mails = await allMails(world);
    assert.deepEqual(recipients(mails), [...new Set(recipients(mails))], 'each owner once');
    for (const { to, text } of mails) {
      const own = cars.filter(
        ({ number }) => to === `${number.slice(0, number.lastIndexOf('-'))}@owners.example`.toLowerCase(),
      );
      assert.ok(own.length > 0 && own.every(({ number }) => text.includes(number)), to);
    }
    const done = await batch(id);
    assert.deepEqual(
      [done.state, done.counts],
      ['finished', { queued: 0, sent: 300, retried: 1, repaired: 0, skipped: 5, withdrawn: 0 }],
    );
    assert.deepEqual([done.funnel.asked, done.funnel.delivered, done.funnel.opened], [300, 300, 0]);
    assert.equal((await items(id)).length, 306);
    await passMinutes(world, 30);
    assert.equal((await allMails(world)).length, 100, 'and nothing else');
    assert.deepEqual(world.faults, []);
  });

  test('whoever sends again within the day finds everybody asked already', async () => {
    const preview = await deskOf(world).preview({ filter: { status: 'expired' } });
    assert.deepEqual(
      [preview.ask.owners, preview.skip.reasons.map(({ reason, vehicles }) => [reason, vehicles])],
      [0, [['askedLately', 300]]],
    );
    const refused = await world.api('POST', '/reconnects', { token: preview.token });
    assert.deepEqual([refused.status, refused.body['code']], [409, 'nothing_to_send']);
  });

  test('a car that works again counts as such, in the batch that asked about it', async () => {
    const [first, second] = cars;
    assert.ok(first && second);
    await heal(world, first);
    const { funnel, counts } = await deskOf(world).batch(id);
    assert.deepEqual([counts.sent, counts.repaired, funnel.repaired, funnel.repairedAlone], [299, 1, 1, 1]);
    await world.api('POST', `/vehicles/${second.vehicleId}/disconnect`, { when: 'now' });
    assert.deepEqual((await deskOf(world).batch(id)).counts.withdrawn, 1);
  });

  test('the timeline of each car says who had its owner asked', async () => {
    const rows = await world.ground.database.asFleet(world.context.fleetId, (tx) =>
      tx.selectFrom('timeline').select(['vehicle_id', 'actor']).where('kind', '=', 'owner.asked').execute(),
    );
    assert.equal(rows.length, 300);
    assert.ok(rows.every(({ actor }) => actor.kind === 'apiKey'));
  });
});

describe('a table for staff who call', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());

  test('those who have not acted are in it with whom to call, and nothing that a spreadsheet would run', async () => {
    const [car] = await addBroken(world, [{ number: '=1+1', owner: 'call@owners.example' }]);
    await addBroken(world, [{ number: 'CALM', owner: 'calm@owners.example', cause: null }]);
    await world.api('PATCH', `/owners/${String(car?.ownerId)}`, { phone: '+49 40 1' });
    const { id } = await deskOf(world).send({ filter: {} });
    await passMinute(world);
    const table = async (query: string): Promise<string[]> => {
      const answer = await fetch(`${world.publicUrl}/api/v1/reconnects/${id}/report.csv${query}`, {
        headers: { authorization: `Bearer ${world.key}` },
      });
      assert.equal(answer.status, query === '?state=lost' ? 400 : 200);
      return (await answer.text()).trim().split('\r\n');
    };
    const [head, line, ...others] = await table('?state=sent');
    assert.match(head ?? '', /^number,plate,.*,owner,email,phone,state/);
    assert.ok(
      line?.startsWith(
        `'=1+1,,VOLKSWAGEN,'=1+1,Signed out,call,call@owners.example,'+49 40 1,sent,The owner was asked.,2026`,
      ),
    );
    assert.deepEqual(others, []);
    assert.equal((await table('')).length, 3);
    await table('?state=lost');
  });
});

describe('between the preview and the turn', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());

  test('what healed is repaired without a message, what got another owner or broke since is not asked about', async () => {
    const [healed, given, stays, works] = await addBroken(world, [
      { number: 'A-HEALED', owner: 'a@owners.example' },
      { number: 'B-GIVEN', owner: 'b@owners.example' },
      { number: 'C-STAYS', owner: 'c@owners.example' },
      { number: 'D-WORKS', owner: 'd@owners.example', cause: null },
    ]);
    assert.ok(healed && given && stays && works);
    const { preview, sendToken, items, batch } = deskOf(world);
    const { token } = await preview({ filter: { make: 'volkswagen' } });
    await heal(world, healed);
    const { fleetId } = world.context;
    await world.ground.database.asFleet(fleetId, async (tx) => {
      await tx
        .updateTable('connection')
        .set({ owner_id: works.ownerId })
        .where('id', '=', given.connectionId)
        .execute();
      const broken = { status: 'expired', cause: 'signedOut' } as const;
      await tx.updateTable('connection').set(broken).where('id', '=', works.connectionId).execute();
    });
    await addBroken(world, [{ number: 'E-LATE', owner: 'e@owners.example' }]);
    const { id } = await sendToken(token);
    const outcome = async (): Promise<unknown[]> =>
      (await items(id)).map(({ number, state, reason }) => [number, state, reason]).sort();
    assert.deepEqual(await outcome(), [
      ['A-HEALED', 'repaired', null],
      ['B-GIVEN', 'skipped', 'changedSince'],
      ['C-STAYS', 'queued', null],
      ['D-WORKS', 'skipped', 'changedSince'],
    ]);
    await passMinute(world);
    assert.deepEqual(recipients(await allMails(world)), ['c@owners.example']);
    assert.equal((await batch(id)).state, 'finished');
  });

  test('a car that heals while it waits is repaired, and its owner hears nothing', async () => {
    const [car] = await addBroken(world, [{ number: 'F-WAITS', owner: 'f@owners.example' }]);
    assert.ok(car);
    const { id } = await deskOf(world).send({ vehicleIds: [car.vehicleId] });
    await heal(world, car);
    await passMinute(world);
    const { state, counts, funnel } = await deskOf(world).batch(id);
    assert.deepEqual([state, counts.repaired, funnel.asked], ['finished', 1, 0]);
    assert.ok(!recipients(await allMails(world)).includes('f@owners.example'));
  });

  test('what an incident holds is left alone, and a message that waits for its time gives way to one of now', async () => {
    const [held, waiting] = await addBroken(world, [
      { number: 'I-HELD', owner: 'i@owners.example' },
      { number: 'J-WAITS', owner: 'j@owners.example' },
    ]);
    assert.ok(held && waiting);
    const { fleetId } = world.context;
    const { database } = world.ground;
    await database.asFleet(fleetId, async (tx) => {
      const seen = { scope: { make: 'VOLKSWAGEN', region: null }, from: world.now(), accounts: 9, troubled: 5 };
      const incident = await insertIncident(tx, { fleetId, ...seen, normalShare: 0.01 }, world.now());
      const hold = { held_by: incident?.id ?? null, trouble: 'signedOut', trouble_since: world.now() } as const;
      await tx.updateTable('connection').set(hold).where('id', '=', held.connectionId).execute();
      const connection = await findConnection(tx, waiting.connectionId);
      if (connection)
        await askOwner(tx, connection, 'signedOut', new Date(world.now().getTime() + 300_000), world.now());
    });
    const { skip } = await deskOf(world).preview({ vehicleIds: [held.vehicleId, waiting.vehicleId] });
    assert.deepEqual(
      skip.reasons.map(({ reason, vehicles }) => [reason, vehicles]),
      [
        ['outage', 1],
        ['askedLately', 1],
      ],
    );
    await world.api('POST', `/vehicles/${waiting.vehicleId}/reconnect`, { deliver: 'email' });
    await world.settle();
    await world.advance(900);
    assert.equal(recipients(await allMails(world)).filter((to) => to === 'j@owners.example').length, 1);
  });

  test('the same preview is sent once, an old one not at all, and what is none of ours is refused', async () => {
    const [car] = await addBroken(world, [{ number: 'G-ONCE', owner: 'g@owners.example' }]);
    assert.ok(car);
    const { preview, sendToken } = deskOf(world);
    const { token } = await preview({ vehicleIds: [car.vehicleId] });
    const [first, second] = await Promise.all([sendToken(token), sendToken(token)]);
    assert.equal(first.id, second.id);
    await passMinute(world);
    assert.equal((await sendToken(token)).id, first.id, 'also when it is over');
    assert.equal(recipients(await allMails(world)).filter((to) => to === 'g@owners.example').length, 1);
    const old = (await preview({ filter: {} })).token;
    await world.advance(31 * 60);
    for (const [given, status, code] of [
      [old, 409, 'preview_expired'],
      [`${old.slice(0, -4)}AAAA`, 400, 'preview_unknown'],
      ['nonsense', 400, 'preview_unknown'],
    ] as const) {
      const refused = await world.api('POST', '/reconnects', { token: given });
      assert.deepEqual([refused.status, refused.body['code']], [status, code]);
    }
  });

  test('a selection is of ids or of a filter', async () => {
    for (const body of [{}, { vehicleIds: [] }, { vehicleIds: ['veh_1'], filter: {} }, { filter: { colour: 'red' } }])
      assert.equal((await world.api('POST', '/reconnects/preview', body)).status, 400, JSON.stringify(body));
  });

  test('what was taken out of all that match stays out', async () => {
    const [out] = await addBroken(world, [
      { number: 'H-OUT', owner: 'h@owners.example', make: 'SEAT' },
      { number: 'H-IN', owner: 'h@owners.example', make: 'SEAT' },
    ]);
    const { send, items } = deskOf(world);
    const { id, selection } = await send({ filter: { make: 'SEAT', status: 'expired' }, except: [out?.vehicleId] });
    assert.equal(selection, 'Expired · SEAT, without 1');
    assert.deepEqual(
      (await items(id)).map(({ number }) => number),
      ['H-IN'],
    );
  });
});

test('what mends itself is read again soon, and no owner hears of it', async (t) => {
  const world = await startWorld();
  t.after(() => world.close());
  const cars = await addBroken(
    world,
    Array.from({ length: 60 }, (_, at) => ({
      number: `R-${at}`,
      owner: `r${at}@owners.example`,
      cause: 'manufacturerFailing' as const,
    })),
  );
  const { send, batch } = deskOf(world);
  const { id } = await send({ filter: { cause: 'manufacturerFailing' } });
  world.pass(60);
  await reconnectDue(world.ground, world.now());
  const due = await world.ground.database.asFleet(world.context.fleetId, (tx) =>
    tx
      .selectFrom('connection_due')
      .select('due_at')
      .where('due_at', '<', new Date(world.now().getTime() + 60_000))
      .execute(),
  );
  assert.equal(due.length, cars.length, 'one after another, within the minute');
  assert.deepEqual([(await batch(id)).state, (await batch(id)).counts.retried], ['finished', 60]);
  assert.deepEqual(await allMails(world), []);
});

test('how far an owner came is followed from the message to the car that works again', async (t) => {
  const world = await startWorld();
  t.after(() => world.close());
  const car = (await world.cars('first')).find(({ make }) => make === 'VOLVO') ?? assert.fail('no Volvo');
  const vehicleId = await world.connectCar(car);
  const until = async (status: string): Promise<void> => {
    for (let waitedS = 0; waitedS < 3_600; waitedS += 15) {
      if ((await world.vehicle(vehicleId)).connection?.status === status) return;
      await world.advance(15);
    }
    assert.equal((await world.vehicle(vehicleId)).connection?.status, status);
  };
  await until('active');
  await world.sim('POST', `/sim/api/accounts/${encodeURIComponent(car.account.email)}/password`, {
    password: 'new one',
  });
  await until('expired');
  const { preview, send, batch, items } = deskOf(world);
  await world.advance(3_600);
  assert.equal((await preview({ filter: { status: 'expired' } })).skip.reasons[0]?.reason, 'askedLately');
  await world.advance(24 * 3_600);
  const { id } = await send({ filter: { status: 'expired' } });
  await passMinute(world);
  const far = async (): Promise<unknown[]> => {
    const { delivered, opened, returned, repaired, repairedAlone } = (await batch(id)).funnel;
    return [delivered, opened, returned, repaired, repairedAlone];
  };
  assert.deepEqual(await far(), [1, 0, 0, 0, 0]);
  const [mail, ...before] = await world.mails();
  assert.equal(before.length, 1, 'the message of the day it broke');
  const link = /http:\/\/\S+\/o\/\S+/.exec(mail?.text ?? '')?.[0] ?? '';
  await fetch(link);
  assert.deepEqual(await far(), [1, 0, 0, 0, 0], 'a scanner follows links and presses nothing');
  await world.throughLink(link, { ...car.account, password: 'new one' });
  assert.deepEqual(await far(), [1, 1, 1, 0, 0]);
  await until('active');
  await world.settle();
  assert.deepEqual(await far(), [1, 1, 1, 1, 0]);
  const [item] = await items(id);
  assert.deepEqual([item?.state, item?.text], ['repaired', 'Works again.']);
  for (const at of [item?.actedAt, item?.deliveredAt, item?.openedAt, item?.returnedAt, item?.repairedAt])
    assert.ok(at);
  assert.match((await world.mails())[0]?.subject ?? '', /connected again/i);
  assert.deepEqual(world.faults, []);
});
