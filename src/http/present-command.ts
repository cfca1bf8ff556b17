/** Commands as the contract shows them, in words. */
import { retryOf } from '../domain/command.ts';
import type { Command } from '../domain/command.ts';
import { commandCauseText, commandStateText } from '../texts/command-words.ts';
import type { CommandView } from './contract/commands.ts';
import { iso, maybeIso } from './present.ts';

export function presentCommand(command: Command, make: string | null): CommandView {
  const { type, cause, requestedBy } = command;
  return {
    id: command.id,
    vehicleId: command.vehicleId,
    type,
    state: command.state,
    stateText: commandStateText(command.state),
    cause,
    causeText: cause && commandCauseText(cause, { type, make }),
    retry: retryOf(command),
    requestedAt: iso(command.requestedAt),
    requestedBy: { kind: requestedBy.kind, name: requestedBy.name },
    deadlineAt: iso(command.deadlineAt),
    sends: command.sends,
    sentAt: maybeIso(command.sentAt),
    acceptedAt: maybeIso(command.acceptedAt),
    endedAt: maybeIso(command.endedAt),
    requestId: command.smartcarRequestId,
  };
}
