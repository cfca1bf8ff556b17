/** Commands as the contract shows them, in words. */
import { retryOf } from '../domain/command.ts';
import { successRate } from '../domain/command-figures.ts';
import type { Command } from '../domain/command.ts';
import type { CommandFigures, CommandSummary } from '../store/command-summary.ts';
import { commandCauseText, commandStateText } from '../texts/command-words.ts';
import { renterCauseText } from '../texts/renter-words.ts';
import { makeName } from '../texts/words.ts';
import type { CommandFiguresView, CommandSummaryView, CommandView, FleetCommandView } from './contract/commands.ts';
import { iso, maybeIso } from './present.ts';

export function presentCommand(command: Command, make: string | null): CommandView {
  const { type, cause, requestedBy } = command;
  return {
    id: command.id,
    vehicleId: command.vehicleId,
    rentalId: command.rentalId,
    type,
    state: command.state,
    stateText: commandStateText(command.state),
    cause,
    causeText: cause && commandCauseText(cause, { type, make }),
    renterText: cause && renterCauseText(cause, type),
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

type Label = FleetCommandView['vehicle'];

export function presentFleetCommand(command: Command, labels: ReadonlyMap<string, Label>): FleetCommandView {
  // A command has its vehicle as long as it is kept.
  const vehicle = labels.get(command.vehicleId) ?? { id: command.vehicleId, number: '', make: null, model: null };
  return { ...presentCommand(command, vehicle.make), vehicle };
}

export function presentCommandSummary(days: number, { from, isCut, all, makes }: CommandSummary): CommandSummaryView {
  return {
    days,
    from: iso(from),
    isCut,
    all: presentFigures(all),
    makes: makes.map(({ make, ...figures }) => ({ make, name: make && makeName(make), ...presentFigures(figures) })),
  };
}

const presentFigures = (figures: CommandFigures): CommandFiguresView => ({
  ...figures,
  successRate: successRate(figures),
});
