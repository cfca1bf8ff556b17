/**
 * The move of a fleet from v2 to v3 while cars, Smartcar and Towline itself fail: what has to become of each car is drawn
 * from a seed and known beforehand, Towline is a process that is killed at points drawn from the same seed, and its report,
 * its connections and what Smartcar was asked are compared with the truth, car by car.
 *
 * What is drawn is the same for a seed; in which order requests under way at the same time are answered is not.
 */
import { figure } from '../bench/figures.ts';
import { seeded } from '../simulator/random.ts';
import { enrol, type Car } from './move/enrol.ts';
import { drawFates, type End, type Fated } from './move/fates.ts';
import {
  judgeChanges,
  judgeMessages,
  judgeReads,
  judgeReport,
  judgeStandings,
  judgeTokens,
  isDisconnected,
  messagesSince,
  standingsOf,
  type Standing,
} from './move/judge.ts';
import { tellAims, tellFigures, type Aim } from './move/report.ts';
import { newScript, type Script } from './move/script.ts';
import { openWorld } from './world.ts';
import { openStage, type Stage } from './move/stage.ts';

export interface MoveOptions {
  cars: number;
  seeds: readonly number[];
  /** Times that Towline is killed on each seed. */
  kills: number;
}

/** @returns whether every aim was met on every seed */
export async function proveMove(options: MoveOptions, tell: (line: string) => void): Promise<boolean> {
  let isMet = true;
  for (const seed of options.seeds) {
    tell('');
    isMet = (await proveOne(seed, options, tell)) && isMet;
  }
  return isMet;
}

async function proveOne(seed: number, options: MoveOptions, tell: (line: string) => void): Promise<boolean> {
  const began = performance.now();
  const elapsedS = (): number => (performance.now() - began) / 1_000;
  const world = await openWorld(seed, options.cars);
  try {
    const cars = await enrol(world);
    tell(`seed ${seed}: ${cars.length} cars, active on v2 after ${figure(elapsedS())} s; ${options.kills} kills`);
    const stage = await openStage(world, options.kills);
    try {
      const run = await moveFleet(stage, drawFates(seed, cars));
      await tellFigures(stage, run, elapsedS(), tell);
      return tellAims(run.aims, tell);
    } finally {
      await stage.close();
    }
  } finally {
    await world.close();
  }
}

/** One move, from its plan to its end. */
export interface Run {
  cars: readonly Fated<Car>[];
  moveId: string;
  zero: Date;
  movedAt: Date;
  wentBack: readonly Fated<Car>[];
  keptBack: readonly Fated<Car>[];
  aims: readonly Aim[];
}

/** The move is over by then but for what waits for its owner. */
const overH = 40;
/** Long enough for a read of each: a Hyundai's maker takes 20 requests a day (docs/smartcar.md §5-13), and a read on v2 is seven. */
const watchedH = 28;
const backH = overH + watchedH;

async function moveFleet(stage: Stage, cars: readonly Fated<Car>[]): Promise<Run> {
  const aims: Aim[] = [];
  const zero = new Date(stage.now().getTime() + 5 * 3_600_000);
  let moveId = '';
  const pausing = [
    { atH: 0.4, act: async () => void (await stage.ask('POST', `/moves/${moveId}/pause`, {})) },
    { atH: 0.55, act: async () => void (await stage.ask('POST', `/moves/${moveId}/resume`, {})) },
  ];
  const script = newScript(stage, cars, zero, pausing);
  await script.playUntil(0);
  const before = await standingsOf(stage);
  moveId = await plan(stage);
  const planned = (one: Fated<Car>) =>
    one.fate.end.state === 'skipped' && ['notListed', 'permissionsDiffer'].includes(one.fate.end.reason ?? '')
      ? one.fate.end
      : ({ state: 'waiting', reason: null } as const);
  aims.push({
    what: 'the dry run says of each car what will be done',
    wrong: await judgeReport(stage, moveId, cars, planned),
  });
  await until(stage, moveId, 'start', 'running');
  stage.killer.arm('move');
  await script.playUntil(overH);
  stage.killer.rest();
  const movedAt = stage.now();
  const due = ({ fate }: Fated<Car>) => fate.before ?? fate.end;
  aims.push({
    what: 'the report, by API and as a file, is right of each car',
    wrong: await judgeReport(stage, moveId, cars, due),
  });
  const run: Run = { cars, moveId, zero, movedAt, ...chosenBack(stage.seed, cars), aims };
  await watchMoved(stage, script, run, before);
  await goBack(stage, script, run, before);
  await finish(stage, script, run, before);
  const messages = await messagesSince(stage, zero);
  aims.push({ what: 'no owner is written to because of the move', wrong: judgeMessages(cars, messages, zero) });
  aims.push({ what: 'nothing goes wrong on our side', wrong: stage.faults });
  return run;
}

