/** What stands between an installation and real cars: each step by the facts that matter to it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { goLive, goLiveSteps, plainFindings, verdictOf } from '../../src/domain/go-live.ts';
import type {
  Asked,
  FleetsFacts,
  GoLiveFacts,
  GoLiveStepName,
  Seen,
  SetUp,
  WebhookFacts,
} from '../../src/domain/go-live.ts';
import { goLiveFoundText, goLiveRemedyText } from '../../src/texts/go-live-words.ts';

const at = new Date('2026-05-04T08:00:00Z');
const later = new Date('2026-05-04T09:00:00Z');
const hook = 'https://cars.example.com/webhooks/smartcar';
const back = 'https://cars.example.com/connect/callback';
const id = '0d5c0c1e-55a5-4a1b-8a57-1b0a5f1f8e01';

const setUp: SetUp = {
  world: 'live',
  platforms: ['v3'],
  applicationId: id,
  publicUrl: 'https://cars.example.com',
  redirectUri: back,
  webhookAddress: hook,
  webhook: null,
  hasManagementToken: true,
  mail: 'server',
  keysInDataFolder: false,
  isDatabaseEmbedded: false,
  bootstrap: [],
  isQuotaTold: true,
};
const seen: Seen = {
  returnedAt: at,
  challengedAt: at,
  heardAt: at,
  badSignatures: 0,
  badSignatureAt: null,
  mailedAt: at,
};
const required = ['read_location', 'read_odometer', 'read_security', 'control_security'];
const carried = ['location-preciselocation', 'odometer-traveleddistance', 'closure-islocked'];
const fleets: FleetsFacts = {
  required,
  asked: [...required, 'read_fuel'],
  connections: 2,
  granted: { read_location: 2, read_odometer: 1, read_security: 2, control_security: 1 },
  subscribed: 2,
  unsubscribed: 0,
  makes: [{ make: 'VOLKSWAGEN', vehicles: 2, app: null }],
};
const chosen: WebhookFacts = {
  name: 'Cars',
  sendsTo: hook,
  sendsErrorsTo: null,
  isEnabled: true,
  triggers: carried,
  signals: carried,
};
const asked: Asked = {
  secretV3: { said: 'accepted' },
  secretV2: null,
  managementToken: null,
  applications: [{ id, name: 'Fleet', redirectUris: [back] }],
  webhooks: { count: 1, chosen },
  door: { came: 'ourAnswer' },
  mail: { accepted: true },
};

interface Change {
  setUp?: Partial<SetUp>;
  seen?: Partial<Seen>;
  fleets?: Partial<FleetsFacts>;
  asked?: Partial<Asked> | null;
}

const facts = (change: Change): GoLiveFacts => ({
  setUp: { ...setUp, ...change.setUp },
  seen: { ...seen, ...change.seen },
  fleets: { ...fleets, ...change.fleets },
  asked: change.asked === null ? null : { ...asked, ...change.asked },
});
const webhook = (change: Partial<WebhookFacts>): Change => ({
  asked: { webhooks: { count: 1, chosen: { ...chosen, ...change } } },
});
const app = (uris: string[] | null): Partial<Asked> => ({ applications: [{ id, name: null, redirectUris: uris }] });

/** Step, what is otherwise than in an installation that is ready, state, finding. */
const rows: readonly [GoLiveStepName, Change, string, string][] = [
  ['mode', {}, 'done', 'live'],
  ['mode', { setUp: { world: 'simulated' } }, 'missing', 'simulated'],
  ['mode', { setUp: { world: 'demo' } }, 'missing', 'demo'],
  ['platform', {}, 'done', 'onV3'],
  ['platform', { setUp: { platforms: ['v3', 'v2'] } }, 'done', 'onBoth'],
  ['platform', { setUp: { platforms: ['v2'] } }, 'missing', 'onV2Alone'],
  ['secretV3', {}, 'done', 'accepted'],
  ['secretV3', { asked: { secretV3: { said: 'refused' } } }, 'missing', 'refused'],
  ['secretV3', { asked: { secretV3: { said: 'noAnswer', meaning: 'smartcarFailing' } } }, 'unknown', 'noAnswer'],
  ['secretV3', { asked: null }, 'unknown', 'notAsked'],
  ['secretV3', { setUp: { platforms: ['v2'] } }, 'notNeeded', 'noCredentials'],
  ['secretV2', {}, 'notNeeded', 'noCredentials'],
  ['secretV2', { setUp: { platforms: ['v2'] }, asked: { secretV2: { said: 'refused' } } }, 'missing', 'refused'],
  ['application', {}, 'done', 'applicationFound'],
  ['application', { setUp: { applicationId: id.toUpperCase() } }, 'done', 'applicationFound'],
  ['application', { setUp: { applicationId: id.replace('0d', '1d') } }, 'missing', 'applicationOther'],
  ['application', { asked: { applications: [] } }, 'unknown', 'applicationUntold'],
  ['application', { asked: { applications: null } }, 'unknown', 'notAnswered'],
  ['address', {}, 'done', 'addressReached'],
  ['address', { setUp: { publicUrl: 'http://127.0.0.1:4000' } }, 'missing', 'addressLoopback'],
  ['address', { setUp: { publicUrl: 'https://192.168.0.4' } }, 'missing', 'addressPrivate'],
  ['address', { setUp: { publicUrl: 'http://cars.example.com' } }, 'missing', 'addressPlain'],
  ['address', { asked: { door: { came: 'otherAnswer', status: 404 } } }, 'missing', 'addressElsewhere'],
  ['address', { asked: { door: { came: 'nothing', code: 'ECONNREFUSED' } } }, 'done', 'addressHeard'],
  [
    'address',
    { asked: { door: { came: 'nothing', code: null } }, seen: { heardAt: null } },
    'unknown',
    'addressUnreachable',
  ],
  ['address', { asked: null, seen: { heardAt: null } }, 'unknown', 'addressNotTried'],
  ['redirect', {}, 'done', 'redirectListed'],
  ['redirect', { asked: app([`${back}/`]) }, 'missing', 'redirectUnlisted'],
  ['redirect', { asked: app([]) }, 'missing', 'redirectUnlisted'],
  ['redirect', { asked: app(null) }, 'done', 'redirectSeen'],
  ['redirect', { asked: app(null), seen: { returnedAt: null } }, 'unknown', 'redirectUnseen'],
  ['managementToken', {}, 'done', 'tokenProven'],
  ['managementToken', { seen: { heardAt: null } }, 'done', 'tokenSet'],
  ['managementToken', { setUp: { hasManagementToken: false } }, 'missing', 'tokenMissing'],
  ['managementToken', { asked: { managementToken: { said: 'refused' } } }, 'missing', 'tokenRefused'],
  ['managementToken', { asked: { managementToken: { said: 'accepted' } } }, 'done', 'tokenAccepted'],
  ['webhook', {}, 'done', 'webhookHere'],
  ['webhook', { asked: { webhooks: { count: 0, chosen: null } } }, 'missing', 'webhookNone'],
  [
    'webhook',
    { asked: { webhooks: { count: 2, chosen: null } }, setUp: { webhook: 'X' } },
    'missing',
    'webhookNotFound',
  ],
  ['webhook', webhook({ sendsTo: 'https://other.example/hook' }), 'missing', 'webhookElsewhere'],
  ['webhook', webhook({ sendsErrorsTo: 'https://other.example/hook' }), 'missing', 'webhookErrorsElsewhere'],
  ['webhook', webhook({ isEnabled: false }), 'missing', 'webhookDisabled'],
  ['webhook', webhook({ sendsTo: null }), 'done', 'webhookHere'],
  ['webhook', { ...webhook({ sendsTo: null }), seen: { heardAt: null } }, 'unknown', 'webhookUntold'],
  ['webhook', { setUp: { platforms: ['v2'] } }, 'unknown', 'webhookOnV2'],
  ['signals', {}, 'done', 'signalsComplete'],
  ['signals', webhook({ signals: carried.slice(1) }), 'missing', 'signalsLacking'],
  ['signals', webhook({ triggers: [] }), 'missing', 'noTriggers'],
  ['signals', webhook({ triggers: null }), 'done', 'signalsComplete'],
  ['signals', webhook({ signals: null }), 'unknown', 'signalsUntold'],
  ['signals', { asked: { webhooks: { count: 0, chosen: null } } }, 'unknown', 'afterWebhook'],
  ['verified', {}, 'done', 'heard'],
  ['verified', { seen: { badSignatures: 3, badSignatureAt: later } }, 'missing', 'signatureWrong'],
  ['verified', { seen: { heardAt: later, badSignatures: 3, badSignatureAt: at } }, 'done', 'heard'],
  ['verified', { seen: { heardAt: null } }, 'unknown', 'challenged'],
  ['verified', { seen: { heardAt: null, challengedAt: null } }, 'missing', 'neverVerified'],
  ['permissions', {}, 'done', 'permissionsSeen'],
  ['permissions', { fleets: { granted: { read_location: 2 } } }, 'missing', 'permissionsNever'],
  ['permissions', { fleets: { connections: 0, granted: {} } }, 'unknown', 'noConnection'],
  ['subscriptions', {}, 'done', 'subscribed'],
  ['subscriptions', { fleets: { unsubscribed: 1 } }, 'missing', 'unsubscribed'],
  ['subscriptions', { fleets: { subscribed: 0 } }, 'notNeeded', 'noConnection'],
  ['tesla', {}, 'notNeeded', 'noTesla'],
  ['tesla', { fleets: { makes: [{ make: 'TESLA', vehicles: 1, app: null }] } }, 'unknown', 'teslas'],
  ['appMakes', { fleets: { makes: [{ make: 'FORD', vehicles: 3, app: 'signIn' }] } }, 'unknown', 'appMakes'],
  ['mail', {}, 'done', 'mailSent'],
  ['mail', { seen: { mailedAt: null } }, 'done', 'mailAccepted'],
  ['mail', { asked: { mail: { accepted: false, reason: 'no' } } }, 'missing', 'mailFailed'],
  ['mail', { asked: null, seen: { mailedAt: null } }, 'unknown', 'mailNotTried'],
  ['mail', { setUp: { mail: 'none' } }, 'missing', 'mailNone'],
  ['mail', { setUp: { mail: 'mailbox' } }, 'missing', 'mailbox'],
  ['keys', { setUp: { keysInDataFolder: true } }, 'missing', 'keysInside'],
  ['keys', { setUp: { world: 'demo', keysInDataFolder: true } }, 'notNeeded', 'notInDemo'],
  ['bootstrap', { setUp: { bootstrap: ['TOWLINE_BOOTSTRAP_ADMIN'] } }, 'missing', 'bootstrapLeft'],
  ['database', { setUp: { isDatabaseEmbedded: true } }, 'unknown', 'databaseEmbedded'],
  ['quota', { setUp: { isQuotaTold: false } }, 'unknown', 'quotaAssumed'],
  ['quota', { setUp: { world: 'demo', isQuotaTold: false } }, 'notNeeded', 'notInDemo'],
];

