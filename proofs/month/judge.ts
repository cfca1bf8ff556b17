/** Holds what Towline said, change by change, against the truth. */
import type { Cause, Status } from '../../src/domain/cause.ts';
import type { Episode } from './truth.ts';

/** A line of the timeline. */
export interface Change {
  vin: string;
  at: number;
  from: Status | null;
  to: Status;
  cause: Cause | null;
}

export interface Message {
  email: string;
  vins: readonly string[];
  at: number;
}

export interface JudgeInput {
  episodes: readonly Episode[];
  /** In their order. */
  changes: readonly Change[];
  messages: readonly Message[];
  byOperator: readonly { email: string; at: number }[];
  emailOf: ReadonlyMap<string, string>;
  makeOf: ReadonlyMap<string, string>;
  /** Until when a car's trouble has to be told, in seconds after it can be known. */
  deadlineS(vin: string): number;
  endAt: number;
}

export interface CauseFigures {
  cause: Cause;
  /** Times it was said, and said rightly. */
  said: number;
  right: number;
  /** Episodes that lasted beyond their deadline, and those that were told within it. */
  due: number;
  told: number;
  /** Seconds from when it can be known until it was told. */
  detectS: number[];
}

export interface Judgement {
  causes: CauseFigures[];
  falselyExpired: number;
  unmendable: number;
  missingMessages: number;
  duplicates: number;
  /** Ended, and not active a day and a half later. */
  stuck: number;
  healedItselfS: number[];
  healedByOwnerS: number[];
  /** One line for each thing that was wrong. */
  mistakes: string[];
}

const hourMs = 3_600_000;
/** What the store holds may be told for so long after it was true. */
const slackMs = 600_000;
/** A connection that is read once a day still gets its chance. */
const healDeadlineMs = 36 * hourMs;
const neutral: ReadonlySet<Cause> = new Set<Cause>(['waitingForFirstData', 'superseded', 'disconnectedHere']);

export function judge(input: JudgeInput): Judgement {
  const judgement: Judgement = {
    causes: [],
    falselyExpired: 0,
    unmendable: 0,
    missingMessages: 0,
    duplicates: 0,
    stuck: 0,
    healedItselfS: [],
    healedByOwnerS: [],
    mistakes: [],
  };
  const byCar = new Map<string, Change[]>();
  for (const change of input.changes) byCar.set(change.vin, [...(byCar.get(change.vin) ?? []), change]);
  judgeDecisions(input, judgement);
  for (const episode of input.episodes) judgeEpisode(input, judgement, episode, byCar.get(episode.vin) ?? []);
  judgeMessages(input, judgement);
  judgement.causes.sort((a, b) => a.cause.localeCompare(b.cause));
  return judgement;
}

const endOf = ({ knownTo }: Episode): number => (knownTo ?? Infinity) + slackMs;
const isoOf = (at: number): string => new Date(at).toISOString().slice(5, 19);

export function figuresOf(judgement: Judgement, cause: Cause): CauseFigures {
  const known = judgement.causes.find((one) => one.cause === cause);
  if (known) return known;
  const made: CauseFigures = { cause, said: 0, right: 0, due: 0, told: 0, detectS: [] };
  judgement.causes.push(made);
  return made;
}

// — precision: each time a cause was said, was it so? —

function judgeDecisions(input: JudgeInput, judgement: Judgement): void {
  for (const change of input.changes) {
    const { vin, at, to, cause } = change;
    if (!cause || neutral.has(cause)) continue;
    const fits = (episode: Episode): boolean => episode.vin === vin && at >= episode.from && at <= endOf(episode);
    const present = input.episodes.filter(fits);
    const truth = present.find(({ accepts }) => accepts.includes(cause));
    const figures = figuresOf(judgement, truth?.cause ?? cause);
    figures.said += 1;
    if (truth) {
      figures.right += 1;
      continue;
    }
    if (to === 'expired') judgement.falselyExpired += 1;
    const instead = present.map((one) => one.cause).join(', ') || 'nothing is the matter';
    judgement.mistakes.push(`said ${cause} (${to}), but ${instead}: ${vin} ${isoOf(at)} ${nearby(input, vin, at)}`);
  }
}

/** What the car has had, for whoever looks for the reason. */
function nearby({ episodes }: JudgeInput, vin: string, at: number): string {
  const near = episodes.filter((one) => one.vin === vin && Math.abs(one.from - at) < 10 * 24 * hourMs);
  return near.map(({ cause, from, to }) => `[${cause} ${isoOf(from)}–${to ? isoOf(to) : ''}]`).join(' ');
}

// — recall: each time something was so, was it said in time? —

function judgeEpisode(input: JudgeInput, judgement: Judgement, episode: Episode, changes: readonly Change[]): void {
  const figures = figuresOf(judgement, episode.cause);
  const said = changes.find(
    ({ at, cause }) => cause && episode.accepts.includes(cause) && at >= episode.from && at <= endOf(episode),
  );
  const before = changes.findLast(({ at }) => at < episode.from);
  const knownFrom = visibleFrom(input, episode, said?.at);
  const deadline = knownFrom + input.deadlineS(episode.vin) * 1_000;
  const isDue = Math.min(episode.knownTo ?? input.endAt, input.endAt) > deadline;
  const hidden = episode.isBackground && (before?.to ?? 'active') !== 'active';
  if (isDue && !hidden) {
    figures.due += 1;
    const carried = before?.cause !== undefined && before.cause !== null && episode.accepts.includes(before.cause);
    if (carried || (said && said.at <= deadline)) figures.told += 1;
    else {
      const when = said ? `late: ${isoOf(said.at)}` : 'not at all';
      judgement.mistakes.push(`${episode.cause} since ${isoOf(episode.from)} was said ${when}: ${episode.vin}`);
    }
    if (said) figures.detectS.push(Math.max(0, (said.at - knownFrom) / 1_000));
  }
  if (said) judgeHealing(input, judgement, episode, changes);
}

