/** Who decides when a car is read: Towline as it is, and what it is held against. */
import type { Waiting } from '../../src/domain/admission.ts';
import { admit } from '../../src/domain/admission.ts';
import { pay } from '../../src/domain/bucket.ts';
import type { Bucket, BucketLimits } from '../../src/domain/bucket.ts';
import type { Connection } from '../../src/domain/connection.ts';
import { defaultPlan } from '../../src/domain/fleet.ts';
import { makePolicy } from '../../src/domain/make-policy.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { carLimits, earliest, isMonthOver, readPurpose } from '../../src/domain/pace.ts';
import { after } from '../../src/domain/schedule.ts';
import { transition } from '../../src/domain/transition.ts';
import type { Policy } from '../../src/domain/transition.ts';
import { requestsOfRead } from '../../src/domain/usage.ts';
import { aConnection, policy as ordinary } from '../../test/domain/builders.ts';
import type { Life } from './lives.ts';

/** A car as a reader keeps it. */
export interface Read {
  life: Life;
  c: Connection;
}

export interface Reader {
  name: string;
  /** Which of the cars that are due go now, and what the bucket holds then. */
  choose(due: readonly Read[], bucket: Bucket, limits: BucketLimits, now: Date): { bucket: Bucket; chosen: Read[] };
  /** The car as it is kept after something was heard of it. */
  hear(read: Read, outcome: Outcome, now: Date): void;
  /** Whether a person's check of this car is let through. */
  mayCheck(read: Read, now: Date): boolean;
}

export const reserveForCommands = defaultPlan.requestBudget.reserveForCommands;

/** As it begins: read at some moment within its interval. */
export function begin(life: Life, index: number, from: Date, random: () => number): Read {
  const c = aConnection({
    id: `con_${index}` as Connection['id'], // short ids are enough here
    platform: life.platform,
    subscribedAt: life.isWatched ? from : null,
    provedAt: from,
    judgedAt: after(from, -86_400),
    connectedAt: after(from, -86_400),
    nextPollAt: after(from, 3_600 * random()),
    usage: { month: '', requests: 0, isUsedUp: false, lastAt: null, lastDay: [] },
  });
  return { life, c };
}

const costOf = ({ life }: Read): number => requestsOfRead[life.platform];

/** The transition, and the admission that all processes share. */
export function towline(random: () => number): Reader {
  const policies = new Map<string, Policy>();
  const policyOf = (make: string): Policy => {
    const known = policies.get(make);
    if (known) return known;
    const { pollIntervalS } = defaultPlan;
    const { requestBudget } = defaultPlan;
    const made = { ...ordinary, make: makePolicy(make), intervalS: pollIntervalS, requestBudget };
    policies.set(make, made);
    return made;
  };
  return {
    name: 'Towline',
    choose(due, bucket, limits, now) {
      const waiting = due.flatMap((read): (Waiting & { read: Read })[] => {
        const { nextPollAt: dueAt } = read.c;
        const { make } = read.life;
        return dueAt ? [{ read, dueAt, purpose: readPurpose(read.c), cost: costOf(read), make, isProbe: false }] : [];
      });
      const round = admit(bucket, limits, waiting, { reserveForCommands, most: 3_000 }, now);
      return { bucket: round.bucket, chosen: round.admitted.map(({ read }) => read) };
    },
    hear(read, outcome, now) {
      read.c = transition(read.c, outcome, { ...policyOf(read.life.make), chance: random() }, now).connection;
    },
    mayCheck(read, now) {
      const ask = { purpose: 'person', cost: costOf(read) } as const;
      const policy = policyOf(read.life.make);
      const limits = carLimits(policy.make, policy);
      const possible = earliest(read.c.usage, limits, { ...ask, keepsPace: false }, now);
      return !isMonthOver(read.c.usage, limits, ask, now) && (!possible || possible <= now);
    },
  };
}

/**
 * As often as the plan says, whatever it costs: every half hour, and half an hour after a webhook. Cars on v2 go first; what
 * can't be paid waits half a minute. When Smartcar says that a month is used up it is tried again after twelve hours.
 */
export function byInterval(random: () => number): Reader {
  const next = (seconds: number, now: Date): Date => after(now, seconds * (0.9 + 0.2 * random()));
  return {
    name: 'by interval',
    choose(due, bucket, limits, now) {
      const chosen: Read[] = [];
      let left = bucket;
      for (const read of [...due].sort((a, b) => costOf(b) - costOf(a))) {
        const paid = pay({ ...left, saving: null }, limits, { purpose: 'person', cost: costOf(read) }, 0.1, now);
        if (paid) {
          left = paid;
          chosen.push(read);
        } else read.c = { ...read.c, nextPollAt: next(30, now) };
      }
      return { bucket: left, chosen };
    },
    hear(read, outcome, now) {
      const isRefused = outcome.kind === 'failed' && outcome.failure.meaning === 'requestLimit';
      if (outcome.kind !== 'claimed') read.c = { ...read.c, nextPollAt: next(isRefused ? 43_200 : 1_800, now) };
    },
    mayCheck: () => true,
  };
}
