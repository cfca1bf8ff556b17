import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { demoCredentials } from '../../simulator/credentials.ts';
import { redirectUri, stand, type Answer, type Json } from './stand.ts';

/** A browser without JavaScript: follows redirects inside the simulator and presses buttons of forms. */
async function browser(t: TestContext) {
  const home = await stand(t);
  let page: Answer | null = null;
  const text = (): string => page?.text ?? '';
  const settle = async (answer: Answer): Promise<string | null> => {
    const next = answer.headers.get('location');
    if (answer.status < 300 || answer.status >= 400 || next === null) {
      page = answer;
      return null;
    }
    return next.startsWith('/') ? settle(await home.call('GET', next)) : next;
  };
  const open = async (url: string): Promise<string | null> =>
    settle(await home.call('GET', url.replace(home.running.simulator.origin, '')));
  const session = (): string => /name="s" value="([^"]+)"/.exec(text())?.[1] ?? '';
  const visit = async (path: string, query: Record<string, string> = {}): Promise<string | null> =>
    open(`${path}?${new URLSearchParams({ s: session(), ...query }).toString()}`);
  const press = async (path: string, fields: [string, string][]): Promise<string | null> => {
    const form = new URLSearchParams([['s', session()], ...fields]).toString();
    return settle(await home.call('POST', path, form, { 'content-type': 'application/x-www-form-urlencoded' }));
  };
  const signIn = (email: string, password = 'password'): Promise<string | null> =>
    press('/connect/login', [
      ['username', email],
      ['password', password],
    ]);
  return { ...home, open, visit, press, signIn, text, status: () => page?.status ?? 0 };
}

const spare = (make: string) => (car: Json) => car.fleet === 'spare' && car.make === make;
const query = (url: string | null): Record<string, string> => Object.fromEntries(new URL(url ?? 'x:').searchParams);

test('an owner goes from the preamble to the redirect and leaves one permission out [§1.1-5, §1.1-6, §1.1-7, §1.1-8, §1.1-17, §1.2-1, §1.2-3, §1.2-4, §1.2-5]', async (t) => {
  const { open, visit, press, signIn, text, connectUrl, carOf, api } = await browser(t);
  const car = await carOf(spare('TESLA'));
  await open(
    connectUrl({ external_id: 'own_7', scope: 'required:read_vin read_location read_odometer control_security' }),
  );
  assert.match(text(), /id="continue-button"/);
  await visit('/connect/brands');
  assert.match(text(), /id="brand-search"/);
  assert.match(text(), /<button\s+id="CHEVROLET"\s+class="brand-list-item"/);
  await visit('/connect/brand', { make: 'TESLA' });
  for (const id of ['username', 'password', 'sign-in-button']) assert.match(text(), new RegExp(`id="${id}"`));
  await signIn(car.account.email, 'not this');
  assert.match(text(), /the password is wrong/);
  await signIn(car.account.email);
  assert.match(text(), /id="approval-button"/);
  assert.match(text(), /class="page-content"/);
  const end = await press('/connect/permissions', [
    ['permission', 'read_location'],
    ['permission', 'control_security'],
    ['action', 'approve'],
  ]);
  assert.ok(end?.startsWith(redirectUri));
  const { code, ...rest } = query(end);
  assert.match(code ?? '', /^[0-9a-f-]{36}$/);
  assert.deepEqual(rest, {
    user_id: car.userId,
    external_id: 'own_7',
    virtual_key_url: 'https://www.tesla.com/_ak/smartcar.com',
    state: 's1',
  });
  const [connection] = (await api('GET', `/connections?filter[vehicleId]=${car.vehicleId as string}`)).body.data;
  assert.deepEqual(connection.attributes.permissions, ['read_vin', 'read_location', 'control_security']);
});