test('each step follows from the facts that matter to it [§1.1-19, §3.8-11, §5-38, §6.4-8]', () => {
  for (const [name, change, state, says] of rows) {
    const step = goLive(facts(change)).steps.find((one) => one.name === name);
    assert.deepEqual([step?.state, step?.finding.says], [state, says], `${name} with ${JSON.stringify(change)}`);
  }
});

test('an installation of which everything is known is ready, and each thing that is needed and missing is counted', () => {
  assert.deepEqual(goLive(facts({})).verdict, { says: 'ready' });
  const { verdict, steps } = goLive(
    facts({
      setUp: { publicUrl: 'http://localhost', isQuotaTold: false },
      seen: { heardAt: null, challengedAt: null },
    }),
  );
  assert.deepEqual(verdict, { says: 'missing', count: 2 });
  assert.deepEqual(
    steps.map(({ name }) => name),
    [...goLiveSteps],
  );
  assert.deepEqual(goLive(facts({ setUp: { isQuotaTold: false, mail: 'none' } })).verdict, {
    says: 'readyBut',
    count: 2,
  });
});

test('what is needed and missing is never called ready, and what is to be known never stands in the way', () => {
  const step = fc.record({
    state: fc.constantFrom('done', 'missing', 'unknown', 'notNeeded'),
    weight: fc.constantFrom('must', 'should', 'note'),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const { says } = verdictOf(steps);
      const open = steps.filter(({ state, weight }) => weight !== 'note' && state !== 'done' && state !== 'notNeeded');
      assert.equal(says === 'ready', open.length === 0);
      assert.equal(
        says === 'missing',
        steps.some(({ state, weight }) => state === 'missing' && weight === 'must'),
      );
    }),
  );
});

