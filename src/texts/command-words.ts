/** What became of a command, in words. */
import { causeOf } from '../domain/cause.ts';
import type { CommandCause, CommandState, CommandType } from '../domain/command.ts';
import { isThrottleMeaning, isVehicleMeaning } from '../domain/failure.ts';
import type { Meaning } from '../domain/failure.ts';
import { isMessageKey, say } from './say.ts';
import { causeText } from './words.ts';
import type { OfMake } from './words.ts';

export const commandName = (type: CommandType, language = 'en'): string => say(language, `command.${type}`);

export const commandStateText = (state: CommandState, language = 'en'): string =>
  say(language, `command.state.${state}`);

/** Why it was not confirmed, in a sentence; empty where there is nothing to say. */
export function commandCauseText(
  cause: CommandCause | null,
  of: OfMake & { type: CommandType },
  language = 'en',
): string {
  if (cause === null) return '';
  const own = `command.cause.${cause}`;
  return isMessageKey(own) ? say(language, own, { type: of.type }) : meaningText(cause as Meaning, of, language); // the others have a key
}

function meaningText(meaning: Meaning, of: OfMake, language: string): string {
  if (isVehicleMeaning(meaning) || isThrottleMeaning(meaning)) return say(language, `passing.${meaning}`);
  if (meaning === 'permission') return say(language, 'command.cause.permission');
  return causeText(meaning === 'incompatible' ? meaning : causeOf(meaning), of, language);
}