/** What hides behind another trouble can't be known before that is over. */
function visibleFrom(input: JudgeInput, episode: Episode, saidAt = Infinity): number {
  let from = episode.knownFrom;
  for (const other of input.episodes) {
    if (other === episode || saidAt <= other.from || !hides(input, other, episode)) continue;
    // An account that is refused while an outage is still being made sure of hides the rest of it.
    const untilMs = from + (episode.isBackground && !other.isBackground ? input.deadlineS(episode.vin) * 1_000 : 0);
    if (other.from <= untilMs && endOf(other) > from) from = endOf(other);
  }
  return from;
}

/**
 * Behind Smartcar's own trouble everything; an outage behind what the account has; and what an outage can look like behind
 * one of its make, of this car or not: that nobody is asked to sign in then is what an incident is for.
 */
function hides({ makeOf }: JudgeInput, other: Episode, episode: Episode): boolean {
  const isOutage = other.cause === 'manufacturerFailing' && makeOf.get(other.vin) === makeOf.get(episode.vin);
  if (isOutage && episode.isLikeOutage) return true;
  const isHiding = other.cause === 'smartcarFailing' || (episode.isBackground && !other.isBackground);
  return isHiding && other.vin === episode.vin;
}

function judgeHealing(input: JudgeInput, judgement: Judgement, episode: Episode, changes: readonly Change[]): void {
  const { vin, to, knownTo, endedBy } = episode;
  if (to === null || knownTo === null) return;
  const again = input.episodes.some(
    (other) =>
      other !== episode && other.vin === vin && other.from < knownTo + healDeadlineMs && (other.to ?? Infinity) > to,
  );
  const active = changes.find((change) => change.at >= to && change.to === 'active');
  if (active) {
    const seconds = (active.at - to) / 1_000;
    if (!again) (endedBy === 'owner' ? judgement.healedByOwnerS : judgement.healedItselfS).push(seconds);
  }
  const late = !active || active.at > knownTo + healDeadlineMs;
  if (!late || again || input.endAt < knownTo + healDeadlineMs) return;
  judgement.stuck += 1;
  const last = changes.findLast(({ at }) => at < knownTo + healDeadlineMs);
  judgement.mistakes.push(
    `${episode.cause} ended (${endedBy ?? ''}) ${isoOf(to)}, but a day and a half later it was still ${last?.cause ?? last?.to ?? ''}: ${vin}`,
  );
}

// — messages —

const mendable: ReadonlySet<Cause> = new Set<Cause>([
  'signedOut',
  'platformMigrated',
  'revokedByOwner',
  'permissionMissing',
]);
/** Who is told by Towline of itself. */
const asked: ReadonlySet<Cause> = new Set<Cause>(['signedOut', 'platformMigrated']);

function judgeMessages(input: JudgeInput, judgement: Judgement): void {
  const { messages, byOperator, episodes } = input;
  const own = messages.filter(
    ({ email, at }) => !byOperator.some((one) => one.email === email && Math.abs(one.at - at) < slackMs),
  );
  for (const { email, vins, at } of own) {
    const helps = episodes.some(
      (one) => vins.includes(one.vin) && mendable.has(one.cause) && at >= one.from && at <= endOf(one),
    );
    if (helps) continue;
    judgement.unmendable += 1;
    judgement.mistakes.push(`a message about what its reader can't mend: ${email} ${isoOf(at)} ${vins.join(' ')}`);
  }
  judgeDuplicates(own, judgement);
  judgeMissing(input, judgement);
}

/** Two within a day to the same person. */
function judgeDuplicates(own: readonly Message[], judgement: Judgement): void {
  own.forEach(({ email, at }, index) => {
    const twin = own.slice(0, index).find((other) => other.email === email && at - other.at < 24 * hourMs - slackMs);
    if (!twin) return;
    judgement.duplicates += 1;
    judgement.mistakes.push(`two messages within a day: ${email} ${isoOf(twin.at)} and ${isoOf(at)}`);
  });
}

/** Once for an owner, however many cars: within the deadline, or a day after it where the owner was written to before. */
function judgeMissing(input: JudgeInput, judgement: Judgement): void {
  const accounts = new Map<string, Episode>();
  for (const episode of input.episodes) {
    if (!asked.has(episode.cause)) continue;
    const deadline = visibleFrom(input, episode) + input.deadlineS(episode.vin) * 1_000 + 24 * hourMs;
    if (Math.min(episode.knownTo ?? input.endAt, input.endAt) > deadline)
      accounts.set(`${input.emailOf.get(episode.vin) ?? ''} ${episode.from}`, episode);
  }
  for (const [key, episode] of accounts) {
    const [email = ''] = key.split(' ');
    const came = input.messages.some(
      (one) => one.email === email && one.at >= episode.from && one.at <= endOf(episode),
    );
    if (came) continue;
    judgement.missingMessages += 1;
    judgement.mistakes.push(`nobody wrote to ${email} about ${episode.cause} since ${isoOf(episode.from)}`);
  }
}
