/** Steps of going live: whether owners find back to us, and whether Smartcar's messages arrive and say enough. */
import { addressKind, isSameAddress } from './address.ts';
import type { AddressKind } from './address.ts';
import type { Copy, Finding, GoLiveFacts, StepResult, WebhookFacts } from './go-live.ts';
import { must, notNeeded, should, untold } from './go-live-access.ts';
import { requiredSignals, signals as knownSignals } from './signal.ts';
import type { SignalCode } from './signal.ts';

type HearingStep = 'address' | 'redirect' | 'managementToken' | 'webhook' | 'signals' | 'verified' | 'subscriptions';

export function hearingSteps(facts: GoLiveFacts): Record<HearingStep, StepResult> {
  const onV3 = facts.setUp.platforms.includes('v3');
  return {
    address: addressStep(facts),
    redirect: redirectStep(facts),
    managementToken: managementTokenStep(facts),
    webhook: onV3 ? webhookStep(facts) : should('unknown', { says: 'webhookOnV2' }),
    signals: onV3 ? signalsStep(facts) : notNeeded('onV2Alone'),
    verified: verifiedStep(facts),
    subscriptions: onV3 ? subscriptionsStep(facts) : notNeeded('onV2Alone'),
  };
}

const wrongAddress: Readonly<Record<Exclude<AddressKind, 'secure'>, Finding>> = {
  loopback: { says: 'addressLoopback' },
  private: { says: 'addressPrivate' },
  plain: { says: 'addressPlain' },
};

/** @see docs/smartcar.md §1.1-19, §6.4-8 */
function addressStep({ setUp, asked, seen }: GoLiveFacts): StepResult {
  const kind = addressKind(setUp.publicUrl);
  if (kind !== 'secure') return must('missing', wrongAddress[kind]);
  const door = asked?.door ?? null;
  if (door?.came === 'ourAnswer') return must('done', { says: 'addressReached' });
  if (door?.came === 'otherAnswer') return must('missing', { says: 'addressElsewhere', status: door.status });
  // Many networks don't lead back to themselves: that we don't reach it says nothing about the world.
  if (seen.heardAt) return must('done', { says: 'addressHeard', at: seen.heardAt });
  return must('unknown', door ? { says: 'addressUnreachable', code: door.code } : { says: 'addressNotTried' });
}

function redirectStep({ setUp, asked, seen }: GoLiveFacts): StepResult {
  const copies: Copy[] = [{ what: 'redirectUri', value: setUp.redirectUri }];
  const ours = asked?.applications?.find(({ id }) => id.toLowerCase() === setUp.applicationId.toLowerCase());
  const listed = ours?.redirectUris ?? null;
  // Smartcar compares to the letter.
  if (listed?.includes(setUp.redirectUri)) return { ...must('done', { says: 'redirectListed' }), copies };
  if (listed) return { ...must('missing', { says: 'redirectUnlisted' }), copies };
  if (seen.returnedAt) return { ...must('done', { says: 'redirectSeen', at: seen.returnedAt }), copies };
  return { ...must('unknown', { says: 'redirectUnseen' }), copies };
}

function managementTokenStep({ setUp, asked, seen }: GoLiveFacts): StepResult {
  if (!setUp.hasManagementToken) return must('missing', { says: 'tokenMissing' });
  const said = asked?.managementToken?.said ?? null;
  if (said === 'refused') return must('missing', { says: 'tokenRefused' });
  if (said === 'accepted') return must('done', { says: 'tokenAccepted' });
  return must('done', { says: seen.heardAt ? 'tokenProven' : 'tokenSet' });
}

function webhookStep(facts: GoLiveFacts): StepResult {
  const { setUp, asked } = facts;
  const copies: Copy[] = [{ what: 'webhookAddress', value: setUp.webhookAddress }];
  const told = asked?.webhooks ?? null;
  if (told === null) return { ...must('unknown', untold(asked)), copies };
  if (told.count === 0) return { ...must('missing', { says: 'webhookNone' }), copies };
  if (told.chosen === null) return must('missing', { says: 'webhookNotFound', wanted: setUp.webhook ?? '' });
  return { ...chosenStep(told.chosen, facts), copies };
}

function chosenStep(chosen: WebhookFacts, { setUp, seen }: GoLiveFacts): StepResult {
  const { name, sendsTo, sendsErrorsTo, isEnabled } = chosen;
  const isHere = (address: string): boolean => isSameAddress(address, setUp.webhookAddress);
  if (sendsTo !== null && !isHere(sendsTo)) return must('missing', { says: 'webhookElsewhere', name, sendsTo });
  if (sendsErrorsTo !== null && !isHere(sendsErrorsTo))
    return must('missing', { says: 'webhookErrorsElsewhere', sendsTo: sendsErrorsTo });
  if (isEnabled === false) return must('missing', { says: 'webhookDisabled' });
  if (sendsTo === null && !seen.heardAt) return must('unknown', { says: 'webhookUntold' });
  return must('done', { says: 'webhookHere', name });
}

function signalsStep({ asked, fleets }: GoLiveFacts): StepResult {
  const chosen = asked?.webhooks?.chosen ?? null;
  const wanted = Object.entries(knownSignals)
    .filter(([, { permission }]) => fleets.asked.includes(permission))
    .map(([code]): SignalCode => code);
  const copies: Copy[] = [{ what: 'signals', value: wanted.join(', ') }];
  if (chosen === null)
    return { ...must('unknown', asked?.webhooks ? { says: 'afterWebhook' } : untold(asked)), copies };
  const { signals, triggers } = chosen;
  const lacking = signals === null ? [] : requiredSignals(fleets.required).filter((code) => !signals.includes(code));
  if (lacking.length > 0) return { ...must('missing', { says: 'signalsLacking', lacking }), copies };
  if (triggers?.length === 0) return { ...must('missing', { says: 'noTriggers' }), copies };
  if (signals === null) return { ...must('unknown', { says: 'signalsUntold' }), copies };
  return { ...must('done', { says: 'signalsComplete' }), copies };
}

/** A signed message proves it; a challenge that we answered doesn't, for anybody may send one. */
function verifiedStep({ seen }: GoLiveFacts): StepResult {
  const { heardAt, challengedAt, badSignatures: count, badSignatureAt } = seen;
  if (badSignatureAt && (!heardAt || badSignatureAt > heardAt))
    return must('missing', { says: 'signatureWrong', count });
  if (heardAt) return must('done', { says: 'heard', at: heardAt });
  if (challengedAt) return must('unknown', { says: 'challenged', at: challengedAt });
  return must('missing', { says: 'neverVerified' });
}

function subscriptionsStep({ fleets }: GoLiveFacts): StepResult {
  const { subscribed, unsubscribed } = fleets;
  if (subscribed + unsubscribed === 0) return { state: 'notNeeded', weight: 'note', finding: { says: 'noConnection' } };
  if (unsubscribed > 0)
    return should('missing', { says: 'unsubscribed', count: unsubscribed, of: subscribed + unsubscribed });
  return should('done', { says: 'subscribed', count: subscribed });
}
