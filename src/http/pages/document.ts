/** The frame around every page: one column, no script, nothing from outside. */
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
}

/** A whole HTML document, as text. */
export function htmlDocument({ language, title, fleetName, refreshS }: PageFrame, ...content: ReactNode[]): string {
  const head = h(
    'head',
    null,
    h('meta', { charSet: 'utf-8' }),
    h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    h('meta', { name: 'robots', content: 'noindex, nofollow' }),
    h('meta', { name: 'referrer', content: 'no-referrer' }),
    h('meta', { name: 'color-scheme', content: 'light dark' }),
    refreshS === null ? null : h('meta', { httpEquiv: 'refresh', content: String(refreshS) }),
    h('title', null, fleetName ? `${title} · ${fleetName}` : title),
    // Our own constant text; React would otherwise escape the quotes in it, and the hash would not fit.
    h('style', { dangerouslySetInnerHTML: { __html: pageStyle } }),
  );
  const body = h('body', null, fleetName ? h('header', null, fleetName) : h('header'), h('main', null, ...content));
  const markup = renderToStaticMarkup(h('html', { lang: spokenLanguage(language) }, head, body));
  return markup.startsWith('<!DOCTYPE') ? markup : `<!DOCTYPE html>${markup}`;
}
