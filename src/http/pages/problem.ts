/** Shown on pages for people where a program would get problem+json. */
import { createElement as h } from 'react';

import { say } from '../../texts/say.ts';
import { htmlDocument } from './document.ts';

export interface PageProblem {
  /** The refusal's code, or `internal`. */
  code: string;
  /** The sentence with the remedy. */
  title: string;
  /** Null where no request had begun. */
  requestId: string | null;
}

export function renderProblemPage({ code, title, requestId }: PageProblem, language = 'en'): string {
  const heading = say(language, 'page.problem.title');
  return htmlDocument(
    { language, title: heading, fleetName: null, refreshS: null },
    h(
      'section',
      { key: 'problem', 'data-code': code },
      h('h1', null, heading),
      h('p', null, title),
      requestId && h('p', { className: 'quiet' }, say(language, 'page.problem.requestId', { requestId })),
    ),
  );
}
