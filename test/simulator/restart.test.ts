import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { demoCredentials } from '../../simulator/credentials.ts';
import { redirectUri, stand, type Json } from './stand.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'simulator-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('a restart keeps connections, tokens, subscriptions, faults, locks and events on their way', async (t) => {
  const stateFile = join(folder(t), 'state.json');
  const { advance, api, clock, received, receiver, restart, sim, token, call, watched } = await stand(t, { stateFile });
  const car = await watched((item) => item.fleet === 'first' && item.activity === 'parked' && item.isLocked, {
    external_id: 'own_9',
  });
  const bearer = { authorization: `Bearer ${await token()}` };
  await api('POST', `/vehicles/${car.vehicleId as string}/commands/security/unlock`, undefined, car.user);
  await advance(20);
  receiver.answers.push(500);
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'account-issue' });
  await advance(5);
  const [failed] = received
    .filter(({ event }) => event.eventType === 'VEHICLE_ERROR' || event.eventType === 'VEHICLE_STATE')
    .slice(-1);
  const before = await api('GET', `/vehicles/${car.vehicleId as string}/signals`, undefined, car.user);
  received.length = 0;
  await restart();
  assert.equal(
    (await call('GET', '/v3/connections?filter[user.externalId]=own_9', undefined, bearer)).body.meta.totalCount,
    1,
  );
  const after = await api('GET', `/vehicles/${car.vehicleId as string}/signals`, undefined, car.user);
  assert.deepEqual(after.body.data, before.body.data);
  assert.equal((await api('GET', '/subscriptions')).body.meta.totalCount, 1);
  const seen = await sim('GET', `/cars/${car.vin as string}`);
  assert.deepEqual([seen.isLocked, seen.faults[0].kind], [false, 'account-issue']);
  clock.now += 30_000;
  await advance(0);
  assert.ok(
    received.some(({ event }) => event.eventId === failed?.event.eventId),
    'the second attempt comes from the next life',
  );
});

test('as a program it says when it is ready, survives kill -9, and stops when asked', async (t) => {
  const stateFile = join(folder(t), 'state.json');
  const start = async (): Promise<{ origin: string; child: ReturnType<typeof spawn> }> => {
    const main = new URL('../../simulator/main.ts', import.meta.url).pathname;
    const args = [main, '--port', '0', '--state', stateFile, '--redirect-uri', redirectUri, '--bucket', '0'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const origin = /^Smartcar simulator is ready at (http:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1];
    assert.ok(origin !== undefined, line);
    return { origin, child };
  };
  const first = await start();
  const world = (await (await fetch(`${first.origin}/sim/api/world`)).json()) as Json;
  const query = {
    response_type: 'none',
    client_id: demoCredentials.applicationId,
    redirect_uri: redirectUri,
    scope: 'read_vin',
  };
  const url = `${first.origin}/oauth/authorize?${new URLSearchParams(query).toString()}`;
  const answer = await fetch(`${first.origin}/sim/api/authorize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url, email: world.cars[0].account.email }),
  });
  assert.equal(new URL(((await answer.json()) as Json).redirect).searchParams.has('code'), false);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const second = await start();
  const again = (await (await fetch(`${second.origin}/sim/api/world`)).json()) as Json;
  assert.ok(again.cars[0].connection !== null);
  second.child.kill('SIGTERM');
  assert.deepEqual(await once(second.child, 'exit'), [0, null]);
});

test('a file that is not a state is refused with its name, and no draft is left behind', async (t) => {
  const path = folder(t);
  const stateFile = join(path, 'state.json');
  writeFileSync(stateFile, '{"version":99}');
  await assert.rejects(stand(t, { stateFile }), /is not a state file of this simulator/);
  assert.deepEqual(readdirSync(path), ['state.json']);
});
