/**
 * Sending commands and hearing the car. Each step is written down before it is taken, so that whoever dies in between leaves
 * a command that may have been sent, and nobody sends it again for that.
 *
 * @see docs/decisions/0028-commands.md
 */
import { can } from '../domain/connection.ts';
import type { Connection } from '../domain/connection.ts';
import {
  answered,
  dueStep,
  leaving,
  leavingLate,
  readBack,
  rentalOver,
  runOut,
  unconnected,
  unpaid,
} from '../domain/command.ts';
import type { Command, CommandAnswered } from '../domain/command.ts';
import { isAccountMeaning, isThrottleMeaning, isVehicleMeaning } from '../domain/failure.ts';
import { makePolicy } from '../domain/make-policy.ts';
import type { MakePolicy } from '../domain/make-policy.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { CommandAnswer } from '../smartcar/commands.ts';
import { commandConnections } from '../smartcar/smartcar.ts';
import { listDueCommands, lockCommand, writeCommand } from '../store/command.ts';
import type { DueCommand } from '../store/command.ts';
import { findConnectionSetting } from '../store/connection-setting.ts';
import type { Tx } from '../store/database.ts';
import { findRental } from '../store/rental.ts';
import { obey, takeFor } from './budget.ts';
import type { BudgetNeeds } from './budget.ts';
import { noteCredentials } from './credentials.ts';
import { counted } from './meter.ts';
import { observe } from './observe.ts';
import type { ObserveNeeds } from './observe.ts';
import { isStillReadSo, readVehicle } from './read-vehicle.ts';
import type { ReadNeeds } from './read-vehicle.ts';
import { endingOf, tellCommand } from './tell-command.ts';
import type { Underway } from './underway.ts';

export type SendNeeds = ObserveNeeds &
  ReadNeeds &
  BudgetNeeds & {
    /** Requests of commands whose answers are waited for; one may take minutes. */
    commandsUnderway: Underway;
    onFault: (error: unknown, what: string) => void;
  };

const batch = 50;
/** As many as have a connection of their own; others are taken up as these end. */
const mostUnderway = commandConnections;

/** Takes up what is due, of all fleets. Answers are not waited for. @returns how many were taken up */
export async function sendDue(needs: SendNeeds, now: Date): Promise<number> {
  const free = Math.min(batch, mostUnderway - needs.commandsUnderway.count());
  if (free <= 0) return 0;
  const due = await listDueCommands(needs.database, free, now);
  for (const one of due) {
    const work = await takeUp(needs, one, now).catch((error: unknown) => void needs.onFault(error, 'command'));
    if (work) needs.commandsUnderway.run(work, (error) => needs.onFault(error, 'command'));
  }
  return due.length;
}

interface Car {
  command: Command;
  connection: Connection;
  /** As the vehicle's record has it. */
  writtenMake: string | null;
  make: MakePolicy;
}

type Work = () => Promise<void>;

/** @returns what is to be asked of Smartcar; null when nothing is */
async function takeUp(needs: SendNeeds, due: DueCommand, now: Date): Promise<Work | null> {
  const isPaid = (await takeFor(needs, 'command', 1, 1, now)) === 1;
  const work = await step(needs, due, isPaid, now);
  // What was taken for it is given back.
  if (isPaid && !work) needs.meter.note({ fleetId: due.fleetId, make: null, purpose: 'command' }, 0, -1, now);
  return work;
}

async function step(needs: SendNeeds, { id, fleetId }: DueCommand, isPaid: boolean, now: Date): Promise<Work | null> {
  return needs.database.asFleet(fleetId, async (tx) => {
    const command = await lockCommand(tx, id);
    if (!command?.dueAt || command.dueAt > now) return null;
    const next = dueStep(command, now);
    if (next === 'end') return write(tx, runOut(command, now), now);
    const car = await carOf(tx, command);
    if (next === 'readBack') {
      await write(tx, readBack(command, now), now);
      return car && isPaid ? () => hearCar(needs, car) : null;
    }
    if (!car) return write(tx, unconnected(command, now), now);
    if (!(await isRentalOn(tx, command))) return write(tx, rentalOver(command, now), now);
    if (!isPaid) return write(tx, unpaid(command, now), now);
    const left = leaving(command, car.make, now);
    await write(tx, left, now);
    return () => send(needs, { ...car, command: left });
  });
}

async function write(tx: Tx, command: Command, now: Date): Promise<null> {
  await writeCommand(tx, command);
  await tellCommand(tx, command, null, endingOf(command), now);
  return null;
}

/** Null when it can't go by its connection any more. */
async function carOf(tx: Tx, command: Command): Promise<Car | null> {
  const setting = await findConnectionSetting(tx, command.fleetId, command.connectionId);
  if (!setting || setting.connection.endedAt || !can(setting.connection)[command.type].allowed) return null;
  const { connection, make, fleet } = setting;
  return { command, connection, writtenMake: make, make: makePolicy(make, fleet.settings) };
}

// — sending —

