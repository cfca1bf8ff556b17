/** The timeline in words: one line an event. */
import type { Cause, Status } from '../domain/cause.ts';
import { isCommandCause, isCommandType } from '../domain/command.ts';
import { commandCauseText } from './command-words.ts';
import { isMessageKey, say } from './say.ts';
import { causeText, connectErrorOf, fieldName, isCause, statusWord, tidy, wordsOf } from './words.ts';
import type { Reader } from './words.ts';

interface Standing {
  status: Status;
  cause: Cause | null;
}

/** A line of the timeline before it is put into words. */
export interface TimelineWords {
  kind: string;
  via: string;
  from?: Standing | null;
  to?: Standing | null;
  /** Read where they are there: make, meaning, reported, command, because, rental, problem, error, field, expected, found. */
  data?: Readonly<Record<string, unknown>>;
}

/** One line an event: what happened and how we came to know. */
export function timelineText({ kind, via, from, to, data = {} }: TimelineWords, language = 'en'): string {
  const word = wordsOf(data);
  if (kind === 'connection.changed' && to) return changeText(via, from ?? null, to, word('make'), language);
  const key = `timeline.${kind}`;
  const claim = `meaning.${word('meaning')}`;
  return tidy(
    say(language, isMessageKey(key) && kind !== 'connection.changed' ? key : 'timeline.other', {
      kind,
      claim: isMessageKey(claim) ? say(language, claim) : word('meaning'),
      reported: word('reported'),
      reason: word('reported'),
      detail: refusedBecause(word, language),
      rental: word('rental'),
      type: word('command'),
      because: commandBecause(word, language),
    }),
  );
}

function changeText(via: string, from: Standing | null, to: Standing, make: string, language: string): string {
  const how = `via.${via}`;
  const params = {
    from: from ? statusWord(from.status, language) : '–',
    to: statusWord(to.status, language),
    // A timeline is kept for good, and may name a cause that is none any more.
    cause: to.cause && isCause(to.cause) ? causeText(to.cause, { make: make === 'none' ? null : make }, language) : '',
    how: isMessageKey(how) ? say(language, how) : '',
  };
  if (to.status === 'active')
    return tidy(say(language, from?.status === 'pending' ? 'timeline.firstActive' : 'timeline.becameActive', params));
  return tidy(
    say(language, from?.status === to.status ? 'timeline.otherCause' : 'timeline.connection.changed', params),
  );
}

/**
 * Why connecting did not succeed, with its full stop; `none` when it was not written down. `problem` and `error` are
 * those of a return's problem; where only `reported` is kept it may be either.
 */
function refusedBecause(word: Reader, language: string): string {
  const problem = word('problem') === 'none' ? word('reported') : word('problem');
  if (problem === 'connectError') return errorSentence(word('error'), language);
  const key = `timeline.${problem}`;
  if (!isMessageKey(key)) return errorSentence(problem, language);
  const field = fieldName(word('field'), language);
  return say(language, key, { field, expected: word('expected'), found: word('found') });
}

const errorSentence = (error: string, language: string): string =>
  error === 'none' ? 'none' : say(language, `connectError.${connectErrorOf(error)}.operator`, { error });

/** A timeline is kept for good, and may name a cause that is none any more. */
function commandBecause(word: Reader, language: string): string {
  const [type, cause] = [word('command'), word('because')];
  const isKnown = isCommandType(type) && isCommandCause(cause);
  return isKnown ? commandCauseText(cause, { type, make: knownMake(word) }, language) : '';
}

const knownMake = (word: Reader): string | null => (word('make') === 'none' ? null : word('make'));
