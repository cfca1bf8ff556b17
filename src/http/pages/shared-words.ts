/** What is shared and how to stop, in the words of an owner's page; what it shows and what is written down as consent are these. */
import type { Permission } from '../../domain/permission.ts';
import type { LinkPage } from '../../flows/link-page.ts';
import { say } from '../../texts/say.ts';
import { makeName, permissionText } from '../../texts/words.ts';

export interface SharedList {
  title: string;
  items: string[];
}

export function sharedWords({ permissions, cars, language }: Omit<LinkPage & { page: 'work' }, 'page'>): {
  title: string;
  /** What is needed, and what is the owner's choice; a list that is empty is not there. */
  lists: SharedList[];
  ending: string[];
} {
  const make = cars.length === 1 && cars[0]?.make ? makeName(cars[0].make) : 'unknown';
  const list = (title: string, items: Permission[]): SharedList => ({
    title,
    items: items.map((permission) => permissionText(permission, language)),
  });
  return {
    title: say(language, 'page.shared.title'),
    lists: [
      list(say(language, 'page.shared.required'), permissions.required),
      list(say(language, 'page.shared.optional'), permissions.optional),
    ].filter(({ items }) => items.length > 0),
    ending: [say(language, 'page.shared.stop', { make }), say(language, 'page.shared.password')],
  };
}
