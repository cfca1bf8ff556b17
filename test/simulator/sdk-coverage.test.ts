/** Who witnesses what: the table of docs/simulator-differences.md against what Smartcar's SDK really asks for. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import type { Json } from './stand.ts';
import { managementToken, plugIn, sdk, sdkReads, standSdk, type SdkVehicle } from './sdk-stand.ts';

const here = new URL('./', import.meta.url);
const testsOf = (fits: RegExp): string =>
  readdirSync(here)
    .filter((name) => fits.test(name))
    .map((name) => readFileSync(new URL(name, here), 'utf8'))
    .join('\n');

/** Everything that can be called: of a vehicle, of a client, and of the SDK itself. */
const methods = [
  ...Object.keys(sdk.Vehicle.prototype),
  ...Object.keys(sdk.AuthClient.prototype),
  ...Object.keys(sdk).filter((name) => !/^[A-Z]/.test(name)),
];

test("every method of Smartcar's SDK is named by a test that asks the simulator", () => {
  assert.ok(methods.length > 40);
  const tests = testsOf(/^sdk-(?!coverage).*\.test\.ts$/);
  // As a call, or as a row of a table whose rows are called.
  const isNamed = (name: string): boolean => new RegExp(`\\.${name}\\(|^  ${name}: |'${name}'`, 'm').test(tests);
  assert.deepEqual(
    methods.filter((name) => !isNamed(name)),
    [],
  );
  assert.equal(isNamed('honk'), false);
});

/** Every method that sends a request, sent once; whether it succeeds is the matter of the other tests. */
async function askEverything(t: TestContext): Promise<Map<string, string>> {
  const { connectedV2, vehicle, client, lastAsked, asked } = await standSdk(t);
  const car = await connectedV2(plugIn);
  const { access_token: token, refresh_token: refreshToken } = car.tokens;
  const its = (call: (vehicle: SdkVehicle) => Promise<Json>) => () => call(vehicle(car));
  const reads = Object.keys(sdkReads) as (keyof typeof sdkReads)[]; // the record's own keys
  const calls: Record<string, () => Promise<Json>> = {
    ...Object.fromEntries(reads.map((name) => [name, its((of) => of[name]())])),
    permissions: its((of) => of.permissions()),
    lock: its((of) => of.lock()),
    unlock: its((of) => of.unlock()),
    startCharge: its((of) => of.startCharge()),
    stopCharge: its((of) => of.stopCharge()),
    setChargeLimit: its((of) => of.setChargeLimit(0.8)),
    sendDestination: its((of) => of.sendDestination(52.5, 13.4)),
    batch: its((of) => of.batch(['/odometer'])),
    subscribe: its((of) => of.subscribe('id')),
    unsubscribe: its((of) => of.unsubscribe(managementToken, 'id')),
    getSignals: its((of) => of.getSignals()),
    getSignal: its((of) => of.getSignal('code')),
    exchangeCode: () => client().exchangeCode('code'),
    exchangeRefreshToken: () => client().exchangeRefreshToken(refreshToken),
    getUser: () => sdk.getUser(token),
    getVehicles: () => sdk.getVehicles(token),
    getVehicle: () => sdk.getVehicle(token, car.vehicleId),
    getCompatibility: () => sdk.getCompatibility('vin', [], 'US', { clientId: 'a', clientSecret: 'b' }),
    getCompatibilityMatrix: () => sdk.getCompatibilityMatrix('US', { clientId: 'a', clientSecret: 'b' }),
    getConnections: () => sdk.getConnections(managementToken),
    deleteConnections: () => sdk.deleteConnections(managementToken, {}),
    disconnect: its((of) => of.disconnect()),
  };
  const routes = new Map<string, string>();
  for (const [name, call] of Object.entries(calls)) {
    asked.length = 0;
    await call().catch(() => null);
    const { method, path } = lastAsked();
    const [plain = ''] = path.split('?');
    const named = plain
      .replace(car.vehicleId, '{vehicleId}')
      .replace(/\/webhooks\/id$/, '/webhooks/{webhookId}')
      .replace(/\/signals\/code$/, '/signals/{code}');
    routes.set(name, `${method} ${named.replace(/\/$/, '')}`);
  }
  return routes;
}

/** These send nothing, or whatever they are told to. */
const local = ['getAuthUrl', 'request', 'setApiVersion', 'getApiVersion', 'hashChallenge', 'verifyPayload'];

interface Witnessed {
  routes: string[];
  methods: string[];
  fixtures: string[];
}

const page = readFileSync(new URL('../../docs/simulator-differences.md', here), 'utf8');
const [, section = ''] = /## What each witness covers\n([\s\S]*?)(?=\n## |$)/.exec(page) ?? [];
const wordsOf = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
const table: Witnessed[] = section
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const [routes, calls, fixtures] = line.split(' | ');
    return { routes: wordsOf(routes), methods: wordsOf(calls), fixtures: wordsOf(fixtures) };
  });

test('the table of witnesses has every route of the simulator once, and no other', async (t) => {
  const { call } = await standSdk(t);
  const { imitated } = (await call('GET', '/sim/api')).body;
  // Connect's pages are for browsers, and what ends with a star is what isn't imitated.
  const routes = imitated
    .filter((route: string) => !/ \/connect\/|\*$/.test(route))
    .map((route: string) => route.replace(/:(\w+)/g, '{$1}').replace(/\/$/, ''));
  assert.deepEqual(table.flatMap((row) => row.routes).sort(), routes.sort());
});

test('the table of witnesses says of each route which methods of the SDK ask for it', async (t) => {
  const asked = await askEverything(t);
  assert.deepEqual([...asked.keys(), ...local].sort(), [...methods].sort(), 'each method is known');
  for (const { routes, methods: said } of table) {
    const really = [...asked].filter(([, route]) => routes.includes(route)).map(([name]) => name);
    // The address of Connect is built, not asked for.
    const built = routes.includes('GET /oauth/authorize') ? ['getAuthUrl'] : [];
    assert.deepEqual(said.sort(), [...really, ...built].sort(), routes.join(', '));
  }
});

test('every fixture that the table of witnesses names is there, and the simulator is held against it', () => {
  const tests = testsOf(/\.test\.ts$/);
  const named = [...new Set(table.flatMap((row) => row.fixtures))];
  assert.ok(named.length > 20);
  for (const name of named) {
    assert.ok(existsSync(new URL(`../fixtures/smartcar/${name}.json`, here)), name);
    assert.ok(tests.includes(`'${name}'`), `${name} is used`);
  }
});
