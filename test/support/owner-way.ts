/** An owner's way through a link and Connect, step by step, as a browser takes it: what the whole way hides can go wrong between. */
import assert from 'node:assert/strict';

import type { FleetId, VehicleId } from '../../src/domain/ids.ts';
import type { SimulatedCar, VehicleNow, World } from './world.ts';

/** A browser that has pressed the button of a link and is on its way to Connect. */
export interface Left {
  link: string;
  cookie: string;
  connectUrl: string;
  state: string;
}

export interface Page {
  status: number;
  text: string;
}

export interface Added {
  id: VehicleId;
  ownerId: string;
}

export type CarNow = SimulatedCar & { connection: { permissions: string[] } | null };

export interface OwnerWay {
  /** A record, with an owner of its own unless one is named. */
  add(record: object, more?: { ownerId?: string; fleet?: FleetId }): Promise<Added>;
  /** A fresh link to connect this vehicle. */
  linkFor(id: VehicleId, fleet?: FleetId): Promise<string>;
  press(link: string, connectionId?: string): Promise<Left>;
  /** What the owner does in Connect; answers the address that Connect sends the browser to. */
  goThrough(left: Left, how: object): Promise<string>;
  /** The whole of it; answers the page that the browser ends on. */
  walk(link: string, how: object): Promise<Page>;
  carOf(vin: string): Promise<CarNow>;
  until(id: VehicleId, isSo: (vehicle: VehicleNow) => boolean, limitS?: number): Promise<VehicleNow>;
  /** Lets what Smartcar's list does not show yet be given up. */
  waitOut(): Promise<void>;
  alerts(id: VehicleId): Promise<string[]>;
  /** Sentences, newest first. */
  timeline(id: VehicleId): Promise<string[]>;
  grants(state?: string): Promise<GrantNow[]>;
}

export interface GrantNow {
  id: string;
  state: string;
  heldFor: string | null;
  removedFor: string | null;
  vehicle: { id: string };
  facts: { field: string; expected: string | null; found: string | null; agrees: boolean | null }[];
  replaces: object | null;
  lastError: string | null;
  attempts: number;
}

const cookieOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');

export async function read(response: Response): Promise<Page> {
  // What React writes for an apostrophe.
  return { status: response.status, text: (await response.text()).replaceAll('&#x27;', "'") };
}

/** The browser follows an address to the page it ends on. */
export async function follow(url: string, cookie: string): Promise<Page> {
  const response = await fetch(url, { redirect: 'manual', headers: cookie ? { cookie } : {} });
  const next = response.headers.get('location');
  return next ? read(await fetch(new URL(next, url))) : read(response);
}

export const look = async (link: string): Promise<Page> => read(await fetch(link));
export const hasButton = (page: Page): boolean => /<button/.test(page.text);

export const recordOf = ({ vin, make, model, year }: SimulatedCar) => ({ vin, make, model, year });
/** The same without its VIN. */
export const plainRecordOf = ({ make, model, year }: SimulatedCar) => ({ make, model, year });

/** The owner knows their password and chooses this car. */
export const signIn = ({ account, vin }: SimulatedCar): object => ({
  email: account.email,
  password: account.password,
  vins: [vin],
});

/** Without the VIN: what Smartcar can't be asked for. */
export const signInWithoutVin = (car: SimulatedCar): object => ({ ...signIn(car), grant: allButVin });
const allButVin = [
  ...['read_vehicle_info', 'read_location', 'read_odometer', 'read_security', 'control_security'],
  ...['read_battery', 'read_fuel', 'read_charge', 'read_tires'],
];

export async function press(link: string, connectionId?: string): Promise<Left> {
  const body = new URLSearchParams(connectionId ? { connectionId } : {});
  const response = await fetch(link, { method: 'POST', redirect: 'manual', body });
  const connectUrl = response.headers.get('location') ?? '';
  assert.ok(connectUrl, `the button leads to Connect: ${response.status} ${await response.text()}`);
  return { link, cookie: cookieOf(response), connectUrl, state: new URL(connectUrl).searchParams.get('state') ?? '' };
}

let people = 0;

export function ownerWay(world: World): OwnerWay {
  const goThrough = async (left: Left, how: object): Promise<string> =>
    String((await world.sim('POST', '/sim/api/authorize', { url: left.connectUrl, ...how }))['redirect']);
  return {
    press,
    goThrough,
    async add(record, more = {}) {
      people += 1;
      const person = { name: `Owner ${people}`, email: `owner.${people}@mail.example` };
      const ownerId = more.ownerId ?? String((await world.api('POST', '/owners', person, more.fleet)).body['id']);
      const { status, body } = await world.api('POST', '/vehicles', { ...record, ownerId }, more.fleet);
      assert.equal(status, 201, JSON.stringify(body));
      return { id: body['id'] as VehicleId, ownerId }; // the API's own id
    },
    async linkFor(id, fleet) {
      const { status, body } = await world.api('POST', `/vehicles/${id}/connect`, {}, fleet);
      assert.equal(status, 200, JSON.stringify(body));
      return String(body['url']);
    },
    async walk(link, how) {
      const left = await press(link);
      return follow(await goThrough(left, how), left.cookie);
    },
    carOf: async (vin) => (await world.sim('GET', `/sim/api/cars/${vin}`)) as unknown as CarNow, // the simulator's own view
    async until(id, isSo, limitS = 900) {
      for (let waited = 0; waited < limitS && !isSo(await world.vehicle(id)); waited += 5) await world.advance(5);
      const now = await world.vehicle(id);
      assert.ok(isSo(now), `not in time: ${JSON.stringify(now.connection)}`);
      return now;
    },
    waitOut: () => world.advance(180),
    async alerts(id) {
      const { body } = await world.api('GET', `/alerts?vehicle=${id}`);
      return (body['items'] as { kind: string }[]).map(({ kind }) => kind).sort();
    },
    async timeline(id) {
      const { body } = await world.api('GET', `/vehicles/${id}/timeline?limit=50`);
      return (body['items'] as { text: string }[]).map(({ text }) => text);
    },
    grants: async (state = 'all') =>
      (await world.api('GET', `/grants?state=${state}&limit=200`)).body['items'] as GrantNow[], // the API's shape
  };
}

export const isActive = ({ connection }: VehicleNow): boolean => connection?.status === 'active';
