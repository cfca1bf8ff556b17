/**
 * Commands: to lock or unlock a car. One is sent again only where it is certain that the car did nothing (or where doing it
 * twice is no harm: locking), never at or after its deadline, and it is confirmed by the car's own word alone.
 *
 * @see docs/decisions/0028-commands.md
 */
import { isMeaning, isThrottleMeaning, isUpstreamMeaning, isVehicleMeaning } from './failure.ts';
import type { Failure, Meaning } from './failure.ts';
import type { CommandId, ConnectionId, FleetId, RentalId, VehicleId } from './ids.ts';
import type { MakePolicy } from './make-policy.ts';
import { passing } from './passing.ts';
import type { Reading } from './reading.ts';
import type { Actor } from './role.ts';
import { after } from './schedule.ts';

export const commandTypes = ['lock', 'unlock'] as const;
export type CommandType = (typeof commandTypes)[number];

/**
 * `queued`: to be sent. `sent`: on its way, or done and the car not yet heard. `confirmed`: the car was heard to be so since.
 * `unconfirmed`: sent, and the car was not heard in time. `failed`: the car did nothing. `expired`: its deadline passed before
 * it left. `cancelled`: taken back before it left.
 */
export const commandStates = ['queued', 'sent', 'confirmed', 'unconfirmed', 'failed', 'expired', 'cancelled'] as const;
export type CommandState = (typeof commandStates)[number];

/** Why it is not confirmed, besides what Smartcar answered. */
export const ownCommandCauses = [
  // No word of the car's lock since it was sent.
  'notHeard',
  // The car was heard since, and was not so.
  'notDone',
  // The answer was lost, and the car was not heard since: it may have been done, or not.
  'answerLost',
  // Another command for the car came after it.
  'superseded',
  'deadlinePassed',
  // Nothing is left of the application's requests.
  'noRequestsLeft',
  'connectionEnded',
  // It belonged to a rental that was over before it left.
  'rentalEnded',
] as const;
export type CommandCause = Meaning | (typeof ownCommandCauses)[number];

export const isCommandType = (word: string): word is CommandType => (commandTypes as readonly string[]).includes(word); // widened only to ask
export const isCommandCause = (word: string): word is CommandCause =>
  isMeaning(word) || (ownCommandCauses as readonly string[]).includes(word); // widened only to ask

export interface Command {
  id: CommandId;
  fleetId: FleetId;
  vehicleId: VehicleId;
  /** The grant it goes by. */
  connectionId: ConnectionId;
  /** The rental that it was asked for in; null for an operator's or program's own. */
  rentalId: RentalId | null;
  type: CommandType;
  state: CommandState;
  /** Why it ended without being confirmed, or what it was last refused for while it waits; null when there is nothing. */
  cause: CommandCause | null;
  requestedAt: Date;
  requestedBy: Actor;
  /** Nothing leaves at or after this. */
  deadlineAt: Date;
  /** Times it was about to leave; it may have left so often. */
  sends: number;
  /** When it last left; what the car says counts from here. Null before the first time. */
  sentAt: Date | null;
  /** One of its requests may have been done by the car, whatever later ones were told. */
  mayBeDone: boolean;
  /** When Smartcar said that it was handed to the car; null until then. */
  acceptedAt: Date | null;
  /** Reads made since to hear the car. */
  readBacks: number;
  /** The car was heard since it was sent, and was not so (yet). */
  isContradicted: boolean;
  /** Until when the car is listened for; null before it was sent. */
  confirmBy: Date | null;
  /** When something is to be done next; null when it is over. */
  dueAt: Date | null;
  endedAt: Date | null;
  /** Smartcar's, of the last answer; null before one came. */
  smartcarRequestId: string | null;
}

/** What became of one request to Smartcar. */
export type CommandAnswered =
  | { came: 'accepted'; requestId: string | null }
  | {
      came: 'failed';
      failure: Failure;
      /** False only when it certainly never left. */
      wasSent: boolean;
    }
  /** The deadline passed on the way to sending it. */
  | { came: 'tooLate' };

/** Seconds until a command may be sent at the latest; what a caller may choose. */
export const commandDeadlineS = { least: 10, usual: 60, most: 600 } as const;

/** A second press within this time means the first one. */
const samePressS = 15;
/** Longer than Smartcar takes for nearly every answer; a lost one doesn't bar the next command for longer. */
const barsForS = 90;
/** The wire's longest wait for an answer: 200 s for its head, 300 s between its pieces. @see docs/smartcar.md §3.6 */
const longestAnswerS = 500;
/** How much longer than it is listened for the car's word still counts: some makes are heard once an hour. */
const countsLaterS = 3_600;
const mostSends = 5;
/** Seconds from a send that came to nothing to the next, by how many there were. */
const resendAfterS = [2, 5, 10, 20] as const;
/** Seconds from one read for the car's word to the next. It mostly comes by webhook before the second. */
const readBackAfterS = [8, 15, 30, 60, 180, 300] as const;

