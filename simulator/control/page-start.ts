/** The page for somebody who begins: where each host is, the credentials, and a first request. */
import { html, type Html } from '../html.ts';
import type { Simulation } from '../simulation.ts';
import { copyable, table, type PageContent } from './page-frame.ts';
import { imitatedRoutes } from './description.ts';

const hosts: [smartcar: string, path: string, what: string, variable: string][] = [
  ['connect.smartcar.com', '/oauth/authorize', 'Connect, in the owner’s browser', 'SMARTCAR_CONNECT_ORIGIN'],
  ['iam.smartcar.com', '/oauth2/token', 'v3 application token', ''],
  ['vehicle.api.smartcar.com', '/v3', 'v3 connections, vehicles, signals, commands', 'SMARTCAR_API_V3_ORIGIN'],
  ['management.api.smartcar.com', '/v3', 'v3 webhooks and subscriptions', ''],
  ['auth.smartcar.com', '/oauth/token', 'v2 tokens', 'SMARTCAR_AUTH_ORIGIN'],
  ['api.smartcar.com', '/v2.0', 'v2 vehicles', 'SMARTCAR_API_ORIGIN'],
  ['management.smartcar.com', '/v2.0/management', 'v2 connections', 'SMARTCAR_MANAGEMENT_API_ORIGIN'],
];

export function startPage(sim: Simulation): PageContent {
  const origin = sim.publicOrigin;
  const routes = imitatedRoutes(sim.routes);
  const content = html`<p class="lead">
      All of Smartcar’s hosts are this one address: ${copyable(origin, 'the address')}. Put it where your application
      has Smartcar’s, use these credentials, and nothing else changes.
    </p>
    <h2 id="hosts">Hosts</h2>
    ${table(
      'Hosts',
      ['Smartcar', 'Here', 'For', 'Variable of Smartcar’s SDKs'],
      hosts.map((host) => hostRow(origin, host)),
      '',
    )}
    <p class="soft">
      The variables take the bare address, all of them the same one. v3’s names differ from SDK to SDK.
    </p>
    <h2 id="credentials">Credentials</h2>
    ${table(
      'Credentials',
      ['Name', 'Value', 'Used for'],
      credentialsOf(sim).map(([name, value, use]) => credentialRow(name, value, use)),
      '',
    )}
    <p class="soft">
      Well known, and worth nothing anywhere else. The addresses Connect may lead back to:
      ${sim.redirectUris.join(', ')} (option --redirect-uri).
    </p>
    ${quickStart(sim)}
    <h2 id="imitated">What is imitated</h2>
    <p>Everything else answers 501, so nothing goes missing silently.</p>
    <details>
      <summary>${routes.length} routes</summary>
      <ul>
        ${routes.map((route) => html`<li><code>${route}</code></li>`)}
      </ul>
    </details>`;
  return { path: '/sim/start', isLive: false, content };
}

function hostRow(origin: string, [smartcar, path, what, variable]: (typeof hosts)[number]): Html {
  return html`<tr>
    <td><code>${smartcar}</code></td>
    <td>${copyable(`${origin}${path}`, `the address of ${smartcar}`)}</td>
    <td>${what}</td>
    <td>${variable === '' ? '–' : html`<code>${variable}</code>`}</td>
  </tr>`;
}

function credentialsOf({ credentials }: Simulation): [string, string, string][] {
  return [
    ['Application id (v2: client id)', credentials.applicationId, 'client_id of Connect; Basic user of v2 tokens'],
    ['API client id', credentials.apiClientId, 'v3 application token'],
    ['API client secret', credentials.apiClientSecret, 'v3 application token'],
    ['Client secret', credentials.clientSecret, 'Basic password of v2 tokens'],
    ['Management token (AMT)', credentials.managementToken, 'key of webhooks’ signatures; v2 management'],
  ];
}

function credentialRow(name: string, value: string, use: string): Html {
  return html`<tr>
    <td>${name}</td>
    <td>${copyable(value, name)}</td>
    <td>${use}</td>
  </tr>`;
}

function quickStart(sim: Simulation): Html {
  const { applicationId, apiClientId, apiClientSecret } = sim.credentials;
  const origin = sim.publicOrigin;
  const account = sim.fleet.accounts[0]?.email ?? '';
  const connect = `${origin}/oauth/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: applicationId,
    redirect_uri: sim.redirectUris[0] ?? '',
    scope: 'read_vehicle_info read_location read_odometer read_security control_security',
    state: 'first',
  }).toString()}`;
  const asJson = "-H 'content-type: application/json'";
  return html`<h2 id="quick">Quick start</h2>
    <p>
      An owner connects: <a href="${connect}">open Connect</a> and sign in as ${copyable(account, 'the e-mail')},
      password <code>password</code>. Or without a browser:
    </p>
    ${code(`curl -s ${origin}/sim/api/authorize ${asJson} \\
  -d '${JSON.stringify({ url: connect, email: account })}'`)}
    <p>An application token, and what is connected:</p>
    ${code(`TOKEN=$(curl -s ${origin}/oauth2/token ${asJson} \\
  -d '${JSON.stringify({ grant_type: 'client_credentials', client_id: apiClientId, client_secret: apiClientSecret })}' \\
  | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
curl -s ${origin}/v3/connections -H "authorization: Bearer $TOKEN"`)}
    <p>A car’s signals, with the two ids from that answer. The store fills some seconds after connecting:</p>
    ${code(`curl -s ${origin}/v3/vehicles/VEHICLE_ID/signals -H "authorization: Bearer $TOKEN" -H 'sc-user-id: USER_ID'`)}
    <p>Break it (or press <a href="/sim">Break</a>):</p>
    ${code(`curl -s ${origin}/sim/api/cars/VIN/faults ${asJson} -d '{"kind":"password-changed"}'`)}`;
}

function code(text: string): Html {
  return html`<div class="code">
    <pre tabindex="0" role="region" aria-label="Command">${text}</pre>
    <button type="button" class="js" data-copy="${text}" aria-label="Copy the command">Copy</button>
  </div>`;
}
