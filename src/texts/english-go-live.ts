/**
 * English: what stands between an installation and real cars. Read by who sets it up, with Smartcar's dashboard open beside
 * it, so that things are called here as they are called there.
 */
import type { copyNames, Finding, GoLiveState, GoLiveStepName, Verdict, Weight } from '../domain/go-live.ts';

type Says = Finding['says'];

const titles = {
  'goLive.step.mode': 'Real cars',
  'goLive.step.platform': "Smartcar's platform",
  'goLive.step.secretV3': 'API client secret',
  'goLive.step.secretV2': 'Secret for v2',
  'goLive.step.application': 'Application ID',
  'goLive.step.address': 'Public address',
  'goLive.step.redirect': 'Redirect URI',
  'goLive.step.managementToken': 'Application management token',
  'goLive.step.webhook': 'Webhook',
  'goLive.step.signals': 'Signals of the webhook',
  'goLive.step.verified': 'Messages arrive',
  'goLive.step.permissions': 'Permissions of the application',
  'goLive.step.subscriptions': 'Cars that Smartcar sends',
  'goLive.step.tesla': 'Tesla',
  'goLive.step.appMakes': 'Makes that need an app',
  'goLive.step.mail': 'Mail',
  'goLive.step.keys': 'Sealing keys',
  'goLive.step.bootstrap': 'What the first start left',
  'goLive.step.database': 'Database and backups',
  'goLive.step.quota': "Smartcar's limits",
} as const satisfies Record<`goLive.step.${GoLiveStepName}`, string>;

const states = {
  'goLive.state.done': 'done',
  'goLive.state.missing': 'missing',
  'goLive.state.unknown': 'not known from here',
  'goLive.state.notNeeded': 'not needed',
} as const satisfies Record<`goLive.state.${GoLiveState}`, string>;

const weights = {
  'goLive.weight.must': 'needed',
  'goLive.weight.should': 'advised',
  'goLive.weight.note': 'to be known',
} as const satisfies Record<`goLive.weight.${Weight}`, string>;

const verdicts = {
  'goLive.verdict.ready': 'Ready for real cars.',
  'goLive.verdict.readyBut':
    'Nothing that is needed is missing; {count, plural, one {# step is} other {# steps are}} advised or not known from here.',
  'goLive.verdict.missing':
    '{count, plural, one {One thing is} other {# things are}} missing before real cars can be managed.',
} as const satisfies Record<`goLive.verdict.${Verdict['says']}`, string>;

const copies = {
  'goLive.copy.redirectUri': 'Redirect URI',
  'goLive.copy.webhookAddress': 'Callback URI',
  'goLive.copy.signals': 'Signals',
  'goLive.copy.permissions': 'Permissions',
  'goLive.copy.applicationId': 'Application ID',
} as const satisfies Record<`goLive.copy.${(typeof copyNames)[number]}`, string>;

