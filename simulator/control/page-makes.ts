/** The page of makes: outages, faults of everything, and what single makes do that others don't. */
import { html, type Html } from '../html.ts';
import { makes, type Make } from '../seed/makes.ts';
import type { Simulation } from '../simulation.ts';
import { habitWords } from './counts-view.ts';
import { carFaults, everyonesFaults, faultChip } from './page-cars.ts';
import { action, options, table, type PageContent } from './page-frame.ts';
import { faultView } from './world-view.ts';

export function makesPage(sim: Simulation): PageContent {
  const everyones = sim.state.faults.filter(({ scope }) => scope === 'all').map((fault) => faultChip(faultView(fault)));
  const choices = carFaults.filter(([value]) => everyonesFaults.includes(value));
  const { makesDiffer } = sim.state.knobs;
  const content = html`<p class="lead">
      An outage stops a whole make. The habits are documented ones that look like errors to somebody who doesn’t know
      them.
    </p>
    <div class="panel">
      <h3>Everything</h3>
      <div>${everyones.length === 0 ? html`<span class="soft">Nothing is broken for everyone.</span>` : everyones}</div>
      ${action(
        'fault',
        { vin: 'all' },
        html`<select name="kind" aria-label="Fault for everyone">
            ${options(choices)}</select
          ><button>Break everything</button>`,
      )}
    </div>
    <div class="row">
      <span>Habits are ${makesDiffer ? html`<b class="good">on</b>` : html`<b class="bad">off</b>`}.</span>
      ${action('knobs', { makesDiffer: String(!makesDiffer) }, html`<button>Turn them ${makesDiffer ? 'off' : 'on'}</button>`)}
    </div>
    ${table(
      'Makes',
      ['Make', '#Cars', '#New data every', 'Habits', 'Outage'],
      makes.map((make) => makeRow(sim, make)),
      'There are no makes.',
    )}`;
  return { path: '/sim/makes', isLive: true, content };
}

function makeRow(sim: Simulation, { make, label, freshnessS, habits }: Make): Html {
  const outage = sim.state.faults.find(
    ({ scope, what }) => what.kind === 'outage' && scope !== 'all' && 'make' in scope && scope.make === make,
  );
  const words = habitWords(habits);
  const button =
    outage === undefined
      ? action('outage', { make }, html`<button aria-label="Start an outage of ${label}">Start an outage</button>`)
      : action(
          'end-fault',
          { id: outage.id },
          html`<span class="bad">Since ${new Date(outage.since).toISOString().slice(11, 16)}</span
            ><button class="primary" aria-label="End the outage of ${label}">End it</button>`,
        );
  return html`<tr>
    <td><b>${label}</b></td>
    <td class="num">${sim.fleet.cars.filter((car) => car.make.make === make).length}</td>
    <td class="num">${Math.round(freshnessS / 60)} min</td>
    <td>${words.length === 0 ? html`<span class="soft">–</span>` : words.map((word) => html`<div>${word}</div>`)}</td>
    <td>${button}</td>
  </tr>`;
}