export function newCommand(
  asked: Pick<Command, 'id' | 'fleetId' | 'vehicleId' | 'connectionId' | 'type' | 'requestedBy'> & {
    rentalId?: RentalId | null;
    deadlineS: number;
  },
  now: Date,
): Command {
  const { deadlineS, rentalId = null, ...given } = asked;
  return {
    ...given,
    rentalId,
    state: 'queued',
    cause: null,
    requestedAt: now,
    deadlineAt: after(now, deadlineS),
    sends: 0,
    sentAt: null,
    mayBeDone: false,
    acceptedAt: null,
    readBacks: 0,
    isContradicted: false,
    confirmBy: null,
    dueAt: now,
    endedAt: null,
    smartcarRequestId: null,
  };
}

/** What a new wish finds: the same one pressed again, one that is under way, or one that gives way. */
export function meets(c: Command, type: CommandType, now: Date): 'isTheSame' | 'waits' | 'givesWay' {
  const isUnderWay = barsOthers(c, now);
  if (c.type === type && (isUnderWay || now < after(c.requestedAt, samePressS))) return 'isTheSame';
  return isUnderWay ? 'waits' : 'givesWay';
}

/** While it is to be sent, or its answer may still come and the car has not said that it is done. */
export const barsOthers = (c: Command, now: Date): boolean =>
  c.state === 'queued' ||
  (c.state !== 'confirmed' && c.acceptedAt === null && c.sentAt !== null && now < after(c.sentAt, barsForS));

/** Written down before it leaves: whoever dies in between leaves a command that may have been sent. */
export function leaving(c: Command, make: MakePolicy, now: Date): Command {
  return {
    ...c,
    state: 'sent',
    // What the car itself refused it for is remembered, should it not come to leave again.
    cause: isRefusedByCar(c) ? c.cause : null,
    sends: c.sends + 1,
    sentAt: now,
    readBacks: 0,
    isContradicted: false,
    confirmBy: after(now, longestAnswerS + confirmWithinS(make)),
    dueAt: after(now, readBackAfterS[0]),
  };
}

/** It leaves now, though it was to leave before: nothing that the car said in between confirms it. */
export const leavingLate = (c: Command, make: MakePolicy, now: Date): Command => ({
  ...c,
  sentAt: now,
  isContradicted: false,
  confirmBy: after(now, longestAnswerS + confirmWithinS(make)),
});

/** Seconds for which the car is listened for: until Smartcar has surely fetched it anew, a quarter of an hour at most. */
export const confirmWithinS = ({ freshnessMin }: Pick<MakePolicy, 'freshnessMin'>): number =>
  Math.min(900, Math.max(120, Math.round(freshnessMin * 90)));

/** What an answer makes of it. */
export function answered(c: Command, answer: CommandAnswered, make: MakePolicy, now: Date): Command {
  if (c.state !== 'sent') return c;
  const listening = { confirmBy: after(now, confirmWithinS(make)) };
  if (answer.came === 'tooLate') return c.mayBeDone ? { ...c, cause: null, ...listening } : outOfTime(c, now);
  if (answer.came === 'accepted')
    return { ...c, ...listening, cause: null, acceptedAt: now, smartcarRequestId: answer.requestId };
  const { meaning, requestId } = answer.failure;
  const mayBeDone = c.mayBeDone || !provesNothingDone(answer);
  const told: Command = { ...c, cause: null, mayBeDone, smartcarRequestId: requestId ?? c.smartcarRequestId };
  const againAt = isRepeated(told.type, answer) ? nextSend(told, answer.failure, now) : null;
  if (againAt) return { ...told, state: 'queued', cause: meaning, dueAt: againAt };
  const isUndone = c.mayBeDone ? namesTheCar(answer) : !mayBeDone;
  return isUndone ? ended(told, 'failed', meaning, now) : { ...told, ...listening };
}

type Failed = CommandAnswered & { came: 'failed' };

/** An error that names its reason was raised before the car did anything; a machine that failed may have failed after it. */
const provesNothingDone = ({ wasSent, failure: { meaning } }: Failed): boolean =>
  !wasSent || meaning === 'notFound' || !isUpstreamMeaning(meaning);

/** The car or its account refused it just now: an earlier request of it is not done either. */
const namesTheCar = (answer: Failed): boolean =>
  provesNothingDone(answer) && answer.wasSent && !isThrottleMeaning(answer.failure.meaning);

/** A car that sleeps or is out of reach may still be woken by the manufacturer later, so only locking is tried again then. */
function isRepeated(type: CommandType, answer: Failed): boolean {
  const { meaning } = answer.failure;
  if (meaning === 'requestLimit') return false;
  if (isThrottleMeaning(meaning)) return true;
  if (!answer.wasSent) return isUpstreamMeaning(meaning);
  return type === 'lock' && (isUpstreamMeaning(meaning) || meaning === 'asleep' || meaning === 'vehicleUnreachable');
}

