/** A month of many cars, minute by minute, with no database: who is read when, what it costs, and how old what is known gets. */
import { fullBucket, pay, refill } from '../../src/domain/bucket.ts';
import type { Bucket, BucketLimits } from '../../src/domain/bucket.ts';
import { defaultPlan } from '../../src/domain/fleet.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { after } from '../../src/domain/schedule.ts';
import { requestsOfRead } from '../../src/domain/usage.ts';
import { claimed, failed, reading, requiredCodes, signals } from '../../test/domain/builders.ts';
import { fetchedAt, lastSpoken, webhooksOf } from './lives.ts';
import type { Life } from './lives.ts';
import { begin, reserveForCommands } from './readers.ts';
import type { Read, Reader } from './readers.ts';

export interface Result {
  name: string;
  requests: number;
  /** Smartcar's own refusals: the application's bucket or month, a car's month. */
  refused: { application: number; month: number };
  /** The most that any car was asked in a month. */
  mostInMonth: number;
  /** The most that any Hyundai or Kia was asked in 24 hours. */
  mostInDay: number;
  /** Seconds that a read which may ask a GM itself follows on another at least. */
  leastGapS: number;
  commands: { sent: number; refused: number };
  checks: { sent: number; refused: number };
  /** Hours since a car was last heard of, over all hours and cars. */
  age: { watched: Age; unwatched: Age; v2: Age };
}

export interface Age {
  medianH: number;
  p95H: number;
  longestH: number;
}

export interface RunOptions {
  lives: readonly Life[];
  limits: BucketLimits;
  from: Date;
  days: number;
  random: () => number;
}

const dayMs = 86_400_000;
/** Falsely claimed each day, of a thousand cars; checks by people each day, and commands in bursts of ten. */
const claimsADay = 20;
const checksADay = 20;
const burstsADay = 10;
const burst = 10;

interface Car extends Read {
  webhooks: number[];
  place: number;
  heardAt: number;
  /** `keepsPace`: a routine read, or one that may ask the car itself; others look in Smartcar's store. */
  sent: { at: number; requests: number; keepsPace: boolean }[];
  used: number;
}

interface Stage {
  options: RunOptions;
  reader: Reader;
  cars: Car[];
  bucket: Bucket;
  result: Result;
  ages: Record<keyof Result['age'], number[]>;
}

export function runMonth(reader: Reader, options: RunOptions): Result {
  const stage = setUp(reader, options);
  const { from, days } = options;
  for (let minute = 0; minute < days * 1_440; minute += 1) {
    const now = after(from, minute * 60);
    hearWebhooks(stage, now);
    if (minute % 1_440 === 600)
      for (const car of some(stage, claimsADay)) reader.hear(car, { ...claimed(0, 'signedOut'), at: now }, now);
    if (minute % Math.round(1_440 / checksADay) === 0) for (const car of some(stage, 1)) check(stage, car, now);
    if (minute % Math.round(1_440 / burstsADay) === 7) command(stage, now);
    readDue(stage, now);
    if (minute % 60 === 0 && minute > 1_440)
      for (const car of stage.cars) stage.ages[kindOf(car)].push(now.getTime() - car.heardAt);
  }
  return conclude(stage);
}

function setUp(reader: Reader, options: RunOptions): Stage {
  const { lives, from, limits, random } = options;
  const cars = lives.map((life, index): Car => {
    const webhooks = webhooksOf(life);
    return { ...begin(life, index, from, random), webhooks, place: 0, heardAt: from.getTime(), sent: [], used: 0 };
  });
  const none = { sent: 0, refused: 0 };
  const noAge = { medianH: 0, p95H: 0, longestH: 0 };
  return {
    ...{ options, reader, cars, bucket: fullBucket(limits, from), ages: { watched: [], unwatched: [], v2: [] } },
    result: {
      ...{ name: reader.name, requests: 0, refused: { application: 0, month: 0 }, mostInMonth: 0, mostInDay: 0 },
      ...{ leastGapS: Number.POSITIVE_INFINITY, commands: { ...none }, checks: { ...none } },
      age: { watched: noAge, unwatched: noAge, v2: noAge },
    },
  };
}

const kindOf = ({ life }: Car): keyof Result['age'] =>
  life.platform === 'v2' ? 'v2' : life.isWatched ? 'watched' : 'unwatched';

const some = ({ cars, options }: Stage, count: number): Car[] =>
  Array.from(
    { length: Math.max(1, Math.round((count * cars.length) / 1_000)) },
    () => cars[Math.floor(options.random() * cars.length)],
  ).flatMap((car) => car ?? []);

