/** Commands on incidents. */
import type { IncidentView } from '../http/contract/incidents.ts';
import type { Query } from '../http/contract/routes.ts';
import { show } from './command.ts';
import type { Command, Invocation } from './command.ts';
import { listed, pageOptions } from './paging.ts';
import { ageOf, clean, table, word } from './print.ts';

const listIncidents: Command = {
  names: ['incidents list', 'incidents'],
  summary: 'Lists what failed together, newest first',
  options: { state: { value: 'STATE', help: 'open, closed or all (all)' }, ...pageOptions },
  async run(call) {
    const chosen = { state: call.option('state') };
    const page = await listed(
      call,
      (place) => call.api.call('listIncidents', { query: { ...chosen, ...place } as Query<'listIncidents'> }), // the API checks the words
    );
    show(call, page, ({ items }) => (items.length === 0 ? ['No incidents.'] : incidentTable(items, call)));
  },
};

function incidentTable(items: readonly IncidentView[], { out, now }: Invocation): string[] {
  const columns = [
    { head: 'STATE', of: ({ state }: IncidentView) => word(state) },
    { head: 'OPENED', of: ({ openedAt }: IncidentView) => ageOf(openedAt, now()) },
    { head: 'FAILING', of: (one: IncidentView) => `${one.failingCount} of ${one.vehicleCount}` },
    { head: 'ID', of: ({ id }: IncidentView) => ({ text: id, tone: 'faint' as const }) },
    { head: 'WHAT', of: ({ text }: IncidentView) => text },
  ];
  return table(columns, items, out.paint);
}

const endIncident: Command = {
  names: ['incidents end'],
  summary: 'Ends an incident by hand: its vehicles are read, and owners are asked again',
  takes: ['INCIDENT'],
  async run(call) {
    const incident = await call.api.call('endIncident', { id: call.words[0] ?? '', body: {} });
    show(call, incident, ({ text }) => [clean(text)]);
  },
};

export const incidentCommands = { listIncidents, endIncident };
