/** What a browser is shown that comes back from signing in and did not leave for it, or comes back once more. */
import { createElement as h } from 'react';

import { say } from '../../texts/say.ts';
import { htmlDocument } from './document.ts';
import { buttonForm } from './parts.ts';

/** Asks whether to go on here, and carries what Smartcar sent along. */
export function renderConfirmPage(query: Readonly<Record<string, string>>, language = 'en'): string {
  const title = say(language, 'page.confirm.title');
  return htmlDocument(
    { language, title, fleetName: null, refreshS: null },
    h(
      'section',
      { key: 'confirm' },
      h('h1', null, title),
      h('p', null, say(language, 'page.confirm.text')),
      buttonForm('/connect/confirm', query, say(language, 'page.confirm.button')),
    ),
  );
}

/** A sign-in that was used up, for a browser that had no part in it: it says nothing of whose it was. */
export function renderOverPage(language = 'en'): string {
  const title = say(language, 'page.over.title');
  return htmlDocument(
    { language, title, fleetName: null, refreshS: null },
    h('section', { key: 'over' }, h('h1', null, title), h('p', null, say(language, 'page.over.text'))),
  );
}
