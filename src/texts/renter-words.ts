/** What a renter reads, in words: typed doors to the catalogue. */
import type { CommandCause, CommandType } from '../domain/command.ts';
import { say } from './say.ts';

/** Why it was not done, or is not certain, and what at the car helps; in a sentence or two. */
export const renterCauseText = (cause: CommandCause, type: CommandType, language = 'en'): string =>
  say(language, `renter.cause.${cause}`, { type });

/** How long ago: "3 minutes ago". */
export function renterAge(since: Date, now: Date, language = 'en'): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - since.getTime()) / 60_000));
  if (minutes < 60) return say(language, 'renter.age.minutes', { count: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return say(language, 'renter.age.hours', { count: hours });
  return say(language, 'renter.age.days', { count: Math.floor(hours / 24) });
}

/** A day and a time as the clocks of the fleet show them: "Mon 4 May, 18:00". */
export const renterTime = (at: Date, timeZone: string, language = 'en'): string =>
  new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    ...{ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
    timeZone,
  }).format(at);
