/** The page of requests: the last ones, and how often each route and vehicle was asked. */
import { html, type Html } from '../html.ts';
import type { LoggedRequest } from '../request-counts.ts';
import type { Simulation } from '../simulation.ts';
import { vehicleCounts, type VehicleCount } from './counts-view.ts';
import { action, table, type PageContent } from './page-frame.ts';

export function requestsPage(sim: Simulation): PageContent {
  const routes = [...sim.counts.routes]
    .filter(([route]) => !/ \/(?:sim(?:\/|$)|$)/.test(route))
    .sort((a, b) => b[1].count - a[1].count);
  const total = routes.reduce((sum, [, { count }]) => sum + count, 0);
  const { monthlyQuota } = sim.state.knobs;
  const empty = 'Nobody has asked anything yet.';
  const content = html`<p class="lead">
      Requests are money at Smartcar, so each is counted. Tokens, bodies and queries are never kept.
    </p>
    <div class="row">
      <span><b>${total}</b> since ${sim.counts.since.toISOString()}</span>
      ${action('reset-counts', {}, html`<button>Begin again</button>`)}
    </div>
    <h2 id="last">Last 200</h2>
    ${table('Last requests', ['Time', 'Request', 'Status', 'Error', 'Request id'], [...sim.counts.last].reverse().map(requestRow), empty)}
    <h2 id="routes">By route</h2>
    ${table(
      'Requests by route',
      ['Route', '#Count', 'By status'],
      routes.map(([route, entry]) => routeRow(route, entry)),
      empty,
    )}
    <h2 id="vehicles">By vehicle</h2>
    <p>
      ${monthlyQuota === null ? 'No quota.' : `${String(monthlyQuota)} a month for each vehicle.`}
      <a href="/sim/knobs#limits">Change the limits</a>
    </p>
    ${table(
      'Requests by vehicle',
      ['Vehicle', 'VIN', '#Requests', '#This month', 'Refused with'],
      vehicleCounts(sim, sim.clock().getTime()).slice(0, 200).map(vehicleRow),
      empty,
    )}`;
  return { path: '/sim/requests', isLive: true, content };
}

function requestRow({ at, method, route, vehicleId, status, error, requestId }: LoggedRequest): Html {
  return html`<tr>
    <td><code>${at.slice(5, 19).replace('T', ' ')}</code></td>
    <td><code>${method} ${route}</code>${vehicleId === null ? null : html`<br /><small>${vehicleId}</small>`}</td>
    <td class="${status < 400 ? 'good' : 'bad'}">${status}</td>
    <td>${error ?? '–'}</td>
    <td><code>${requestId}</code></td>
  </tr>`;
}

function routeRow(route: string, { count, byStatus }: { count: number; byStatus: Record<string, number> }): Html {
  const statuses = Object.entries(byStatus).map(([status, number]) => `${status}: ${String(number)}`);
  return html`<tr>
    <td><code>${route}</code></td>
    <td class="num">${count}</td>
    <td>${statuses.join(', ')}</td>
  </tr>`;
}

function vehicleRow({ vehicleId, vin, requests, usedThisMonth, refusedWith }: VehicleCount): Html {
  return html`<tr>
    <td><code>${vehicleId}</code></td>
    <td><code>${vin ?? 'not connected'}</code></td>
    <td class="num">${requests}</td>
    <td class="num">${usedThisMonth}</td>
    <td class="${refusedWith === null ? 'soft' : 'bad'}">${refusedWith ?? '–'}</td>
  </tr>`;
}
