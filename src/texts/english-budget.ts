/** English: what operators read about the request budget. */
import type { Purpose } from '../domain/purpose.ts';

export const budgetAlertTexts = {
  'alert.budget.forecast':
    '{state, select, usedUp {The requests to Smartcar for this month are used up ({used} of {quota}). Vehicles are read again next month; what Smartcar sends by itself still arrives.} over {At this pace about {forecast} requests to Smartcar will be used this month, of {quota}. Vehicles will be read less often towards its end.} other {The requests to Smartcar for this month may not last.}}',
} as const;

export const purposeTexts = {
  'purpose.quiet': 'Reads of parked, sleeping or just heard vehicles',
  'purpose.routine': 'Reads of vehicles in use',
  'purpose.upkeep': 'Keeping connections alive and compared',
  'purpose.proof': 'First data, and claims being checked',
  'purpose.person': 'Checks and connecting by people',
  'purpose.command': 'Locking and unlocking',
} as const satisfies Record<`purpose.${Purpose}`, string>;
