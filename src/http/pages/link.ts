/** The owner's page behind a link: which car, what happened, one button, what is shared, whom to ask. */
import { createElement as h } from 'react';
import type { ReactNode } from 'react';

import type { LinkPage, PageCar } from '../../flows/link-page.ts';
import { say } from '../../texts/say.ts';
import { againBody, carBody, carLine, carState, shortTitle } from './car.ts';
import { htmlDocument } from './document.ts';
import { askSection } from './parts.ts';
import { problemWords } from './problem-words.ts';
import type { ProblemWords } from './problem-words.ts';
import { sharedWords } from './shared-words.ts';
import type { SharedList } from './shared-words.ts';

type Work = LinkPage & { page: 'work' };

/** Seconds between looks at a car that is being checked. */
const checkingRefreshS = 4;

/** The page behind an owner's link, as an HTML document. `token` is the one in the link. */
export function renderLinkPage(page: LinkPage, options: { token: string }): string {
  return page.page === 'work' ? workPage(page, options.token) : closedPage(page);
}

function workPage(page: Work, token: string): string {
  const { language, fleet, cars } = page;
  const [only] = cars;
  const words = problemWords(page);
  const isAgain = words !== null && cars.length === 1;
  const title = isAgain ? words.title : titleOf(page);
  const refreshS = cars.some((car) => car.state === 'checking') ? checkingRefreshS : null;
  const sections =
    only && cars.length === 1 ? oneCar(only, title, { page, words }, token) : manyCars(title, page, token);
  return htmlDocument(
    { language, title, fleetName: fleet.name, refreshS },
    isAgain ? null : problemSection(words),
    sections,
    sharedSection(page, token),
    askSection(fleet, language),
  );
}

function titleOf({ kind, cars, language }: Work): string {
  const toDo = cars.filter((car) => car.state === 'toDo');
  const [first] = toDo;
  if (!first) return say(language, `page.${restState(cars)}.title`);
  if (toDo.length > 1) return say(language, `page.${kind}.titleMany`, { count: toDo.length });
  return say(language, `page.${kind}.title`, { title: shortTitle(first) });
}

/** The state that speaks for all when nothing is left to do. */
function restState(cars: readonly PageCar[]): Exclude<PageCar['state'], 'toDo'> {
  const states = ['checking', 'confirming', 'done', 'withdrawn'] as const;
  return states.find((state) => cars.some((car) => car.state === state)) ?? 'ended';
}

function oneCar(
  car: PageCar,
  title: string,
  { page, words }: { page: Work; words: ProblemWords | null },
  token: string,
): ReactNode {
  const { language, ownerName } = page;
  return h(
    'section',
    { key: 'work' },
    h('h1', null, title),
    h('p', { className: 'car' }, carLine(car, language)),
    ownerName && car.state === 'toDo' && !words && h('p', null, say(language, 'page.greeting', { name: ownerName })),
    carState(car, language),
    words ? againBody(car, words, page, token) : carBody(car, page, token),
  );
}

function manyCars(title: string, page: Work, token: string): ReactNode {
  const { language, ownerName } = page;
  return [
    h('h1', { key: 'title' }, title),
    ownerName && h('p', { key: 'greeting' }, say(language, 'page.greeting', { name: ownerName })),
    ...page.cars.map((car) =>
      h(
        'section',
        { key: car.connectionId ?? car.number },
        h('h2', null, carLine(car, language)),
        carState(car, language),
        carBody(car, page, token),
      ),
    ),
  ];
}

/** Above the cars, where there are several. */
function problemSection(words: ProblemWords | null): ReactNode {
  if (!words) return null;
  const { title, text, next } = words;
  return h(
    'section',
    { key: 'problem', className: 'note', role: 'status' },
    h('h2', null, title),
    h('p', null, text),
    h('p', null, next),
  );
}

function sharedSection(page: Work, token: string): ReactNode {
  const { title, lists, ending } = sharedWords(page);
  // Before the first grant there is nothing to stop.
  const isShared = page.cars.some(({ connectionId, state }) => connectionId !== null || state !== 'toDo');
  return h(
    'section',
    { key: 'shared' },
    h('h2', null, title),
    h('div', { className: 'two' }, ...lists.map(permissionList)),
    h('p', { className: 'quiet' }, ending.join(' ')),
    isShared &&
      h('p', null, h('a', { href: `/o/${encodeURIComponent(token)}/sharing` }, say(page.language, 'sharing.link'))),
  );
}

function permissionList({ title, items }: SharedList): ReactNode {
  const lines = items.map((item) => h('li', { key: item }, item));
  return h('div', { key: title }, h('p', { className: 'quiet' }, title), h('ul', null, lines));
}

function closedPage({ reason, fleet, language }: LinkPage & { page: 'closed' }): string {
  const title = say(language, `page.closed.${reason}.title`);
  return htmlDocument(
    { language, title, fleetName: fleet?.name ?? null, refreshS: null },
    h('section', { key: 'closed' }, h('h1', null, title), h('p', null, say(language, `page.closed.${reason}.text`))),
    fleet && askSection(fleet, language),
  );
}
