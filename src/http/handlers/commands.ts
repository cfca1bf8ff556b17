/** Locking and unlocking. */
import type { Command } from '../../domain/command.ts';
import { isId } from '../../domain/ids.ts';
import type { CommandId, VehicleId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { findCommand, listCommands } from '../../store/command.ts';
import type { Tx } from '../../store/database.ts';
import { findVehicle } from '../../store/vehicle.ts';
import type { HandlerNeeds, Handlers } from '../call.ts';
import type { CommandView } from '../contract/commands.ts';
import { pageOf, timeCursor } from '../cursor.ts';
import { presentCommand } from '../present-command.ts';

type CommandCalls = 'sendCommand' | 'listCommands' | 'getCommand' | 'cancelCommand';

export function commandHandlers({ flows }: HandlerNeeds): Pick<Handlers, CommandCalls> {
  return {
    async sendCommand(call) {
      const wish = { ...call.body, idempotencyKey: call.idempotencyKey };
      const made = await flows.requestCommand(call.context, vehicleId(call.params.id), wish, call.now);
      return call.inFleet((tx) => present(tx, made));
    },
    async listCommands({ params, query, inFleet }) {
      const id = vehicleId(params.id);
      const after = timeCursor(query.cursor);
      return inFleet(async (tx) => {
        const vehicle = await findVehicle(tx, id);
        if (!vehicle) throw new Refusal('not_found');
        const found = await listCommands(tx, id, { after, limit: query.limit });
        const { rows, nextCursor } = pageOf(found, query.limit, (one) => [one.requestedAt, one.id]);
        return { items: rows.map((one) => presentCommand(one, vehicle.make)), nextCursor };
      });
    },
    async getCommand({ params, inFleet }) {
      const id = commandId(params.id);
      return inFleet(async (tx) => {
        const found = await findCommand(tx, id);
        if (!found) throw new Refusal('not_found');
        return present(tx, found);
      });
    },
    async cancelCommand(call) {
      const taken = await flows.cancelCommand(call.context, commandId(call.params.id), call.now);
      return call.inFleet((tx) => present(tx, taken));
    },
  };
}

async function present(tx: Tx, command: Command): Promise<CommandView> {
  const vehicle = await findVehicle(tx, command.vehicleId);
  return presentCommand(command, vehicle?.make ?? null);
}

/** What isn't one of our ids can't be a vehicle's. */
function vehicleId(id: string): VehicleId {
  if (!isId('veh', id)) throw new Refusal('not_found');
  return id;
}

function commandId(id: string): CommandId {
  if (!isId('cmd', id)) throw new Refusal('not_found');
  return id;
}
