/**
 * Broken cars by the hundred, put into the database as the application puts them there: the way through Connect takes too
 * long for so many.
 */
import { factsOf } from '../../src/domain/cause.ts';
import type { Cause } from '../../src/domain/cause.ts';
import type { Connection } from '../../src/domain/connection.ts';
import { newId } from '../../src/domain/ids.ts';
import type { ConnectionId, OwnerId, VehicleId } from '../../src/domain/ids.ts';
import { defaultRequiredPermissions } from '../../src/domain/permission.ts';
import { addOwner } from '../../src/flows/owners.ts';
import { reconnectDue } from '../../src/flows/reconnect-due.ts';
import { insertConnection } from '../../src/store/connection.ts';
import type { Tx } from '../../src/store/database.ts';
import { insertVehicle } from '../../src/store/vehicle.ts';
import { aConnection } from '../store/records.ts';
import type { World } from './world.ts';

export interface BrokenCar {
  number: string;
  vehicleId: VehicleId;
  connectionId: ConnectionId;
  ownerId: OwnerId;
}

export interface BrokenGiven {
  number: string;
  /** The owner's address; the same one twice is one owner. */
  owner: string;
  /** Null: active. */
  cause?: Cause | null;
  make?: string;
}

export async function addBroken(world: World, given: readonly BrokenGiven[]): Promise<BrokenCar[]> {
  const { ground, context } = world;
  const owners = new Map<string, OwnerId>();
  for (const { owner: email } of given)
    if (!owners.has(email))
      owners.set(email, await addOwner(ground, context, { name: nameOf(email), email }, world.now()));
  return ground.database.asFleet(context.fleetId, async (tx) => {
    const cars: BrokenCar[] = [];
    for (const car of given) cars.push(await addOne(tx, world, car, owners.get(car.owner) as OwnerId)); // every owner was added above
    return cars;
  });
}

const nameOf = (email: string): string => email.slice(0, email.indexOf('@'));

async function addOne(
  tx: Tx,
  world: World,
  { number, cause = 'signedOut', make = 'VOLKSWAGEN' }: BrokenGiven,
  ownerId: OwnerId,
): Promise<BrokenCar> {
  const now = world.now();
  const { fleetId } = world.context;
  const vehicleId = newId('veh', now);
  const car = { plate: null, vin: null, make, model: number, year: 2023, powertrain: 'BEV', country: 'DE' } as const;
  await insertVehicle(tx, { id: vehicleId, fleetId, number, ...car, ownerId, createdAt: now });
  const standing: Partial<Connection> = {
    ...{ ownerId, cause, since: now, connectedAt: now, judgedAt: now, provedAt: null, subscribedAt: now },
    status: cause ? factsOf(cause).status : 'active',
    permissions: [...defaultRequiredPermissions],
    // A week ahead, so that nothing happens by itself.
    nextPollAt: new Date(now.getTime() + 7 * 86_400_000),
  };
  const connection = aConnection(fleetId, vehicleId, standing);
  await insertConnection(tx, connection);
  return { number, vehicleId, connectionId: connection.id, ownerId };
}

/** A minute passes, and the round of it. */
export async function passMinute(world: World): Promise<void> {
  world.pass(60);
  await reconnectDue(world.ground, world.now());
  await world.settle();
}

export async function passMinutes(world: World, minutes: number): Promise<void> {
  for (let passed = 0; passed < minutes; passed += 1) await passMinute(world);
}

/** Everything the mailbox holds, however many pages. */
export async function allMails(world: World): Promise<{ to: string; subject: string; text: string }[]> {
  const mails: { to: string; subject: string; text: string }[] = [];
  for (let cursor = ''; ;) {
    const { body } = await world.api('GET', `/mailbox?limit=200${cursor}`);
    mails.push(...(body['items'] as typeof mails));
    if (!body['nextCursor']) return mails;
    cursor = `&cursor=${String(body['nextCursor'])}`;
  }
}
