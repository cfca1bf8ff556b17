/** What a car's owner is told to do, in words: the page shows them, and they are part of what is agreed to. */
import type { Cause } from '../../domain/cause.ts';
import type { LinkPage, PageCar } from '../../flows/link-page.ts';
import { say } from '../../texts/say.ts';
import type { MessageKey } from '../../texts/say.ts';
import { makeName, ownerCauseText } from '../../texts/words.ts';

type Work = LinkPage & { page: 'work' };

export interface Step {
  does: MessageKey;
  /** It is done outside Towline, and seen by us when it is done. */
  noticed?: boolean;
  /** Null when signing in would not help. */
  button: MessageKey | null;
}

export function stepOf({ cause, starts }: PageCar): Step {
  if (!cause) return { does: 'page.connect.do', button: 'page.connect.button' };
  switch (starts) {
    case 'signIn':
      return { does: 'page.repair.signIn', button: 'page.repair.button' };
    case 'grant':
    case 'moveToV3':
      return { does: 'page.repair.authorize', button: 'page.repair.buttonAuthorize' };
    case 'widen':
      return { does: 'page.repair.widen', button: 'page.repair.buttonWiden' };
    case 'explain':
      return { does: ownerActionKey(cause), noticed: true, button: null };
    case 'read':
    case 'nothing':
      return { does: 'page.repair.nothing', button: null };
  }
}

function ownerActionKey(cause: Cause): MessageKey {
  if (cause === 'subscriptionLapsed' || cause === 'virtualKeyMissing' || cause === 'remoteAccessDisabled')
    return `page.repair.${cause}`;
  return 'page.repair.accountIssue';
}

/** What a car's page says before its button: what happened, what to do, and what the button is called. */
export function workWords(car: PageCar, page: Work): { text: string; label: string | null } {
  const { language, fleet, problem } = page;
  const step = stepOf(car);
  const make = car.make ? makeName(car.make) : 'unknown';
  const what = car.cause
    ? ownerCauseText(car.cause, car, language)
    : say(language, 'page.connect.what', { fleet: fleet.name });
  const label = step.button && say(language, problem ? 'page.again.button' : step.button);
  return { text: `${what} ${say(language, step.does, { make })}`, label };
}
