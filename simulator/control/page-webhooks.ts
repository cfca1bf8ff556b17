/** The page of the webhook: where events go, what was delivered, and buttons for what goes wrong. */
import { html, type Html } from '../html.ts';
import type { Simulation } from '../simulation.ts';
import type { DeliveryRecord } from '../state.ts';
import { action, ageOf, copyable, table, type PageContent } from './page-frame.ts';

export function webhooksPage(sim: Simulation): PageContent {
  const { webhook } = sim.state.knobs;
  const now = sim.clock().getTime();
  const pending = sim.state.due.filter((item) => item.kind === 'deliver').length;
  const subscribed = sim.state.subscriptions.filter((item) => item.isReady).length;
  const state = (isOn: boolean, on: string, off: string): Html =>
    isOn ? html`<span class="good">${on}</span>` : html`<span class="bad">${off}</span>`;
  const content = html`<p class="lead">
      The application’s only webhook. Events are signed with the management token, tried at 0, 25, 75 and 175 s, and
      then dropped for good.
    </p>
    <ul class="figures">
      <li>${state(webhook.isCreated, 'created', 'not created')}</li>
      <li>${state(webhook.isEnabled, 'enabled', 'disabled')}</li>
      <li>${state(webhook.isDelivering, 'delivering', 'losing events')}</li>
      <li>${state(!webhook.isReceiverDown, 'receiver reachable', 'receiver down')}</li>
      <li><b>${subscribed}</b> subscribed</li>
      <li><b>${pending}</b> waiting</li>
    </ul>
    <div class="panel">
      ${addressForm(sim)}
      <p>${verification(sim, now)}</p>
      <p>Management token: ${copyable(sim.credentials.managementToken, 'the management token')}</p>
      <div class="row">
        ${toggle('isCreated', webhook.isCreated, 'Delete it', 'Create the webhook')}
        ${action('verify', {}, html`<button>Verify this webhook</button>`)}
        ${toggle('isEnabled', webhook.isEnabled, 'Disable', 'Enable')}
        ${toggle('isDelivering', webhook.isDelivering, 'Lose events', 'Deliver again')}
        ${toggle('isReceiverDown', !webhook.isReceiverDown, 'Receiver goes down', 'Receiver comes back')}
        ${action('rotate-token', {}, html`<button>New management token</button>`)}
      </div>
      <p class="soft">Shapes, duplicates, order and delays are <a href="/sim/knobs#webhook">knobs</a>.</p>
      ${
        subscribed > 0
          ? null
          : html`<p>
              No vehicle is subscribed, so there are no events: <a href="/sim/start#quick">subscribe one</a>, or let the
              knob <a href="/sim/knobs#pace">New connections are subscribed</a> do it.
            </p>`
      }
    </div>
    <h2 id="deliveries">Last deliveries</h2>
    ${table(
      'Last deliveries',
      ['When', 'Event', 'Vehicle', 'Event id', '#Attempt', 'Answer'],
      sim.state.deliveries
        .slice(-50)
        .reverse()
        .map((record) => deliveryRow(record, now)),
      webhook.url === null ? 'Nothing can be delivered: the webhook has no address.' : 'Nothing was delivered yet.',
    )}`;
  return { path: '/sim/webhooks', isLive: true, content };
}

/** One of the webhook's switches; `isReceiverDown` is on when things are bad. */
function toggle(name: string, isGood: boolean, bad: string, good: string): Html {
  const value = name === 'isReceiverDown' ? isGood : !isGood;
  return action('knobs', { [`webhook.${name}`]: String(value) }, html`<button>${isGood ? bad : good}</button>`);
}

/** The webhook as its form in the dashboard has it. */
function addressForm(sim: Simulation): Html {
  const { url, errorUrl, data, triggers } = sim.state.knobs.webhook;
  const codes = (name: string, words: string, chosen: readonly string[] | null): Html =>
    html`<label
      >${words}<input type="text" name="webhook.${name}" value="${chosen?.join(' ') ?? ''}" spellcheck="false"
    /></label>`;
  const field = (name: string, words: string, value: string | null): Html =>
    html`<label
      >${words}<input
        type="url"
        name="webhook.${name}"
        value="${value ?? ''}"
        placeholder="http://127.0.0.1:4000/webhooks"
    /></label>`;
  return action(
    'knobs',
    {},
    html`<div class="knobs">
        ${field('url', 'Address', url)}${field('errorUrl', 'Address for errors, if another', errorUrl)}
        ${codes('data', 'Signals in every event (empty: all)', data)}
        ${codes('triggers', 'Signals whose change makes an event (empty: all)', triggers)}
      </div>
      <button class="primary">Save the webhook</button>`,
  );
}

function verification(sim: Simulation, now: number): Html {
  const { verification: last } = sim.state;
  if (last === null) return html`<span class="soft">Never verified.</span>`;
  const age = ageOf(new Date(last.at).toISOString(), now);
  return html`Verified ${age}: <span class="${last.isVerified ? 'good' : 'bad'}">${last.outcome}</span>`;
}

function deliveryRow(record: DeliveryRecord, now: number): Html {
  const at = new Date(record.at).toISOString();
  return html`<tr>
    <td title="${at}">${ageOf(at, now)}</td>
    <td>${record.eventType}<br /><small>${record.what}</small></td>
    <td><code>${(record.vehicleId ?? '–').slice(0, 8)}</code></td>
    <td><code>${record.eventId.slice(0, 8)}</code></td>
    <td class="num">${record.attempt}</td>
    <td class="${record.isDelivered ? 'good' : 'bad'}">${record.outcome}</td>
  </tr>`;
}
