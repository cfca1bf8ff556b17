/**
 * Seeds the demo the way its users would: over Towline's API and through Connect's own addresses, for two fleets. The cars,
 * and the owners who own them, are the simulator's. Goes on where an interrupted run stopped; does nothing when all is there.
 *
 * Environment: SEED_TOWLINE (origin), SEED_SIMULATOR (origin), SEED_KEY (an installation's API key).
 */
import { setTimeout as pause } from 'node:timers/promises';

interface SimulatedCar {
  vin: string;
  fleet: 'first' | 'second' | 'spare' | 'test';
  make: string;
  model: string;
  year: number;
  powertrain: string;
  account: { email: string; password: string };
}

interface ApiVehicle {
  id: string;
  number: string;
  connection: { status: string } | null;
}

const towline = need('SEED_TOWLINE');
const simulator = need('SEED_SIMULATOR');
const key = need('SEED_KEY');

/** What is wrong with some cars, on purpose, by their place in the first fleet. All others just work. */
const stories: Readonly<Record<number, { kind: string; permission?: string }>> = {
  7: { kind: 'password-changed' },
  19: { kind: 'password-changed' },
  33: { kind: 'access-revoked' },
  41: { kind: 'subscription-lapsed' },
  46: { kind: 'permission-missing', permission: 'read_location' },
  52: { kind: 'car-removed' },
  57: { kind: 'virtual-key-required' },
};
/** Added, and their owners have not connected them yet. */
const unconnected: readonly number[] = [3, 28];
/** Connected while Smartcar has nothing to tell of them yet. */
const emptyStore: readonly number[] = [11, 24];

async function seedFleet(which: 'first' | 'second'): Promise<void> {
  const fleets = await api<{ items: { id: string; name: string }[] }>('GET', '/fleets', null);
  const ordered = fleets.items.sort((a, b) => (a.id < b.id ? -1 : 1));
  const fleet = ordered[which === 'first' ? 0 : 1];
  if (!fleet) return;
  const world = (await json(await fetch(`${simulator}/sim/api/world`))) as { cars: SimulatedCar[] };
  const cars = world.cars.filter((car) => car.fleet === which);
  const known = await knownVehicles(fleet.id);
  const held = await heldVehicles(fleet.id);
  const owners = new Map<string, Promise<string>>();
  const waiting = cars
    .map((car, place) => ({ car, place }))
    .filter(({ place }) => isUnfinished(known.get(numberOf(which, place)), held, which, place));
  if (waiting.length === 0) return;
  console.log(`Connecting ${waiting.length === 1 ? '1 vehicle' : `${waiting.length} vehicles`} of ${fleet.name}…`);
  const workers = Array.from({ length: 6 }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      await seedCar(fleet.id, which, next.car, next.place, known, owners);
  });
  await Promise.all(workers);
  if (which === 'first') await breakCars(fleet.id, cars);
}

function isUnfinished(
  vehicle: ApiVehicle | undefined,
  held: ReadonlySet<string>,
  which: string,
  place: number,
): boolean {
  if (!vehicle) return true;
  const isLeft = held.has(vehicle.id) || (which === 'first' && unconnected.includes(place));
  return vehicle.connection === null && !isLeft;
}

/** Their owners came back already; an operator has to say whether it is the right car. */
async function heldVehicles(fleet: string): Promise<Set<string>> {
  const { items } = await api<{ items: { vehicle: { id: string } | null }[] }>('GET', '/grants?limit=200', fleet);
  return new Set(items.flatMap(({ vehicle }) => vehicle?.id ?? []));
}

async function seedCar(
  fleet: string,
  which: string,
  car: SimulatedCar,
  place: number,
  known: Map<string, ApiVehicle>,
  owners: Map<string, Promise<string>>,
): Promise<void> {
  const ownerId = await ownerOf(fleet, car, owners);
  const vehicle = known.get(numberOf(which, place)) ?? (await addVehicle(fleet, which, car, place, ownerId));
  if (which === 'first' && unconnected.includes(place)) return;
  if (which === 'first' && emptyStore.includes(place)) await fault(car.vin, { kind: 'empty-store' });
  await connect(fleet, vehicle.id, car);
}

