/** The renter's page: the car, how its lock is, two large buttons, and what helps when they don't. */
import { createElement as h, Fragment } from 'react';
import type { ReactNode } from 'react';

import type { CommandType } from '../../domain/command.ts';
import { needsHelp } from '../../domain/renter.ts';
import type { RenterPage, RenterRefusal } from '../../flows/renter-page.ts';
import { renterAge, renterCauseText, renterTime } from '../../texts/renter-words.ts';
import { say } from '../../texts/say.ts';
import { unbroken, vehicleTitle } from '../../texts/words.ts';
import { htmlDocument } from './document.ts';
import { askSection, callLink, stateLine } from './parts.ts';
import { renterScript } from './renter-script.ts';

type CarPage = RenterPage & { page: 'car' };

export interface RenterOptions {
  /** The one in the link. */
  token: string;
  /** Names a press of this page's buttons, so that the same one twice is one. */
  press: string;
  /** Why the last press came to nothing; null where it did not. */
  refused: RenterRefusal | null;
}

/** Seconds from one look to the next: while something is under way, while it is not certain, and otherwise. */
const everyS = { underWay: 2, unsure: 5, otherwise: 15 } as const;

/** As an HTML document. */
export function renderRenterPage(page: RenterPage, options: RenterOptions): string {
  if (page.page === 'closed') return closedPage(page);
  const { language, fleet, car } = page;
  const title = vehicleTitle({ ...car, year: null });
  const isOpen = page.isBusy || page.command?.isOpen === true;
  return htmlDocument(
    { language, title, fleetName: fleet.name, refreshS: isOpen ? everyS.underWay + 1 : null, script: renterScript },
    h(
      'section',
      { key: 'car' },
      h('h1', null, title),
      car.plate && h('p', { className: 'plate' }, unbroken(car.plate)),
      live(page, options),
    ),
    help(page, options),
    facts(page),
  );
}

/** What changes: the script takes it from here. */
export const renderRenterLive = (page: CarPage, options: RenterOptions): string =>
  htmlDocument(
    { language: page.language, title: '', fleetName: null, refreshS: null, isBare: true },
    live(page, options),
    help(page, options),
  );

/** What the script says when nothing comes or goes. */
const netNotice = (language: string): ReactNode =>
  h('div', {
    id: 'net',
    role: 'status',
    className: 'note',
    hidden: true,
    'data-offline': say(language, 'renter.net.offline', { time: '%' }),
    'data-trying': say(language, 'renter.net.trying'),
    'data-unanswered': say(language, 'renter.net.unanswered'),
  });

function live(page: CarPage, options: RenterOptions): ReactNode {
  const { lock, at, language } = page;
  // What they most likely want comes first to the eye; the places of the two never change.
  const likely: CommandType = lock && !lock.isLocked ? 'lock' : 'unlock';
  return h(
    'div',
    { key: 'live', id: 'live', 'data-at': at.getTime(), 'data-every': everySOf(page) },
    h(
      'div',
      { className: 'words' },
      netNotice(language),
      h('div', { id: 'state', role: 'status' }, stateOf(page, options.refused)),
    ),
    ...(['unlock', 'lock'] as const).map((type) => actForm(type, type === likely, page, options)),
    h('p', { id: 'known', className: 'quiet' }, isKnownBelow(page, options.refused) ? knownLock(page) : null),
  );
}

/** Where nothing else is to be said, it is said large above; and what the car has just confirmed is not said twice. */
const isKnownBelow = ({ command, isReachable }: CarPage, refused: RenterRefusal | null): boolean =>
  refused !== null || !isReachable || (command !== null && command.step !== 'done');

function everySOf({ command, isBusy }: CarPage): number {
  if (command?.isOpen && needsHelp(command.step)) return everyS.unsure;
  return isBusy || command?.isOpen ? everyS.underWay : everyS.otherwise;
}

function actForm(
  type: CommandType,
  isLikely: boolean,
  { language, isBusy, isReachable }: CarPage,
  { token, press }: RenterOptions,
): ReactNode {
  const button = {
    id: type,
    type: 'submit',
    className: isLikely ? 'likely' : 'other',
    disabled: isBusy || !isReachable,
    'aria-describedby': 'state',
    'data-doing': say(language, 'renter.step.waiting', { type }),
  } as const;
  return h(
    'form',
    { key: type, method: 'post', action: `/r/${encodeURIComponent(token)}/${type}`, className: 'act' },
    h('input', { type: 'hidden', name: 'press', value: press }),
    h('button', button, say(language, `renter.${type}`)),
  );
}

