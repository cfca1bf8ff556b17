import assert from 'node:assert/strict';
import { test } from 'node:test';
import { causes, factsOf } from '../../src/domain/cause.ts';
import { makePolicy } from '../../src/domain/make-policy.ts';
import { knownPermissions } from '../../src/domain/permission.ts';
import { signals } from '../../src/domain/signal.ts';

test("no make's data is called late before its manufacturer's pace allows it to be new [§5-6, §5-13]", () => {
  const paces: Record<string, number> = {
    ...{ VOLVO: 3, POLESTAR: 3, TESLA: 5, AUDI: 5, SKODA: 5, VOLKSWAGEN: 10, BMW: 10, FORD: 10 },
    ...{ CHEVROLET: 45, CADILLAC: 45, ACURA: 60, TOYOTA: 60, RENAULT: 60 },
    // The careful one of two figures.
    ...{ HYUNDAI: 72, KIA: 72 },
  };
  for (const [make, freshnessMin] of Object.entries(paces))
    assert.equal(makePolicy(make).freshnessMin, freshnessMin, make);
});

test("GM's cars sleep deeply after four days, Acura's after seven [§5-7]", () => {
  assert.deepEqual(
    ['CHEVROLET', 'CADILLAC', 'ACURA', 'VOLVO'].map((make) => makePolicy(make).deepSleepAfterD),
    [4, 4, 7, null],
  );
});

test('each signal has the permission that the documentation gives it [§1.9-1]', () => {
  const permissionOf = (code: string): string | undefined => signals[code]?.permission;
  assert.deepEqual(
    {
      location: permissionOf('location-preciselocation'),
      odometer: permissionOf('odometer-traveleddistance'),
      locks: [permissionOf('closure-islocked'), permissionOf('closure-doors')],
      battery: [permissionOf('tractionbattery-stateofcharge'), permissionOf('tractionbattery-range')],
      fuel: [permissionOf('internalcombustionengine-fuellevel'), permissionOf('internalcombustionengine-range')],
      charging: [permissionOf('charge-ischarging'), permissionOf('charge-ischargingcableconnected')],
      tires: permissionOf('wheel-tires'),
      vin: permissionOf('vehicleidentification-vin'),
    },
    {
      location: 'read_location',
      odometer: 'read_odometer',
      locks: ['read_security', 'read_security'],
      battery: ['read_battery', 'read_battery'],
      fuel: ['read_fuel', 'read_fuel'],
      charging: ['read_charge', 'read_charge'],
      tires: 'read_tires',
      vin: 'read_vin',
    },
  );
  assert.ok(['read_vehicle_info', 'control_security'].every((name) => knownPermissions.includes(name)));
});

test("what the owner's own app puts right, or another sign-in, is told apart [§4.4-5, §9.1-3, §9.1-4]", () => {
  assert.deepEqual(
    [
      causes.accountIssue.route,
      causes.subscriptionLapsed.route,
      causes.virtualKeyMissing.route,
      causes.signedOut.route,
      causes.platformMigrated.route,
      causes.permissionMissing.route,
    ],
    ['ownerAction', 'ownerAction', 'ownerAction', 'reauthenticate', 'reauthenticate', 'widen'],
  );
});

test('while v2 or a vehicle of it is not to be found, nobody asks its owner [§0.3-1, §3.9-1]', () => {
  for (const cause of ['smartcarUnreachable', 'smartcarFailing', 'notFound'] as const) {
    const { who, route, status } = factsOf(cause);
    assert.deepEqual([who === 'owner', route, status], [false, 'automatic', 'error'], cause);
  }
});
