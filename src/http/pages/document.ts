/** The frame around every page: one column, nothing from outside, no script but a renter's. */
import { createElement as h } from 'react';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';

import { spokenLanguage } from '../../texts/say.ts';
import { pageStyle } from './style.ts';

export interface PageFrame {
  /** BCP 47; the page is written in the nearest one that we speak. */
  language: string;
  title: string;
  /** Who writes; null where it is not known. */
  fleetName: string | null;
  /** Seconds until the page asks for itself again; null for never. */
  refreshS: number | null;
  /** Does better what the page does without it: where it runs, the page does not ask for itself. */
  script?: string;
  /** Only what a script takes out of it. */
  isBare?: boolean;
}

/** A whole HTML document, as text. */
export function htmlDocument(frame: PageFrame, ...content: ReactNode[]): string {
  const { language, fleetName, isBare = false } = frame;
  const header = isBare ? null : fleetName ? h('header', null, fleetName) : h('header');
  const script = frame.script && h('script', { dangerouslySetInnerHTML: { __html: frame.script } });
  const body = h('body', null, header, h('main', null, ...content), script);
  const head = isBare ? null : headOf(frame);
  const markup = renderToStaticMarkup(h('html', { lang: spokenLanguage(language) }, head, body));
  return markup.startsWith('<!DOCTYPE') ? markup : `<!DOCTYPE html>${markup}`;
}

function headOf({ title, fleetName, refreshS, script }: PageFrame): ReactNode {
  const refresh = refreshS === null ? null : h('meta', { httpEquiv: 'refresh', content: String(refreshS) });
  return h(
    'head',
    null,
    h('meta', { charSet: 'utf-8' }),
    h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    h('meta', { name: 'robots', content: 'noindex, nofollow' }),
    h('meta', { name: 'referrer', content: 'no-referrer' }),
    h('meta', { name: 'color-scheme', content: 'light dark' }),
    script && refresh ? h('noscript', null, refresh) : refresh,
    h('title', null, fleetName ? `${title} · ${fleetName}` : title),
    // Our own constant text; React would otherwise escape the quotes in it, and the hash would not fit.
    h('style', { dangerouslySetInnerHTML: { __html: pageStyle } }),
  );
}
