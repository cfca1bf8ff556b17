/** The lower half of the fault page: the webhook, the knobs and the counted requests. */
import { html, raw, type Html } from '../html.ts';
import type { Simulation } from '../simulation.ts';
import type { DeliveryRecord } from '../state.ts';
import { action, ageOf } from './page.ts';

export function webhookSection(sim: Simulation, now: number): Html {
  const { webhook } = sim.state.knobs;
  const row = (record: DeliveryRecord): Html =>
    html`<tr>
      <td>${ageOf(new Date(record.at).toISOString(), now)}</td>
      <td>${record.eventType}<br /><small>${record.what}</small></td>
      <td><code>${(record.vehicleId ?? '').slice(0, 8)}</code></td>
      <td><code>${record.eventId.slice(0, 8)}</code></td>
      <td class="num">${record.attempt}</td>
      <td class="${record.isDelivered ? 'good' : 'bad'}">${record.outcome}</td>
    </tr>`;
  const last = sim.state.deliveries.slice(-25).reverse();
  const pending = sim.state.due.filter((item) => item.kind === 'deliver').length;
  const toggle = (name: string, isOn: boolean, on: string, off: string): Html =>
    action(name, { to: isOn ? 'off' : 'on' }, html`<button>${isOn ? off : on}</button>`);
  return html`<h2 id="webhook">Webhook</h2>
    <p>
      <code>${webhook.url ?? 'no address'}</code> ·
      ${webhook.isEnabled ? 'enabled' : html`<span class="bad">disabled</span>`} ·
      ${webhook.isDelivering ? 'delivering' : html`<span class="bad">events are lost on the way</span>`} · ${pending}
      waiting
    </p>
    <p>
      ${action('verify', {}, html`<button>Verify this webhook</button>`)}
      ${toggle('webhook-enabled', webhook.isEnabled, 'Enable', 'Disable')}
      ${toggle('webhook-delivering', webhook.isDelivering, 'Deliver again', 'Lose events')}
    </p>
    <div class="scroll" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>When</th>
            <th>Event</th>
            <th>Vehicle</th>
            <th>Event id</th>
            <th class="num">Attempt</th>
            <th>Answer</th>
          </tr>
        </thead>
        <tbody>
          ${last.map(row)}
        </tbody>
      </table>
    </div>
    ${last.length === 0 ? html`<p class="soft">Nothing was delivered yet.</p>` : null}`;
}

/** The knobs with a handful of values; the others are for programs. */
export const choosableKnobs: readonly { name: string; words: string; values: readonly string[]; isWebhook: boolean }[] =
  [
    {
      name: 'shape',
      words: 'Shape of VEHICLE_STATE',
      values: ['documented', 'captured', 'captured-2025-09'],
      isWebhook: true,
    },
    { name: 'errorShape', words: 'Shape of VEHICLE_ERROR', values: ['documented', 'third'], isWebhook: true },
    {
      name: 'duplicates',
      words: 'Duplicate events',
      values: ['none', 'same-event-id', 'new-event-id'],
      isWebhook: true,
    },
    { name: 'bytes', words: 'Bytes of events', values: ['compact', 'unusual'], isWebhook: true },
    { name: 'mode', words: 'Mode of events', values: ['LIVE', 'TEST'], isWebhook: true },
    {
      name: 'failureShape',
      words: 'How an account problem shows',
      values: ['signals', 'request', 'signals-without-meta'],
      isWebhook: false,
    },
    {
      name: 'timestamps',
      words: 'Timestamps of signals',
      values: ['iso', 'seconds', 'milliseconds'],
      isWebhook: false,
    },
    { name: 'vehicleShape', words: 'Shape of a vehicle', values: ['wrapped', 'unwrapped'], isWebhook: false },
    { name: 'signalShape', words: 'Shape of one signal', values: ['wrapped', 'unwrapped'], isWebhook: false },
    { name: 'commandMode', words: 'Commands answer', values: ['sync', 'stream'], isWebhook: false },
    { name: 'wrongUser', words: 'A wrong user gets', values: ['404', '403'], isWebhook: false },
  ];

export function knobsSection(sim: Simulation): Html {
  const present = (name: string, isWebhook: boolean): string => {
    // The names above are knobs with string values.
    const source = (isWebhook ? sim.state.knobs.webhook : sim.state.knobs) as Record<string, unknown>;
    return String(source[name]);
  };
  const choice = ({ name, words, values, isWebhook }: (typeof choosableKnobs)[number]): Html =>
    html`<label
      >${words}<select name="${name}">
        ${values.map((value) => html`<option${value === present(name, isWebhook) ? raw(' selected') : null}>${value}</option>`)}
      </select></label
    >`;
  return html`<h2 id="behaviour">Behaviour</h2>
    <div class="panel">
      ${action(
        'knobs',
        {},
        html`<div class="grid">${choosableKnobs.map(choice)}</div>
          <button class="primary">Change</button>`,
      )}
      <p class="soft">More knobs: GET and PATCH <a href="/sim/api/knobs">/sim/api/knobs</a>.</p>
    </div>`;
}

export function requestsSection(sim: Simulation): Html {
  const rows = [...sim.counts.routes]
    .filter(([route]) => !route.includes('/sim'))
    .sort((a, b) => b[1].count - a[1].count);
  const total = rows.reduce((sum, [, { count }]) => sum + count, 0);
  const statuses = (byStatus: Record<string, number>): string =>
    Object.entries(byStatus)
      .map(([status, count]) => `${status}: ${String(count)}`)
      .join(', ');
  return html`<h2 id="requests">Requests</h2>
    <p>
      ${total} since ${sim.counts.since.toISOString()} ${action('reset-counts', {}, html`<button>Begin again</button>`)}
    </p>
    <div class="scroll" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>Route</th>
            <th class="num">Count</th>
            <th>By status</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ([route, { count, byStatus }]) =>
              html`<tr>
                <td><code>${route}</code></td>
                <td class="num">${count}</td>
                <td>${statuses(byStatus)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}