test('every finding is met, has its words, and whatever is missing has its remedy', () => {
  const met = new Set<string>();
  for (const [, change] of [...rows, ['keys', {}] as const])
    for (const { finding, state } of goLive(facts(change)).steps) {
      met.add(finding.says);
      const text = goLiveFoundText(finding, setUp, later);
      assert.doesNotMatch(text, /undefined|\bnone\b|[{}]|\s{2}|\(\)/, text);
      if (state === 'missing') assert.ok(goLiveRemedyText(finding), `${finding.says} has a remedy`);
    }
  assert.deepEqual(
    plainFindings.filter((says) => !met.has(says)),
    [],
  );
});

test('what is copied is to the letter: the address that leads back, that of messages, the signals and permissions', () => {
  const copies = goLive(facts({})).steps.flatMap((step) => step.copies);
  assert.deepEqual(copies, [
    { what: 'redirectUri', value: back },
    { what: 'webhookAddress', value: hook },
    {
      what: 'signals',
      value: [...carried, 'closure-doors', 'internalcombustionengine-fuellevel', 'internalcombustionengine-range']
        .toSorted((a, b) => order.indexOf(a) - order.indexOf(b))
        .join(', '),
    },
    { what: 'permissions', value: [...required, 'read_fuel'].join(' ') },
  ]);
});

const order = [
  ...['location-preciselocation', 'odometer-traveleddistance', 'closure-islocked', 'closure-doors'],
  ...['internalcombustionengine-fuellevel', 'internalcombustionengine-range'],
];
