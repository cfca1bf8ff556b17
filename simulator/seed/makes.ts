/**
 * The makes: real model names, how their cars report, and what they do that others don't.
 * The figures of reporting are chosen for a lively demo; `freshnessS` and `habits` are documented.
 *
 * @see docs/smartcar.md §5
 */

export type Powertrain = 'BEV' | 'PHEV' | 'HEV' | 'ICE';

export interface Model {
  name: string;
  powertrain: Powertrain;
  years: readonly [first: number, last: number];
  /** World manufacturer identifier: the first three characters of the VIN. */
  wmi: string;
  /** Usable battery in kWh; 0 without one. */
  batteryKwh: number;
  /** Tank in litres; 0 without one. */
  tankLitres: number;
}

export interface Make {
  make: string;
  /** As people write it. */
  label: string;
  /** How often Smartcar gets new data while a webhook watches the car, in seconds. */
  freshnessS: number;
  /** How long a car goes on talking after it was driven or charged, in minutes. */
  awakeAfterMin: number;
  /** A parked car speaks once in this many minutes … */
  heartbeatMin: number;
  /** … until it falls into deep sleep after this many hours. */
  deepSleepAfterH: number;
  /** Between an accepted command and the doors, in seconds. */
  commandLagS: number;
  /** Requests a car takes at once, and how many seconds give one back. An invention: the real limits are undisclosed. */
  vehicleBucket: { capacity: number; secondsEach: number };
  /** The same by older guidance: 20 an hour, Hyundai and Kia 20 a day, GM one in thirty minutes. `OLD` */
  olderGuidance: { capacity: number; secondsEach: number };
  habits: Habits;
  models: readonly Model[];
}

/** What single makes do that looks like an error to somebody who doesn't know it; null or false: this one doesn't. */
export interface Habits {
  /** Parked for this long, a car isn't asked any more: ASLEEP until somebody drives it. @see docs/smartcar.md §4.4 */
  asleepAfterDays: number | null;
  /** Older data than this are answered with SUBSCRIPTION. @see docs/smartcar.md §5 */
  subscriptionAfterDays: number | null;
  /** An owner who opens the manufacturer's app signs Smartcar out. @see docs/smartcar.md §5, §9.1 */
  hasSingleSession: boolean;
  /** A second factor ends the login after this. @see docs/smartcar.md §5, §9.1 */
  loginLastsDays: number | null;
  /** The driver is told when the location is asked for. @see docs/smartcar.md §5 */
  tellsOwnerOfLocation: boolean;
  /** Unlocked by command, the car locks itself again unless somebody opens its trunk in time. @see docs/smartcar.md §2.5 */
  relocksAfterS: number | null;
  /** Owners connect in an app with Smartcar's mobile SDK; the simulator's Connect lets a browser through. @see docs/smartcar.md §5 */
  needsMobileSdk: boolean;
  /** Commands want a virtual key in the car; the fault `virtual-key-required` takes it away. @see docs/smartcar.md §2.5 */
  needsVirtualKey: boolean;
  /** Charge commands that a car takes until it is driven again. @see docs/smartcar.md §10 */
  chargeCommandsPerDrive: number | null;
}

const noHabits: Habits = {
  asleepAfterDays: null,
  subscriptionAfterDays: null,
  hasSingleSession: false,
  loginLastsDays: null,
  tellsOwnerOfLocation: false,
  relocksAfterS: null,
  needsMobileSdk: false,
  needsVirtualKey: false,
  chargeCommandsPerDrive: null,
};

const olderGuidance = { capacity: 20, secondsEach: 180 };
const olderGuidanceKorea = { capacity: 20, secondsEach: 4320 };
const olderGuidanceGm = { capacity: 1, secondsEach: 1800 };
/** GM's cars: three to four days. */
const gmHabits: Habits = { ...noHabits, asleepAfterDays: 3.5 };

const ordinary = { capacity: 60, secondsEach: 60 };

function model(
  name: string,
  powertrain: Powertrain,
  wmi: string,
  years: readonly [number, number],
  energy: { kwh?: number; litres?: number },
): Model {
  return { name, powertrain, wmi, years, batteryKwh: energy.kwh ?? 0, tankLitres: energy.litres ?? 0 };
}

/** A make with one model and ordinary reporting; `freshnessS` is the middle of what the dossier says. */
function furtherMake(make: string, label: string, freshnessS: number, habits: Partial<Habits>, only: Model): Make {
  return {
    make,
    label,
    freshnessS,
    awakeAfterMin: 30,
    heartbeatMin: 240,
    // A car that sleeps deeply has stopped talking before.
    deepSleepAfterH: (habits.asleepAfterDays ?? 4) * 24,
    commandLagS: 8,
    vehicleBucket: make === 'CADILLAC' ? { capacity: 30, secondsEach: 300 } : ordinary,
    olderGuidance: make === 'CADILLAC' ? olderGuidanceGm : olderGuidance,
    habits: { ...noHabits, ...habits },
    models: [only],
  };
}