const marks = {
  waiting: 'checking',
  sent: 'checking',
  told: 'confirming',
  done: 'done',
  unsure: 'broken',
  failed: 'broken',
} as const;

function stateOf(page: CarPage, refused: RenterRefusal | null): ReactNode {
  const { language, command, isReachable } = page;
  const told = (mark: Parameters<typeof stateLine>[0], title: string, ...texts: string[]): ReactNode =>
    h(Fragment, null, stateLine(mark, title), h('p', null, texts.filter((text) => text !== '').join(' ')));
  if (refused && !page.isBusy)
    return told('broken', say(language, 'renter.refused.title'), say(language, `renter.refused.${refused}`));
  if (!isReachable && !command?.isOpen)
    return told('broken', say(language, 'renter.closed.title'), say(language, 'renter.closed.text'));
  if (!command) return stateLine(page.lock?.isLocked === false ? 'unlocked' : 'locked', knownLock(page));
  const { type, step } = command;
  return told(marks[step], say(language, `renter.step.${step}`, { type }), commandText(page), againText(page));
}

function commandText({ command, language }: CarPage): string {
  if (!command || command.step === 'done') return '';
  const { type, step, cause } = command;
  if (step !== 'unsure' && step !== 'failed') return say(language, `renter.text.${step}`, { type });
  return cause ? renterCauseText(cause, type, language) : say(language, 'renter.text.unheard', { type });
}

const againText = ({ command, language }: CarPage): string =>
  command?.retry ? say(language, `renter.again.${command.retry}`) : '';

function knownLock({ lock, language, at }: CarPage): string {
  if (!lock) return say(language, 'renter.lock.unknown');
  const age = renterAge(lock.at, at, language);
  return say(language, lock.isLocked ? 'renter.lock.locked' : 'renter.lock.unlocked', { age });
}

/** Behind a question while all is well, and open at once when it is not. */
function help(page: CarPage, { refused }: RenterOptions): ReactNode {
  const { fleet, language, command, isReachable } = page;
  const isNeeded = refused !== null || !isReachable || needsHelp(command?.step ?? null);
  const { text, phone } = fleet.fallback;
  return h(
    'details',
    { key: 'help', id: 'help', open: isNeeded, className: isNeeded ? 'help needed' : 'help' },
    h('summary', null, say(language, isNeeded ? 'renter.help.title' : 'renter.help.question')),
    text && h('p', { className: 'large' }, text),
    phone && callLink(phone, say(language, 'renter.help.call', { phone })),
    !text && !phone && contact(page),
  );
}

const contact = ({ fleet, language }: CarPage): ReactNode =>
  fleet.supportContact
    ? askSection(fleet, language)
    : h('p', { className: 'large' }, say(language, 'renter.help.none', { fleet: fleet.name }));

function facts({ language, fleet, endsAt, isOverdue, energy }: CarPage): ReactNode {
  const at = endsAt && renterTime(endsAt, fleet.timeZone, language);
  const until = at && say(language, isOverdue ? 'renter.overdue' : 'renter.until', { at });
  const left = energy && say(language, `renter.energy.${energy.kind}`, { percent: energy.percent });
  if (!until && !left) return null;
  const lines = [left, until].map((line) => line && h('p', { key: line }, line));
  return h('div', { key: 'facts', className: 'facts quiet' }, ...lines);
}

function closedPage({ reason, fleet, startsAt, language }: RenterPage & { page: 'closed' }): string {
  const own = reason === 'over' || reason === 'early';
  const title = say(language, own ? `renter.${reason}.title` : `page.closed.${reason}.title`);
  const at = startsAt && fleet ? renterTime(startsAt, fleet.timeZone, language) : '';
  const text = own ? say(language, `renter.${reason}.text`, { at }) : say(language, `page.closed.${reason}.text`);
  return htmlDocument(
    { language, title, fleetName: fleet?.name ?? null, refreshS: null },
    h('section', { key: 'closed' }, h('h1', null, title), h('p', null, text)),
    fleet && askSection({ name: fleet.name, supportContact: fleet.supportContact ?? fleet.fallback.phone }, language),
  );
}