async function send(needs: SendNeeds, car: Car): Promise<void> {
  const answer = await ask(needs, car);
  const at = needs.clock();
  const outcomes = outcomesOf(answer, car.command.smartcarRequestId, at);
  for (const outcome of outcomes) await obey(needs, { make: car.writtenMake, isProbe: false }, outcome);
  if (answer.came === 'accepted') await noteCredentials(needs, car.connection, 'accepted', at);
  if (answer.came === 'failed' && answer.failure.meaning === 'credentials')
    await noteCredentials(needs, car.connection, 'refused', at);
  const { fleetId, id, connectionId } = car.command;
  const together = async (tx: Tx): Promise<boolean> => {
    const current = await lockCommand(tx, id);
    // Heard, ended, or sent again meanwhile: this answer is old news.
    if (current?.sends !== car.command.sends) return true;
    const next = answered(current, answer, car.make, at);
    if (next !== current) await write(tx, next, at);
    return true;
  };
  await observe(needs, { fleetId, connectionId, outcomes, together }, at);
}

/** Asks once. A token that is refused is replaced and asked with again: then the car has done nothing. */
async function ask(needs: SendNeeds, car: Car): Promise<CommandAnswered> {
  const { command, connection, writtenMake } = car;
  const ids = { vehicleId: connection.smartcarVehicleId, userId: connection.smartcarUserId };
  const subject = { fleetId: command.fleetId, make: writtenMake, purpose: 'command' } as const;
  const { access } = counted(needs, subject, true);
  const tried: { answer: CommandAnswer | null; isTooLate: boolean } = { answer: null, isTooLate: false };
  const answer = await access.withAccess(needs.clock(), async (token): Promise<CommandAnswer> => {
    tried.isTooLate = !(await mayLeave(needs, car));
    if (tried.isTooLate) return notSent;
    const isInTime = (): boolean => needs.clock() < command.deadlineAt;
    return (tried.answer = await needs.smartcar[command.type](token, ids, isInTime));
  });
  if (answer.ok) return { came: 'accepted', requestId: answer.requestId };
  if (tried.isTooLate) return { came: 'tooLate' };
  // Where no token could be had, nothing has left; nor has what its token was refused for, if another could not be had.
  const { answer: last } = tried;
  const wasSent = last !== null && !last.ok && last.wasSent && last.failure === answer.failure;
  return { came: 'failed', failure: answer.failure, wasSent };
}

/** A rental's unlock leaves only while that is active; its lock does after it, too: who is just done with the car shuts it. */
const isRentalOn = async (tx: Tx, { rentalId, type }: Command): Promise<boolean> =>
  rentalId === null || type === 'lock' || (await findRental(tx, { id: rentalId }))?.state === 'active';

/** Until the token was there the car may have been heard, another wish have come, or the deadline passed. */
async function mayLeave({ database, clock }: SendNeeds, { command, make }: Car): Promise<boolean> {
  return database.asFleet(command.fleetId, async (tx) => {
    const current = await lockCommand(tx, command.id);
    // Only now: whoever held the row may have held it for long.
    const now = clock();
    if (now >= command.deadlineAt) return false;
    if (current?.state !== 'sent' || current.sends !== command.sends || !(await isRentalOn(tx, current))) return false;
    if (current.sentAt && current.sentAt < now) await writeCommand(tx, leavingLate(current, make, now));
    return true;
  });
}

const notSent: CommandAnswer = {
  ok: false,
  failure: {
    meaning: 'smartcarUnreachable',
    type: null,
    code: null,
    status: null,
    requestId: null,
    retryAfterS: null,
    resolutionUrl: null,
  },
  wasSent: false,
  execution: null,
};

/** What an answer tells of the connection: that it works, or what the car and its account refuse. */
function outcomesOf(answer: CommandAnswered, requestId: string | null, at: Date): Outcome[] {
  const seen = { via: 'command', at, requests: 1 } as const;
  if (answer.came === 'accepted') return [{ kind: 'commanded', ...seen, requestId: answer.requestId }];
  if (answer.came === 'tooLate') return [];
  const { failure } = answer;
  const { meaning } = failure;
  const tells = isAccountMeaning(meaning) || isVehicleMeaning(meaning) || isThrottleMeaning(meaning);
  return tells && answer.wasSent
    ? [{ kind: 'failed', ...seen, requestId: failure.requestId ?? requestId, failure }]
    : [];
}

// — hearing the car —

/** One read for the car's word. What it says confirms the command where readings are kept; see observe.ts. */
async function hearCar(needs: SendNeeds, { command, connection, writtenMake }: Car): Promise<void> {
  const subject = { fleetId: command.fleetId, make: writtenMake, purpose: 'command' } as const;
  const outcome = await readVehicle(counted(needs, subject, true), connectionAsCar(connection), 'check');
  await obey(needs, { make: writtenMake, isProbe: false }, outcome);
  const { fleetId, connectionId } = command;
  const together = (_tx: Tx, { connection: current }: { connection: Connection }): Promise<boolean> =>
    Promise.resolve(isStillReadSo(current, connectionAsCar(connection)));
  await observe(needs, { fleetId, connectionId, outcomes: [outcome], together }, outcome.at);
}

const connectionAsCar = (connection: Connection) => ({ ...connection, connectionId: connection.id });
