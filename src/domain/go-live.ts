/**
 * What stands between an installation and real cars: from what is known of it, step by step, what is done and what is
 * missing. Pure; the flows gather the facts, the catalogue says them.
 */
import type { Platform } from './connection.ts';
import type { Meaning } from './failure.ts';
import { accessSteps } from './go-live-access.ts';
import { carSteps } from './go-live-cars.ts';
import { hearingSteps } from './go-live-hearing.ts';
import { installationSteps } from './go-live-installation.ts';
import type { AppNeed } from './make-facts.ts';
import type { Permission } from './permission.ts';
import type { SignalCode } from './signal.ts';

/** In the order in which they are set up. */
export const goLiveSteps = [
  'mode',
  'platform',
  'secretV3',
  'secretV2',
  'application',
  'address',
  'redirect',
  'managementToken',
  'webhook',
  'signals',
  'verified',
  'permissions',
  'subscriptions',
  'tesla',
  'appMakes',
  'mail',
  'keys',
  'bootstrap',
  'database',
  'quota',
] as const;
export type GoLiveStepName = (typeof goLiveSteps)[number];

/** `unknown`: it can't be checked from here, or was not yet. */
export const goLiveStates = ['done', 'missing', 'unknown', 'notNeeded'] as const;
export type GoLiveState = (typeof goLiveStates)[number];

/** `must`: no real car can be managed without it. `should`: it will be missed. `note`: to be known, and no more. */
export type Weight = 'must' | 'should' | 'note';

/** What is copied into Smartcar's dashboard, or into the environment. */
export const copyNames = ['redirectUri', 'webhookAddress', 'signals', 'permissions', 'applicationId'] as const;
export interface Copy {
  what: (typeof copyNames)[number];
  value: string;
}

/** What a step found, without more to say. */
export const plainFindings = [
  'live',
  'simulated',
  'demo',
  'onV3',
  'onBoth',
  'onV2Alone',
  'noCredentials',
  'accepted',
  'refused',
  'notAsked',
  'notAnswered',
  'applicationUntold',
  'addressLoopback',
  'addressPrivate',
  'addressPlain',
  'addressReached',
  'addressNotTried',
  'redirectListed',
  'redirectUnlisted',
  'redirectUnseen',
  'tokenMissing',
  'tokenRefused',
  'tokenAccepted',
  'tokenProven',
  'tokenSet',
  'webhookNone',
  'webhookUntold',
  'webhookDisabled',
  'webhookOnV2',
  'afterWebhook',
  'signalsComplete',
  'signalsUntold',
  'noTriggers',
  'neverVerified',
  'noConnection',
  'permissionsSeen',
  'noTesla',
  'noAppMakes',
  'mailNone',
  'mailNotTried',
  'mailAccepted',
  'mailbox',
  'keysOutside',
  'keysInside',
  'bootstrapGone',
  'databaseEmbedded',
  'databaseServer',
  'quotaTold',
  'quotaAssumed',
  'notInDemo',
] as const;

export type Finding =
  | { says: (typeof plainFindings)[number] }
  /** Smartcar did not answer the question. */
  | { says: 'noAnswer'; meaning: Meaning }
  | { says: 'applicationFound'; name: string | null }
  /** The credentials belong to these applications instead. */
  | { says: 'applicationOther'; others: string[] }
  /** Another program answers there, or something before us. */
  | { says: 'addressElsewhere'; status: number }
  | { says: 'addressUnreachable'; code: string | null }
  /** It was not reached from inside, and Smartcar's signed messages arrive. */
  | { says: 'addressHeard'; at: Date }
  | { says: 'redirectSeen'; at: Date }
  | { says: 'webhookNotFound'; wanted: string }
  | { says: 'webhookElsewhere'; name: string | null; sendsTo: string }
  | { says: 'webhookErrorsElsewhere'; sendsTo: string }
  | { says: 'webhookHere'; name: string | null }
  | { says: 'signalsLacking'; lacking: SignalCode[] }
  | { says: 'heard'; at: Date }
  /** Only Smartcar's dashboard says whether it took our answer; the first message will. */
  | { says: 'challenged'; at: Date }
  | { says: 'signatureWrong'; count: number }
  | { says: 'permissionsNever'; lacking: Permission[] }
  | { says: 'subscribed'; count: number }
  | { says: 'unsubscribed'; count: number; of: number }
  | { says: 'teslas'; count: number }
  | { says: 'appMakes'; count: number; makes: string[] }
  | { says: 'mailSent'; at: Date }
  | { says: 'mailFailed'; reason: string }
  | { says: 'bootstrapLeft'; variables: string[] };

