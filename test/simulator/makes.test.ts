import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fleetOf, type Car, type Fleet } from '../../simulator/seed/fleet.ts';
import { makes } from '../../simulator/seed/makes.ts';
import { stand, type Json } from './stand.ts';

const day = 86_400;

const codeOf = (answer: Json): string | undefined => answer.body.errors?.[0].code;

async function oneSignal(api: Json, car: Json, code = 'odometer-traveleddistance'): Promise<Json> {
  const answer = await api('GET', `/vehicles/${car.vehicleId as string}/signals/${code}`, undefined, car.user);
  return answer.body.data.attributes.status.error ?? null;
}

test('a Chevrolet that has stood for four days is asleep until it is driven [§4.4-6, §5-7]', async (t) => {
  const stands = ({ cars }: Fleet): Car | undefined =>
    cars.find(({ make, habit }) => make.make === 'CHEVROLET' && habit === 'sleeper');
  const seed = [...Array(99).keys()].find((one) => stands(fleetOf(one)) !== undefined) ?? 0;
  const { advance, api, connected, sim } = await stand(t, { seed, makesDiffer: true });
  const car = await connected((item) => item.vin === stands(fleetOf(seed))?.vin);
  await advance(10);
  const states: (string | null)[] = [];
  for (let half = 0; half < 60; half += 1) {
    const { code } = (await oneSignal(api, car)) ?? { code: null };
    states.push(code);
    const { activity } = await sim('GET', `/cars/${car.vin as string}`);
    if (code === 'ASLEEP') {
      assert.equal(activity, 'asleep');
      const path = `/vehicles/${car.vehicleId as string}/commands/security/unlock`;
      assert.equal(codeOf(await api('POST', path, undefined, car.user)), 'ASLEEP', 'no command wakes it');
    }
    await sim('POST', '/clock', { advanceS: day / 2 });
  }
  assert.ok(states.includes('ASLEEP') && states.includes(null), 'it answers when it is driven');
  const habits = Object.fromEntries(makes.map(({ make, habits: { asleepAfterDays } }) => [make, asleepAfterDays]));
  assert.deepEqual([habits['CHEVROLET'], habits['CADILLAC'], habits['ACURA'], habits['TESLA']], [3.5, 3.5, 7, null]);
});

test('a knob turns the habits of all makes off', async (t) => {
  const { advance, api, connected, sim } = await stand(t, { makesDiffer: true });
  await sim('PATCH', '/knobs', { makesDiffer: false });
  const car = await connected((item) => item.make === 'RIVIAN');
  await advance(10);
  await sim('POST', '/clock', { advanceS: 20 * day });
  assert.equal(await oneSignal(api, car), null);
});

test('a BMW whose data are older than a month answers SUBSCRIPTION [§5-8]', async (t) => {
  const { advance, api, connected, sim } = await stand(t, { makesDiffer: true });
  const car = await connected((item) => item.make === 'BMW' && item.fleet === 'first');
  await advance(10);
  await sim('POST', `/cars/${car.vin as string}/faults`, { kind: 'asleep', isSilent: true });
  await sim('POST', '/clock', { advanceS: 25 * day });
  assert.equal(await oneSignal(api, car), null);
  await sim('POST', '/clock', { advanceS: 8 * day });
  assert.deepEqual((await oneSignal(api, car)).code, 'SUBSCRIPTION');
  await sim('DELETE', `/cars/${car.vin as string}/faults`);
  await sim('POST', `/cars/${car.vin as string}/fetch`);
  await advance(1);
  assert.equal(await oneSignal(api, car), null);
});

test("a BYD's owner who opens the app signs Smartcar out; a Tesla's owner doesn't, and settles what waited there [§4.4-5, §5-9]", async (t) => {
  const { advance, api, connected, sim, reconnectUrl } = await stand(t, { makesDiffer: true });
  const byd = await connected((item) => item.make === 'BYD');
  const tesla = await connected((item) => item.make === 'TESLA' && item.fleet === 'first');
  await sim('POST', `/cars/${tesla.vin as string}/faults`, { kind: 'account-issue' });
  await advance(10);
  const open = async (car: Json): Promise<Json> =>
    sim('POST', `/accounts/${encodeURIComponent(car.account.email as string)}/app-opened`, {});
  assert.deepEqual(await open(byd), { signedOut: true, settled: false });
  assert.deepEqual(await open(tesla), { signedOut: false, settled: true });
  for (const car of [byd, tesla]) await sim('POST', `/cars/${car.vin as string}/fetch`);
  await advance(1);
  assert.equal((await oneSignal(api, byd)).code, 'AUTHENTICATION_FAILED');
  assert.equal(await oneSignal(api, tesla), null);
  await sim('POST', '/authorize', { url: reconnectUrl(byd.vehicleId) });
  await advance(10);
  assert.equal(await oneSignal(api, byd), null, 'signing in again repairs it');
});

