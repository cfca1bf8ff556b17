/** The HTML of a message: one column, one button, readable in the dark, nothing fetched from outside. */
import type * as reactEmail from '@react-email/components';
import { createElement as h } from 'react';
import type { CSSProperties, ReactElement, ReactNode } from 'react';

import { spokenLanguage } from '../texts/say.ts';
import type { MailWords } from './mail-words.ts';

/** Loaded late: importing them takes most of a second, which no start has to wait for. */
type Components = typeof reactEmail;

const font = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif';

const dark = `
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.page,.page>table>tbody>tr>td{background-color:#10151b!important}
.card{background-color:#19202a!important;border-color:#2d3744!important}
.text{color:#e9edf2!important}
.quiet{color:#a9b4c2!important}
.act{background-color:#8ab8ff!important;color:#0b1626!important}
.link{color:#8ab8ff!important}
}
@media (max-width:480px){.card{padding:24px 20px!important}}`;

const styles = {
  page: { margin: 0, padding: '24px 12px', backgroundColor: '#f3f5f7', fontFamily: font },
  card: {
    maxWidth: '544px',
    margin: '0 auto',
    padding: '32px',
    backgroundColor: '#ffffff',
    border: '1px solid #dde2e8',
    borderRadius: '16px',
  },
  fleet: { margin: '0 0 20px', fontSize: '15px', lineHeight: '22px', fontWeight: 600, color: '#536071' },
  text: { margin: '0 0 14px', fontSize: '17px', lineHeight: '26px', color: '#1a2330' },
  car: {
    margin: '0 0 14px',
    padding: '0 0 0 14px',
    borderLeft: '3px solid #9fb6d6',
    fontSize: '16px',
    lineHeight: '24px',
    color: '#1a2330',
  },
  button: {
    display: 'block',
    margin: '24px 0',
    padding: '16px 20px',
    borderRadius: '12px',
    backgroundColor: '#0b57c7',
    color: '#ffffff',
    fontSize: '18px',
    lineHeight: '24px',
    fontWeight: 600,
    textAlign: 'center',
    textDecoration: 'none',
  },
  quiet: { margin: '0 0 10px', fontSize: '15px', lineHeight: '22px', color: '#536071' },
  small: { margin: '0 0 6px', fontSize: '13px', lineHeight: '20px', color: '#536071', wordBreak: 'break-all' },
  foot: {
    maxWidth: '544px',
    margin: '16px auto 0',
    padding: '0 8px',
    fontSize: '13px',
    lineHeight: '20px',
    color: '#536071',
  },
} as const satisfies Record<string, CSSProperties>;

/** The message as react-email elements. */
export function mailElement(c: Components, words: MailWords, language: string, fleetName: string): ReactElement {
  return h(
    c.Html,
    { lang: spokenLanguage(language) },
    h(
      c.Head,
      null,
      h('meta', { name: 'color-scheme', content: 'light dark' }),
      h('meta', { name: 'supported-color-schemes', content: 'light dark' }),
      h('title', null, words.subject),
      // Our own constant text; escaped quotes would break it.
      h('style', { dangerouslySetInnerHTML: { __html: dark } }),
    ),
    h(
      c.Body,
      { className: 'page', style: styles.page },
      h(c.Preview, null, words.work),
      h(c.Container, { className: 'card', style: styles.card }, ...card(c, words, fleetName)),
      h(c.Text, { className: 'quiet', style: styles.foot }, words.why),
    ),
  );
}

function card(c: Components, words: MailWords, fleetName: string): ReactNode[] {
  const { button } = words;
  return [
    h(c.Text, { key: 'fleet', className: 'quiet', style: styles.fleet }, fleetName),
    h(c.Text, { key: 'greeting', className: 'text', style: styles.text }, words.greeting),
    h(c.Text, { key: 'opening', className: 'text', style: styles.text }, words.opening),
    ...words.cars.map((car) => carElement(c, car)),
    h(c.Text, { key: 'work', className: 'text', style: styles.text }, words.work),
    button && h(c.Button, { key: 'button', className: 'act', style: styles.button, href: button.url }, button.label),
    words.after.length > 0 &&
      h(c.Text, { key: 'after', className: 'quiet', style: styles.quiet }, words.after.join(' ')),
    h(c.Text, { key: 'ask', className: 'quiet', style: styles.quiet }, words.ask),
    button &&
      h(
        c.Text,
        { key: 'link', className: 'quiet', style: { ...styles.small, marginTop: '20px' } },
        words.linkIntro,
        h('br'),
        h(c.Link, { className: 'link', style: { color: '#0b57c7' }, href: button.url }, button.url),
      ),
  ];
}

function carElement(c: Components, { title, why }: MailWords['cars'][number]): ReactNode {
  return h(
    c.Text,
    { key: title, className: 'text', style: styles.car },
    h('strong', null, title),
    why !== null && h('br'),
    why,
  );
}
