/**
 * Troubles that pass: what a car answers in the state it is in, and limits that let us wait. They never become a cause of a
 * connection; they say what to wait for, or what somebody at the car has to change.
 */
import type { Who } from './cause.ts';
import type { ThrottleMeaning, VehicleMeaning } from './failure.ts';

export type PassingMeaning = VehicleMeaning | ThrottleMeaning;

interface PassingFacts {
  /** Whose turn it is; `vehicle` is whoever stands at the car. */
  who: Who;
  /** `later`: asking again by itself makes sense. `afterChange`: only once something at the car was changed. */
  again: 'later' | 'afterChange';
}

export const passing: Readonly<Record<PassingMeaning, PassingFacts>> = {
  asleep: { who: 'vehicle', again: 'later' },
  vehicleUnreachable: { who: 'vehicle', again: 'later' },
  inService: { who: 'vehicle', again: 'later' },
  lowBattery: { who: 'vehicle', again: 'later' },
  doorOpen: { who: 'vehicle', again: 'afterChange' },
  hoodOpen: { who: 'vehicle', again: 'afterChange' },
  trunkOpen: { who: 'vehicle', again: 'afterChange' },
  ignitionOn: { who: 'vehicle', again: 'later' },
  inMotion: { who: 'vehicle', again: 'later' },
  charging: { who: 'vehicle', again: 'afterChange' },
  fullyCharged: { who: 'nobody', again: 'afterChange' },
  notCharging: { who: 'vehicle', again: 'afterChange' },
  pluggedIn: { who: 'vehicle', again: 'afterChange' },
  notPluggedIn: { who: 'vehicle', again: 'afterChange' },
  chargeFault: { who: 'vehicle', again: 'afterChange' },
  vehicleRefused: { who: 'vehicle', again: 'later' },
  throttledApplication: { who: 'nobody', again: 'later' },
  throttledVehicle: { who: 'nobody', again: 'later' },
  throttledManufacturer: { who: 'nobody', again: 'later' },
  requestLimit: { who: 'operator', again: 'later' },
};
