/** Who owns which car: made up from a seed, the same for the same seed. */
import { pick, seeded } from '../random.ts';
import { landRover, makes, type Make, type Model, type Powertrain } from './makes.ts';
import { cities, firstNames, lastNames, type City } from './names.ts';
import { testAccounts } from './test-accounts.ts';
import { vinOf } from './vin.ts';

/**
 * `first` and `second` are the demo's fleets, `spare` cars are for adding by hand, `test` the documented test accounts,
 * `further` one car of each make that the others leave out, `many` as many as a long run wants.
 */
export type FleetName = 'first' | 'second' | 'spare' | 'test' | 'further' | 'many';

/** How much a car is driven; a sleeper stands for days. */
export type Habit = 'busy' | 'normal' | 'sleeper';

export interface Car {
  vin: string;
  fleet: FleetName;
  make: Make;
  model: Model;
  year: number;
  powertrain: Powertrain;
  /** E-mail of the manufacturer's account that holds the car, lower case. */
  email: string;
  city: City;
  habit: Habit;
  /** A car of a test account always fails with this. */
  alwaysFailsWith: { type: string; code: string } | null;
}

export interface Account {
  email: string;
  make: string;
  /** Password until somebody changes it; null: any password will do. */
  password: string | null;
}

export interface Fleet {
  cars: readonly Car[];
  accounts: readonly Account[];
}

/** So many of the makes, from the first, are in the demo's fleets. */
const demoMakes = 10;

/** Everyone's first password. */
export const firstPassword = 'password';

/**
 * The cars and accounts of a seed: 60 of ten makes, 12 of a second fleet, 8 spare ones, the test accounts, and one of each
 * further make; then `many` more of the demo's ten makes, which change nothing about the others.
 */
export function fleetOf(seed: number, many = 0): Fleet {
  const roll = seeded(seed, 'fleet');
  const cars: Car[] = [];
  const accounts = new Map<string, Account>();
  const plan: [FleetName, number][] = [
    ['first', 60],
    ['second', 12],
    ['spare', 8],
  ];
  for (const [fleet, count] of plan) addFleet({ seed, fleet, count, roll, cars, accounts });
  addTestAccounts(cars, accounts);
  // Last, and with a stream of its own: whatever is added here, the cars before keep their VINs and owners.
  const further = seeded(seed, 'further makes');
  addFleet({ seed, fleet: 'further', count: makes.length - demoMakes, roll: further, cars, accounts });
  addFleet({ seed, fleet: 'many', count: many, roll: seeded(seed, 'many'), cars, accounts });
  return { cars, accounts: [...accounts.values()] };
}

interface Adding {
  seed: number;
  fleet: FleetName;
  count: number;
  roll: () => number;
  cars: Car[];
  accounts: Map<string, Account>;
}

function addFleet(adding: Adding): void {
  const { fleet, count, roll, cars, accounts } = adding;
  let account: Account | null = null;
  let left = 0;
  for (let index = 0; index < count; index += 1) {
    // Six of a make in a row, so that owners of two or three cars have them at one manufacturer.
    const make = makeFor(fleet, index);
    if (account === null || left === 0 || account.make !== make.make) {
      account = newAccount(make.make, roll, accounts);
      left = fleet === 'spare' ? spareCars(index) : carsOfOwner(roll());
    }
    left -= 1;
    cars.push(newCar(adding, make, account.email, index));
  }
}

function makeFor(fleet: FleetName, index: number): Make {
  const order = {
    first: Math.floor(index / 6),
    second: Math.floor(index / 3) * 2 + 1,
    spare: [1, 1, 0, 3, 5, 5, 2, 9][index] ?? 0,
    further: demoMakes + index,
    many: Math.floor(index / 6) % demoMakes,
    test: 0,
  };
  const make = makes[order[fleet]];
  if (make === undefined) throw new Error('there are makes');
  return make;
}

function carsOfOwner(roll: number): number {
  return roll < 0.55 ? 1 : roll < 0.85 ? 2 : 3;
}

function spareCars(index: number): number {
  return index === 0 || index === 4 ? 2 : 1;
}

function newAccount(make: string, roll: () => number, accounts: Map<string, Account>): Account {
  for (let tries = 0; ; tries += 1) {
    // There are some hundred names; a large fleet's owners get a number behind theirs.
    const number = tries < 20 ? '' : String(accounts.size);
    const email = `${pick(firstNames, roll())}.${pick(lastNames, roll())}${number}@mail.example`;
    if (accounts.has(email)) continue;
    const account = { email, make, password: firstPassword };
    accounts.set(email, account);
    return account;
  }
}

function newCar(adding: Adding, make: Make, email: string, index: number): Car {
  const { seed, fleet, roll } = adding;
  const model = pick(make.models, roll());
  const [from, to] = model.years;
  const year = from + Math.floor(roll() * (to - from + 1));
  const city = pick(fleet === 'first' ? cities.slice(0, 7) : cities, roll());
  const habitRoll = roll();
  const habit: Habit = habitRoll < 0.1 ? 'sleeper' : habitRoll < 0.55 ? 'busy' : 'normal';
  const vin = vinOf({ wmi: model.wmi, year, roll: seeded(seed, 'vin', fleet, index) });
  return { vin, fleet, make, model, year, powertrain: model.powertrain, email, city, habit, alwaysFailsWith: null };
}

function addTestAccounts(cars: Car[], accounts: Map<string, Account>): void {
  const model = landRover.models[0];
  const city = cities[1];
  if (model === undefined || city === undefined) throw new Error('the test accounts need a model and a city');
  for (const { email, vin, type, code } of testAccounts) {
    accounts.set(email, { email, make: landRover.make, password: null });
    const failure = code === 'NO_VEHICLES' ? null : { type, code };
    if (failure === null) continue;
    cars.push({
      vin,
      fleet: 'test',
      make: landRover,
      model,
      year: 2021,
      powertrain: 'ICE',
      email,
      city,
      habit: 'normal',
      alwaysFailsWith: failure,
    });
  }
}
