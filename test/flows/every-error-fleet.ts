/** A fleet of which every car has an owner of its own and one error to itself, and what people read about each car. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { ConnectionId, VehicleId } from '../../src/domain/ids.ts';
import { table, type Row } from '../../src/smartcar/classify.ts';
import { makeName } from '../../src/texts/words.ts';
import { nameOf } from '../../scripts/causes.ts';
import { readByPlan } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';
import type { Ending } from './every-error-table.ts';
import { isThrottleMeaning } from '../../src/domain/failure.ts';
import type { Meaning } from '../../src/domain/failure.ts';

export interface FleetCar extends SimulatedCar {
  id: VehicleId;
}

export interface Expected {
  meaning: Meaning;
  ending: Ending;
}

/** What the API shows of one car. */
export interface Panel {
  id: VehicleId;
  make: string | null;
  freshness: { state: string };
  connection: {
    id: ConnectionId;
    status: string;
    cause: string | null;
    causeText: string | null;
    nextAction: { who: string; action: string; text: string } | null;
    suspicion: { text: string } | null;
    note: { meaning: string; text: string; nextAction: { who: string; text: string } } | null;
    request: { id: string } | null;
    nextPollAt: string | null;
  };
}

/** Makes whose cars may be asked so seldom that a test would have to wait for hours. */
const slowMakes: readonly string[] = ['HYUNDAI', 'KIA', 'CHEVROLET', 'CADILLAC'];

/** Connects so many cars of different owners, and waits for their first data. Each is read as often when it stands. */
export async function connectFleet(world: World, count: number): Promise<FleetCar[]> {
  await readByPlan(world);
  await world.api('PATCH', '/settings', { staleAfterS: 1_800 });
  const wanted = await carsOfDifferentOwners(world, count);
  const cars: FleetCar[] = [];
  for (const car of wanted) cars.push({ ...car, id: await connect(world, car) });
  for (let waited = 0; waited < 40; waited += 1) {
    await world.advance(15);
    const known = await panels(world);
    if (cars.every(({ id }) => known.get(id)?.connection?.status === 'active')) break;
  }
  const known = await panels(world);
  assert.deepEqual(new Set(cars.map(({ id }) => known.get(id)?.connection.status)), new Set(['active']));
  const smartcars = new Map((await carsOf(world)).map((car) => [car.vin, car]));
  return cars.map((car) => ({ ...car, ...smartcars.get(car.vin), id: car.id }));
}

const carsOf = async (world: World): Promise<SimulatedCar[]> =>
  (await world.sim('GET', '/sim/api/world'))['cars'] as SimulatedCar[]; // the simulator's own list

async function carsOfDifferentOwners(world: World, count: number): Promise<SimulatedCar[]> {
  const emails = new Set<string>();
  const chosen: SimulatedCar[] = [];
  for (const car of await carsOf(world)) {
    if (car.fleet === 'test' || slowMakes.includes(car.make) || emails.has(car.account.email)) continue;
    if (chosen.length === count) break;
    emails.add(car.account.email);
    chosen.push(car);
  }
  assert.equal(chosen.length, count, 'there are enough owners');
  return chosen;
}

async function connect(world: World, { vin, make, model, year, account }: SimulatedCar): Promise<VehicleId> {
  const owner = await world.api('POST', '/owners', { name: account.email, email: account.email });
  const added = await world.api('POST', '/vehicles', { vin, make, model, year, ownerId: owner.body['id'] });
  const id = added.body['id'] as VehicleId; // the API's
  const link = await world.api('POST', `/vehicles/${id}/connect`, {});
  await world.throughLink(String(link.body['url']), { ...account, vins: [vin] });
  return id;
}

/** Every vehicle of the fleet, as the list shows it. */
export async function panels(world: World): Promise<Map<VehicleId, Panel>> {
  const { body } = await world.api('GET', '/vehicles?limit=200');
  return new Map((body['items'] as Panel[]).map((panel) => [panel.id, panel])); // the contract's shape
}

/** What `docs/causes.md` promises. */
export interface Promised {
  outcome: string;
  standing: string;
  nextAction: string;
  again: string;
  operator: string;
  owner: string | null;
}

const cells = (line: string): string[] => line.split(' | ').map((cell) => cell.replaceAll(/^\| | \|$/g, ''));

const promises = new Map(
  readFileSync(new URL('../../docs/causes.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| Smartcar says'))
    .map((line) => {
      const [name = '', outcome = '', standing = '', nextAction = '', again = '', operator = '', owner = ''] =
        cells(line);
      return [name, { outcome, standing, nextAction, again, operator, owner: owner === '–' ? null : owner }];
    }),
);

