/** What stands in the way of Smartcar's Connect, or has to be told before it: by make, market, the way there and what is asked. */
import { regionOf } from './make.ts';
import type { Region } from './make.ts';
import type { Source } from './make-facts.ts';
import type { MakePolicy } from './make-policy.ts';
import type { Permission } from './permission.ts';

/**
 * How the owner gets to Connect: in the operator's browser, by a link that somebody hands over, by a mailed link, or in an
 * app of the fleet's own that carries Smartcar's mobile SDK.
 */
export const deliveries = ['browser', 'link', 'email', 'app'] as const;
export type Delivery = (typeof deliveries)[number];

export interface Way {
  make: MakePolicy;
  country: string | null;
  delivery: Delivery;
  /** Everything that is asked for, required or not. */
  asked: readonly Permission[];
}

/** Why nobody is sent this way. */
export type ConnectRefusal = 'connectNeedsApp' | 'commandsNeedApp';

/** What the owner does, or has to know, before the button. */
export const beforeSteps = [
  'appMayBeNeeded',
  'phoneMayBePaired',
  'phoneWithApp',
  'signInAsKeyUser',
  'signInAsPrimaryUser',
  'secondAccount',
  'vinAtHand',
  'emailNotPhone',
  'noticesOfLocation',
] as const;
export type BeforeStep = (typeof beforeSteps)[number];

export type BeforeConnect =
  { answer: 'none' } | { answer: 'tell'; steps: BeforeStep[] } | { answer: 'refuse'; reason: ConnectRefusal };

interface StepFact extends Source {
  step: BeforeStep;
  makes: readonly string[];
  regions?: readonly Region[];
}

/** Steps that hold whatever the way. Of one make there is one at most, or the owner would read too much before the button. */
export const stepFacts: readonly StepFact[] = [
  { step: 'phoneWithApp', makes: ['TESLA'], source: '§2.5-3', sure: 'documented' },
  { step: 'signInAsKeyUser', makes: ['AUDI'], source: '§2.5-4', sure: 'documented' },
  { step: 'signInAsPrimaryUser', makes: ['VOLKSWAGEN'], source: '§5-21', sure: 'documented' },
  { step: 'secondAccount', makes: ['BYD'], source: '§5-34', sure: 'documented' },
  { step: 'vinAtHand', makes: ['MERCEDES_BENZ'], regions: ['EUROPE'], source: '§5-31', sure: 'documented' },
  { step: 'emailNotPhone', makes: ['VOLVO'], source: '§5-29', sure: 'documented' },
  { step: 'noticesOfLocation', makes: ['NISSAN'], source: '§5-11', sure: 'documented' },
];

/**
 * Pure. A mailed link that a browser can't use is refused; whoever opens one by hand is told that it may end early, since
 * newer pages of Smartcar's don't say so any more, and a try costs nobody's patience but their own.
 *
 * @see docs/smartcar.md §5-12, §5-20, §5-37
 */
export function beforeConnect({ make, country, delivery, asked }: Way): BeforeConnect {
  const needed = delivery === 'app' ? null : appNeededBy(make, asked);
  if (needed && delivery === 'email') return { answer: 'refuse', reason: needed };
  const warning: BeforeStep[] =
    needed === null ? [] : [needed === 'connectNeedsApp' ? 'appMayBeNeeded' : 'phoneMayBePaired'];
  const region = regionOf(country);
  const ofMake = stepFacts.filter(
    ({ makes, regions }) =>
      make.make !== null && makes.includes(make.make) && (!regions || region === null || regions.includes(region)),
  );
  const steps = [...warning, ...ofMake.map(({ step }) => step)];
  return steps.length > 0 ? { answer: 'tell', steps } : { answer: 'none' };
}

function appNeededBy({ app }: MakePolicy, asked: readonly Permission[]): ConnectRefusal | null {
  if (app === 'signIn') return 'connectNeedsApp';
  return app === 'commands' && asked.some((permission) => permission.startsWith('control_')) ? 'commandsNeedApp' : null;
}

/** The steps of a way that is open. */
export function stepsBefore(way: Way): BeforeStep[] {
  const before = beforeConnect(way);
  return before.answer === 'tell' ? before.steps : [];
}
