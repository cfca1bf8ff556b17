/** The page for somebody who begins: where each host is, the credentials, and a first request. */
import { html, type Html } from '../html.ts';
import { passwordOf, webhookOf, type Simulation } from '../simulation.ts';
import { action, copyable, table, type PageContent } from './page-frame.ts';
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

const asJson = "-H 'content-type: application/json'";
const asApplication = '-H "authorization: Bearer $TOKEN"';

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
      The variables take the bare address, all of them the same one; Python’s SMARTCAR_AUTH_ORIGIN also
      <code>/oauth/token</code>. Node’s SDK has no SMARTCAR_CONNECT_ORIGIN and opens Connect at SMARTCAR_API_ORIGIN;
      Ruby’s name for v3 is SMARTCAR_VEHICLE_API_ORIGIN.
    </p>
    <h2 id="credentials">Credentials</h2>
    ${table(
      'Credentials',
      ['Name', 'Value', 'Used for'],
      credentialsOf(sim).map(([name, value, use]) => credentialRow(name, value, use)),
      '',
    )}
    <p class="soft">Well known, and worth nothing anywhere else.</p>
    ${applicationForms(sim)} ${quickStart(sim)}
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

/** What would be changed in Smartcar's dashboard, and breaks an application that wasn't told. */
function applicationForms(sim: Simulation): Html {
  const { redirectUris } = sim;
  return html`<h2 id="application">The application</h2>
    <div class="panel">
      ${action(
        'redirect-uris',
        {},
        html`<div class="knobs">
            <label
              >Connect may lead back to<small
                >Whole addresses with blanks between, to the letter (option --redirect-uri).</small
              ><input type="text" name="uris" value="${redirectUris.join(' ')}" spellcheck="false"
            /></label>
          </div>
          <button class="primary">Register these addresses</button>`,
      )}
      <div class="row">
        ${action('secret', { of: 'v3' }, html`<button>New API client secret</button>`)}
        ${action('secret', { of: 'v2' }, html`<button>New client secret of v2</button>`)}
        ${action('first-application', {}, html`<button>As it was at the start</button>`)}
      </div>
      <p class="soft">An old secret stops at once. The webhook is on <a href="/sim/webhooks">a page of its own</a>.</p>
    </div>`;
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
  const origin = sim.publicOrigin;
  const [account] = sim.fleet.accounts;
  const email = account?.email ?? '';
  const password = (account && passwordOf(sim, account)) ?? 'any';
  const connect = connectAddress(sim);
  const car = `${origin}/sim/api/cars/${sim.fleet.cars.find((one) => one.email === email)?.vin ?? 'VIN'}`;
  return html`<h2 id="quick">Quick start</h2>
    <p>
      An owner connects: <a href="${connect}">open Connect</a> and sign in as ${copyable(email, 'the e-mail')}, password
      <code>${password}</code>. It ends at your redirect address, whether anything listens there or not. Or without a
      browser:
    </p>
    ${code(`curl -s ${origin}/sim/api/authorize ${asJson} \\
  -d '${JSON.stringify({ url: connect, email })}'`)}
    <p>An application token, and what is connected:</p>
    ${code(tokenCommand(sim))}
    <p>The car’s signals, with the two ids from that answer. The store fills some seconds after connecting:</p>
    ${code(`VEHICLE_ID=…
USER_ID=…
curl -s ${origin}/v3/vehicles/$VEHICLE_ID/signals ${asApplication} -H "sc-user-id: $USER_ID"`)}
    <p>Lock it:</p>
    ${code(`curl -s -X POST ${origin}/v3/vehicles/$VEHICLE_ID/commands/security/lock ${asApplication} -H "sc-user-id: $USER_ID"`)}
    <p>Get events: set your address on the page <a href="/sim/webhooks">Webhook</a>, and subscribe the car:</p>
    ${code(`curl -s ${origin}/v3/subscriptions ${asApplication} ${asJson} \\
  -d '{"data":{"attributes":{"webhookId":"${webhookOf(sim).id}","vehicleId":"'$VEHICLE_ID'","userId":"'$USER_ID'"}}}'`)}
    <p>
      Break it, or press <a href="/sim">Break</a>. Smartcar notices within seconds while the car is subscribed; else
      with its next fetch, which the second command asks for. The signals then say what is wrong:
    </p>
    ${code(`curl -s ${car}/faults ${asJson} -d '{"kind":"password-changed"}'
curl -s -X POST ${car}/fetch`)}`;
}

function connectAddress(sim: Simulation): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: sim.credentials.applicationId,
    redirect_uri: sim.redirectUris[0] ?? '',
    scope: 'read_vehicle_info read_location read_odometer read_security control_security',
    state: 'first',
  });
  return `${sim.publicOrigin}/oauth/authorize?${query.toString()}`;
}

function tokenCommand({ publicOrigin, credentials }: Simulation): string {
  const { apiClientId, apiClientSecret } = credentials;
  const wish = { grant_type: 'client_credentials', client_id: apiClientId, client_secret: apiClientSecret };
  return `TOKEN=$(curl -s ${publicOrigin}/oauth2/token ${asJson} \\
  -d '${JSON.stringify(wish)}' \\
  | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
curl -s ${publicOrigin}/v3/connections ${asApplication}`;
}

function code(text: string): Html {
  return html`<div class="code">
    <pre tabindex="0" role="region" aria-label="Command">${text}</pre>
    <button type="button" class="js" data-copy="${text}" aria-label="Copy the command">Copy</button>
  </div>`;
}
