/** Commands on rentals, for whoever has no booking system at hand. */
import { isId } from '../domain/ids.ts';
import type { RentalView } from '../http/contract/rentals.ts';
import type { Query } from '../http/contract/routes.ts';
import { show } from './command.ts';
import type { Command, Invocation } from './command.ts';
import { wrongUsage } from './failure.ts';
import { vehicleIdOf } from './find-vehicle.ts';
import { listed, pageOptions } from './paging.ts';
import { ageOf, clean, table, word } from './print.ts';

const listRentals: Command = {
  names: ['rentals list', 'rentals'],
  summary: 'Lists rentals, newest first',
  options: {
    state: { value: 'STATE', help: 'active, completed or cancelled' },
    overdue: { help: 'only those that are active beyond their planned end' },
    q: { value: 'TEXT', help: 'in the reference' },
    ...pageOptions,
  },
  async run(call) {
    const overdue = call.isSet('overdue') ? 'true' : undefined;
    const chosen = { state: call.option('state'), q: call.option('q'), overdue };
    const page = await listed(
      call,
      (place) => call.api.call('listRentals', { query: { ...chosen, ...place } as Query<'listRentals'> }), // the API checks the words
    );
    show(call, page, ({ items }) => (items.length === 0 ? ['No rentals.'] : rentalTable(items, call)));
  },
};

function rentalTable(items: readonly RentalView[], { out, now }: Invocation): string[] {
  const columns = [
    { head: 'REFERENCE', of: ({ reference }: RentalView) => reference },
    { head: 'STATE', of: ({ state, overdue }: RentalView) => word(overdue ? 'overdue' : state) },
    { head: 'VEHICLE', of: ({ vehicle }: RentalView) => vehicle?.number ?? '' },
    { head: 'SINCE', of: ({ startedAt }: RentalView) => (startedAt ? ageOf(startedAt, now()) : '') },
    { head: 'PLANNED END', of: ({ endsAt }: RentalView) => (endsAt ? ageOf(endsAt, now()) : '') },
    { head: 'ENDED', of: ({ endedAt }: RentalView) => (endedAt ? ageOf(endedAt, now()) : '') },
    { head: 'ID', of: ({ id }: RentalView) => ({ text: id, tone: 'faint' as const }) },
  ];
  return table(columns, items, out.paint);
}

const startRental: Command = {
  names: ['rentals start', 'rental start'],
  summary: 'Starts a rental of a vehicle; told again, it is the same one',
  takes: ['VEHICLE', 'REFERENCE'],
  options: { until: { value: 'TIME', help: 'when it is planned to end (2026-05-18T14:00+02:00)' } },
  async run(call) {
    const endsAt = timeOf(call.option('until'));
    const body = {
      vehicleId: await vehicleIdOf(call),
      reference: call.words[1] ?? '',
      ...(endsAt === undefined ? {} : { endsAt }),
    };
    const rental = await call.api.call('startRental', { body });
    show(call, rental, ({ reference, state }) => [`The rental ${clean(reference)} is ${state}.`]);
  },
};

const endRental: Command = {
  names: ['rentals end', 'rental end'],
  summary: 'Ends a rental, given by its id or reference',
  takes: ['RENTAL'],
  async run(call) {
    const rental = await call.api.call('endRental', { id: keyOf(call), body: {} });
    show(call, rental, ({ reference }) => [`The rental ${clean(reference)} is over.`]);
  },
};

const cancelRental: Command = {
  names: ['rentals cancel', 'rental cancel'],
  summary: 'Says that a rental did not take place, after one question',
  takes: ['RENTAL'],
  options: { yes: { help: 'without being asked' } },
  async run(call) {
    await call.confirm(`Cancel the rental ${clean(call.words[0] ?? '')}? It can not be taken up again.`);
    const rental = await call.api.call('cancelRental', { id: keyOf(call), body: {} });
    show(call, rental, ({ reference }) => [`The rental ${clean(reference)} is cancelled.`]);
  },
};

/** What somebody means by the first word, as the API's address takes it. */
function keyOf({ words: [meant = ''] }: Invocation): string {
  return isId('rnt', meant) ? meant : `reference:${meant}`;
}

/** @throws Failure for a time that is none */
function timeOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw wrongUsage('A time is written like 2026-05-18T14:00+02:00.');
  return at.toISOString();
}

export const rentalCommands = { listRentals, startRental, endRental, cancelRental };
