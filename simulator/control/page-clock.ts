/** The page of the clock: what it shows, and how far it may jump. */
import { clockView } from '../clock.ts';
import { html, type Html } from '../html.ts';
import type { Simulation } from '../simulation.ts';
import { action, type PageContent } from './page-frame.ts';

const jumps: [seconds: number, words: string][] = [
  [600, '10 minutes'],
  [3600, 'an hour'],
  [86_400, 'a day'],
  [14 * 86_400, 'two weeks'],
  [60 * 86_400, '60 days'],
];

export function clockPage(sim: Simulation): PageContent {
  const { now, aheadS } = clockView(sim);
  const jump = ([seconds, words]: (typeof jumps)[number]): Html =>
    action('clock', { advanceS: String(seconds) }, html`<button>${words}</button>`);
  const content = html`<p class="lead">
      Everything with a lifetime goes by this clock: tokens, codes, refresh tokens, quotas, deep sleep, retries. It
      moves ahead and never back; your application’s own clock doesn’t move along.
    </p>
    <ul class="figures">
      <li><b>${now}</b></li>
      <li>${aheadS === 0 ? 'as the computer has it' : html`<b>${aheadWords(aheadS)}</b> ahead of the computer`}</li>
    </ul>
    <div class="panel">
      <h3>Jump ahead</h3>
      <p>What was due in between happens once, at the end: quick, over any distance.</p>
      <div class="row">${jumps.map(jump)}</div>
    </div>
    <div class="panel">
      <h3>Live through it</h3>
      <p>
        Everything due on the way happens in order, each event is delivered: exact, and slow over many days and cars.
      </p>
      ${action(
        'clock',
        { livesThrough: 'true' },
        html`<label
            >Hours <input type="number" name="hours" min="0.01" max="1000" step="any" value="1" required /></label
          ><button class="primary">Go</button>`,
      )}
    </div>`;
  return { path: '/sim/clock', isLive: false, content };
}

function aheadWords(seconds: number): string {
  if (seconds < 5400) return `${String(Math.round(seconds / 60))} min`;
  return seconds < 172_800 ? `${String(Math.round(seconds / 3600))} h` : `${String(Math.round(seconds / 86_400))} days`;
}
