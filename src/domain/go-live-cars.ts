/** Steps of going live: what the application has to ask for, and what single makes need. */
import type { GoLiveFacts, StepResult } from './go-live.ts';
import { must, notNeeded, should } from './go-live-access.ts';

type CarStep = 'permissions' | 'tesla' | 'appMakes';

export function carSteps(facts: GoLiveFacts): Record<CarStep, StepResult> {
  return { permissions: permissionsStep(facts), tesla: teslaStep(facts), appMakes: appMakesStep(facts) };
}

/** Nobody can ask what an application may ask for: what no owner could ever grant shows that it may not. */
function permissionsStep({ fleets: { required, asked, connections, granted } }: GoLiveFacts): StepResult {
  const copies = [{ what: 'permissions' as const, value: asked.join(' ') }];
  if (connections === 0) return { ...must('unknown', { says: 'noConnection' }), copies };
  const lacking = required.filter((permission) => !granted[permission]);
  if (lacking.length > 0) return { ...must('missing', { says: 'permissionsNever', lacking }), copies };
  return { ...must('done', { says: 'permissionsSeen' }), copies };
}

/** @see docs/smartcar.md §5-38 */
function teslaStep({ fleets: { makes } }: GoLiveFacts): StepResult {
  const count = makes.find(({ make }) => make === 'TESLA')?.vehicles ?? 0;
  if (count === 0) return notNeeded('noTesla');
  return { state: 'unknown', weight: 'note', finding: { says: 'teslas', count } };
}

/** @see docs/smartcar.md §5-12, §5-20 */
function appMakesStep({ fleets: { makes } }: GoLiveFacts): StepResult {
  const needing = makes.filter(({ app, vehicles }) => app !== null && vehicles > 0);
  if (needing.length === 0) return notNeeded('noAppMakes');
  const count = needing.reduce((sum, { vehicles }) => sum + vehicles, 0);
  return should('unknown', { says: 'appMakes', count, makes: needing.map(({ make }) => make) });
}
