/** The fault page: every car, what is wrong with it on purpose, and a button for the rest. */
import { errorKey, errorRows } from '../error-table.ts';
import { html, raw, type Html } from '../html.ts';
import { makes } from '../seed/makes.ts';
import type { Simulation } from '../simulation.ts';
import { pageScript, pageStyle } from './page-style.ts';
import { knobsSection, requestsSection, webhookSection } from './page-sections.ts';
import { accountViews, carViews, faultView, type AccountView, type CarView, type FaultView } from './world-view.ts';

export interface PageFilter {
  search: string;
  /** `connected`, `faulty`, a fleet's name, or everything. */
  show: string;
}

const carFaults: [value: string, words: string][] = [
  ['unreachable', 'Unreachable'],
  ['asleep', 'Asleep'],
  ['asleep-silent', 'Asleep for four days, silently'],
  ['password-changed', "Owner's password changed"],
  ['access-revoked', 'Access revoked at the manufacturer'],
  ['car-removed', 'Removed from the account (sold)'],
  ['subscription-lapsed', 'Connected services lapsed'],
  ['account-issue', 'Account needs attention'],
  ['virtual-key-required', 'Virtual key required'],
  ['permission-location', 'Permission missing: location'],
  ['permission-control', 'Permission missing: lock and unlock'],
  ['rate-limit', 'Rate limit'],
  ['slow', 'Slow answers'],
  ['truncated', 'Half-written JSON'],
  ['hang-up', 'Connection hangs up'],
  ['garbage', 'Garbage, HTML with 502'],
  ['garbage-200', 'Garbage, HTML with 200'],
  ['empty-store', 'Empty store'],
  ['not-found', '404 though listed'],
  ['lock-ignored', 'Accepts commands, does nothing'],
  ['door-open', 'A door is open'],
];

const everyonesFaults = [
  'slow',
  'truncated',
  'hang-up',
  'garbage',
  'garbage-200',
  'rate-limit',
  'not-found',
  'empty-store',
];

const claims: [value: string, words: string][] = [
  ['permission-role', 'PERMISSION for vehicleuseraccount-role'],
  ['reauthenticate', 'REAUTHENTICATE, though all is well'],
  ['resolved', 'RESOLVED, though nothing was wrong'],
];

