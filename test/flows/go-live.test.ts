/** Setting an application up in Smartcar's dashboard, step by step: what is missing, what to do, and that doing it helps. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';

import type { SetUp } from '../../src/domain/go-live.ts';
import { checkGoLive, sendTestMessage } from '../../src/flows/check-go-live.ts';
import { viewGoLive } from '../../src/flows/go-live.ts';
import type { GoLiveAnswer, GoLiveStepView } from '../../src/http/contract/go-live.ts';
import type { MailChannel, OutgoingMail } from '../../src/notify/mail-channel.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

async function answerOf(world: World, method: 'GET' | 'POST'): Promise<GoLiveAnswer> {
  const { status, body } = await world.api(method, method === 'GET' ? '/go-live' : '/go-live/check');
  assert.equal(status, 200, JSON.stringify(body));
  return body as unknown as GoLiveAnswer; // the server validates its answers
}

const check = (world: World): Promise<GoLiveAnswer> => answerOf(world, 'POST');
const look = (world: World): Promise<GoLiveAnswer> => answerOf(world, 'GET');

function step(answer: GoLiveAnswer, name: GoLiveStepView['name']): GoLiveStepView {
  return answer.steps.find((one) => one.name === name) ?? assert.fail(`There is no step ${name}.`);
}

const says = (answer: GoLiveAnswer, ...names: GoLiveStepView['name'][]): string[] =>
  names.map((name) => `${step(answer, name).state}: ${step(answer, name).finding}`);

const copied = (answer: GoLiveAnswer, name: GoLiveStepView['name']): string =>
  step(answer, name).copies[0]?.value ?? assert.fail(`Nothing is to be copied for ${name}.`);

describe('going live', () => {
  let world: World;
  before(async () => {
    world = await startWorld({ simulator: { redirectUris: [], webhookUrl: null } });
    await world.sim('PATCH', '/sim/api/knobs', { webhook: { isCreated: false } });
  });
  after(() => world.close());

  test('before anybody was asked, it is said that nothing is known', async () => {
    const answer = await look(world);
    assert.equal(answer.checkedAt, null);
    assert.deepEqual(says(answer, 'mode', 'secretV3', 'application', 'webhook', 'signals', 'verified'), [
      'missing: demo',
      ...Array<string>(4).fill('unknown: notAsked'),
      'missing: neverVerified',
    ]);
    const { routes } = await world.sim('GET', '/sim/api/requests');
    assert.deepEqual(Object.keys(Object(routes)), ['PATCH /sim/api/knobs'], 'nobody was asked');
  });

  test('what Smartcar does not have yet is missing, and each remedy that is followed is seen', async () => {
    let answer = await check(world);
    assert.equal(answer.checkedAt, world.now().toISOString());
    assert.deepEqual(says(answer, 'secretV3', 'application', 'redirect', 'webhook', 'signals', 'verified'), [
      'done: accepted',
      'done: applicationFound',
      'missing: redirectUnlisted',
      'missing: webhookNone',
      'unknown: afterWebhook',
      'missing: neverVerified',
    ]);
    await world.sim('PATCH', '/sim/api/application', { redirectUris: [copied(answer, 'redirect')] });

    await world.sim('PATCH', '/sim/api/knobs', {
      webhook: { isCreated: true, url: `${world.publicUrl}/elsewhere`, data: ['odometer-traveleddistance'] },
    });
    answer = await check(world);
    assert.deepEqual(says(answer, 'redirect', 'webhook', 'signals', 'verified'), [
      'done: redirectListed',
      'missing: webhookElsewhere',
      'missing: signalsLacking',
      'missing: neverVerified',
    ]);
    assert.match(step(answer, 'signals').found, /Location/i);
    assert.doesNotMatch(step(answer, 'signals').found, /odometer/i);

    await world.sim('PATCH', '/sim/api/knobs', {
      webhook: { url: copied(answer, 'webhook'), data: copied(answer, 'signals').split(', '), triggers: [] },
    });
    assert.deepEqual(says(await look(world), 'verified'), ['unknown: challenged'], 'seen without asking Smartcar');
    assert.deepEqual(says(await check(world), 'webhook', 'signals'), ['done: webhookHere', 'missing: noTriggers']);
    await world.sim('PATCH', '/sim/api/knobs', { webhook: { triggers: null } });
    assert.deepEqual(says(await check(world), 'signals', 'permissions', 'subscriptions'), [
      'done: signalsComplete',
      'unknown: noConnection',
      'notNeeded: noConnection',
    ]);

    const car = (await world.cars('first')).find(({ make }) => make === 'VOLKSWAGEN') ?? assert.fail();
    await world.connectCar(car);
    await world.advance(900);
    answer = await look(world);
    assert.deepEqual(says(answer, 'verified', 'permissions', 'subscriptions', 'redirect'), [
      'done: heard',
      'done: permissionsSeen',
      'done: subscribed',
      'done: redirectListed',
    ]);
    const missing = answer.steps.filter(({ state, weight }) => state === 'missing' && weight === 'must');
    assert.deepEqual(
      missing.map(({ name }) => name),
      ['mode', 'address'],
      'a demo on this machine, and nothing else',
    );
    assert.deepEqual(answer.verdict, {
      says: 'missing',
      count: 2,
      text: '2 things are missing before real cars can be managed.',
    });
    assert.deepEqual(world.faults, []);
  });

  test('a secret that was changed at Smartcar is said to be refused, though a token of the old one still works', async () => {
    await world.sim('POST', '/sim/api/application/secrets', { of: 'v3' });
    const refused = await check(world);
    assert.deepEqual(says(refused, 'secretV3', 'application', 'webhook'), [
      'missing: refused',
      'unknown: notAnswered',
      'unknown: notAnswered',
    ]);
    assert.match(step(refused, 'secretV3').remedy ?? '', /new secret/);
    await world.sim('DELETE', '/sim/api/application');
    await world.sim('PATCH', '/sim/api/application', { redirectUris: [`${world.publicUrl}/connect/callback`] });
    assert.deepEqual(says(await check(world), 'secretV3', 'application'), ['done: accepted', 'done: applicationFound']);
  });

  test('another management token at Smartcar shows as wrong signatures, until the right one is back', async () => {
    const car = (await world.cars('first')).find(({ make }) => make === 'VOLKSWAGEN') ?? assert.fail();
    await world.advance(120);
    const { managementToken } = (await world.sim('POST', '/sim/api/webhooks/management-token', {})) as {
      managementToken: string;
    };
    assert.ok(managementToken);
    await world.sim('POST', `/sim/api/cars/${car.vin}/state-event`, {});
    await world.advance(60);
    const answer = await look(world);
    assert.deepEqual(says(answer, 'verified'), ['missing: signatureWrong']);
    assert.ok(!JSON.stringify(answer).includes(managementToken));
  });

  test('what was asked with another configuration is not held against this one', async () => {
    const { ground } = world;
    const other = { ...ground, configuration: Buffer.alloc(32, 1) };
    assert.equal((await viewGoLive(other, world.now())).checkedAt, null);
    assert.ok((await viewGoLive(ground, world.now())).checkedAt);
  });

  test('a key can be sent no test message, and where there is no mail server nobody can', async () => {
    assert.equal((await world.api('POST', '/go-live/test-message')).status, 400);
    await assert.rejects(world.flows.sendTestMessage('ada@north.example', world.now()), { code: 'mail_missing' });
  });
});

test('a mail server is tried without a message, and takes a test message to who asks and nobody else', async () => {
  const world = await startWorld();
  try {
    const sent: OutgoingMail[] = [];
    const mail: MailChannel = {
      verify: async () => ({ sent: false, permanent: false, reason: '535 wrong password' }),
      send: async (message) => (sent.push(message), { sent: true }),
      close: () => undefined,
    };
    const setUp: SetUp = { ...world.ground.setUp, mail: 'server' };
    const found = async () => (await viewGoLive({ ...world.ground, setUp }, world.now())).steps.find(isMail)?.finding;
    await checkGoLive({ ...world.ground, setUp, mail }, world.context, world.now());
    assert.deepEqual(await found(), { says: 'mailFailed', reason: '535 wrong password' });
    const accepting: MailChannel = { ...mail, verify: async () => ({ sent: true }) };
    await checkGoLive({ ...world.ground, setUp, mail: accepting }, world.context, world.now());
    assert.deepEqual(await found(), { says: 'mailAccepted' });
    assert.deepEqual(sent, [], 'trying sends nothing');
    assert.equal(await sendTestMessage({ ...world.ground, mail }, 'ada@north.example', world.now()), null);
    assert.deepEqual(await found(), { says: 'mailSent', at: world.now() });
    assert.deepEqual(
      sent.map(({ to, subject }) => [to, subject]),
      [['ada@north.example', 'Test message from Towline']],
    );
  } finally {
    await world.close();
  }
});

const isMail = ({ name }: { name: string }): boolean => name === 'mail';

test('on v2 the secret and the management token are asked for too, and no code of an owner is used for it', async () => {
  const world = await startWorld({ speaks: 'both' });
  try {
    assert.deepEqual(says(await check(world), 'platform', 'secretV2', 'managementToken'), [
      'done: onBoth',
      'done: accepted',
      'done: tokenAccepted',
    ]);
    await world.sim('POST', '/sim/api/application/secrets', { of: 'v2' });
    await world.sim('POST', '/sim/api/webhooks/management-token', {});
    assert.deepEqual(says(await check(world), 'secretV2', 'managementToken'), [
      'missing: refused',
      'missing: tokenRefused',
    ]);
  } finally {
    await world.close();
  }
});

test('where Smartcar tells names alone, the first owner and the first message show what it does not', async () => {
  const world = await startWorld();
  try {
    await world.sim('PATCH', '/sim/api/knobs', { dashboardShows: 'names' });
    assert.deepEqual(says(await check(world), 'redirect', 'webhook', 'signals'), [
      'unknown: redirectUnseen',
      'unknown: webhookUntold',
      'unknown: signalsUntold',
    ]);
    await world.connectCar((await world.cars('first'))[0] ?? assert.fail());
    await world.advance(900);
    assert.deepEqual(says(await look(world), 'redirect', 'webhook', 'verified'), [
      'done: redirectSeen',
      'done: webhookHere',
      'done: heard',
    ]);
  } finally {
    await world.close();
  }
});

test('a public address is tried as Smartcar would try it, and what answers there instead is named', async () => {
  const world = await startWorld();
  const stranger = createServer((_request, response) => response.writeHead(200).end('{"challenge":"mine"}'));
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  const { port } = stranger.address() as AddressInfo; // it listens on TCP
  try {
    const { ground } = world;
    const door = async (webhookAddress: string): Promise<string | undefined> => {
      // An address that the world can reach can't lead here; the one that is tried does.
      const setUp = { ...ground.setUp, publicUrl: 'https://cars.example.com', webhookAddress };
      await checkGoLive({ ...ground, setUp }, world.context, world.now());
      const { steps } = await viewGoLive({ ...ground, setUp }, world.now());
      return steps.find(({ name }) => name === 'address')?.finding.says;
    };
    assert.equal(await door(`${world.publicUrl}/webhooks/smartcar`), 'addressReached');
    assert.equal(await door(`http://127.0.0.1:${port}/webhooks/smartcar`), 'addressElsewhere');
    assert.deepEqual(says(await look(world), 'verified'), ['missing: neverVerified'], 'our own challenge is no sign');
    stranger.close();
    await new Promise((resolve) => stranger.once('close', resolve));
    assert.equal(await door(`http://127.0.0.1:${port}/webhooks/smartcar`), 'addressUnreachable');
  } finally {
    stranger.close();
    await world.close();
  }
});
