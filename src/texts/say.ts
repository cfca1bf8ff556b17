/** Every sentence a person reads, by key and language. Messages are ICU; a language is one object with the English keys. */
import { IntlMessageFormat } from 'intl-messageformat';

import { english } from './english.ts';

export type MessageKey = keyof typeof english;
export type Catalogue = Readonly<Record<MessageKey, string>>;
export type Params = Readonly<Record<string, string | number | Date>>;

const catalogues: Readonly<Record<string, Catalogue>> = { en: english };

/** The languages that Towline speaks, as BCP 47 primary subtags. */
export const languages: readonly string[] = Object.keys(catalogues);

/** The language of ours that is nearest to a BCP 47 tag; English where none is. */
export function spokenLanguage(tag: string): string {
  const primary = tag.toLowerCase().split(/[-_]/)[0] ?? '';
  return Object.hasOwn(catalogues, primary) ? primary : 'en';
}

/** All sentences in the language nearest to a BCP 47 tag. */
export const catalogue = (language: string): Catalogue => catalogues[spokenLanguage(language)] ?? english;

export const isMessageKey = (key: string): key is MessageKey => Object.hasOwn(english, key);

/** Days are written in UTC: who reads them has no time zone that we know for certain. */
const day = { day: 'numeric', month: 'long', timeZone: 'UTC' } as const;
const formats = { date: { day, year: { ...day, year: 'numeric' } } } as const;

/** How numbers and days are written: the English here is British. */
const formatting: Readonly<Record<string, string>> = { en: 'en-GB' };

const compiled = new Map<string, IntlMessageFormat>();

function message(language: string, key: MessageKey): IntlMessageFormat {
  const name = `${language}:${key}`;
  const known = compiled.get(name);
  if (known) return known;
  const made = new IntlMessageFormat(catalogue(language)[key], formatting[language] ?? language, formats, {
    ignoreTag: true,
  });
  compiled.set(name, made);
  return made;
}

/** One sentence. A parameter the message needs and does not get is a fault of ours and throws. */
export function say(language: string, key: MessageKey, params: Params = {}): string {
  return String(message(spokenLanguage(language), key).format(params));
}
