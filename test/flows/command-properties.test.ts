/**
 * Whatever happens around a car that is locked and unlocked: never two unlocks for one wish, never one after its deadline,
 * never "confirmed" without the car's word. `COMMAND_COURSES` is how many courses of events are tried.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { commandTypes } from '../../src/domain/command.ts';
import type { CommandType } from '../../src/domain/command.ts';
import type { VehicleId } from '../../src/domain/ids.ts';
import { readByPlan, startWorld } from '../support/world.ts';
import type { SimulatedCar, World } from '../support/world.ts';
import { Course } from './command-course.ts';
import { startGateway } from './every-error-gateway.ts';
import type { Gateway } from './every-error-gateway.ts';

const courses = Number(process.env['COMMAND_COURSES'] ?? 25);
const seed = Number(process.env['COMMAND_SEED'] ?? 20_260_504);

/** What is known without asking: whether there is anything to repeat or to take back. */
interface Known {
  presses: number;
  keyed: number;
}

type Step = fc.AsyncCommand<Known, Course>;

/** A step that may be taken at any time unless told otherwise; whatever it was, everything must hold after it. */
function step(
  name: string,
  run: (course: Course) => Promise<unknown>,
  more: Partial<Step> & { does?: (known: Known) => void } = {},
): Step {
  return {
    check: more.check ?? (() => true),
    async run(known, course) {
      more.does?.(known);
      await run(course);
      await course.check();
    },
    toString: () => name,
  };
}

const carFaults: readonly object[] = [
  { kind: 'answer-lost' },
  { kind: 'lock-ignored' },
  { kind: 'lock-late', delayS: 60 },
  { kind: 'asleep' },
  { kind: 'unreachable' },
  { kind: 'door-open' },
  { kind: 'hang-up' },
  { kind: 'truncated' },
  { kind: 'garbage', status: 502 },
  { kind: 'slow', delayMs: 20 },
  { kind: 'virtual-key-required' },
  { kind: 'error', type: 'PERMISSION', code: null, isWholeRequest: true },
];