/** The whole page. */
export function simulatorPage(sim: Simulation, filter: PageFilter, notice: string | null): string {
  const now = sim.clock().getTime();
  const all = carViews(sim, now);
  const cars = all
    .filter((car) => matches(car, filter))
    .sort((a, b) => Number(b.connection !== null) - Number(a.connection !== null));
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <link rel="icon" href="data:," />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Smartcar simulator</title>
        <style>
          ${pageStyle}
        </style>
      </head>
      <body>
        <header>
          <h1>Smartcar simulator</h1>
          <span class="badge">Simulator</span>
          <nav>
            <a href="#cars">Cars</a><a href="#makes">Makes</a><a href="#accounts">Accounts</a
            ><a href="#webhook">Webhook</a><a href="#behaviour">Behaviour</a><a href="#requests">Requests</a
            ><a href="/sim/api">API</a>
          </nav>
          <span class="soft">${new Date(now).toISOString()} · seed ${sim.state.seed} · speed ${sim.speed}</span>
        </header>
        <main>
          ${notice === null ? null : html`<p class="notice" role="alert">${notice}</p>`}${figures(all, sim)}
          ${carsSection(cars, filter, now)}${makesSection(sim)}${accountsSection(accountViews(sim))}${webhookSection(sim, now)}${knobsSection(sim)}${requestsSection(sim)}
        </main>
        ${pageScript}
      </body>
    </html>`;
  return page.markup;
}

function matches(car: CarView, { search, show }: PageFilter): boolean {
  const text = `${car.vin} ${car.makeLabel} ${car.model} ${car.account.email} ${car.vehicleId}`.toLowerCase();
  if (!text.includes(search.toLowerCase())) return false;
  if (show === 'connected') return car.connection !== null;
  if (show === 'faulty') return car.faults.length > 0;
  return ['first', 'second', 'spare', 'test'].includes(show) ? car.fleet === show : car.fleet !== 'test';
}

function figures(cars: readonly CarView[], sim: Simulation): Html {
  const count = (words: string, number: number): Html => html`<li><b>${number}</b> ${words}</li>`;
  return html`<ul class="figures">
    ${[
      count('connected', cars.filter((car) => car.connection !== null).length),
      count('subscribed', cars.filter((car) => car.connection?.isSubscribed).length),
      count('driving', cars.filter((car) => car.activity === 'driving').length),
      count('charging', cars.filter((car) => car.activity === 'charging').length),
      count('asleep', cars.filter((car) => car.activity === 'asleep').length),
      count('faults', sim.state.faults.length),
    ]}
  </ul>`;
}

/** A button that does something and comes back. */
export function action(name: string, fields: Record<string, string>, content: Html): Html {
  const hidden = Object.entries(fields).map(
    ([key, value]) => html`<input type="hidden" name="${key}" value="${value}" />`,
  );
  return html`<form method="post" action="/sim/act">
    <input type="hidden" name="action" value="${name}" />${hidden}${content}
  </form>`;
}

function options(list: readonly (readonly [string, string])[], chosen = ''): Html[] {
  return list.map(
    ([value, words]) => html`<option value="${value}" ${value === chosen ? raw(' selected') : null}>${words}</option>`,
  );
}

function carsSection(cars: readonly CarView[], filter: PageFilter, now: number): Html {
  const choices = [
    ['', 'all but test accounts'],
    ['connected', 'connected'],
    ['faulty', 'with faults'],
    ['first', 'first fleet'],
    ['second', 'second fleet'],
    ['spare', 'spare'],
    ['test', 'test accounts'],
  ] as const;
  const errors = errorRows.map(({ type, code }) => [`error ${errorKey(type, code)}`, `${type} ${code ?? ''}`] as const);
  const faultOptions = html`<optgroup label="Faults">${options(carFaults)}</optgroup>
    <optgroup label="Smartcar's errors">${options(errors)}</optgroup>`;
  return html`<h2 id="cars">Cars</h2>
    <form action="/sim">
      <label>Search <input type="search" name="q" value="${filter.search}" /></label
      ><label
        >Show
        <select name="show">
          ${options(choices, filter.show)}
        </select></label
      ><button>Filter</button>
    </form>
    <table class="cars">
      <thead>
        <tr>
          <th>Car</th>
          <th>World</th>
          <th>Connection</th>
          <th>Faults</th>
          <th>Do</th>
        </tr>
      </thead>
      <tbody>
        ${cars.map((car) => carRow(car, faultOptions, now))}
      </tbody>
    </table>
    ${cars.length === 0 ? html`<p>No car fits.</p>` : null}`;
}

function carRow(car: CarView, faultOptions: Html, now: number): Html {
  const energy = [
    car.stateOfChargePercent === null ? '' : `battery ${String(car.stateOfChargePercent)} %`,
    car.fuelPercent === null ? '' : `fuel ${String(car.fuelPercent)} %`,
  ];
  const { connection } = car;
  const activity = car.activity === 'driving' ? `driving, ${String(car.speedKmh)} km/h` : car.activity;
  return html`<tr id="car-${car.vin}">
    <td>
      <b>${car.makeLabel} ${car.model}</b> ${car.year} <small>${car.powertrain}</small><br /><code>${car.vin}</code
      ><br /><small>${car.account.email} · ${car.fleet}</small>
    </td>
    <td>
      ${activity} · ${car.isLocked ? 'locked' : 'unlocked'}<br /><small
        >${energy.filter(Boolean).join(' · ')} · ${Math.round(car.odometerKm)} km · ${car.city}</small
      ><br /><small>spoke ${ageOf(car.spokeAt, now)}</small>
    </td>
    <td>
      ${connection === null ? html`<span class="soft">not connected</span>` : html`<span class="good">connected</span> ${connection.isSubscribed ? 'subscribed' : html`<span class="soft">not subscribed</span>`}<br /><small>fetched ${connection.lastRetrievedAt === null ? 'never' : ageOf(connection.lastRetrievedAt, now)} · ${connection.permissions.length} permissions</small>`}
    </td>
    <td>${car.faults.map(faultChip)}</td>
    <td>
      ${action(
        'fault',
        { vin: car.vin },
        html`<select name="kind" aria-label="Fault for ${car.vin}">
            ${faultOptions}</select
          ><button class="primary">Break</button>`,
      )}
      ${
        connection === null
          ? null
          : action(
              'claim',
              { vin: car.vin },
              html`<select name="claim" aria-label="False claim about ${car.vin}">
                  ${options(claims)}</select
                ><button>Claim</button>`,
            )
      }
    </td>
  </tr>`;
}

function faultChip(fault: FaultView): Html {
  const { what, scope } = fault;
  const words =
    what.kind === 'error'
      ? errorKey(what.type, what.code)
      : what.kind === 'permission-missing'
        ? `no ${what.permission}`
        : what.kind;
  const whose =
    scope === 'all' ? ' (all)' : 'make' in scope ? ` (${scope.make})` : 'email' in scope ? ' (account)' : '';
  return action(
    'end-fault',
    { id: fault.id },
    html`<span class="fault">${words}${whose}<button aria-label="End ${words}">×</button></span>`,
  );
}

function makesSection(sim: Simulation): Html {
  const row = (make: string, label: string): Html => {
    const outage = sim.state.faults.find(
      ({ scope, what }) => what.kind === 'outage' && scope !== 'all' && 'make' in scope && scope.make === make,
    );
    const button =
      outage === undefined
        ? action('outage', { make }, html`<button>Start an outage</button>`)
        : action(
            'end-fault',
            { id: outage.id },
            html`<span class="bad">Outage since ${new Date(outage.since).toISOString().slice(11, 16)}</span
              ><button class="primary">End it</button>`,
          );
    return html`<tr>
      <td>${label}</td>
      <td>${sim.fleet.cars.filter((car) => car.make.make === make).length} cars</td>
      <td>${button}</td>
    </tr>`;
  };
  const everyones = sim.state.faults.filter(({ scope }) => scope === 'all').map((fault) => faultChip(faultView(fault)));
  const choices = carFaults.filter(([value]) => everyonesFaults.includes(value));
  return html`<h2 id="makes">Makes</h2>
    <div class="scroll" tabindex="0">
      <table>
        <tbody>
          ${makes.map(({ make, label }) => row(make, label))}
        </tbody>
      </table>
    </div>
    <p>
      Everyone: ${everyones}
      ${action(
        'fault',
        { vin: 'all' },
        html`<select name="kind" aria-label="Fault for everyone">
            ${options(choices)}</select
          ><button>Break everything</button>`,
      )}
    </p>`;
}

function accountsSection(accounts: readonly AccountView[]): Html {
  const row = (account: AccountView): Html =>
    html`<tr>
      <td><code>${account.email}</code></td>
      <td>${account.make}</td>
      <td>
        ${account.password === null ? html`<span class="soft">any</span>` : html`<code>${account.password}</code>`}
      </td>
      <td class="num">${account.vins.length}</td>
      <td>
        ${account.password === null ? null : action('password', { email: account.email }, html`<button>Change the password</button>`)}
      </td>
    </tr>`;
  return html`<h2 id="accounts">Accounts</h2>
    <div class="scroll" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>E-mail</th>
            <th>Make</th>
            <th>Password</th>
            <th class="num">Cars</th>
            <th>Do</th>
          </tr>
        </thead>
        <tbody>
          ${accounts.map(row)}
        </tbody>
      </table>
    </div>`;
}

/** How long ago, in words. */
export function ageOf(instant: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(instant)) / 1000));
  if (seconds < 90) return `${String(seconds)} s ago`;
  if (seconds < 5400) return `${String(Math.round(seconds / 60))} min ago`;
  return seconds < 172_800
    ? `${String(Math.round(seconds / 3600))} h ago`
    : `${String(Math.round(seconds / 86_400))} days ago`;
}