/** A dry run, and once more when Towline died over it: a newer plan takes the place of an older one. */
async function plan(stage: Stage): Promise<string> {
  stage.killer.arm('plan');
  for (;;) {
    const { status, text, body } = await stage.ask('POST', '/moves', { dryRun: true });
    // Killed on the way, Smartcar's answer or the budget may be missing for a moment.
    if (status < 300) return (void stage.killer.rest(), String(body['id']));
    if (![429, 503].includes(status)) throw new Error(`The plan was answered ${status}: ${text}`);
    await stage.advance(60);
  }
}

/** An operator presses, and looks what became of it when there was no answer. */
async function until(stage: Stage, moveId: string, act: string, state: string): Promise<void> {
  for (;;) {
    await stage.api('POST', `/moves/${moveId}/${act}`, {});
    const { body } = await stage.ask('GET', `/moves/${moveId}`);
    if (body['state'] === state) return;
  }
}

const movedTo = ({ fate }: Fated<Car>): End['platform'] => fate.end.platform;

/** Hours go by after the last car: each is read where it belongs. */
async function watchMoved(stage: Stage, script: Script, run: Run, before: readonly Standing[]): Promise<void> {
  const aims = run.aims as Aim[]; // made here
  await script.playUntil(overH + 1.5);
  const since = stage.now();
  await script.playUntil(backH);
  const now = await standingsOf(stage);
  aims.push({
    what: 'no connection is lost, ended or another one, and none changed its status but by what befell it',
    wrong: [
      ...judgeStandings(run.cars, before, now, movedTo),
      ...(await judgeChanges(stage, run.cars, run.zero)),
      ...(await judgeSmartcar(stage, run.cars)),
    ],
  });
  aims.push({
    what: 'each car is read on exactly one platform, and has new data',
    wrong: judgeReads(run.cars, stage.gateway.asked, now, since, movedTo),
  });
  const kept = new Map(before.map(({ vehicle, family }) => [vehicle, family]));
  const wrong = run.cars.flatMap(({ car, fate }) => {
    const own = now.find(({ vehicle, ended }) => vehicle === car.id && !ended);
    const isMoved = fate.end.state === 'moved' && !fate.wayBack && own !== undefined;
    return isMoved && !(own.held && own.family === kept.get(car.id)) ? [`${car.vin} (${fate.name}) lost them`] : [];
  });
  aims.push({ what: "v2's tokens of moved cars are kept until the move is finished", wrong });
}

/** Smartcar has every connection but those that an operator ended. */
async function judgeSmartcar(stage: Stage, cars: readonly Fated<Car>[]): Promise<string[]> {
  const seen = (await stage.sim('GET', '/sim/api/world'))['cars'] as { vin: string; connection: object | null }[]; // its documented shape
  const connected = new Map(seen.map(({ vin, connection }) => [vin, connection !== null]));
  return cars.flatMap((one) =>
    connected.get(one.car.vin) === isDisconnected(one)
      ? [`${one.car.vin} (${one.fate.name}): Smartcar ${isDisconnected(one) ? 'still has' : 'has lost'} it`]
      : [],
  );
}