/** What the store holds, as an answer or a webhook of it. */
function heard(car: Car, via: 'poll' | 'check' | 'webhook', requests: number, now: Date): Outcome {
  const fetched = fetchedAt(car.life, now.getTime());
  const spoken = lastSpoken(car.life, fetched);
  const times = {
    fetchedAt: new Date(fetched),
    receivedAt: now,
    measuredAt: spoken === null ? new Date(fetched - dayMs) : new Date(spoken),
  };
  return { ...signals(0, { via, readings: requiredCodes.map((code) => reading(code, times)) }), at: now, requests };
}

function hearWebhooks({ cars, reader }: Stage, now: Date): void {
  for (const car of cars)
    for (; (car.webhooks[car.place] ?? Number.POSITIVE_INFINITY) <= now.getTime(); car.place += 1) {
      reader.hear(car, heard(car, 'webhook', 0, now), now);
      car.heardAt = now.getTime();
    }
}

function readDue(stage: Stage, now: Date): void {
  const due = stage.cars.filter(({ c }) => c.nextPollAt && c.nextPollAt <= now);
  if (due.length === 0) return;
  const { bucket, chosen } = stage.reader.choose(due, stage.bucket, stage.options.limits, now);
  stage.bucket = bucket;
  for (const read of chosen) send(stage, read as Car, 'poll', now); // of those that were handed over
}

const keepsPace = ({ c, life }: Car): boolean =>
  life.platform === 'v2' || (c.status === 'active' && !c.suspicion && c.failures === 0);

/** Smartcar counts a request that it answers. */
function send(stage: Stage, car: Car, via: 'poll' | 'check', now: Date): void {
  const { result, reader } = stage;
  const requests = requestsOfRead[car.life.platform];
  result.requests += requests;
  car.sent.push({ at: now.getTime(), requests, keepsPace: via === 'poll' && keepsPace(car) });
  if (car.used + requests > defaultPlan.requestBudget.perVehiclePerMonth) {
    result.refused.month += 1;
    return reader.hear(car, { ...failed(0, 'requestLimit', {}, { via }), at: now, requests }, now);
  }
  car.used += requests;
  car.heardAt = now.getTime();
  reader.hear(car, heard(car, via, requests, now), now);
}

function check(stage: Stage, car: Car, now: Date): void {
  const { result, options } = stage;
  result.checks.sent += 1;
  const cost = requestsOfRead[car.life.platform] + 2;
  const paid = stage.reader.mayCheck(car, now)
    ? pay(stage.bucket, options.limits, { purpose: 'person', cost }, reserveForCommands, now)
    : null;
  if (!paid) return void (result.checks.refused += 1);
  stage.bucket = paid;
  send(stage, car, 'check', now);
}

/** Smartcar's bucket is ours: what is below nothing there is refused. */
function command(stage: Stage, now: Date): void {
  const { result, options } = stage;
  for (let sent = 0; sent < burst; sent += 1) {
    result.commands.sent += 1;
    const paid = pay(stage.bucket, options.limits, { purpose: 'command', cost: 1 }, reserveForCommands, now);
    if (paid) stage.bucket = paid;
    else result.commands.refused += 1;
  }
  if (refill(stage.bucket, options.limits, now).tokens < 0) result.refused.application += 1;
}

// — what it came to —

function conclude({ cars, result, ages }: Stage): Result {
  const isOf =
    (makes: readonly string[]) =>
    ({ life }: Car): boolean =>
      makes.includes(life.make);
  return {
    ...result,
    mostInMonth: Math.max(...cars.map(({ used }) => used)),
    mostInDay: Math.max(0, ...cars.filter(isOf(['HYUNDAI', 'KIA'])).map(mostInDay)),
    leastGapS: Math.min(...cars.filter(isOf(['CHEVROLET', 'CADILLAC'])).map(leastGapS)),
    age: { watched: ageOf(ages.watched), unwatched: ageOf(ages.unwatched), v2: ageOf(ages.v2) },
  };
}

function mostInDay({ sent }: Car): number {
  let [most, within, first] = [0, 0, 0];
  for (const { at, requests } of sent) {
    within += requests;
    for (; at - (sent[first]?.at ?? at) >= dayMs; first += 1) within -= sent[first]?.requests ?? 0;
    most = Math.max(most, within);
  }
  return most;
}

const leastGapS = ({ sent }: Car): number =>
  Math.min(
    ...sent
      .slice(1)
      .map((one, index) => (one.keepsPace ? (one.at - (sent[index]?.at ?? 0)) / 1_000 : Number.POSITIVE_INFINITY)),
  );

function ageOf(ms: number[]): Age {
  const sorted = ms.sort((a, b) => a - b);
  const at = (share: number): number =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) / 3_600_000;
  return { medianH: at(0.5), p95H: at(0.95), longestH: at(1) };
}