/** The document's words for this row of the classification. */
export function promisedFor(row: Row): Promised {
  const found = promises.get(nameOf(row));
  assert.ok(found, `docs/causes.md has a line for ${nameOf(row)}`);
  return found;
}

/** The document's words are those for a car of no known make. */
export function ofMake(words: string, make: string | null): string {
  if (make === null) return words;
  const name = makeName(make);
  return words.replaceAll('account at the manufacturer', `${name} account`).replaceAll(/[Tt]he manufacturer/g, name);
}

/** Where the document says that it ends, as it writes that. */
export const standingOf = (ending: Ending): string => (ending ? `${ending[0]}, \`${ending[1]}\`` : 'stays as it is');

/** The last row fits everything, and the bare statuses before it are for what nobody described. */
export const isCatchAll = (row: Row): boolean =>
  row === table.at(-1) || (row.type === undefined && row.code === undefined) || row.source.startsWith('INF');

const turns: Readonly<Record<string, string>> = {
  Owner: 'owner',
  You: 'operator',
  Administrator: 'us',
  'At the car': 'vehicle',
  Manufacturer: 'manufacturer',
  Smartcar: 'smartcar',
  Nobody: 'nobody',
};

/** Whose turn it is, by the words that begin a next action. */
const turnIn = (nextAction: string): string | undefined => turns[nextAction.split(':')[0] ?? ''];

/** The panel says what was expected, in the words that were promised. */
export function assertEnding(panel: Panel | undefined, expected: Expected, promised: Promised): void {
  assert.ok(panel);
  const { status, cause, causeText, nextAction, note, suspicion } = panel.connection;
  assert.deepEqual([promised.outcome, promised.standing], [`\`${expected.meaning}\``, standingOf(expected.ending)]);
  assert.equal(suspicion, null);
  if (expected.ending) {
    assert.deepEqual([status, cause], expected.ending);
    assert.equal(causeText, ofMake(promised.operator, panel.make));
    assert.deepEqual([nextAction?.text, nextAction?.who], [promised.nextAction, turnIn(promised.nextAction)]);
    assert.equal(note, null);
    return;
  }
  assertUntouched(panel);
  const { outcome, operator, nextAction: todo } = promised;
  const told = { meaning: outcome.replaceAll('`', ''), text: operator, todo, who: turnIn(todo) };
  const read = note && {
    meaning: note.meaning,
    text: note.text,
    todo: note.nextAction.text,
    who: note.nextAction.who,
  };
  assert.deepEqual(read, isThrottleMeaning(expected.meaning) ? null : told);
}

/** Active, and nothing about it in doubt. */
export function assertUntouched(panel: Panel | undefined): void {
  assert.ok(panel);
  const { status, cause, causeText, nextAction, suspicion, request } = panel.connection;
  const nothing = { cause: null, causeText: null, nextAction: null, suspicion: null, request: null };
  assert.deepEqual({ status, cause, causeText, nextAction, suspicion, request }, { status: 'active', ...nothing });
}

/** Nobody is asked for anything, and no alert is open. */
export async function assertNothingOpen(world: World): Promise<void> {
  for (const panel of (await panels(world)).values()) {
    assertUntouched(panel);
    assert.equal(panel.connection.note, null);
  }
  assert.deepEqual((await world.api('GET', '/alerts')).body['items'], []);
  assert.deepEqual(world.faults, []);
}

/** The owner's way back, through the link that repairs it. */
export async function ownerReturns(world: World, car: FleetCar): Promise<void> {
  const { body } = await world.api('POST', `/vehicles/${car.id}/reconnect`, {});
  await world.throughLink(String(body['url']), { ...car.account, vins: [car.vin] });
}

/** Smartcar asks these cars at once. */
export async function fetchAll(world: World, cars: readonly FleetCar[]): Promise<void> {
  await Promise.all(cars.map(({ vin }) => world.sim('POST', `/sim/api/cars/${vin}/fetch`)));
}

/** The demo's plan reads more often than the others, and less often than we are told to wait for. */
const demoIntervalS = 300;

/** Seconds until the next read, as the document words it; null: none. */
export function promisedWaitS({ again }: Promised): number | null {
  const [, number, unit] = /^every (\d+) (min|h)$/.exec(again) ?? [];
  if (number) return Number(number) * (unit === 'h' ? 3_600 : 60);
  if (again === 'not by itself') return null;
  // Spread behind it by up to three minutes, of which chance gives half.
  if (again === 'as told, else once a day') return 86_400 + 90;
  if (again.startsWith('at the next read')) return demoIntervalS;
  // After three failures in a row.
  if (again === 'in 1 min, then later each time, 6 h at most') return 240;
  return assert.fail(`docs/causes.md promises a wait that this test can't read: ${again}`);
}
