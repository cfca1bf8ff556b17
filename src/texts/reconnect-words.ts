/** Many reconnects in words: typed doors to their part of the catalogue. */
import { causeNames, statuses } from '../domain/cause.ts';
import type { Cause, Status } from '../domain/cause.ts';
import type { ItemState, SkipReason } from '../domain/reconnect-batch.ts';
import { say } from './say.ts';
import { makeName, permissionText, statusWord } from './words.ts';

/** A cause in two or three words. */
export const causeName = (cause: Cause, language = 'en'): string => say(language, `causeName.${cause}`);

export const skipText = (reason: SkipReason, language = 'en'): string => say(language, `skipReason.${reason}`);

/** What became of a car. */
export const itemText = (item: { state: ItemState; reason: SkipReason | null }, language = 'en'): string =>
  item.reason ? skipText(item.reason, language) : say(language, `itemState.${item.state}`);

/** By the names of the list's filters. */
export type FilterWords = Readonly<Record<string, string | undefined>>;

/** What was chosen: "Expired · Volkswagen, without 2". */
export function selectionText(
  selection: { filter: FilterWords; except: number } | { chosen: number },
  language = 'en',
): string {
  if ('chosen' in selection) return say(language, 'selection.chosen', selection);
  const filters = filterParts(selection.filter, language).join(' · ') || say(language, 'selection.all');
  return selection.except > 0 ? say(language, 'selection.except', { filters, except: selection.except }) : filters;
}

function filterParts(filter: FilterWords, language: string): string[] {
  const { status, cause, freshness, make, who, owner, lapsesBefore, permissionMissing, q } = filter;
  const parts = [
    status && statusText(status, language),
    cause && (isCause(cause) ? causeName(cause, language) : cause),
    make && makeName(make),
    freshness && say(language, 'selection.freshness', { freshness }),
    who && say(language, 'selection.who', { who }),
    owner && say(language, 'selection.owner'),
    lapsesBefore && say(language, 'selection.lapsesBefore', { at: new Date(lapsesBefore) }),
    permissionMissing && permissionPart(permissionMissing, language),
    q && say(language, 'selection.q', { q }),
  ];
  return parts.filter((part): part is string => Boolean(part));
}

const statusText = (status: string, language: string): string =>
  isStatus(status) ? statusWord(status, language) : say(language, 'selection.unconnected');

const permissionPart = (permission: string, language: string): string =>
  permission === 'any'
    ? say(language, 'selection.anyPermissionMissing')
    : say(language, 'selection.permissionMissing', { permission: permissionText(permission, language) });

const isStatus = (word: string): word is Status => (statuses as readonly string[]).includes(word); // widened only to ask
const isCause = (word: string): word is Cause => (causeNames as readonly string[]).includes(word); // the same