/** A car breaks after it worked, so that its last values are there to be seen. Patient for half a minute. */
async function breakCars(fleet: string, cars: readonly SimulatedCar[]): Promise<void> {
  await Promise.all(
    Object.entries(stories).map(async ([place, story]) => {
      const car = cars[Number(place)];
      if (!car) return;
      for (let tries = 0; tries < 60 && !(await isActive(fleet, numberOf('first', Number(place)))); tries += 1)
        await pause(500);
      await fault(car.vin, story);
    }),
  );
}

async function isActive(fleet: string, number: string): Promise<boolean> {
  const { items } = await api<{ items: ApiVehicle[] }>('GET', `/vehicles?q=${number}`, fleet);
  return items.some((vehicle) => vehicle.number === number && vehicle.connection?.status === 'active');
}

function addVehicle(
  fleet: string,
  which: string,
  car: SimulatedCar,
  place: number,
  ownerId: string,
): Promise<ApiVehicle> {
  const { vin, make, model, year, powertrain } = car;
  const plate = `${which === 'first' ? 'K' : 'HH'}-TL ${100 + place}`;
  // Smartcar could not confirm the VIN of a car it has no data of.
  const identity = which === 'first' && emptyStore.includes(place) ? {} : { vin };
  return api('POST', '/vehicles', fleet, {
    number: numberOf(which, place),
    plate,
    ...identity,
    make,
    model,
    year,
    powertrain,
    country: 'DE',
    ownerId,
  });
}

const numberOf = (which: string, place: number): string => `${which === 'first' ? 'CAR' : 'HM'}-${101 + place}`;

/** Owners of several cars are one owner. */
function ownerOf(fleet: string, car: SimulatedCar, owners: Map<string, Promise<string>>): Promise<string> {
  const { email } = car.account;
  const found = owners.get(email) ?? findOrAddOwner(fleet, email);
  owners.set(email, found);
  return found;
}

async function findOrAddOwner(fleet: string, email: string): Promise<string> {
  const name =
    email
      .split('@')[0]
      ?.split('.')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join(' ') ?? email;
  const listed = await api<{ items: { id: string; name: string }[] }>(
    'GET',
    `/owners?q=${encodeURIComponent(name)}&limit=200`,
    fleet,
  );
  const same = listed.items.find((owner) => owner.name === name);
  if (same) return same.id;
  const made = await api<{ id: string }>('POST', '/owners', fleet, {
    name,
    email,
    country: 'DE',
    timeZone: 'Europe/Berlin',
  });
  return made.id;
}

/** The owner's way: opens the link, goes through Connect, is sent back. */
async function connect(fleet: string, vehicleId: string, car: SimulatedCar): Promise<void> {
  const { url } = await api<{ url: string }>('POST', `/vehicles/${vehicleId}/connect`, fleet, {});
  const [, wording = ''] = /name="wording" value="(\w+)"/.exec(await (await fetch(url)).text()) ?? [];
  const started = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: towline, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ wording }).toString(),
  });
  const connectUrl = started.headers.get('location');
  const cookie = started.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  if (!connectUrl?.includes('/oauth/'))
    throw new Error(`The link of ${car.vin} did not lead to Connect (${started.status}).`);
  const authorized = await fetch(`${simulator}/sim/api/authorize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      url: connectUrl,
      email: car.account.email,
      password: car.account.password,
      vins: [car.vin],
    }),
  });
  const { redirect } = (await json(authorized)) as { redirect: string };
  const back = await fetch(redirect, { redirect: 'manual', headers: { cookie } });
  if (back.status >= 400) throw new Error(`Coming back for ${car.vin} failed (${back.status}).`);
}

async function fault(vin: string, what: object): Promise<void> {
  await json(
    await fetch(`${simulator}/sim/api/cars/${vin}/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(what),
    }),
  );
}

async function knownVehicles(fleet: string): Promise<Map<string, ApiVehicle>> {
  const { items } = await api<{ items: ApiVehicle[] }>('GET', '/vehicles?limit=200', fleet);
  return new Map(items.map((vehicle) => [vehicle.number, vehicle]));
}

async function api<T>(method: string, path: string, fleet: string | null, body?: object): Promise<T> {
  const response = await fetch(`${towline}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(fleet ? { 'towline-fleet': fleet } : {}),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return (await json(response)) as T; // the API's own answers
}

async function json(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text) as unknown;
}

function need(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing.`);
  return value.replace(/\/$/, '');
}

await Promise.all([seedFleet('first'), seedFleet('second')]);