/** {age} is how long ago; {signals}, {permissions}, {makes}: lists in words; {meaning}: a meaning's text. */
const found = {
  'goLive.found.live': 'Smartcar is asked about real cars.',
  'goLive.found.simulated': "Smartcar's own simulated cars are managed (SMARTCAR_MODE=simulated).",
  'goLive.found.demo': 'This is the demo: its cars are simulated here, and Smartcar is not asked.',
  'goLive.found.onV3': 'New connections are made on v3.',
  'goLive.found.onBoth': 'New connections are made on v3; those that are still on v2 are read there.',
  'goLive.found.onV2Alone': 'There are credentials for v2 alone, which Smartcar deprecates on 1 December 2026.',
  'goLive.found.noCredentials': 'No credentials for it are set.',
  'goLive.found.accepted': 'Smartcar accepts it.',
  'goLive.found.refused': 'Smartcar refuses it.',
  'goLive.found.notAsked': 'Smartcar was not asked yet.',
  'goLive.found.notAnswered': 'Smartcar did not answer this.',
  'goLive.found.noAnswer': 'Smartcar did not say: {meaning}.',
  'goLive.found.applicationFound':
    '{name, select, none {The credentials belong to this application.} other {The credentials belong to this application, “{name}”.}}',
  'goLive.found.applicationUntold': 'Smartcar lists no application for these credentials.',
  'goLive.found.applicationOther': 'The credentials belong to another application: {others}.',
  'goLive.found.addressLoopback': '{url} leads to this machine alone.',
  'goLive.found.addressPrivate': '{url} is inside a private network; Smartcar and owners can not reach it.',
  'goLive.found.addressPlain': '{url} is not encrypted; Smartcar calls https alone.',
  'goLive.found.addressReached': '{url} leads to this Towline.',
  'goLive.found.addressNotTried': '{url} was not tried yet.',
  'goLive.found.addressElsewhere': 'Something else answers at {address} (status {status}).',
  'goLive.found.addressUnreachable':
    '{url} can not be reached from here{code, select, none {} other { ({code})}}. Many networks do not lead back to themselves, so that may mean nothing.',
  'goLive.found.addressHeard': "{url} is reached: Smartcar's last message came {age}.",
  'goLive.found.redirectListed': 'It is registered with Smartcar.',
  'goLive.found.redirectUnlisted': 'It is not among the addresses that Smartcar has for the application.',
  'goLive.found.redirectSeen': 'An owner came back through it {age}.',
  'goLive.found.redirectUnseen':
    'Smartcar does not tell whether it is registered; the first owner who comes back shows it.',
  'goLive.found.tokenMissing': 'It is not set, so no message of Smartcar can be checked, and all are refused.',
  'goLive.found.tokenRefused': 'Smartcar refuses it.',
  'goLive.found.tokenAccepted': 'Smartcar accepts it.',
  'goLive.found.tokenProven': "Smartcar's signed messages fit it.",
  'goLive.found.tokenSet': 'It is set. Whether it is the right one, the first message shows.',
  'goLive.found.webhookNone': 'The application has no webhook.',
  'goLive.found.webhookNotFound': 'None is called “{wanted}”.',
  'goLive.found.webhookElsewhere':
    '{name, select, none {The webhook} other {“{name}”}} sends to {sendsTo}, which is not here.',
  'goLive.found.webhookErrorsElsewhere': 'Errors are sent to {sendsTo}, which is not here.',
  'goLive.found.webhookDisabled': 'It is switched off in the dashboard.',
  'goLive.found.webhookHere':
    '{name, select, none {It sends here} other {“{name}” sends here}}; new connections are subscribed to it.',
  'goLive.found.webhookUntold': 'There is one; Smartcar does not tell where it sends.',
  'goLive.found.webhookOnV2': 'On v2 cars are enrolled by hand; nobody can ask which are.',
  'goLive.found.afterWebhook': 'First there has to be a webhook.',
  'goLive.found.signalsComplete': 'It carries everything that your fleets require.',
  'goLive.found.signalsLacking': 'It does not carry: {signals}.',
  'goLive.found.signalsUntold': 'Smartcar does not tell which signals it carries.',
  'goLive.found.noTriggers': 'Nothing triggers it, so nothing is sent when a car changes.',
  'goLive.found.heard': 'The last signed message came {age}.',
  'goLive.found.challenged':
    'A check of the address was answered {age}; the dashboard shows whether it was taken. No signed message has come yet.',
  'goLive.found.signatureWrong':
    '{count, plural, one {# message} other {# messages}} of the last day had a wrong signature, and no right one came after.',
  'goLive.found.neverVerified': 'Nothing has come from Smartcar yet.',
  'goLive.found.noConnection': 'No car is connected yet; the first one shows it.',
  'goLive.found.permissionsSeen': 'Owners granted everything that your fleets require.',
  'goLive.found.permissionsNever': 'No owner ever granted: {permissions}.',
  'goLive.found.subscribed':
    'Smartcar sends {count, plural, one {the connected car} other {all # connected cars}} by itself.',
  'goLive.found.unsubscribed': 'Smartcar does not send {count, number} of {of, number} connected cars.',
  'goLive.found.noTesla': 'No fleet has one.',
  'goLive.found.teslas':
    "{count, plural, one {# Tesla} other {# Teslas}}. Owners add Smartcar's virtual key after signing in; that needs nothing from you.",
  'goLive.found.noAppMakes': 'No fleet has one.',
  'goLive.found.appMakes':
    '{count, plural, one {# vehicle} other {# vehicles}} ({makes}): owners sign in, or allow commands, only in an app.',
  'goLive.found.mailNone': 'No mail server is set, so owners are not written to.',
  'goLive.found.mailbox': 'The demo keeps messages in its mailbox page, and no message leaves.',
  'goLive.found.mailNotTried': 'A mail server is set, and was not tried yet.',
  'goLive.found.mailAccepted': 'The mail server lets us in. No message was sent.',
  'goLive.found.mailSent': 'The mail server took a test message {age}.',
  'goLive.found.mailFailed': 'The mail server did not let us in: {reason}.',
  'goLive.found.keysOutside': 'They are given from outside (TOWLINE_SECRET_KEYS).',
  'goLive.found.keysInside': 'They lie in the data folder, beside what they seal.',
  'goLive.found.bootstrapGone': 'Nothing of it is set any more.',
  'goLive.found.bootstrapLeft': 'Still set: {variables}.',
  'goLive.found.databaseEmbedded':
    'Embedded, in the data folder. Whether it is copied somewhere can not be seen from here.',
  'goLive.found.databaseServer': 'A server of your own. Whether it is backed up can not be seen from here.',
  'goLive.found.quotaTold': 'They are set, and kept to.',
  'goLive.found.quotaAssumed': 'They are not set: 120 requests at once and 2 more a minute are assumed.',
  'goLive.found.notInDemo': 'Not in the demo.',
} as const satisfies Record<`goLive.found.${Says}`, string>;

