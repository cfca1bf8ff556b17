/** The page of cars: every one, what is wrong with it on purpose, and buttons for the rest. */
import { errorKey, errorRows } from '../error-table.ts';
import { html, type Html } from '../html.ts';
import type { Simulation } from '../simulation.ts';
import { action, ageOf, options, type PageContent } from './page-frame.ts';
import { carViews, type CarView, type FaultView } from './world-view.ts';

export interface PageFilter {
  search: string;
  /** `connected`, `faulty`, a fleet's name, or everything. */
  show: string;
}

export const carFaults: [value: string, words: string][] = [
  ['unreachable', 'Unreachable'],
  ['asleep', 'Asleep'],
  ['asleep-silent', 'Asleep for four days, silently'],
  ['password-changed', "Owner's password changed"],
  ['signed-out', 'Signed out (session ended)'],
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
  ['lock-late', 'Accepts commands, acts five minutes later'],
  ['answer-lost', 'Acts on commands, the answer is lost'],
  ['door-open', 'A door is open'],
];

export const everyonesFaults = [
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

/** The page; `filter` comes from its address. */
export function carsPage(sim: Simulation, filter: PageFilter): PageContent {
  const now = sim.clock().getTime();
  const all = carViews(sim, now);
  const cars = all
    .filter((car) => matches(car, filter))
    .sort((a, b) => Number(b.connection !== null) - Number(a.connection !== null));
  const content = html`<p class="lead">
      A stand-in for Smartcar: it answers Smartcar’s API, Connect and webhooks for a fleet of made-up cars that drive,
      charge and sleep. Break a car here and see how your application takes it;
      <a href="/sim/start">connect your application</a> first.
    </p>
    ${figures(all, sim)}${carsSection(cars, filter, now)}`;
  return { path: '/sim', isLive: true, content };
}

function matches(car: CarView, { search, show }: PageFilter): boolean {
  const text = `${car.vin} ${car.makeLabel} ${car.model} ${car.account.email} ${car.vehicleId}`.toLowerCase();
  if (!text.includes(search.toLowerCase())) return false;
  if (show === 'connected') return car.connection !== null;
  if (show === 'faulty') return car.faults.length > 0;
  return ['first', 'second', 'spare', 'further', 'test'].includes(show) ? car.fleet === show : car.fleet !== 'test';
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

function carsSection(cars: readonly CarView[], filter: PageFilter, now: number): Html {
  const choices = [
    ['', 'all but test accounts'],
    ['connected', 'connected'],
    ['faulty', 'with faults'],
    ['first', 'first fleet'],
    ['second', 'second fleet'],
    ['spare', 'spare'],
    ['further', 'one of each further make'],
    ['test', 'test accounts'],
  ] as const;
  const errors = errorRows.map(({ type, code }) => [`error ${errorKey(type, code)}`, `${type} ${code ?? ''}`] as const);
  const faultOptions = html`<optgroup label="Faults">${options(carFaults)}</optgroup>
    <optgroup label="Smartcar's errors">${options(errors)}</optgroup>`;
  return html`<form action="/sim" role="search">
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
          ${['Car', 'World', 'Connection', 'Faults', 'Do'].map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${cars.map((car) => carRow(car, faultOptions, now))}
      </tbody>
    </table>
    ${cars.length === 0 ? html`<p class="empty">No car fits. <a href="/sim">Show all</a></p>` : null}`;
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
      ><br /><small>spoke ${ageOf(car.spokeAt, now)}${noticesOf(car)}</small>
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

function noticesOf({ ownerNotices: { count } }: CarView): string {
  return count === 0 ? '' : ` · its driver was told ${String(count)} times of a location request`;
}

export function faultChip(fault: FaultView): Html {
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
