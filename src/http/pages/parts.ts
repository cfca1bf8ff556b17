/** Pieces that several pages show. */
import { createElement as h } from 'react';
import type { ReactNode } from 'react';

import type { PageFleet } from '../../flows/link-page.ts';
import { say } from '../../texts/say.ts';

const paths = {
  done: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm-4 9 3 3 5.5-6',
  checking: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4.5V12l3 2.5',
  confirming: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4.5V12l3 2.5',
  withdrawn: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm-4 9h8',
  broken: 'M12 4 3 20h18L12 4Zm0 6v4m0 3v.01',
  locked: 'M6 11h12v9H6Zm2.5 0V7.5a3.5 3.5 0 0 1 7 0V11',
  unlocked: 'M6 11h12v9H6Zm2.5 0V7.5a3.5 3.5 0 0 1 6.8-1.2',
  ended: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm-4 9h8',
} as const;

/** Icon and words together; the colour only repeats them. */
export function stateLine(state: keyof typeof paths, text: string): ReactNode {
  const stroke = {
    fill: 'none',
    stroke: 'currentColor',
    strokeWidth: 2,
    strokeLinecap: 'round',
    strokeLinejoin: 'round',
  } as const;
  const icon = h('svg', { viewBox: '0 0 24 24', 'aria-hidden': true, ...stroke }, h('path', { d: paths[state] }));
  return h('p', { className: `state ${state}` }, icon, h('span', null, text));
}

/** Where to ask a person, as something to press where it is an address or a number. */
export function askSection({ name, supportContact }: PageFleet, language: string): ReactNode {
  const content = supportContact
    ? h('p', null, name, ': ', contactLink(supportContact))
    : h('p', null, say(language, 'page.ask.plain', { fleet: name }));
  return h('section', { key: 'ask' }, h('h2', null, say(language, 'page.ask.title')), content);
}

function contactLink(contact: string): ReactNode {
  if (/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(contact)) return h('a', { href: `mailto:${contact}` }, contact);
  if (/^\+?[\d\s()/-]{5,}$/.test(contact)) return h('a', { href: telephone(contact) }, contact);
  return contact;
}

const telephone = (number: string): string => `tel:${number.replaceAll(/[^\d+]/g, '')}`;

/** A number to press, as large as a button. */
export const callLink = (number: string, label: string): ReactNode =>
  h('a', { className: 'call', href: telephone(number) }, label);

/** One form, one button. */
export function buttonForm(
  action: string,
  fields: Readonly<Record<string, string>>,
  label: string,
  look: { describedBy?: string; className?: 'second' | 'harm' } = {},
): ReactNode {
  const hidden = Object.entries(fields).map(([name, value]) => h('input', { key: name, type: 'hidden', name, value }));
  return h(
    'form',
    { method: 'post', action, className: look.className },
    hidden,
    h('button', { type: 'submit', 'aria-describedby': look.describedBy }, label),
  );
}
