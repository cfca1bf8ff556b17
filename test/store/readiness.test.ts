/** Which cars are ready, by the database and by the domain: the two may never differ. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { defaultPlan, defaultSettings } from '../../src/domain/fleet.ts';
import type { FleetId } from '../../src/domain/ids.ts';
import { newId } from '../../src/domain/ids.ts';
import { started } from '../../src/domain/rental.ts';
import { towline } from '../../src/domain/role.ts';
import { readinessOfVehicle } from '../../src/http/present-use.ts';
import { insertConnection } from '../../src/store/connection.ts';
import type { Tx } from '../../src/store/database.ts';
import { findActiveRental, forgetRenters, insertRental, listRentals, wasInRental } from '../../src/store/rental.ts';
import { writeReadings } from '../../src/store/telemetry.ts';
import { listVehicles } from '../../src/store/vehicle-list.ts';
import { onEveryServer } from './on-every-server.ts';
import { aConnection, aReading, addVehicle, inSeconds, makeFleet, now } from './records.ts';

const battery = 'tractionbattery-stateofcharge';
const fuel = 'internalcombustionengine-fuellevel';
const choices = {
  status: ['active', 'expired', 'pending', null],
  platform: ['v3', 'v2'],
  permissions: [['control_security', 'read_location'], ['read_location']],
  refused: [[], ['control_security']],
  ageH: [1, 400, null],
  energy: [
    {},
    { [battery]: 80 },
    { [battery]: 15 },
    { [battery]: 14 },
    { [battery]: 3, [fuel]: 70 },
    { [fuel]: 'full' },
  ],
  rental: [false, true],
} as const;

/** Every combination that matters comes up: each choice turns at a pace of its own. */
const pick = <T>(all: readonly T[], i: number, pace: number): T => all[Math.floor(i / pace) % all.length] as T; // not empty

async function seed(tx: Tx, fleet: FleetId): Promise<void> {
  for (let i = 0; i < 600; i += 1) {
    const id = await addVehicle(tx, fleet);
    const status = pick(choices.status, i, 1);
    const permissions = [...pick(choices.permissions, i, 5)];
    const refusedPermissions = i % 13 === 0 ? [...choices.refused[1]] : [];
    const platform = i % 11 === 0 ? 'v2' : 'v3';
    const cause = status === 'expired' ? 'signedOut' : status === 'pending' ? 'waitingForFirstData' : null;
    const ended = i % 17 === 0 ? { endedAt: now, nextPollAt: null } : {};
    if (status)
      await insertConnection(
        tx,
        aConnection(fleet, id, { status, cause, platform, permissions, refusedPermissions, ...ended }),
      );
    const ageH = pick(choices.ageH, i, 7);
    const at = ageH === null ? null : inSeconds(-ageH * 3_600);
    const energy = Object.entries(pick(choices.energy, i, 3));
    if (at)
      await writeReadings(tx, fleet, id, new Map(), [
        aReading(i, at),
        ...energy.map(([code, value]) => ({ ...aReading(i, at), code, value })),
      ]);
    if (i % 9 === 0)
      await insertRental(
        tx,
        started(
          { id: newId('rnt', now), fleetId: fleet, reference: `R ${i}` },
          startOf(id),
          { takenAt: now, readings: [] },
          now,
        ),
      );
  }
}

const startOf = (vehicleId: Awaited<ReturnType<typeof addVehicle>>) => ({
  vehicleId,
  startedAt: inSeconds(-60),
  startedBy: towline,
  endsAt: null,
  renterSealed: Buffer.from('sealed'),
});

await onEveryServer('readiness and rentals', (opened) => {
  let fleet: FleetId;
  const inFleet = <T>(work: (tx: Tx) => Promise<T>) => opened.database.asFleet(fleet, work);
  const settings = defaultSettings('North');
  const page = { after: null, limit: 1_000, settings, v3: true, now };

  before(async () => {
    fleet = await makeFleet(opened.database);
    await inFleet((tx) => seed(tx, fleet));
  });

  test('a list of those that are ready, and of those that are not, is what is said of each', async () => {
    const all = await inFleet((tx) => listVehicles(tx, {}, page));
    const said = (isReady: boolean): string[] =>
      all
        .filter((vehicle) => !vehicle.rental)
        .filter((vehicle) => readinessOfVehicle(vehicle, { settings, plan: defaultPlan }, now).isReady === isReady)
        .map(({ id }) => id);
    for (const readiness of ['ready', 'notReady'] as const) {
      const listed = await inFleet((tx) => listVehicles(tx, { readiness }, page));
      assert.deepEqual(
        listed.map(({ id }) => id),
        said(readiness === 'ready'),
      );
      assert.ok(listed.length > 10, `${readiness}: ${listed.length}`);
    }
    const rented = await inFleet((tx) => listVehicles(tx, { inRental: 'true' }, page));
    assert.equal(rented.length, all.filter(({ rental }) => rental !== null).length);
    assert.equal((await inFleet((tx) => listVehicles(tx, { inRental: 'false' }, page))).length, 600 - rented.length);
  });

  test('whether a car was in a rental is a matter of the moment', async () => {
    const [rental] = await inFleet((tx) => listRentals(tx, { state: 'active' }, { after: null, limit: 1 }));
    assert.ok(rental?.vehicleId);
    const { vehicleId } = rental;
    const at = (seconds: number) => inFleet((tx) => wasInRental(tx, vehicleId, inSeconds(seconds)));
    assert.deepEqual([await at(-61), await at(-60), await at(3_600)], [false, true, true]);
    assert.equal((await inFleet((tx) => findActiveRental(tx, vehicleId)))?.id, rental.id);
  });

  test('renters and where their cars stood are forgotten once their time is over, and not before', async () => {
    const ended = async (at: Date) =>
      inFleet((tx) =>
        tx
          .updateTable('rental')
          .set({ state: 'completed', ended_at: at })
          .where('state', '=', 'active')
          .where('reference', '=', 'R 0')
          .execute(),
      );
    await ended(inSeconds(-10));
    assert.equal(await inFleet((tx) => forgetRenters(tx, inSeconds(-11))), 0);
    assert.equal(await inFleet((tx) => forgetRenters(tx, inSeconds(-9))), 1);
    assert.equal(await inFleet((tx) => forgetRenters(tx, inSeconds(-9))), 0, 'once');
    const [rental] = await inFleet((tx) => listRentals(tx, { q: 'R 0' }, { after: null, limit: 1 }));
    assert.deepEqual([rental?.reference, rental?.renterSealed], ['R 0', null]);
  });
});
