/** The page of accounts: who can sign in through Connect, with which password, and what the owners can do. */
import { html, type Html } from '../html.ts';
import { connectErrorAccounts } from '../seed/test-accounts.ts';
import { makeNamed } from '../seed/makes.ts';
import type { Simulation } from '../simulation.ts';
import { action, copyable, table, type PageContent } from './page-frame.ts';
import { accountViews, type AccountView } from './world-view.ts';

export function accountsPage(sim: Simulation): PageContent {
  const accounts = accountViews(sim);
  const owners = accounts.filter(({ password }) => password !== null);
  const tests = accounts.filter(({ password }) => password === null);
  const content = html`<p class="lead">
      Sign in through Connect with one of these. A changed password signs Smartcar out, as it does in reality.
    </p>
    <h2 id="owners">Owners</h2>
    ${table('Owners', ['E-mail', 'Make', 'Password', '#Cars', 'Do'], owners.map(ownerRow), 'There are no accounts.')}
    <h2 id="tests">Smartcar’s test accounts</h2>
    <p>Any password will do. The car of each fails as its name says; the last ones never get through Connect.</p>
    ${table(
      'Test accounts',
      ['E-mail', 'Fails with', 'VIN'],
      [...tests.map((account) => testRow(sim, account)), ...Object.entries(connectErrorAccounts).map(connectRow)],
      'There are none.',
    )}`;
  return { path: '/sim/accounts', isLive: false, content };
}

function ownerRow({ email, make, password, vins }: AccountView): Html {
  return html`<tr>
    <td>${copyable(email, email)}</td>
    <td>${makeNamed(make)?.label ?? make}</td>
    <td>${copyable(password ?? 'any', `the password of ${email}`)}</td>
    <td class="num">${vins.length}</td>
    <td>
      <span class="row"
        >${action('password', { email }, html`<button aria-label="Change the password of ${email}">Change password</button>`)}
        ${action('app-opened', { email }, html`<button aria-label="${email} opens the manufacturer’s app">Owner opens the app</button>`)}</span
      >
    </td>
  </tr>`;
}

function testRow(sim: Simulation, { email, vins }: AccountView): Html {
  const failure = sim.cars.get(vins[0] ?? '')?.alwaysFailsWith ?? null;
  return html`<tr>
    <td>${copyable(email, email)}</td>
    <td>
      ${failure === null ? (vins.length === 0 ? 'has no vehicles' : 'nothing') : `${failure.type}:${failure.code}`}
    </td>
    <td>${vins[0] === undefined ? '–' : html`<code>${vins[0]}</code>`}</td>
  </tr>`;
}

function connectRow([email, { error, vin }]: [string, { error: string; vin: string }]): Html {
  return html`<tr>
    <td>${copyable(email, email)}</td>
    <td>Connect ends with <code>${error}</code></td>
    <td><code>${vin}</code></td>
  </tr>`;
}