describe('a car that is locked and unlocked, whatever happens', () => {
  let world: World;
  let gateway: Gateway;
  let keys: [string, string];
  const cars: { car: SimulatedCar; id: VehicleId }[] = [];
  /** How many commands came to which end, so that nothing is proved of courses in which nothing happens. */
  const ends = new Map<string, number>();
  let runs = 0;

  before(async () => {
    gateway = await startGateway();
    world = await startWorld({ smartcarOrigin: gateway.origin });
    gateway.target = world.simulator.origin;
    await readByPlan(world);
    const made = await world.api('POST', '/api-keys', { name: 'Night shift', role: 'manager' });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    keys = [world.key, String(made.body['key'])];
    await world.sim('PATCH', '/sim/api/knobs', { limitsVehicles: false, quietCadenceS: 3_600 });
    for (const make of ['VOLKSWAGEN', 'VOLVO']) {
      const car = (await world.cars('first')).find((one) => one.make === make) ?? assert.fail(make);
      const id = await world.connectCar(car);
      cars.push({ car: (await world.cars('first')).find(({ vin }) => vin === car.vin) ?? car, id });
    }
    await world.advance(60);
  });
  after(async () => {
    await world.close();
    await gateway.close();
  });

  const onCar = (course: Course, fault: object): Promise<unknown> =>
    world.sim('POST', `/sim/api/cars/${course.car.vin}/faults`, fault);

  /** Everything works again, and everything that was asked has come to its end. */
  async function endOf(course: Course): Promise<void> {
    await heal(course);
    for (const seconds of [60, 700, 1_000]) await world.advance(seconds);
    await course.check();
    for (const { id, type, state, endedAt } of course.commands.values()) {
      assert.ok(endedAt, `${id} is still ${state}`);
      ends.set(`${type} ${state}`, (ends.get(`${type} ${state}`) ?? 0) + 1);
    }
  }

  async function heal(course: Course): Promise<void> {
    await world.sim('DELETE', '/sim/api/faults');
    await world.sim('PATCH', '/sim/api/knobs', { commandMode: 'sync', webhook: { isDelivering: true } });
    gateway.answers.clear();
    await gateway.listen(true);
    course.isToldToWait = false;
  }

  async function begin(): Promise<Course> {
    runs += 1;
    for (let tried = 0; tried < 30; tried += 1) {
      for (let at = 0; at < cars.length; at += 1) {
        const { car, id } = cars[(runs + at) % cars.length] ?? assert.fail();
        if ((await world.vehicle(id)).connection?.status === 'active')
          return new Course({ world, gateway, keys }, car, id);
      }
      await world.advance(600);
    }
    throw new Error('No car is active any more.');
  }

  async function live(seconds: number): Promise<void> {
    for (let left = seconds; left > 0; left -= 40) await world.advance(Math.min(left, 40));
  }

  const press = fc
    .record({
      type: fc.constantFrom<CommandType>('unlock', ...commandTypes),
      by: fc.constantFrom<0 | 1>(0, 1),
      taps: fc.constantFrom(1, 1, 2, 3),
      deadlineS: fc.constantFrom(10, 60, 60, 600),
      isKeyed: fc.boolean(),
      /** Seconds that pass after it; null: it is not even sent. */
      thenS: fc.constantFrom(null, 0, 4, 25),
    })
    .map(({ taps, isKeyed, thenS, ...wish }) =>
      step(
        `${wish.type} by ${wish.by}${isKeyed ? ' keyed' : ''} ×${taps} within ${wish.deadlineS} s${thenS === null ? '' : `, and ${thenS} s`}`,
        async (course) => {
          const idempotencyKey = isKeyed ? course.newKey() : null;
          if (isKeyed) course.lastKeyed = { ...wish, idempotencyKey };
          await course.press({ ...wish, idempotencyKey }, taps);
          if (thenS !== null) await world.settle();
          if (thenS) await live(thenS);
        },
        { does: (known) => void ((known.presses += 1), (known.keyed += isKeyed ? 1 : 0)) },
      ),
    );
  const again = fc.constant(
    step('the same call again', (course) => course.press(course.lastKeyed ?? assert.fail(), 1), {
      check: ({ keyed }) => keyed > 0,
    }),
  );
  const cancel = fc.constant(step('taken back', (course) => course.cancel(), { check: ({ presses }) => presses > 0 }));
  const pass = fc
    .record({ seconds: fc.constantFrom(1, 3, 8, 15, 30, 65, 100, 200, 1_000), isUnseen: fc.boolean() })
    .map(({ seconds, isUnseen }) =>
      step(`${seconds} s${isUnseen ? ' while Towline stands still' : ''}`, async () => {
        if (isUnseen) world.pass(seconds);
        else await live(seconds);
      }),
    );
  const fault = fc.constantFrom(...carFaults).map((one) => step(JSON.stringify(one), (course) => onCar(course, one)));
  const wait = fc.constantFrom(5, 30, 100).map((retryAfterS) =>
    step(`told to wait ${retryAfterS} s`, async (course) => {
      course.isToldToWait = true;
      await onCar(course, { kind: 'rate-limit', retryAfterS });
    }),
  );
  const stream = fc
    .constantFrom(20, 175)
    .map((streamAfterS) =>
      step(`answers are streamed after ${streamAfterS} s`, () =>
        world.sim('PATCH', '/sim/api/knobs', { commandMode: 'stream', streamAfterS }),
      ),
    );
  const away = fc.constantFrom('hangs up', 'fails', 'is gone').map((how) =>
    step(`Smartcar ${how}`, async () => {
      if (how === 'is gone') await gateway.listen(false);
      else gateway.answers.set('/commands/', how === 'fails' ? { status: 503, body: '' } : 'hangs up');
    }),
  );
  const webhooks = fc
    .boolean()
    .map((isDelivering) =>
      step(`webhooks ${isDelivering ? 'come' : 'are lost'}`, () =>
        world.sim('PATCH', '/sim/api/knobs', { webhook: { isDelivering } }),
      ),
    );
  const byHand = fc
    .boolean()
    .map((isLocked) =>
      step(`${isLocked ? 'locked' : 'unlocked'} by hand`, (course) =>
        world.sim('POST', `/sim/api/cars/${course.car.vin}/lock`, { isLocked }),
      ),
    );
  const healed = fc.constant(step('all is well again', heal));

  test('no second unlock, none too late, none believed without the car’s word', async () => {
    const steps = fc.commands(
      [
        press,
        press,
        press,
        press,
        press,
        press,
        again,
        cancel,
        pass,
        pass,
        pass,
        pass,
        fault,
        wait,
        stream,
        away,
        webhooks,
        byHand,
        healed,
      ],
      {
        size: 'large',
        maxCommands: 14,
      },
    );
    const trouble = fc.oneof(fault, fault, away, away, wait, stream);
    await fc.assert(
      fc.asyncProperty(trouble, steps, async (first, taken) => {
        const course = await begin();
        try {
          await fc.asyncModelRun(() => ({ model: { presses: 0, keyed: 0 }, real: course }), [first, ...taken]);
        } finally {
          await heal(course);
        }
        await endOf(course);
      }),
      { numRuns: courses, seed, endOnFailure: false, interruptAfterTimeLimit: 240_000, markInterruptAsFailure: false },
    );
    console.log(
      `${runs} courses: ${[...ends]
        .sort()
        .map(([end, times]) => `${times} ${end}`)
        .join(', ')}`,
    );
  });
});
