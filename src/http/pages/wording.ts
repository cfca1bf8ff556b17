/**
 * The wording under which an owner agrees: every sentence of the page that says what is shared and why, as the page shows
 * it, and nothing about a person. Its id is made of the text, so that a page that says something else has another one.
 */
import { createHash } from 'node:crypto';

import type { LinkPage, PageCar, SharingLink } from '../../flows/link-page.ts';
import type { SeenWording } from '../../flows/record-consent.ts';
import { spokenLanguage } from '../../texts/say.ts';
import { problemWords } from './problem-words.ts';
import { sharedWords } from './shared-words.ts';
import { workWords } from './work-words.ts';

type Work = LinkPage & { page: 'work' };

export function wordingOf(car: PageCar, page: Work): SeenWording {
  const language = spokenLanguage(page.language);
  const { text, label } = workWords(car, page);
  const { title, lists, ending } = sharedWords(page);
  const again = page.cars.length === 1 ? problemWords(page) : null;
  // With one car, what went wrong stands in place of its work.
  const said = again ? [again.text, again.next] : [text];
  const shared = lists.flatMap((list) => [list.title, ...list.items]);
  const sentences = [...said, ...(label === null ? [] : [label]), title, ...shared, ...ending];
  const id = createHash('sha256')
    .update(JSON.stringify([language, ...sentences]))
    .digest('hex');
  return { id, language, sentences };
}

/** The wording of the car whose button was pressed; null where the page has no such car. */
export function wordingOfPressed(page: LinkPage | SharingLink, connectionId: string | null): SeenWording | null {
  if (page.page !== 'work') return null;
  const toDo = page.cars.filter(({ state }) => state === 'toDo');
  const car = connectionId === null ? toDo[0] : toDo.find((one) => one.connectionId === connectionId);
  return car ? wordingOf(car, page) : null;
}