export interface StepResult {
  state: GoLiveState;
  weight: Weight;
  finding: Finding;
  copies?: Copy[];
}

export interface GoLiveStep extends Required<StepResult> {
  name: GoLiveStepName;
}

/** What Smartcar said to a question that only a right secret answers. */
export type Said = { said: 'accepted' | 'refused' } | { said: 'noAnswer'; meaning: Meaning };

/** What Smartcar's dashboard has for a webhook; each is null where it was not told. */
export interface WebhookFacts {
  name: string | null;
  sendsTo: string | null;
  /** Null also when errors go where everything goes. */
  sendsErrorsTo: string | null;
  isEnabled: boolean | null;
  /** Whose change makes a message. */
  triggers: SignalCode[] | null;
  /** What every message carries. */
  signals: SignalCode[] | null;
}

/** What was asked of others; each is null where it was not asked, or not answered. */
export interface Asked {
  secretV3: Said | null;
  secretV2: Said | null;
  managementToken: Said | null;
  applications: { id: string; name: string | null; redirectUris: string[] | null }[] | null;
  /** `chosen`: the one that cars are subscribed to. */
  webhooks: { count: number; chosen: WebhookFacts | null } | null;
  /** Our own door, asked through the public address as Smartcar would ask it. */
  door:
    { came: 'ourAnswer' } | { came: 'otherAnswer'; status: number } | { came: 'nothing'; code: string | null } | null;
  mail: { accepted: true } | { accepted: false; reason: string } | null;
}

/** What is set in the environment. Nothing secret is here. */
export interface SetUp {
  world: 'demo' | 'simulated' | 'live';
  platforms: readonly Platform[];
  applicationId: string;
  publicUrl: string;
  redirectUri: string;
  webhookAddress: string;
  /** Id or name of the webhook that is wanted; null: the one that sends here. */
  webhook: string | null;
  hasManagementToken: boolean;
  mail: 'server' | 'mailbox' | 'none';
  keysInDataFolder: boolean;
  isDatabaseEmbedded: boolean;
  /** Variables of the first start that are still set. */
  bootstrap: readonly string[];
  isQuotaTold: boolean;
}

/** What has happened already; null: never, or so long ago that nothing is kept of it. */
export interface Seen {
  returnedAt: Date | null;
  /** Anybody can send a challenge, so it proves nothing. */
  challengedAt: Date | null;
  /** Signed by Smartcar. */
  heardAt: Date | null;
  /** Deliveries of the last day whose signature was wrong, and when the last of them came. */
  badSignatures: number;
  badSignatureAt: Date | null;
  /** When a mail server last took a test message. */
  mailedAt: Date | null;
}

/** All fleets together. */
export interface FleetsFacts {
  required: readonly Permission[];
  asked: readonly Permission[];
  /** Living connections, and how many of them have each permission. */
  connections: number;
  granted: Readonly<Record<Permission, number>>;
  subscribed: number;
  unsubscribed: number;
  makes: readonly { make: string; vehicles: number; app: AppNeed | null }[];
}

export interface GoLiveFacts {
  setUp: SetUp;
  seen: Seen;
  fleets: FleetsFacts;
  /** Null: not asked yet, or with another configuration. */
  asked: Asked | null;
}

export type Verdict = { says: 'ready' } | { says: 'readyBut'; count: number } | { says: 'missing'; count: number };

export interface GoLive {
  verdict: Verdict;
  steps: GoLiveStep[];
}

export function goLive(facts: GoLiveFacts): GoLive {
  const results = {
    ...accessSteps(facts),
    ...hearingSteps(facts),
    ...carSteps(facts),
    ...installationSteps(facts),
  } satisfies Record<GoLiveStepName, StepResult>;
  const steps = goLiveSteps.map((name): GoLiveStep => ({ name, copies: [], ...results[name] }));
  return { steps, verdict: verdictOf(steps) };
}

/** What must be there and is missing counts first; what should be, or can't be seen, only where nothing else does. */
export function verdictOf(steps: readonly Pick<GoLiveStep, 'state' | 'weight'>[]): Verdict {
  const missing = steps.filter(({ state, weight }) => state === 'missing' && weight === 'must').length;
  if (missing > 0) return { says: 'missing', count: missing };
  const open = steps.filter(({ state, weight }) => weight !== 'note' && (state === 'missing' || state === 'unknown'));
  return open.length > 0 ? { says: 'readyBut', count: open.length } : { says: 'ready' };
}
