/** What happens when: the fates of the cars, what befalls all of them, and what the operator does, by the hour of the move. */
import { walkLink } from '../month/owners.ts';
import type { Car } from './enrol.ts';
import type { Deed, Fated } from './fates.ts';
import type { Stage } from './stage.ts';

export interface Script {
  /** The hour of the move; negative before it. */
  hour(): number;
  /** Time passes in steps that are small while much happens. */
  playUntil(hour: number): Promise<void>;
}

interface Scene {
  atH: number;
  act(): Promise<void>;
}

const hourMs = 3_600_000;

export interface Befalls {
  atH: number;
  what: string;
  act(stage: Stage): Promise<unknown>;
}

const knob = (webhook: object) => (stage: Stage) => stage.sim('PATCH', '/sim/api/knobs', { webhook });
const set = (change: Partial<Pick<Stage['gateway'], 'isAway' | 'isIamDown'>>) => (stage: Stage) => {
  Object.assign(stage.gateway, change);
  return Promise.resolve();
};

/** When Smartcar is away. */
export const awayH = { from: 1, until: 1.67 };

/** What befalls the whole fleet. */
export const befalls: readonly Befalls[] = [
  {
    atH: 0.15,
    what: 'every request throttled for 12 minutes',
    act: (stage) => stage.sim('POST', '/sim/api/faults', { kind: 'rate-limit', retryAfterS: 120 }),
  },
  { atH: 0.35, what: '', act: endOfThrottling },
  {
    atH: 0.7,
    what: 'the application token refused, and none given, for 10 minutes',
    act: async (stage) => {
      stage.gateway.isIamDown = true;
      await stage.sim('POST', '/sim/api/tokens/revoke', {});
    },
  },
  { atH: 0.87, what: '', act: set({ isIamDown: false }) },
  { atH: awayH.from, what: 'Smartcar away for 40 minutes, both platforms', act: set({ isAway: true }) },
  { atH: awayH.until, what: '', act: set({ isAway: false }) },
  { atH: 2, what: 'webhooks lost for three hours', act: knob({ isDelivering: false }) },
  { atH: 5, what: '', act: knob({ isDelivering: true }) },
  { atH: 6, what: 'webhooks not taken for an hour', act: knob({ isReceiverDown: true }) },
  { atH: 7, what: '', act: knob({ isReceiverDown: false }) },
  {
    atH: 20,
    what: 'webhooks twice and in a mixed order for six hours',
    act: knob({ duplicates: 'new-event-id', isReordering: true }),
  },
  { atH: 26, what: '', act: knob({ duplicates: 'none', isReordering: false }) },
  {
    atH: 40.6,
    what: 'from hour 40 on webhooks lost again, so that every car has to be read',
    act: knob({ isDelivering: false }),
  },
];

async function endOfThrottling(stage: Stage): Promise<void> {
  const faults = (await stage.sim('GET', '/sim/api/faults'))['faults'] as { id: string; scope: unknown }[]; // its documented shape
  for (const { id, scope } of faults) if (scope === 'all') await stage.sim('DELETE', `/sim/api/faults/${id}`);
}

/** @param zero when the move begins */
export function newScript(stage: Stage, fated: readonly Fated<Car>[], zero: Date, further: readonly Scene[]): Script {
  const scenes: Scene[] = [
    ...fated.flatMap(({ car, deeds }) =>
      deeds.map((deed) => ({ atH: deed.atH, act: () => perform(stage, car, deed) })),
    ),
    ...befalls.map(({ atH, act }) => ({ atH, act: async () => void (await act(stage)) })),
    ...further,
  ].sort((a, b) => a.atH - b.atH);
  const hour = (): number => (stage.now().getTime() - zero.getTime()) / hourMs;
  return {
    hour,
    async playUntil(end) {
      while (hour() < end) {
        await stage.advance(Math.min(stepS(hour()), Math.ceil((end - hour()) * 3_600)));
        while (scenes[0] && scenes[0].atH <= hour()) await scenes.shift()?.act();
      }
    },
  };
}

const stepS = (hour: number): number => (hour < -0.01 ? 900 : hour < 2.5 ? 60 : hour < 40 ? 600 : 1_800);

async function perform(stage: Stage, car: Car, { what }: Deed): Promise<void> {
  switch (what.do) {
    case 'twist':
      stage.gateway.twists.set(car.smartcarVehicleId, what.twist);
      return;
    case 'fault':
      await stage.sim('POST', `/sim/api/cars/${car.vin}/faults`, what.fault);
      return;
    case 'mend':
      await stage.sim('DELETE', `/sim/api/cars/${car.vin}/faults/${what.kind}`);
      return;
    case 'fetch':
      await stage.sim('POST', `/sim/api/cars/${car.vin}/fetch`, {});
      await stage.simulator.advanceTo(stage.now());
      return;
    case 'end-tokens':
      return endTokens(stage, car);
    case 'disconnect':
      await stage.ask('POST', `/vehicles/${car.id}/disconnect`, {});
      return;
    case 'grant-anew':
      return grantAnew(stage, car);
  }
}

async function endTokens(stage: Stage, { smartcarVehicleId }: Car): Promise<void> {
  const families = (await stage.sim('GET', '/sim/api/v2/families'))['families'] as {
    id: string;
    vehicleIds: string[];
  }[]; // its documented shape
  for (const { id, vehicleIds } of families)
    if (vehicleIds.includes(smartcarVehicleId)) await stage.sim('DELETE', `/sim/api/v2/families/${id}`);
}

/** The owner comes through the link; a person at a page is not killed over it. */
async function grantAnew(stage: Stage, { id, email, vin }: Car): Promise<void> {
  const phase = stage.killer.rest();
  const { body, text } = await stage.ask('POST', `/vehicles/${id}/reconnect`, {});
  if (typeof body['url'] !== 'string') throw new Error(`The owner of ${vin} got no link: ${text}`);
  const walked = await walkLink(stage.simulator.origin, body['url'], { email, vins: [vin] }, () => Promise.resolve());
  if (walked !== 'returned') throw new Error(`The owner of ${vin} did not come back (${walked}): ${text}`);
  if (phase) stage.killer.arm(phase);
}