/** Ten that go back, one asleep among them where there is one, and one of each kind that can't. */
function chosenBack(seed: number, cars: readonly Fated<Car>[]): Pick<Run, 'wentBack' | 'keptBack'> {
  const roll = seeded(seed, 'back');
  const able = cars
    .filter(({ fate }) => fate.end.state === 'moved' && fate.end.status === 'active' && !fate.wayBack)
    .map((one) => ({ one, at: one.fate.name.startsWith('asleep') ? roll() / 10 : roll() }))
    .sort((a, b) => a.at - b.at);
  const unable = cars.filter(({ fate }, place) => fate.wayBack && cars.findIndex((one) => one.fate === fate) === place);
  return { wentBack: able.slice(0, 10).map(({ one }) => one), keptBack: unable };
}

async function goBack(stage: Stage, script: Script, run: Run, before: readonly Standing[]): Promise<void> {
  const aims = run.aims as Aim[]; // made here
  const vehicleIds = [...run.wentBack, ...run.keptBack].map(({ car }) => car.id);
  stage.killer.arm('way back');
  await stage.ask('POST', `/moves/${run.moveId}/roll-back`, { vehicleIds });
  for (let minutes = 0; minutes < 30; minutes += 1) await stage.advance(60);
  stage.killer.rest();
  const since = stage.now();
  await script.playUntil(backH + watchedH);
  const now = await standingsOf(stage);
  const back = (one: Fated<Car>): End['platform'] => (run.wentBack.includes(one) ? 'v2' : movedTo(one));
  aims.push({
    what: `${run.wentBack.length} cars are put back on v2, and are read there alone`,
    wrong: [
      ...judgeStandings(run.wentBack, before, now, back),
      ...judgeReads(run.wentBack, stage.gateway.asked, now, since, back),
    ],
  });
  const asked = async (): Promise<string[]> =>
    judgeReport(stage, run.moveId, run.cars, (one) => {
      if (run.wentBack.includes(one)) return { state: 'rolledBack', reason: null };
      if (run.keptBack.includes(one)) return { ...one.fate.end, reason: one.fate.wayBack ?? null };
      return one.fate.before ?? one.fate.end;
    });
  aims.push({
    what: 'the others stay as they are; those that have no way back say why',
    wrong: [
      ...(await asked()),
      ...judgeStandings(run.cars, before, now, back),
      ...judgeReads(run.cars, stage.gateway.asked, now, since, back),
    ],
  });
}

async function finish(stage: Stage, script: Script, run: Run, before: readonly Standing[]): Promise<void> {
  const aims = run.aims as Aim[]; // made here
  stage.killer.arm('finish');
  await until(stage, run.moveId, 'finish', 'finished');
  for (let minutes = 0; minutes < 30; minutes += 1) await stage.advance(60);
  stage.killer.rest();
  await script.playUntil(script.hour() + 3);
  const now = await standingsOf(stage);
  const held = await stage.rows('select id from token_set where sealed is not null');
  const back = (one: Fated<Car>): End['platform'] => (run.wentBack.includes(one) ? 'v2' : movedTo(one));
  aims.push({
    what: "finished, the move erases v2's tokens of what it moved, and no others; every car goes on",
    wrong: [
      ...judgeTokens(run.cars, before, now, new Set(held.map(({ id }) => String(id))), back),
      ...judgeStandings(run.cars, before, now, back),
      ...(await judgeReport(stage, run.moveId, run.cars, (one) => {
        if (run.wentBack.includes(one)) return { state: 'rolledBack', reason: null };
        return run.keptBack.includes(one) ? { ...one.fate.end, reason: one.fate.wayBack ?? null } : one.fate.end;
      })),
    ],
  });
}