test("a Rivian's login lasts two weeks, and two weeks from the next one [§5-10]", async (t) => {
  const { advance, api, connected, reconnectUrl, sim } = await stand(t, { makesDiffer: true });
  const car = await connected((item) => item.make === 'RIVIAN');
  await advance(10);
  const after = async (days: number): Promise<Json> => {
    await sim('POST', '/clock', { advanceS: days * day });
    return (await oneSignal(api, car))?.code ?? null;
  };
  assert.deepEqual([await after(13), await after(2)], [null, 'AUTHENTICATION_FAILED']);
  assert.equal(await after(20), 'AUTHENTICATION_FAILED', 'it stays out until the owner signs in');
  await sim('POST', '/authorize', { url: reconnectUrl(car.vehicleId) });
  await advance(10);
  assert.deepEqual([await oneSignal(api, car), await after(13), await after(2)], [null, null, 'AUTHENTICATION_FAILED']);
});

test("a Nissan's driver is told each time the location is fetched, an Audi's never [§5-11]", async (t) => {
  const { advance, connected, sim } = await stand(t, { makesDiffer: true });
  const nissan = await connected((item) => item.make === 'NISSAN' && item.fleet === 'first');
  const audi = await connected((item) => item.make === 'AUDI' && item.fleet === 'first');
  await advance(10);
  await sim('POST', `/cars/${nissan.vin as string}/fetch`);
  await advance(1);
  const noticesOf = async (car: Json): Promise<Json> => (await sim('GET', `/cars/${car.vin as string}`)).ownerNotices;
  assert.equal((await noticesOf(nissan)).count, 2);
  assert.equal((await noticesOf(audi)).count, 0);
});

test('an unlocked Volvo locks itself again, unless somebody opens the trunk [§2.5-5]', async (t) => {
  const { advance, api, sim, watched } = await stand(t, { makesDiffer: true });
  const car = await watched(
    (item) => item.make === 'VOLVO' && item.fleet === 'first' && item.activity !== 'driving' && item.isLocked,
  );
  const unlock = async (): Promise<void> => {
    const path = `/vehicles/${car.vehicleId as string}/commands/security/unlock`;
    assert.equal((await api('POST', path, undefined, car.user)).status, 200);
    await advance(6);
  };
  const isLocked = async (): Promise<boolean> => (await sim('GET', `/cars/${car.vin as string}`)).isLocked;
  await unlock();
  assert.equal(await isLocked(), false);
  await advance(15);
  assert.equal(await isLocked(), true);
  const shown = await api('GET', `/vehicles/${car.vehicleId as string}/signals/closure-islocked`, undefined, car.user);
  assert.deepEqual(shown.body.data.attributes.body, { value: true }, 'and its signal follows');
  await unlock();
  await sim('POST', `/cars/${car.vin as string}/trunk`);
  await advance(15);
  assert.equal(await isLocked(), false);
});

test('a Volkswagen takes fifteen charge commands until it is driven again [§10-1]', async (t) => {
  const { api, connected, sim, world } = await stand(t, { makesDiffer: true });
  const isCharging = (item: Json): boolean => item.make === 'VOLKSWAGEN' && item.activity === 'charging';
  while (!(await world()).cars.some(isCharging)) await sim('POST', '/clock', { advanceS: 1800 });
  const car = await connected(isCharging, { scope: 'read_charge control_charge' });
  const send = async (): Promise<Json> =>
    api('POST', `/vehicles/${car.vehicleId as string}/commands/charge/start`, undefined, car.user);
  for (let number = 0; number < 15; number += 1) assert.equal((await send()).status, 200);
  const refused = await send();
  assert.deepEqual([refused.status, refused.body.errors[0].type, codeOf(refused)], [502, 'UPSTREAM', 'RATE_LIMIT']);
  await sim('PATCH', '/knobs', { makesDiffer: false });
  assert.equal((await send()).body.data.attributes.commandType, 'charge-start');
});

test('what makes do is listed, with words for people [§5-12, §2.5-3]', async (t) => {
  const { sim } = await stand(t, { makesDiffer: true });
  const { makes: listed } = await sim('GET', '/makes');
  const wordsOf = (make: string): string => listed.find((item: Json) => item.make === make).words.join(' ');
  assert.match(wordsOf('FORD'), /mobile SDK/);
  assert.match(wordsOf('TESLA'), /virtual key/);
  assert.equal(wordsOf('AUDI'), '');
});
