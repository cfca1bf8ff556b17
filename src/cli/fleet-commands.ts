/** Commands on the fleet as a whole: overview, owners, alerts. */
import type { Answer, Query } from '../http/contract/routes.ts';
import type { AlertView, Overview } from '../http/contract/operations.ts';
import type { Command, Invocation } from './command.ts';
import { show } from './command.ts';
import { listed, pageOptions } from './paging.ts';
import { ageOf, clean, countsText, facts, table, word } from './print.ts';

const status: Command = {
  names: ['status'],
  summary: 'Says how the fleet is: status, causes, whose turn it is, alerts, webhooks',
  async run(call) {
    const overview = await call.api.call('getOverview');
    show(call, overview, (shown) => overviewLines(shown, call));
  },
};

function overviewLines(overview: Overview, { out, now }: Invocation): string[] {
  const { alerts, webhooks, owners, platform } = overview;
  const alertText = `${alerts.open} open${alerts.critical > 0 ? `, ${alerts.critical} critical` : ''}`;
  const pairs: [string, string | null][] = [
    ['Vehicles', String(overview.vehicles)],
    ['Status', countsText(overview.statuses)],
    ['Causes', countsText(overview.causes)],
    ['Whose turn', countsText(overview.turns)],
    ['Data', countsText(overview.freshness)],
    ['Alerts', alerts.critical > 0 ? out.paint('bad', alertText) : alertText],
    ['Owners asked', owners.asked === 0 ? 'none' : askedText(owners, now())],
    ['Lapsing', `${overview.lapsing} within a week`],
    ['Webhooks', webhookText(webhooks, now())],
    ['Smartcar', platform.mode === 'live' ? 'live' : 'simulated'],
  ];
  return facts(pairs, out.paint);
}

const askedText = ({ asked, opened, oldestAskedAt }: Overview['owners'], now: Date): string =>
  `${asked}, of whom ${opened} opened it; the first ${ageOf(oldestAskedAt, now)}`;

const webhookText = ({ lastReceivedAt, pending, quarantined, refusedLastHour }: Overview['webhooks'], now: Date) =>
  `last one ${ageOf(lastReceivedAt, now)}; ${pending} waiting, ${quarantined} set aside, ${refusedLastHour} refused in the last hour`;

type OwnerLine = Answer<'listOwners'>['items'][number];

const listOwners: Command = {
  names: ['owners list', 'owners'],
  summary: 'Lists owners',
  options: { q: { value: 'TEXT', help: 'in the name or the address' }, ...pageOptions },
  async run(call) {
    const q = call.option('q');
    const page = await listed(call, (place) =>
      call.api.call('listOwners', { query: { ...(q === undefined ? {} : { q }), ...place } }),
    );
    const columns = [
      { head: 'NAME', of: ({ name }: OwnerLine) => name },
      { head: 'E-MAIL', of: ({ email }: OwnerLine) => email ?? '' },
      { head: 'LANGUAGE', of: ({ language }: OwnerLine) => language },
      { head: 'COUNTRY', of: ({ country }: OwnerLine) => country ?? '' },
      { head: 'ID', of: ({ id }: OwnerLine) => ({ text: id, tone: 'faint' as const }) },
    ];
    show(call, page, ({ items }) => (items.length === 0 ? ['No owners.'] : table(columns, items, call.out.paint)));
  },
};

const listAlerts: Command = {
  names: ['alerts list', 'alerts'],
  summary: 'Lists alerts, newest first',
  options: {
    state: { value: 'STATE', help: 'unresolved, open, acknowledged, resolved or all (unresolved)' },
    vehicle: { value: 'ID', help: 'about this vehicle' },
    ...pageOptions,
  },
  async run(call) {
    const chosen = { state: call.option('state'), vehicle: call.option('vehicle') };
    const page = await listed(
      call,
      (place) => call.api.call('listAlerts', { query: { ...chosen, ...place } as Query<'listAlerts'> }), // the API checks the words
    );
    show(call, page, ({ items }) => (items.length === 0 ? ['No alerts.'] : alertTable(items, call)));
  },
};

function alertTable(items: readonly AlertView[], { out, now }: Invocation): string[] {
  const columns = [
    { head: 'SEVERITY', of: ({ severity }: AlertView) => word(severity) },
    { head: 'STATE', of: ({ state }: AlertView) => word(state) },
    { head: 'OPENED', of: ({ openedAt }: AlertView) => ageOf(openedAt, now()) },
    { head: 'ID', of: ({ id }: AlertView) => ({ text: id, tone: 'faint' as const }) },
    { head: 'WHAT', of: ({ text }: AlertView) => text },
  ];
  return table(columns, items, out.paint);
}

const alertAct = (
  name: 'acknowledgeAlert' | 'resolveAlert',
  given: Pick<Command, 'names' | 'summary'>,
  done: string,
): Command => ({
  ...given,
  takes: ['ALERT'],
  async run(call) {
    const alert = await call.api.call(name, { id: call.words[0] ?? '', body: {} });
    show(call, alert, ({ text }) => [`${done}: ${clean(text)}`]);
  },
});

const acknowledgeAlert = alertAct(
  'acknowledgeAlert',
  { names: ['alerts acknowledge'], summary: 'Says that somebody looks after an alert' },
  'Looked after',
);
const resolveAlert = alertAct(
  'resolveAlert',
  { names: ['alerts resolve'], summary: 'Closes an alert by hand' },
  'Resolved',
);

export const fleetCommands = { status, listOwners, listAlerts, acknowledgeAlert, resolveAlert };
