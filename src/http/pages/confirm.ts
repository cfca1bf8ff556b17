/** Shown when another browser comes back from signing in than the one that left: nothing goes on without a press. */
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
