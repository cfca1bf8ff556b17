/** Commands on vehicles and their connection. */
import type { Answer, Query } from '../http/contract/routes.ts';
import type { Command, Invocation } from './command.ts';
import { show } from './command.ts';
import { vehicleIdOf } from './find-vehicle.ts';
import { wrongUsage } from './failure.ts';
import { listed, pageOptions } from './paging.ts';
import { ageOf, clean } from './print.ts';
import { reconnectMany } from './reconnect-commands.ts';
import { filterOf, filterOptions } from './vehicle-filters.ts';
import { statusOf, vehicleLines, vehicleTable } from './vehicle-lines.ts';

const listVehicles: Command = {
  names: ['vehicles list', 'vehicles'],
  summary: 'Lists vehicles with what is the matter with them',
  options: { ...filterOptions, sort: { value: 'ORDER', help: 'number, since or lapsesAt (number)' }, ...pageOptions },
  async run(call) {
    const chosen = { ...filterOf(call), sort: call.option('sort') };
    const page = await listed(
      call,
      (place) => call.api.call('listVehicles', { query: { ...chosen, ...place } as Query<'listVehicles'> }), // the API checks the words
    );
    show(call, page, ({ items }) => vehicleTable(items, call));
  },
};

const showVehicle: Command = {
  names: ['vehicles show'],
  summary: 'Shows one vehicle, its connection and its newest readings',
  takes: ['VEHICLE'],
  async run(call) {
    const vehicle = await call.api.call('getVehicle', { id: await vehicleIdOf(call) });
    show(call, vehicle, (shown) => vehicleLines(shown, call));
  },
};

const deliverOption = {
  deliver: { value: 'email', help: "sends the link to the owner's address" },
} as const;

const connect: Command = {
  names: ['connect', 'vehicles connect'],
  summary: 'Makes the link with which the owner connects the vehicle',
  takes: ['VEHICLE'],
  options: deliverOption,
  async run(call) {
    const body = deliveryOf(call);
    const link = await call.api.call('connectVehicle', { id: await vehicleIdOf(call), body });
    show(call, link, (made) => linkLines(made, call));
  },
};

const routeTexts: Readonly<Record<Answer<'reconnectVehicle'>['route'], string>> = {
  reauthenticate: 'The owner signs in again.',
  authorize: 'The owner connects the vehicle again.',
  widen: 'The owner allows what is missing.',
  automatic: 'Towline repairs it by itself; nobody has to do anything.',
  ownerAction: 'The owner has to do something outside of Connect: see "towline diagnose".',
  none: 'Nothing can be done at the moment: see "towline diagnose".',
};

const reconnect: Command = {
  names: ['reconnect', 'vehicles reconnect'],
  summary: 'Finds the way that repairs a vehicle; or shows what would happen to all that match, and sends it',
  takes: ['[VEHICLE]'],
  options: {
    ...deliverOption,
    ...filterOptions,
    send: { help: 'writes to the owners of all that match' },
    yes: { help: 'without being asked' },
  },
  async run(call) {
    const filter = filterOf(call);
    if ((call.words[0] === undefined) === (filter === null))
      throw wrongUsage('Name one vehicle, or choose several with --status, --make and the like.');
    return filter ? reconnectMany(call, filter) : reconnectOne(call);
  },
};

async function reconnectOne(call: Invocation): Promise<void> {
  if (call.isSet('send')) throw wrongUsage('One vehicle is asked about with --deliver email.');
  const body = deliveryOf(call);
  const way = await call.api.call('reconnectVehicle', { id: await vehicleIdOf(call), body });
  show(call, way, (found) => [routeTexts[found.route], ...linkLines(found, call)]);
}

const disconnect: Command = {
  names: ['disconnect', 'vehicles disconnect'],
  summary: 'Disconnects the vehicle for good, at Smartcar too; what is known of it is kept',
  takes: ['VEHICLE'],
  options: { yes: { help: 'without being asked' } },
  async run(call) {
    const id = await vehicleIdOf(call);
    const { number } = await call.api.call('getVehicle', { id });
    await call.confirm(`Disconnect ${clean(number)}? The owner has to connect it anew to undo this.`);
    const vehicle = await call.api.call('disconnectVehicle', { id, body: { when: 'now' } });
    show(call, vehicle, (after) => [
      `${clean(after.number)} is ${statusOf(after)}.`,
      ...(after.connection?.disconnecting ? ['Smartcar has not confirmed yet; Towline asks again until it has.'] : []),
    ]);
  },
};

/** @throws Failure for another way than mail. */
function deliveryOf(call: Invocation): { deliver?: 'email' } {
  const deliver = call.option('deliver');
  if (deliver !== undefined && deliver !== 'email') throw wrongUsage('A link can be delivered by email alone.');
  return deliver ? { deliver } : {};
}

function linkLines(
  { url, expiresAt, delivered }: { url?: string | undefined; expiresAt?: string | undefined; delivered: boolean },
  { now }: Invocation,
): string[] {
  return [
    ...(delivered ? ['The owner gets it by mail.'] : []),
    ...(url ? [clean(url)] : []),
    ...(expiresAt ? [`The link ends ${ageOf(expiresAt, now())}.`] : []),
  ];
}

export const vehicleCommands = { listVehicles, showVehicle, connect, reconnect, disconnect };
