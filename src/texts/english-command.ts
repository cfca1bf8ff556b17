/** English: locking and unlocking, what became of it, and why not. */
import type { CommandState, CommandType, ownCommandCauses } from '../domain/command.ts';
import type { TimelineKind } from '../domain/timeline.ts';

type OwnCause = (typeof ownCommandCauses)[number];
type CommandKind = Extract<TimelineKind, `command.${string}`>;

const wish = '{type, select, lock {Lock} other {Unlock}}';
const isSo = '{type, select, lock {locked} other {unlocked}}';

export const commandTexts = {
  'command.lock': 'Lock',
  'command.unlock': 'Unlock',
  'command.state.queued': 'Waiting to be sent',
  'command.state.sent': 'Sent; waiting for the car',
  'command.state.confirmed': 'Confirmed by the car',
  'command.state.unconfirmed': 'Not confirmed',
  'command.state.failed': 'Failed',
  'command.state.expired': 'Not sent in time',
  'command.state.cancelled': 'Cancelled',
  'command.cause.notHeard': `Smartcar passed it on, but the car has not said since that it is ${isSo}. Look at the car before you rely on it.`,
  'command.cause.notDone': `Smartcar passed it on, but the car was heard since and was not ${isSo}.`,
  'command.cause.answerLost':
    "Smartcar's answer was lost. The car may have done it or not; look at the car before you rely on it.",
  'command.cause.superseded': 'Another command for the car came after it.',
  'command.cause.deadlinePassed': 'It could not be sent before its deadline, and was not sent later.',
  'command.cause.noRequestsLeft': "Smartcar's request limit was used up until its deadline.",
  'command.cause.connectionEnded': 'The connection ended before it was sent.',
  'command.cause.rentalEnded': 'Its rental was over before it was sent.',
  'command.cause.permission': 'The owner has not allowed locking and unlocking.',
  'timeline.command.requested': `${wish} was asked for.`,
  'timeline.command.confirmed': `The car confirmed that it is ${isSo}.`,
  'timeline.command.unconfirmed': `${wish} was sent and not confirmed. {because}`,
  'timeline.command.failed': `${wish} failed. {because}`,
  'timeline.command.expired': `${wish} was not sent. {because}`,
  'timeline.command.cancelled': `${wish} was cancelled before it was sent.`,
  'capability.reconnectFirst': 'The connection does not work. Reconnect the car first.',
  'capability.notAllowedToLock': 'The owner has not allowed locking and unlocking. Ask for it with a reconnect.',
} as const satisfies Record<`command.${CommandType}`, string> &
  Record<`command.state.${CommandState}`, string> &
  Record<`command.cause.${OwnCause | 'permission'}`, string> &
  Record<`timeline.${CommandKind}`, string> &
  Record<string, string>;
