/** One car on an owner's page: what happened, what to do, and its button. */
import { createElement as h, Fragment } from 'react';
import type { ReactNode } from 'react';

import type { LinkPage, PageCar } from '../../flows/link-page.ts';
import { say } from '../../texts/say.ts';
import { beforeText } from '../../texts/make-words.ts';
import { unbroken, vehicleTitle } from '../../texts/words.ts';
import { buttonForm, stateLine } from './parts.ts';
import { stepOf, workWords } from './work-words.ts';
import { wordingOf } from './wording.ts';

type Work = LinkPage & { page: 'work' };

/** Tesla's own address for adding Smartcar's virtual key. @see docs/smartcar.md §1.2 */
const virtualKeyUrl = 'https://www.tesla.com/_ak/smartcar.com';

/** The car without its year: "VW ID.3". */
export const shortTitle = (car: PageCar): string => vehicleTitle({ ...car, year: null });

export function carLine(car: PageCar, language: string): string {
  const title = shortTitle(car);
  return car.plate
    ? say(language, 'page.carAndPlate', { title, plate: unbroken(car.plate) })
    : say(language, 'page.car', { title });
}

/** What stands under the car's name: its work, or how its work stands. */
export function carBody(car: PageCar, page: Work, token: string): ReactNode {
  if (car.state === 'toDo') return workOf(car, page, token);
  if (car.state === 'checking' || car.state === 'confirming') return checking(car.state, page);
  return h('p', null, endedText(car, page));
}

/** Icon and word for a car whose work is over or under way; null while it is to do. */
export function carState(car: PageCar, language: string): ReactNode {
  return car.state === 'toDo' ? null : stateLine(car.state, say(language, `page.state.${car.state}`));
}

function checking(state: 'checking' | 'confirming', { fleet, language }: Work): ReactNode {
  return h(
    Fragment,
    null,
    h('p', null, say(language, `page.${state}.text`, { fleet: fleet.name })),
    h('p', { className: 'quiet' }, say(language, `page.${state}.leave`)),
  );
}

function endedText(car: PageCar, { kind, language }: Work): string {
  const at = car.endedAt;
  if (car.state === 'ended') return say(language, 'page.ended.text');
  if (car.state === 'withdrawn') {
    return at ? say(language, 'page.withdrawn.dated', { at }) : say(language, 'page.withdrawn.text');
  }
  if (!at) return say(language, 'page.done.undated');
  return say(language, kind === 'connect' ? 'page.done.connected' : 'page.done.repaired', { at });
}

/** After a try that went wrong: what happened, what to do next, and the button once more. */
export function againBody(
  car: PageCar,
  { text, next }: { text: string; next: string },
  page: Work,
  token: string,
): ReactNode {
  const { language } = page;
  const again = stepOf(car).button && say(language, 'page.again.button');
  return h(
    Fragment,
    null,
    h('div', { className: 'note', role: 'status' }, h('p', null, text), h('p', null, next)),
    again && hintsOf(car, language),
    again && buttonOf(car, page, token, again),
  );
}

/** `wording`: what the owner has before their eyes, so that nothing else is written down as what they agreed to. */
function buttonOf(car: PageCar, page: Work, token: string, label: string): ReactNode {
  const wording = wordingOf(car, page).id;
  const fields = car.connectionId ? { connectionId: car.connectionId, wording } : { wording };
  return buttonForm(`/o/${encodeURIComponent(token)}`, fields, label);
}

function workOf(car: PageCar, page: Work, token: string): ReactNode {
  const { language } = page;
  const step = stepOf(car);
  const { text, label } = workWords(car, page);
  return h(
    Fragment,
    null,
    h('p', null, text),
    car.cause === 'virtualKeyMissing' &&
      h('p', null, h('a', { href: virtualKeyUrl }, say(language, 'page.repair.virtualKeyMissing.link'))),
    step.noticed && h('p', null, say(language, 'page.repair.noticed')),
    step.button && hintsOf(car, language),
    label && buttonOf(car, page, token, label),
    car.cause && h('p', { className: 'quiet' }, say(language, 'page.unaffected')),
  );
}

/** What an owner of this make does, or has to know, before they start. */
function hintsOf(car: PageCar, language: string): ReactNode {
  if (car.steps.length === 0) return null;
  return h(
    'div',
    { className: 'hint' },
    h('strong', null, say(language, 'before.title')),
    ...car.steps.map((step) => h('p', { key: step }, beforeText(step, car, language))),
  );
}
