/** Steps of going live that are ours alone: mail, keys, what the first start left behind, the database, the quota. */
import type { GoLiveFacts, StepResult } from './go-live.ts';
import { notNeeded, should } from './go-live-access.ts';

type InstallationStep = 'mail' | 'keys' | 'bootstrap' | 'database' | 'quota';

export function installationSteps(facts: GoLiveFacts): Record<InstallationStep, StepResult> {
  const { setUp } = facts;
  const isDemo = setUp.world === 'demo';
  return {
    mail: mailStep(facts),
    keys: isDemo
      ? notNeeded('notInDemo')
      : setUp.keysInDataFolder
        ? should('missing', { says: 'keysInside' })
        : should('done', { says: 'keysOutside' }),
    bootstrap: isDemo ? notNeeded('notInDemo') : bootstrapStep(facts),
    // Whether anybody makes copies can't be seen from here.
    database: {
      state: 'unknown',
      weight: 'note',
      finding: { says: setUp.isDatabaseEmbedded ? 'databaseEmbedded' : 'databaseServer' },
    },
    quota: isDemo
      ? notNeeded('notInDemo')
      : setUp.isQuotaTold
        ? should('done', { says: 'quotaTold' })
        : should('unknown', { says: 'quotaAssumed' }),
  };
}

function mailStep({ setUp, asked, seen }: GoLiveFacts): StepResult {
  if (setUp.mail !== 'server') return should('missing', { says: setUp.mail === 'mailbox' ? 'mailbox' : 'mailNone' });
  const tried = asked?.mail ?? null;
  if (tried && !tried.accepted) return should('missing', { says: 'mailFailed', reason: tried.reason });
  if (seen.mailedAt) return should('done', { says: 'mailSent', at: seen.mailedAt });
  return tried ? should('done', { says: 'mailAccepted' }) : should('unknown', { says: 'mailNotTried' });
}

function bootstrapStep({ setUp: { bootstrap } }: GoLiveFacts): StepResult {
  if (bootstrap.length === 0) return should('done', { says: 'bootstrapGone' });
  return should('missing', { says: 'bootstrapLeft', variables: [...bootstrap] });
}
