/** Locking and unlocking. */
import type { Command } from '../../domain/command.ts';
import { Refusal } from '../../domain/refusal.ts';
import { findCommand } from '../../store/command.ts';
import { listCommands } from '../../store/command-list.ts';
import { summarizeCommands } from '../../store/command-summary.ts';
import type { Tx } from '../../store/database.ts';
import { findVehicle } from '../../store/vehicle.ts';
import { vehicleLabels } from '../../store/vehicle-labels.ts';
import type { Call, HandlerNeeds, Handlers } from '../call.ts';
import type { CommandView } from '../contract/commands.ts';
import { pageOf, timeCursor } from '../cursor.ts';
import { ownId } from '../own-id.ts';
import { presentCommand, presentCommandSummary, presentFleetCommand } from '../present-command.ts';

type CommandCalls =
  'sendCommand' | 'listCommands' | 'listFleetCommands' | 'getCommandSummary' | 'getCommand' | 'cancelCommand';

export function commandHandlers({ flows }: HandlerNeeds): Pick<Handlers, CommandCalls> {
  return {
    async sendCommand(call) {
      const { rentalId, ...body } = call.body;
      const rental = rentalId === undefined ? undefined : ownId('rnt', rentalId);
      const wish = { ...body, rentalId: rental, idempotencyKey: call.idempotencyKey };
      const made = await flows.requestCommand(call.context, ownId('veh', call.params.id), wish, call.now);
      return call.inFleet((tx) => present(tx, made));
    },
    async listCommands({ params, query, inFleet }) {
      const id = ownId('veh', params.id);
      const after = timeCursor(query.cursor);
      return inFleet(async (tx) => {
        const vehicle = await findVehicle(tx, id);
        if (!vehicle) throw new Refusal('not_found');
        const found = await listCommands(tx, { vehicle: id }, { after, limit: query.limit });
        const { rows, nextCursor } = pageOf(found, query.limit, (one) => [one.requestedAt, one.id]);
        return { items: rows.map((one) => presentCommand(one, vehicle.make)), nextCursor };
      });
    },
    listFleetCommands: listOfFleet,
    getCommandSummary: summary,
    async getCommand({ params, inFleet }) {
      const id = ownId('cmd', params.id);
      return inFleet(async (tx) => {
        const found = await findCommand(tx, id);
        if (!found) throw new Refusal('not_found');
        return present(tx, found);
      });
    },
    async cancelCommand(call) {
      const taken = await flows.cancelCommand(call.context, ownId('cmd', call.params.id), call.now);
      return call.inFleet((tx) => present(tx, taken));
    },
  };
}

async function listOfFleet({ query, inFleet }: Call<'listFleetCommands'>): ReturnType<Handlers['listFleetCommands']> {
  const { cursor, limit, state: states, since, ...chosen } = query;
  const after = timeCursor(cursor);
  const filter = { ...chosen, states, since: since === undefined ? undefined : new Date(since) };
  return inFleet(async (tx) => {
    const { rows, nextCursor } = pageOf(await listCommands(tx, filter, { after, limit }), limit, (one) => [
      one.requestedAt,
      one.id,
    ]);
    const labels = await vehicleLabels(
      tx,
      rows.map(({ vehicleId: id }) => id),
    );
    return { items: rows.map((one) => presentFleetCommand(one, labels)), nextCursor };
  });
}

const dayMs = 86_400_000;

async function summary({
  query: { days },
  now,
  inFleet,
}: Call<'getCommandSummary'>): ReturnType<Handlers['getCommandSummary']> {
  const since = new Date(now.getTime() - days * dayMs);
  return presentCommandSummary(days, await inFleet((tx) => summarizeCommands(tx, since)));
}

async function present(tx: Tx, command: Command): Promise<CommandView> {
  const vehicle = await findVehicle(tx, command.vehicleId);
  return presentCommand(command, vehicle?.make ?? null);
}