/** Null where it can't leave again before its deadline. */
function nextSend(c: Command, { retryAfterS }: Failure, now: Date): Date | null {
  if (c.sends >= mostSends) return null;
  const at = after(now, Math.max(retryAfterS ?? 0, resendAfterS[c.sends - 1] ?? 0));
  return at < c.deadlineAt ? at : null;
}

/** Nobody could pay for it: it waits a moment, as long as its deadline allows. */
export function unpaid(c: Command, now: Date): Command {
  return { ...c, cause: 'noRequestsLeft', dueAt: after(now, 1) };
}

/** What is to be done with it now that its time has come. */
export function dueStep(c: Command, now: Date): 'send' | 'readBack' | 'end' {
  if (c.state === 'queued') return now < c.deadlineAt ? 'send' : 'end';
  return c.confirmBy && now < c.confirmBy ? 'readBack' : 'end';
}

/** What the car was asked for and refused has failed; what never reached it has expired. */
const outOfTime = (c: Command, now: Date): Command =>
  ended(c, isRefusedByCar(c) ? 'failed' : 'expired', c.cause ?? 'deadlinePassed', now);

const isRefusedByCar = ({ cause }: Command): boolean => cause !== null && !isOwnCause(cause) && isVehicleMeaning(cause);

/** What becomes of it when its time is over: it ends, but for one that waits and may be done, for which the car is listened. */
export function runOut(c: Command, now: Date): Command {
  const isListened = c.confirmBy && now < c.confirmBy;
  if (c.state === 'queued' && !c.mayBeDone) return outOfTime(c, now);
  if (c.state === 'queued' && isListened)
    return { ...c, state: 'sent', cause: null, dueAt: after(now, readBackAfterS[0]) };
  return ended(c, 'unconfirmed', c.isContradicted ? 'notDone' : c.acceptedAt ? 'notHeard' : 'answerLost', now);
}

/** A read for the car's word was made, or is about to be. */
export function readBack(c: Command, now: Date): Command {
  const waitS = readBackAfterS[c.readBacks + 1];
  const end = c.confirmBy ?? now;
  const next = waitS === undefined ? end : after(now, waitS);
  return { ...c, readBacks: c.readBacks + 1, dueAt: next < end ? next : end };
}

/** Whether the car's word may still confirm it. */
export const isListenedFor = (state: CommandState): boolean =>
  state === 'queued' || state === 'sent' || state === 'unconfirmed';

/**
 * What the car says of its lock: it confirms what was sent before it was measured (fetched, where nobody says), and nothing
 * else. Late word still confirms what ended unconfirmed, for an hour.
 */
export function heard(c: Command, lock: Pick<Reading, 'value' | 'measuredAt' | 'fetchedAt'>, now: Date): Command {
  const at = lock.measuredAt ?? lock.fetchedAt;
  const isOpen = c.state === 'sent' || c.state === 'queued';
  if (!isListenedFor(c.state) || c.cause === 'superseded' || !c.sentAt || !at || at <= c.sentAt) return c;
  // A car's clock may run ahead; what Smartcar fetched before it left is no word about it.
  if (lock.fetchedAt && lock.fetchedAt <= c.sentAt) return c;
  // So long after, it may be anybody's doing.
  if (c.confirmBy && at > after(c.confirmBy, countsLaterS)) return c;
  if (lock.value === (c.type === 'lock')) return ended(c, 'confirmed', null, now);
  return isOpen && typeof lock.value === 'boolean' ? { ...c, isContradicted: true } : c;
}

export const superseded = (c: Command, now: Date): Command => ended(c, 'unconfirmed', 'superseded', now);
export const cancelled = (c: Command, now: Date): Command => ended(c, 'cancelled', null, now);
/** What can't go by any connection any more. What has left is listened for all the same. */
export const unconnected = (c: Command, now: Date): Command =>
  ended(c, c.mayBeDone ? 'unconfirmed' : 'failed', 'connectionEnded', now);
/** Its rental was over before it left. */
export const rentalOver = (c: Command, now: Date): Command =>
  ended(c, c.mayBeDone ? 'unconfirmed' : 'failed', 'rentalEnded', now);

const ended = (c: Command, state: CommandState, cause: CommandCause | null, now: Date): Command => ({
  ...c,
  state,
  cause,
  dueAt: null,
  endedAt: now,
});

/** Whether asking again makes sense: at once, after something has changed, or not at all. Null while it is under way, or done. */
export function retryOf({ state, cause }: Command): 'now' | 'later' | 'no' | null {
  if (state === 'queued' || state === 'sent' || state === 'confirmed' || state === 'cancelled') return null;
  if (cause === null || isOwnCause(cause)) return cause === 'connectionEnded' || cause === 'rentalEnded' ? 'no' : 'now';
  if (isThrottleMeaning(cause)) return 'later';
  if (isVehicleMeaning(cause)) return passing[cause].again === 'later' ? 'now' : 'later';
  return isUpstreamMeaning(cause) ? 'now' : 'no';
}

const isOwnCause = (cause: CommandCause): cause is (typeof ownCommandCauses)[number] =>
  (ownCommandCauses as readonly string[]).includes(cause); // widened only to ask
