/** Many reconnects at once: seen first, sent after that, watched, taken back. */
import type { ReconnectPreview, ReconnectsDetail, ReconnectsView } from '../http/contract/reconnects.ts';
import type { VehicleFilterInput } from '../http/contract/vehicles.ts';
import { show } from './command.ts';
import type { Command, Invocation } from './command.ts';
import { listed, pageOptions } from './paging.ts';
import { ageOf, clean, countsText, facts, table, word } from './print.ts';

/** Shows what would happen to all that match; with `--send` it happens. */
export async function reconnectMany(call: Invocation, filter: VehicleFilterInput): Promise<void> {
  const preview = await call.api.call('previewReconnects', { body: { filter } });
  if (!call.isSet('send')) {
    show(call, preview, (seen) => [...previewLines(seen, call), '', 'Nothing was sent: add --send.']);
    return;
  }
  if (!call.asJson) call.out.print(...previewLines(preview, call), '');
  await call.confirm(`Write to ${preview.ask.owners} owners about ${preview.ask.vehicles} vehicles?`);
  const sent = await call.api.call('sendReconnects', { body: { token: preview.token } });
  show(call, sent, ({ id }) => [
    'Sent. It begins within a minute, and what has not left can be taken back:',
    `  towline reconnects show ${id}`,
    `  towline reconnects cancel ${id}`,
  ]);
}

type AskedOwner = ReconnectPreview['ask']['items'][number];
type Reason = ReconnectPreview['skip']['reasons'][number];

function previewLines({ ask, retry, skip, vehicles }: ReconnectPreview, { out, now }: Invocation): string[] {
  const columns = [
    { head: 'OWNER', of: ({ owner }: AskedOwner) => owner.name },
    { head: 'ASKED', of: ({ lastAskedAt }: AskedOwner) => ageOf(lastAskedAt, now()) },
    { head: 'VEHICLES', of: (one: AskedOwner) => numbersText(one.items, one.vehicles) },
  ];
  const reasons = [
    { head: 'LEFT OUT', of: (one: Reason) => String(one.vehicles), right: true },
    { head: 'WHY', of: ({ text }: Reason) => text },
    { head: 'VEHICLES', of: (one: Reason) => numbersText(one.items, one.vehicles) },
  ];
  const further = ask.owners - ask.items.length;
  return [
    `${vehicles} vehicles: ${ask.owners} owners would be asked about ${ask.vehicles}, in one message each; ` +
      `${retry.vehicles} would be read again; ${skip.vehicles} left out.`,
    ...(ask.items.length > 0 ? ['', ...table(columns, ask.items, out.paint)] : []),
    ...(further > 0 ? [`and ${further} more owners`] : []),
    ...(retry.vehicles > 0 ? ['', `Read again: ${clean(numbersText(retry.items, retry.vehicles))}`] : []),
    ...(skip.reasons.length > 0 ? ['', ...table(reasons, skip.reasons, out.paint)] : []),
  ];
}

const numbersText = (items: readonly { number: string }[], all: number): string =>
  [...items.map(({ number }) => number), ...(all > items.length ? [`${all - items.length} more`] : [])].join(', ');

const listReconnects: Command = {
  names: ['reconnects list', 'reconnects'],
  summary: 'Lists what was sent to many owners at once, newest first',
  options: pageOptions,
  async run(call) {
    const page = await listed(call, (place) => call.api.call('listReconnects', { query: place }));
    const columns = [
      { head: 'STATE', of: ({ state }: ReconnectsView) => word(state) },
      { head: 'SENT', of: ({ createdAt }: ReconnectsView) => ageOf(createdAt, call.now()) },
      { head: 'VEHICLES', of: ({ vehicles }: ReconnectsView) => String(vehicles), right: true },
      { head: 'WORK AGAIN', of: ({ counts }: ReconnectsView) => String(counts.repaired), right: true },
      { head: 'CHOSEN', of: ({ selection }: ReconnectsView) => selection },
      { head: 'ID', of: ({ id }: ReconnectsView) => ({ text: id, tone: 'faint' as const }) },
    ];
    show(call, page, ({ items }) =>
      items.length === 0 ? ['Nothing was sent yet.'] : table(columns, items, call.out.paint),
    );
  },
};

const showReconnects: Command = {
  names: ['reconnects show'],
  summary: 'Shows how far many reconnects are, and how far their owners came',
  takes: ['RECONNECTS'],
  async run(call) {
    const batch = await call.api.call('getReconnects', { id: call.words[0] ?? '' });
    show(call, batch, (shown) => detailLines(shown, call));
  },
};

function detailLines(batch: ReconnectsDetail, { out, now }: Invocation): string[] {
  const { owners, funnel, skips, counts } = batch;
  const pairs: [string, string | null][] = [
    ['State', batch.waitsFor === 'mailServer' ? `${batch.state}; the mail server does not take messages` : batch.state],
    ['Sent', `${ageOf(batch.createdAt, now())} by ${clean(batch.createdBy)}`],
    ['Vehicles', countsText(counts)],
    ['Owners', `${owners.asked} written to, ${owners.queued} to come`],
    ['Came so far', countsText(funnel)],
    ...skips.map(({ text, vehicles }): [string, string] => ['Left out', `${vehicles} · ${text}`]),
  ];
  return [out.paint('strong', clean(batch.selection)), ...facts(pairs, out.paint)];
}

const act = (
  name: 'pauseReconnects' | 'resumeReconnects' | 'cancelReconnects',
  given: Pick<Command, 'names' | 'summary'>,
  done: (batch: ReconnectsDetail) => string,
): Command => ({
  ...given,
  takes: ['RECONNECTS'],
  async run(call) {
    const batch = await call.api.call(name, { id: call.words[0] ?? '', body: {} });
    show(call, batch, (after) => [done(after)]);
  },
});

const pause = act(
  'pauseReconnects',
  { names: ['reconnects pause'], summary: 'Writes to nobody for now' },
  ({ owners }) => `Paused; ${owners.queued} owners wait.`,
);
const resume = act('resumeReconnects', { names: ['reconnects resume'], summary: 'Goes on' }, () => 'It goes on.');
const cancel = act(
  'cancelReconnects',
  { names: ['reconnects cancel'], summary: 'Takes back what has not been sent' },
  ({ counts, owners }) => `Taken back for ${counts.withdrawn} vehicles; ${owners.asked} messages stay sent.`,
);

export const reconnectCommands = { listReconnects, showReconnects, pause, resume, cancel };
