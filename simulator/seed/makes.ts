/**
 * The ten makes of the first fleet: real model names, and how each make's cars report.
 * The figures of reporting are chosen for a lively demo; only `freshnessS` leans on the dossier.
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
  models: readonly Model[];
}

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

/** All makes that Connect offers. */
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
    models: [
      model('e-Niro', 'BEV', 'KNA', [2020, 2023], { kwh: 64 }),
      model('EV6', 'BEV', 'KNA', [2022, 2024], { kwh: 74 }),
      model('Ceed', 'ICE', 'U5Y', [2019, 2023], { litres: 50 }),
    ],
  },
];

/** Makes that no seeded fleet car has; the test accounts are Land Rovers by their VINs. */
export const landRover: Make = {
  make: 'LAND_ROVER',
  label: 'Land Rover',
  freshnessS: 1350,
  awakeAfterMin: 30,
  heartbeatMin: 360,
  deepSleepAfterH: 96,
  commandLagS: 10,
  vehicleBucket: ordinary,
  models: [model('Discovery Sport', 'ICE', 'SAL', [2019, 2023], { litres: 65 })],
};

const byName = new Map([...makes, landRover].map((entry) => [entry.make, entry]));

/** The make of that name, or null. */
export function makeNamed(make: string): Make | null {
  return byName.get(make.toUpperCase()) ?? null;
}
