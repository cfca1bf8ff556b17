/** The frame of the simulator's pages: navigation, a notice, and what all of them are built of. */
import { html, raw, type Html } from '../html.ts';
import type { Simulation } from '../simulation.ts';
import { copyScript, liveScript, pageStyle } from './page-style.ts';

export const pages = [
  ['/sim', 'Cars'],
  ['/sim/start', 'Connect your application'],
  ['/sim/accounts', 'Accounts'],
  ['/sim/makes', 'Makes'],
  ['/sim/webhooks', 'Webhook'],
  ['/sim/requests', 'Requests'],
  ['/sim/clock', 'Clock'],
  ['/sim/knobs', 'Knobs'],
] as const;

export type PagePath = (typeof pages)[number][0];

export interface PageContent {
  path: PagePath;
  /** Looks again every five seconds. */
  isLive: boolean;
  content: Html;
}

/** A whole page. */
export function framed(sim: Simulation, { path, isLive, content }: PageContent, notice: string | null): string {
  const title = pages.find(([one]) => one === path)?.[1] ?? '';
  const ahead = sim.state.clockAheadMs > 0 ? ' (moved ahead)' : '';
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <link rel="icon" href="data:," />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Smartcar simulator</title>
        <style>
          ${pageStyle}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <span class="brand">Smartcar simulator</span>
          <span class="badge">Simulator</span>
          <nav aria-label="Pages">
            ${pages.map(([one, words]) => html`<a href="${one}" ${one === path ? raw(' aria-current="page"') : null}>${words}</a>`)}
            <a href="/sim/api">API</a>
          </nav>
        </header>
        <main id="main" ${isLive ? raw(' data-live') : null}>
          ${notice === null ? null : html`<p class="notice" role="status">${notice}</p>`}
          <h1>${title}</h1>
          ${content}
        </main>
        <footer>
          ${sim.clock().toISOString()}${ahead} · seed ${sim.state.seed} · world ×${sim.speed} · not a part of Smartcar
        </footer>
        ${copyScript}${isLive ? liveScript : null}
      </body>
    </html>`;
  return page.markup;
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

export function options(list: readonly (readonly [string, string])[], chosen = ''): Html[] {
  return list.map(
    ([value, words]) => html`<option value="${value}" ${value === chosen ? raw(' selected') : null}>${words}</option>`,
  );
}

/** A table that scrolls by itself where the window is narrow. */
export function table(label: string, heads: readonly string[], rows: readonly Html[], empty: string): Html {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col" ${head.startsWith('#') ? raw(' class="num"') : null}>${head.replace('#', '')}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

/** Something to copy; the button is there only where scripts run. */
export function copyable(text: string, label: string): Html {
  return html`<span class="copy"
    ><code>${text}</code
    ><button type="button" class="js" data-copy="${text}" aria-label="Copy ${label}">Copy</button></span
  >`;
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
