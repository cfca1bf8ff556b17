/** English: what a diagnosis says of one vehicle, its steps and how sure it is; and words to send to an owner. */
import type { Route } from '../domain/cause.ts';
import type { Finding, GapReason, StepName, StepState } from '../domain/check-step.ts';
import type { Confidence, Evidence } from '../domain/diagnosis.ts';

const stepTitles = {
  'step.access': 'Our access',
  'step.smartcar': 'Smartcar answers',
  'step.listed': "In Smartcar's list",
  'step.permissions': 'Permissions',
  'step.signals': 'Reading the car',
  'step.ages': 'Age of the data',
  'step.webhook': 'Messages from Smartcar',
  'step.command': 'Last command',
  'step.rental': 'Rental',
  'step.incident': 'Incident',
} as const satisfies Record<`step.${StepName}`, string>;

const stepStates = {
  'stepState.passed': 'passed',
  'stepState.warning': 'to be known',
  'stepState.failed': 'failed',
  'stepState.skipped': 'not looked at',
} as const satisfies Record<`stepState.${StepState}`, string>;

/** {claim} is a meaning's text; {signals} and {permissions} are lists in words; {wait} is how long we were told to wait. */
const findings = {
  'finding.accessHeld': 'Towline is let in.',
  'finding.answered': 'Smartcar answered.',
  'finding.listed': 'Smartcar lists the connection.',
  'finding.unlisted': 'Smartcar does not list this connection any more.',
  'finding.listClosed': "Without a management key Smartcar's v2 list can't be asked for.",
  'finding.allGranted': 'Everything that the fleet requires is granted.',
  'finding.gaps': 'Of no use: {permissions}.',
  'finding.signalsCame': '{came, plural, one {# signal} other {# signals}} came.',
  'finding.someSignalsFailed':
    '{came, plural, =0 {No signal} one {# signal} other {# signals}} came; without a value: {signals}.',
  'finding.storeEmpty': 'Smartcar has no data of this car yet.',
  'finding.agesFresh': 'Everything that the fleet requires is as new as it should be.',
  'finding.agesOld':
    '{old, select, none {} other {Old: {old}.}} {lacking, select, none {} other {Never came: {lacking}.}}',
  'finding.subscribed': 'Smartcar sends this car by itself.',
  'finding.notSubscribed': 'Smartcar does not send this car by itself; it is read by schedule only.',
  'finding.subscribedElsewhere': "On v2 cars are enrolled in Smartcar's dashboard; no list of them can be asked for.",
  'finding.noCommand': 'No command was sent from Towline.',
  'finding.lastCommand': 'The last one, {what}: {state}.{because, select, none {} other { {because}}}',
  'finding.noRental': 'It is in no rental.',
  'finding.inRental': 'It is in the rental {reference}.',
  'finding.noIncident': 'No incident is open for this make.',
  'finding.inIncident': '{of}: many vehicles fail together at the moment.',
  'finding.refused': '{claim}.{wait, select, none {} other { We were told to wait for {wait}.}}',
  'finding.refusedWait':
    '{claim}. Nothing was read; Towline asks again by itself{wait, select, none {} other {, in {wait} at the earliest}}.',
  'finding.notAsked': 'Not asked: see “{step}”.',
} as const satisfies Record<`finding.${Finding['says']}` | 'finding.refusedWait', string>;

const gapReasons = {
  'gap.notGranted': 'not granted by the owner',
  'gap.notSupported': 'not supported by this car',
  'gap.notInPlan': 'not in the Smartcar plan',
} as const satisfies Record<`gap.${GapReason}`, string>;

const confidences = {
  'confidence.certain': 'Certain: two witnesses say the same, or it is our own doing.',
  'confidence.likely': 'Likely: one answer of Smartcar says so.',
  'confidence.suspected': 'Suspected: claimed, or concluded from what did not come.',
  'confidence.word.certain': 'Certain',
  'confidence.word.likely': 'Likely',
  'confidence.word.suspected': 'Suspected',
} as const satisfies Record<`confidence.${Confidence}` | `confidence.word.${Confidence}`, string>;

const evidence = {
  'evidence.failure': 'A check was answered: {claim}{reported, select, none {} other { (reported as {reported})}}.',
  'evidence.signals':
    'A check was answered for {signals}: {claim}{reported, select, none {} other { (reported as {reported})}}.',
  'evidence.came':
    '{came, plural, =0 {A check brought no signal.} one {A check brought # signal.} other {A check brought # signals.}}',
  'evidence.step': '{title}: {detail}',
  'evidence.alert': 'An alert is open since then: {kind}.',
} as const satisfies Record<`evidence.${Exclude<Evidence['what'], 'happening'>}`, string>;

/** What is no cause of a connection, and still something to say. */
const causes = {
  'diagnosis.healthy': 'Nothing is wrong: data flows.',
  'diagnosis.neverConnected':
    'This vehicle was never connected. Its owner has to agree once, with the login at the manufacturer.',
  'diagnosis.someMissing': 'The connection works, and some of what the fleet requires is old or missing: {signals}.',
  'diagnosis.suspected': 'Suspected, being checked: {text}',
  'diagnosis.suspectedAction': 'Nobody: being checked',
  'diagnosis.neverConnectedAction': 'You: connect it with its owner',
  'diagnosis.someMissingAction': 'Nobody: what came is shown, and we keep asking',
} as const;

/** Words to send to the owner, by what they have to do. {why} is a whole sentence. */
const ownerWords = {
  'ownerWords.reauthenticate':
    "{why} Please sign in once with your manufacturer's login, using the link that we send you. It takes less than a minute. Your car's data and bookings are not affected.",
  'ownerWords.authorize':
    "{why} Please give access once more with your manufacturer's login, using the link that we send you. It takes less than a minute. Your car's data and bookings are not affected.",
  'ownerWords.widen':
    '{why} Please sign in once with the link that we send you, and leave all required boxes ticked; it takes about two minutes.{permissions, select, none {} other { Not allowed yet: {permissions}.}}',
  'ownerWords.ownerAction':
    '{why} {todo} We notice by ourselves when it is done; you need not sign in anywhere with us.',
} as const satisfies Record<`ownerWords.${Exclude<Route, 'automatic' | 'none'>}`, string>;

/** What an owner does outside Connect: {todo} above. The others are the same on their page. */
const ownerTodo = {
  'ownerTodo.virtualKeyMissing':
    'Please open the link that we send you on the phone with your Tesla app, and add the key.',
} as const;

const support = {
  'support.title': 'Towline: diagnosis for Smartcar support',
  'support.note':
    'Without secrets, places, values, and the names or addresses of people. The VIN is shortened to its last six characters.',
} as const;

export const diagnosisTexts = {
  ...stepTitles,
  ...stepStates,
  ...findings,
  ...gapReasons,
  ...confidences,
  ...evidence,
  ...causes,
  ...ownerWords,
  ...ownerTodo,
  ...support,
} as const;