test('an account with several cars is asked which, and single_select takes one only [§1.1-11, §1.1-12]', async (t) => {
  const { open, press, signIn, text, connectUrl, carOf, api, world } = await browser(t);
  const car = await carOf(spare('VOLKSWAGEN'));
  const vins = (await world()).accounts.find((account: Json) => account.email === car.account.email).vins as string[];
  assert.equal(vins.length, 2);
  await open(connectUrl({ make: 'VOLKSWAGEN', single_select: 'true' }));
  assert.match(text(), /action="\/connect\/login"/);
  await signIn(car.account.email);
  assert.match(text(), /type="radio"/);
  await press(
    '/connect/vehicles',
    vins.map((vin) => ['vin', vin]),
  );
  assert.match(text(), /exactly one vehicle/);
  await press('/connect/vehicles', [['vin', car.vin]]);
  assert.equal(
    query(
      await press('/connect/permissions', [
        ['permission', 'read_vin'],
        ['action', 'approve'],
      ]),
    )['user_id'],
    car.userId,
  );
  assert.equal((await api('GET', '/connections')).body.meta.totalCount, 1);
});

test('the page of permissions is left out when they were approved before, and shown when the application insists [§1.1-9]', async (t) => {
  const { open, signIn, text, connectUrl, connected } = await browser(t);
  const car = await connected(spare('FORD'));
  await open(connectUrl({ make: 'FORD' }));
  const end = await signIn(car.account.email);
  assert.equal(query(end)['user_id'], car.userId);
  await open(connectUrl({ make: 'FORD', approval_prompt: 'force' }));
  await signIn(car.account.email);
  assert.match(text(), /id="approval-button"/);
});

test('at least one permission must stay [§1.1-6]', async (t) => {
  const { open, press, signIn, text, connectUrl, carOf } = await browser(t);
  const car = await carOf(spare('FORD'));
  await open(connectUrl({ make: 'FORD', scope: 'read_vin read_location' }));
  await signIn(car.account.email);
  await press('/connect/permissions', [['action', 'approve']]);
  assert.match(text(), /at least one permission/);
});

test('every documented error of Connect can be reached, with the state [§1.3-1, §1.3-2, §1.3-3, §1.3-4, §1.3-5, §1.3-6, §1.3-7, §1.3-8, §1.3-9, §4.5-2]', async (t) => {
  const { open, visit, press, signIn, connectUrl, carOf, sim } = await browser(t);
  const car = await carOf(spare('FORD'));
  const start = (): Promise<string | null> => open(connectUrl({ make: 'FORD' }));
  const reached: (string | undefined)[] = [];
  const note = (end: string | null): void => {
    assert.equal(query(end)['state'], 's1');
    reached.push(query(end)['error']);
  };
  await start();
  await signIn(car.account.email);
  note(await press('/connect/permissions', [['action', 'deny']]));
  await start();
  note(await signIn('smartcar@vehicle-incompatible.com'));
  await start();
  note(await signIn('smartcar@invalid-subscription.com'));
  await start();
  note(await visit('/connect/leave', { error: 'oem_cancelled_login' }));
  await start();
  note(await visit('/connect/leave', { error: 'user_manually_returned_to_application' }));
  await start();
  note(await signIn('connected_services_account.no_vehicles@smartcar.com', 'anything'));
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'subscription-lapsed' });
  await start();
  note(await signIn(car.account.email));
  for (const error of ['configuration_error', 'server_error'])
    note((await sim('POST', '/authorize', { url: connectUrl(), error })).redirect);
  assert.deepEqual(reached, [
    'access_denied',
    'vehicle_incompatible',
    'invalid_subscription',
    'oem_cancelled_login',
    'user_manually_returned_to_application',
    'no_vehicles',
    'invalid_subscription',
    'configuration_error',
    'server_error',
  ]);
});