/** All makes that Connect offers: first the ten of the demo's fleets, whose order the seeded cars follow. */
export const makes: readonly Make[] = [
  {
    make: 'TESLA',
    label: 'Tesla',
    freshnessS: 120,
    awakeAfterMin: 15,
    heartbeatMin: 180,
    deepSleepAfterH: 120,
    commandLagS: 3,
    vehicleBucket: ordinary,
    olderGuidance,
    habits: { ...noHabits, needsVirtualKey: true },
    models: [
      model('Model 3', 'BEV', 'LRW', [2021, 2024], { kwh: 60 }),
      model('Model Y', 'BEV', 'XP7', [2022, 2024], { kwh: 75 }),
    ],
  },
  {
    make: 'VOLKSWAGEN',
    label: 'Volkswagen',
    freshnessS: 450,
    awakeAfterMin: 30,
    heartbeatMin: 240,
    deepSleepAfterH: 96,
    commandLagS: 8,
    vehicleBucket: ordinary,
    olderGuidance,
    habits: { ...noHabits, chargeCommandsPerDrive: 15 },
    models: [
      model('ID.3', 'BEV', 'WVW', [2021, 2024], { kwh: 58 }),
      model('Golf', 'ICE', 'WVW', [2019, 2023], { litres: 50 }),
      model('Passat', 'PHEV', 'WVW', [2020, 2023], { kwh: 13, litres: 50 }),
      model('ID. Buzz', 'BEV', 'WV2', [2023, 2025], { kwh: 77 }),
    ],
  },
  {
    make: 'BMW',
    label: 'BMW',
    freshnessS: 450,
    awakeAfterMin: 45,
    heartbeatMin: 300,
    deepSleepAfterH: 96,
    commandLagS: 10,
    vehicleBucket: ordinary,
    olderGuidance,
    habits: { ...noHabits, subscriptionAfterDays: 30 },
    models: [
      model('i3', 'BEV', 'WBY', [2019, 2022], { kwh: 38 }),
      model('330e', 'PHEV', 'WBA', [2020, 2023], { kwh: 11, litres: 40 }),
      model('118i', 'ICE', 'WBA', [2020, 2023], { litres: 42 }),
    ],
  },
  {
    make: 'FORD',
    label: 'Ford',
    freshnessS: 450,
    awakeAfterMin: 30,
    heartbeatMin: 240,
    deepSleepAfterH: 120,
    commandLagS: 6,
    vehicleBucket: ordinary,
    olderGuidance,
    habits: { ...noHabits, needsMobileSdk: true },
    models: [
      model('Mustang Mach-E', 'BEV', 'WF0', [2021, 2024], { kwh: 70 }),
      model('Focus', 'ICE', 'WF0', [2019, 2023], { litres: 52 }),
      model('Transit Custom', 'ICE', 'WF0', [2020, 2024], { litres: 70 }),
    ],
  },
  {
    make: 'HYUNDAI',
    label: 'Hyundai',
    freshnessS: 300,
    awakeAfterMin: 20,
    heartbeatMin: 360,
    deepSleepAfterH: 72,
    commandLagS: 9,
    vehicleBucket: { capacity: 20, secondsEach: 240 },
    olderGuidance: olderGuidanceKorea,
    habits: noHabits,
    models: [
      model('KONA Electric', 'BEV', 'TMA', [2020, 2024], { kwh: 64 }),
      model('IONIQ 5', 'BEV', 'KMH', [2022, 2024], { kwh: 73 }),
      model('i20', 'ICE', 'NLH', [2020, 2023], { litres: 40 }),
    ],
  },
  {
    make: 'VOLVO',
    label: 'Volvo',
    freshnessS: 120,
    awakeAfterMin: 30,
    heartbeatMin: 180,
    deepSleepAfterH: 120,
    commandLagS: 5,
    vehicleBucket: ordinary,
    olderGuidance,
    habits: { ...noHabits, relocksAfterS: 10 },
    models: [
      model('XC40 Recharge', 'BEV', 'YV1', [2021, 2024], { kwh: 75 }),
      model('V60', 'PHEV', 'YV1', [2020, 2023], { kwh: 15, litres: 60 }),
      model('XC60', 'HEV', 'YV1', [2020, 2023], { litres: 71 }),
    ],
  },
  {
    make: 'CHEVROLET',
    label: 'Chevrolet',
    freshnessS: 2250,
    awakeAfterMin: 60,
    heartbeatMin: 480,
    deepSleepAfterH: 84,
    commandLagS: 12,
    vehicleBucket: { capacity: 30, secondsEach: 300 },
    olderGuidance: olderGuidanceGm,
    habits: gmHabits,
    models: [
      model('Bolt EV', 'BEV', '1G1', [2019, 2023], { kwh: 65 }),
      model('Bolt EUV', 'BEV', '1G1', [2022, 2023], { kwh: 65 }),
    ],
  },
  {
    make: 'NISSAN',
    label: 'Nissan',
    freshnessS: 900,
    awakeAfterMin: 20,
    heartbeatMin: 360,
    deepSleepAfterH: 72,
    commandLagS: 12,
    vehicleBucket: ordinary,
    olderGuidance,
    habits: { ...noHabits, tellsOwnerOfLocation: true },
    models: [
      model('Leaf', 'BEV', 'SJN', [2019, 2023], { kwh: 39 }),
      model('Ariya', 'BEV', 'JN1', [2022, 2024], { kwh: 63 }),
      model('Qashqai', 'HEV', 'SJN', [2022, 2024], { litres: 55 }),
    ],
  },
  {
    make: 'AUDI',
    label: 'Audi',
    freshnessS: 240,
    awakeAfterMin: 30,
    heartbeatMin: 240,
    deepSleepAfterH: 96,
    commandLagS: 7,
    vehicleBucket: ordinary,
    olderGuidance,
    habits: noHabits,
    models: [
      model('Q4 e-tron', 'BEV', 'WAU', [2021, 2024], { kwh: 77 }),
      model('A3', 'ICE', 'WAU', [2020, 2023], { litres: 50 }),
    ],
  },
  {
    make: 'KIA',
    label: 'Kia',
    freshnessS: 300,
    awakeAfterMin: 20,
    heartbeatMin: 360,
    deepSleepAfterH: 72,
    commandLagS: 9,
    vehicleBucket: { capacity: 20, secondsEach: 240 },
    olderGuidance: olderGuidanceKorea,
    habits: noHabits,
    models: [
      model('e-Niro', 'BEV', 'KNA', [2020, 2023], { kwh: 64 }),
      model('EV6', 'BEV', 'KNA', [2022, 2024], { kwh: 74 }),
      model('Ceed', 'ICE', 'U5Y', [2019, 2023], { litres: 50 }),
    ],
  },
  furtherMake('ACURA', 'Acura', 2700, { asleepAfterDays: 7 }, model('ZDX', 'BEV', '4JG', [2024, 2025], { kwh: 102 })),
  furtherMake('BYD', 'BYD', 120, { hasSingleSession: true }, model('Seal', 'BEV', 'LC0', [2023, 2025], { kwh: 82 })),
  furtherMake('CADILLAC', 'Cadillac', 2250, gmHabits, model('LYRIQ', 'BEV', '1GY', [2023, 2025], { kwh: 102 })),
  furtherMake('HONDA', 'Honda', 1350, {}, model('e:Ny1', 'BEV', 'JHM', [2023, 2025], { kwh: 62 })),
  furtherMake('MERCEDES_BENZ', 'Mercedes-Benz', 450, {}, model('EQA', 'BEV', 'W1N', [2021, 2025], { kwh: 66 })),
  furtherMake('MINI', 'MINI', 2700, {}, model('Cooper SE', 'BEV', 'WMW', [2020, 2024], { kwh: 29 })),
  furtherMake('POLESTAR', 'Polestar', 120, { relocksAfterS: 10 }, model('2', 'BEV', 'LPS', [2021, 2025], { kwh: 75 })),
  furtherMake('RENAULT', 'Renault', 2700, {}, model('ZOE', 'BEV', 'VF1', [2019, 2023], { kwh: 52 })),
  furtherMake('RIVIAN', 'Rivian', 240, { loginLastsDays: 14 }, model('R1S', 'BEV', '7PD', [2022, 2025], { kwh: 129 })),
  furtherMake('SKODA', 'Škoda', 300, {}, model('Enyaq', 'BEV', 'TMB', [2021, 2025], { kwh: 77 })),
  furtherMake('TOYOTA', 'Toyota', 2700, {}, model('Corolla', 'HEV', 'SB1', [2019, 2024], { litres: 43 })),
];

/** A make that Connect doesn't offer; the test accounts are Land Rovers by their VINs. */
export const landRover: Make = {
  make: 'LAND_ROVER',
  label: 'Land Rover',
  freshnessS: 1350,
  awakeAfterMin: 30,
  heartbeatMin: 360,
  deepSleepAfterH: 96,
  commandLagS: 10,
  vehicleBucket: ordinary,
  olderGuidance,
  habits: noHabits,
  models: [model('Discovery Sport', 'ICE', 'SAL', [2019, 2023], { litres: 65 })],
};

const byName = new Map([...makes, landRover].map((entry) => [entry.make, entry]));

/** The make of that name, or null. */
export function makeNamed(make: string): Make | null {
  return byName.get(make.toUpperCase()) ?? null;
}