/** What to do about it; a finding that asks for nothing has none. */
const remedies = {
  'goLive.do.simulated': 'Set SMARTCAR_MODE=live, or leave it out, and start Towline again.',
  'goLive.do.demo':
    "Set SMARTCAR_APPLICATION_ID, SMARTCAR_API_CLIENT_ID, SMARTCAR_API_CLIENT_SECRET and SMARTCAR_MANAGEMENT_TOKEN from Smartcar's dashboard, a data folder of its own in TOWLINE_DATA_DIR, and start Towline again.",
  'goLive.do.onV2Alone':
    'Set SMARTCAR_API_CLIENT_ID and SMARTCAR_API_CLIENT_SECRET from the dashboard, and start Towline again; then move the cars.',
  'goLive.do.notAsked': 'Check now.',
  'goLive.do.notAnswered': 'Where the secret above is accepted, check again in a few minutes.',
  'goLive.do.noAnswer': 'Check again in a few minutes.',
  'goLive.do.refused':
    'Make a new secret in the dashboard, set it, and start Towline again. Each id has its own: the secret of v3 belongs to the id that begins with client_, the secret of v2 to the Application ID.',
  'goLive.do.applicationUntold': 'Compare SMARTCAR_APPLICATION_ID with the dashboard yourself.',
  'goLive.do.applicationOther':
    'Set SMARTCAR_APPLICATION_ID to that one, or take the credentials of the right application.',
  'goLive.do.addressLoopback':
    'Give Towline an address with https that the internet can reach, set it in TOWLINE_PUBLIC_URL, and start again.',
  'goLive.do.addressPrivate':
    'Give Towline an address with https that the internet can reach, set it in TOWLINE_PUBLIC_URL, and start again.',
  'goLive.do.addressPlain': 'Put a proxy with a certificate before Towline, and write https:// in TOWLINE_PUBLIC_URL.',
  'goLive.do.addressNotTried': 'Check now.',
  'goLive.do.addressElsewhere':
    'Point the proxy at this Towline: paths, body and headers have to come through unchanged.',
  'goLive.do.addressUnreachable':
    'Open it on a phone that is not in your network, or let the dashboard verify the webhook.',
  'goLive.do.redirectUnlisted': "Add it in Smartcar's dashboard, to the letter.",
  'goLive.do.redirectUnseen': "See that it stands in Smartcar's dashboard, to the letter.",
  'goLive.do.tokenMissing': 'Copy it from the dashboard into SMARTCAR_MANAGEMENT_TOKEN, and start Towline again.',
  'goLive.do.tokenRefused': 'Copy it again from the dashboard into SMARTCAR_MANAGEMENT_TOKEN, and start Towline again.',
  'goLive.do.webhookNone':
    'Create one in the dashboard with this callback URI and the signals below, and let it verify. Then check again.',
  'goLive.do.webhookNotFound': 'Correct SMARTCAR_WEBHOOK, or leave it out: the one that sends here is taken then.',
  'goLive.do.webhookElsewhere':
    'Change its callback URI in the dashboard, or create one of its own for Towline. Then check again.',
  'goLive.do.webhookErrorsElsewhere':
    'Send errors here too: without them Towline learns of a broken connection only when it reads the car.',
  'goLive.do.webhookDisabled': 'Switch it on in the dashboard.',
  'goLive.do.webhookUntold': 'See that its callback URI in the dashboard is this one.',
  'goLive.do.webhookOnV2': "Enrol the cars in the dashboard's webhook with this address.",
  'goLive.do.afterWebhook': 'Create the webhook with these signals.',
  'goLive.do.signalsLacking': 'Tick these signals under what the webhook carries, and under what triggers it.',
  'goLive.do.signalsUntold': 'See that these are ticked, under what it carries and under what triggers it.',
  'goLive.do.noTriggers': 'Tick these signals under what triggers it.',
  'goLive.do.challenged': 'Connect a car: its first message shows that the management token is right.',
  'goLive.do.signatureWrong':
    'Copy the management token again from the dashboard; while it is replaced, set both as new,old. A proxy that changes the body has the same effect.',
  'goLive.do.neverVerified': "Let Smartcar's dashboard verify the webhook.",
  'goLive.do.noConnection': 'See that the application may ask for these permissions.',
  'goLive.do.permissionsNever':
    'Let the application ask for them in the dashboard, or take them off what the fleet requires, under Settings.',
  'goLive.do.unsubscribed':
    'Towline subscribes them by itself within minutes; where it stays so, look at the webhook above.',
  'goLive.do.teslas':
    'A key under a name of your own needs a Tesla tenant, which Smartcar sets up on its Enterprise plan.',
  'goLive.do.appMakes':
    "Let these owners connect in an app of yours with Smartcar's mobile SDK, and adopt the connections; Settings, Makes says more.",
  'goLive.do.mailNone': 'Set SMTP_URL and MAIL_FROM, and start Towline again. Until then, hand links over yourself.',
  'goLive.do.mailbox': 'Set SMTP_URL and MAIL_FROM.',
  'goLive.do.mailNotTried': 'Check now, or send yourself a test message.',
  'goLive.do.mailAccepted': 'Send yourself a test message to see that it arrives.',
  'goLive.do.mailFailed': 'Correct SMTP_URL or MAIL_FROM, and start Towline again.',
  'goLive.do.keysInside':
    'Move the key into TOWLINE_SECRET_KEYS and keep it apart from the backups: who has both can read every secret.',
  'goLive.do.bootstrapLeft': 'Take them out of the environment: they are used at the first start alone.',
  'goLive.do.databaseEmbedded':
    'Stop Towline before you copy the data folder, keep the keys elsewhere, and try a restore once. Several processes need a server.',
  'goLive.do.databaseServer': 'Back it up as you do others, keep the keys elsewhere, and try a restore once.',
  'goLive.do.quotaAssumed':
    'Set SMARTCAR_REQUEST_BURST and SMARTCAR_REQUESTS_PER_MINUTE from your contract with Smartcar.',
} as const satisfies Partial<Record<`goLive.do.${Says}`, string>>;

export const goLiveTexts = {
  ...titles,
  ...states,
  ...weights,
  ...verdicts,
  ...copies,
  ...found,
  ...remedies,
  'goLive.age.now': 'just now',
  'goLive.age.minute': '{count, plural, one {# minute ago} other {# minutes ago}}',
  'goLive.age.hour': '{count, plural, one {# hour ago} other {# hours ago}}',
  'goLive.age.day': '{count, plural, one {# day ago} other {# days ago}}',
  'goLive.testMessage.subject': 'Test message from Towline',
  'goLive.testMessage.text':
    'This message shows that mail leaves Towline. It was sent because an administrator asked for it; nothing has to be done.',
  'goLive.testSent': 'The mail server took the message. Look whether it arrives at {to}.',
  'goLive.testRefused': 'The mail server did not take the message: {reason}',
} as const;