test('a wrong client id or redirect address never redirects [§0.5-3, §1.1-3]', async (t) => {
  const { open, text, status, connectUrl } = await browser(t);
  assert.equal(await open(connectUrl({ client_id: demoCredentials.apiClientId })), null);
  assert.deepEqual(
    [status(), text().includes(`400: Invalid parameter client_id: ${demoCredentials.apiClientId}`)],
    [400, true],
  );
  assert.equal(await open(connectUrl({ redirect_uri: 'https://evil.example/' })), null);
  assert.match(text(), /Invalid parameter redirect_uri/);
  assert.equal(await open(connectUrl({ response_type: 'token' })), null);
  assert.match(text(), /Invalid parameter response_type/);
  assert.equal(await open('/connect/permissions?s=forged.seal'), null);
  assert.equal(status(), 400);
});

test('re-authentication shows the login of the right make, and gives a vehicle but no code [§1.4-1, §1.4-2, §1.4-8]', async (t) => {
  const { open, signIn, text, status, reconnectUrl, connected, sim, carOf } = await browser(t);
  const car = await connected(spare('BMW'));
  await sim('POST', `/accounts/${car.account.email as string}/password`, { password: 'changed' });
  await open(reconnectUrl(car.vehicleId));
  assert.match(text(), /<h1>BMW<\/h1>/);
  await signIn(car.account.email, 'password');
  assert.match(text(), /the password is wrong/);
  const other = await carOf((item) => item.make === 'BMW' && item.account.email !== car.account.email);
  await signIn(other.account.email);
  assert.match(text(), /does not have the vehicle/);
  const end = await signIn(car.account.email, 'changed');
  assert.deepEqual(query(end), { vehicle_id: car.vehicleId, state: 'r1' });
  assert.deepEqual((await sim('GET', '/faults')).faults, []);
  await open(reconnectUrl('00000000-0000-4000-8000-000000000000'));
  assert.equal(status(), 404);
});

test('what an owner types is shown as text', async (t) => {
  const { open, signIn, text, connectUrl } = await browser(t);
  await open(connectUrl({ make: 'BMW' }));
  await signIn('"><script>alert(1)</script>');
  assert.equal(text().includes('<script>alert'), false);
});

test('the address inside an event of the third shape names the vehicle otherwise, and leads to the same login [§6.8-7]', async (t) => {
  const { advance, open, received, signIn, sim, text, watched } = await browser(t);
  const car = await watched(spare('BMW'));
  await sim('PATCH', '/knobs', { webhook: { errorShape: 'third' } });
  await sim('POST', `/accounts/${car.account.email as string}/password`, {});
  await advance(5);
  const [error] = received.find(({ event }) => event.eventType === 'VEHICLE_ERROR')?.event.data.errors as Json[];
  const url = new URL(error.resolution.url);
  assert.notEqual(url.searchParams.get('vehicle_id'), car.vehicleId);
  url.searchParams.set('redirect_uri', redirectUri);
  await open(url.toString());
  assert.match(text(), /<h1>BMW<\/h1>/);
  assert.equal(query(await signIn(car.account.email, 'password2'))['vehicle_id'], car.vehicleId);
});

test('signing in again has the data fetched soon, though no webhook watches the car', async (t) => {
  const { advance, api, connected, reconnectUrl, sim } = await stand(t);
  const car = await connected(spare('BMW'));
  await advance(10);
  await sim('POST', `/accounts/${car.account.email as string}/password`, {});
  const status = async (): Promise<string> => {
    const path = `/vehicles/${car.vehicleId as string}/signals/odometer-traveleddistance`;
    return (await api('GET', path, undefined, car.user)).body.data.attributes.status.value;
  };
  await advance(3600);
  assert.equal(await status(), 'SUCCESS', 'nobody has looked since');
  await advance(86_400);
  assert.equal(await status(), 'ERROR');
  await sim('POST', '/authorize', { url: reconnectUrl(car.vehicleId) });
  await advance(10);
  assert.equal(await status(), 'SUCCESS');
});
