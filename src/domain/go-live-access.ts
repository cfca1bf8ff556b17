/** Steps of going live: which world, which platform, and whether Smartcar lets us in as the right application. */
import type { Asked, Finding, GoLiveFacts, GoLiveState, Said, StepResult } from './go-live.ts';

type AccessStep = 'mode' | 'platform' | 'secretV3' | 'secretV2' | 'application';

export function accessSteps(facts: GoLiveFacts): Record<AccessStep, StepResult> {
  const { setUp, asked } = facts;
  const has = (platform: 'v3' | 'v2'): boolean => setUp.platforms.includes(platform);
  return {
    mode: must(setUp.world === 'live' ? 'done' : 'missing', { says: setUp.world }),
    platform: platformStep(has('v3'), has('v2')),
    secretV3: has('v3') ? secretStep(asked?.secretV3 ?? null) : notNeeded('noCredentials'),
    secretV2: has('v2') ? secretStep(asked?.secretV2 ?? null) : notNeeded('noCredentials'),
    application: has('v3') ? applicationStep(facts) : notNeeded('onV2Alone'),
  };
}

export const must = (state: GoLiveState, finding: Finding): StepResult => ({ state, weight: 'must', finding });
export const should = (state: GoLiveState, finding: Finding): StepResult => ({ state, weight: 'should', finding });
export const notNeeded = (
  says: 'noCredentials' | 'onV2Alone' | 'noTesla' | 'noAppMakes' | 'notInDemo',
): StepResult => ({
  state: 'notNeeded',
  weight: 'note',
  finding: { says },
});

/** Nothing is known of it: nobody asked, or nobody answered. */
export const untold = (asked: Asked | null): Finding => ({ says: asked ? 'notAnswered' : 'notAsked' });

function platformStep(hasV3: boolean, hasV2: boolean): StepResult {
  if (!hasV3) return should('missing', { says: 'onV2Alone' });
  return must('done', { says: hasV2 ? 'onBoth' : 'onV3' });
}

function secretStep(said: Said | null): StepResult {
  if (said === null) return must('unknown', { says: 'notAsked' });
  if (said.said === 'noAnswer') return must('unknown', { says: 'noAnswer', meaning: said.meaning });
  return must(said.said === 'accepted' ? 'done' : 'missing', { says: said.said });
}

/** Credentials of one application and the id of another let us in, and no owner's connection is ever found. */
function applicationStep({ setUp, asked }: GoLiveFacts): StepResult {
  const listed = asked?.applications ?? null;
  if (listed === null) return must('unknown', untold(asked));
  const ours = listed.find(({ id }) => id.toLowerCase() === setUp.applicationId.toLowerCase());
  if (ours) return must('done', { says: 'applicationFound', name: ours.name });
  if (listed.length === 0) return must('unknown', { says: 'applicationUntold' });
  const others = listed.map(({ id, name }) => (name === null ? id : `${name} (${id})`));
  const copies = listed.map(({ id }) => ({ what: 'applicationId' as const, value: id }));
  return { ...must('missing', { says: 'applicationOther', others }), copies };
}
