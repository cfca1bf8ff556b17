/** The sentences of a message in the order they are read; HTML and text are made of the same ones. */
import { say } from '../texts/say.ts';
import { ownerCauseText, unbroken, vehicleTitle } from '../texts/words.ts';
import type { MailCar, MailModel } from './mail-model.ts';

export interface MailWords {
  subject: string;
  greeting: string;
  opening: string;
  /** Each car with why, when there are several; empty when there is one. */
  cars: { title: string; why: string | null }[];
  /** Before the button: why (of a single car) and what to do. */
  work: string;
  /** Null where nothing is to be done. */
  button: { label: string; url: string } | null;
  /** After the button: what stays as it is. */
  after: string[];
  ask: string;
  /** Above the plain address; null where there is none. */
  linkIntro: string | null;
  why: string;
}

const shortTitle = (car: MailCar): string => vehicleTitle({ ...car, year: null });

export function mailWords(model: MailModel): MailWords {
  const { kind } = model;
  return kind === 'owner-page' ? ownerPageWords(model) : carWords({ ...model, kind });
}

/** About no car in particular. */
function ownerPageWords({ language, fleet, ownerName, url }: MailModel): MailWords {
  const params = { fleet: fleet.name };
  return {
    subject: oneLine(say(language, 'mail.subject.owner-page', params)),
    greeting: say(language, 'mail.greeting', { name: ownerName }),
    opening: say(language, 'mail.owner-page.opening', params),
    cars: [],
    work: say(language, 'mail.owner-page.do'),
    button: url ? { label: say(language, 'mail.owner-page.button'), url } : null,
    after: [say(language, 'mail.owner-page.private')],
    ask: askText(fleet, language),
    linkIntro: url ? say(language, 'mail.link') : null,
    why: say(language, 'mail.owner-page.why', params),
  };
}

const askText = ({ name, supportContact }: MailModel['fleet'], language: string): string =>
  supportContact
    ? say(language, 'mail.ask', { contact: supportContact })
    : say(language, 'mail.ask.plain', { fleet: name });

type CarModel = MailModel & { kind: Exclude<MailModel['kind'], 'owner-page'> };

function carWords(model: CarModel): MailWords {
  const { kind, language, fleet, cars, url } = model;
  const [first] = cars;
  if (!first) throw new Error('A message to an owner is about at least one car.');
  const count = cars.length;
  const many = count > 1;
  const params = { fleet: fleet.name, car: carName(first, language) };
  return {
    subject: oneLine(say(language, `mail.subject.${kind}`, { title: shortTitle(first), more: count - 1 })),
    greeting: say(language, 'mail.greeting', { name: model.ownerName }),
    opening: say(language, many ? `mail.${kind}.many` : `mail.${kind}.one`, params),
    cars: many ? cars.map((car) => ({ title: carName(car, language), why: whyOf(car, model) })) : [],
    work: [many ? null : whyOf(first, model), workText(model)].filter((part) => part !== null).join(' '),
    button: url && kind !== 'repaired' ? { label: say(language, `mail.${kind}.button`, { count }), url } : null,
    after: afterText(model),
    ask: askText(fleet, language),
    linkIntro: url && kind !== 'repaired' ? say(language, 'mail.link') : null,
    why: say(language, 'mail.why', params),
  };
}

/** A line break in a model's name must not become one in a header. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();

function carName(car: MailCar, language: string): string {
  const title = shortTitle(car);
  return car.plate ? say(language, 'mail.car', { title, plate: unbroken(car.plate) }) : title;
}

const whyOf = (car: MailCar, { kind, language }: CarModel): string | null =>
  kind === 'reconnect' && car.cause ? ownerCauseText(car.cause, car, language) : null;

function workText({ kind, language, cars }: CarModel): string {
  if (kind === 'connect-invitation') return say(language, 'mail.connect-invitation.do');
  if (kind === 'repaired') return say(language, 'mail.repaired.nothing');
  const signIn = cars.every(({ starts }) => starts === 'signIn');
  if (!signIn) return say(language, 'mail.reconnect.open');
  return say(language, cars.length > 1 ? 'mail.reconnect.signInMany' : 'mail.reconnect.signIn');
}

function afterText({ kind, language }: CarModel): string[] {
  if (kind === 'repaired') return [];
  return [say(language, `mail.${kind}.unaffected`), say(language, 'mail.shared')];
}
