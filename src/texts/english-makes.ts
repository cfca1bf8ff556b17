/** English: what is known of single makes, what owners do before Connect, and whether a car can be connected at all. */
import type { BeforeStep, ConnectRefusal } from '../domain/before-connect.ts';
import type { CompatibilityAnswer } from '../domain/compatibility.ts';
import type { NumberName, Quirk, Sureness } from '../domain/make-facts.ts';

/** Said to operators. @see docs/smartcar.md §5 */
export const quirkTexts = {
  'quirk.appToSignIn':
    "Owners sign in only in an app with Smartcar's mobile SDK, and no browser will do. Newer pages of Smartcar's say nothing about it.",
  'quirk.appToCommand':
    "Lock and unlock are allowed only in an app with Smartcar's mobile SDK, which pairs the owner's phone by Bluetooth. A car that is not paired is not connected.",
  'quirk.virtualKey':
    "Commands need Smartcar's virtual key in the car. After signing in the owner adds it on the phone with the Tesla app.",
  'quirk.slowWithoutKey':
    'Without the virtual key a car that could stream is asked once in 8 hours and never woken. A Model S or X of 2020 and before needs no key.',
  'quirk.remoteAccessSlow':
    'After remote access was switched on it takes hours, up to a day, until the car answers again.',
  'quirk.keyUser': "Only the car's key user, also called primary user, has all of its functions.",
  'quirk.primaryUser': "Only the car's primary user has all of its functions; the Volkswagen app says who that is.",
  'quirk.identForLocks': 'Some cars are locked and unlocked only once a dealer has identified their owner (VW Ident).',
  'quirk.subscriptionReviewed':
    'In Europe a new subscription, trials too, works once Volkswagen has reviewed it and mailed the owner.',
  'quirk.softwareForLocation':
    'An ID of 2021, and some of 2022, tells its location and mileage from its software 3 on.',
  'quirk.chargeCommandsLimited': 'Charging is started and stopped 15 times at most until the car is driven again.',
  'quirk.singleSession':
    'An account has one session: whoever opens the BYD app with it signs Smartcar out. A second account for Smartcar alone avoids that.',
  'quirk.secondFactorAgain': 'Owners who use a second factor have to sign in again about every two weeks.',
  'quirk.oldDataLooksLapsed':
    'Data older than a month is reported as a lapsed subscription. A car that stood for so long may only have to be driven.',
  'quirk.deepSleep':
    'Parked for three to four days, the car sleeps so deeply that it answers nothing until somebody starts it.',
  'quirk.weekSleep': 'Parked for about a week, most cars sleep until somebody starts them.',
  'quirk.appCountsToo': "The maker takes one read in 30 minutes, and counts the owner's use of its app as well.",
  'quirk.carAskedRarely':
    "The car itself is asked once in 72 minutes, 20 times a day; what is asked in between is answered by the maker's cloud. Smartcar's pages disagree about it.",
  'quirk.tellsByEvents':
    'A car built before 2025 speaks when something changes: while charging, five minutes after the ignition, after a command.',
  'quirk.locksLimited':
    'In the United States the maker limits how often a car is locked and unlocked, and may shut its owner out of the app for a while.',
  'quirk.tellsOwnerOfLocation': "The owner's phone may tell of each request for the car's location.",
  'quirk.silentWhileDriven': 'Some cars tell nothing while the ignition is on.',
  'quirk.relocks':
    'Unlocked from afar, the car locks itself again unless its trunk is opened within about ten seconds.',
  'quirk.signInByEmail': 'Owners sign in with an e-mail address; Connect takes no phone number.',
  'quirk.someModelsNever':
    'Some newer models (the XC40 Recharge from 2021, most others from 2022 or 2023) can not be connected: the account looks as though it had no car.',
  'quirk.vinAsked': "In Europe the owner is asked for the car's VIN.",
  'quirk.electricOnly':
    'In Europe only battery-electric and plug-in hybrid cars are connected anew, and others can not sign in again.',
  'quirk.noLocks': 'In Europe neither the lock status nor lock and unlock are offered.',
} as const satisfies Record<`quirk.${Quirk}`, string>;

/** A number as a sentence. */
export const makeNumberTexts = {
  'makeNumber.freshnessMin': 'Data is renewed every {value} min at best.',
  'makeNumber.staleAfterH': 'News counts as old after {value} h.',
  'makeNumber.leastPollMin': 'One read in {value} min is taken at most.',
  'makeNumber.requestsPerDay': '{value} requests a day are taken from one car.',
  'makeNumber.deepSleepAfterD': 'The car sleeps deeply after {value} days parked.',
  'makeNumber.signInAgainAfterD': 'Owners sign in again after {value} days.',
} as const satisfies Record<`makeNumber.${NumberName}`, string>;

/** What each of them is called in a form. */
export const makeNumberLabelTexts = {
  'makeLabel.freshnessMin': 'Data is renewed every',
  'makeLabel.staleAfterH': 'News is old after',
  'makeLabel.leastPollMin': 'Between two reads at least',
  'makeLabel.requestsPerDay': 'Requests a day at most',
  'makeLabel.deepSleepAfterD': 'Deep sleep after',
  'makeLabel.signInAgainAfterD': 'Owners sign in again after',
} as const satisfies Record<`makeLabel.${NumberName}`, string>;

/** What the numbers come to. Minutes are whole ones. */
export const makeEffectTexts = {
  'makeEffect.byPlan': 'Read at most every {planMin} min, as the plan says.',
  'makeEffect.byMake': 'Read at most every {leastMin} min, whatever the plan says ({planMin} min).',
  'makeEffect.byQuota':
    'Read at most every {leastMin} min ({perDay} requests a day), whatever the plan says ({planMin} min).',
  'makeEffect.claim': 'A claim that something broke is settled after {claimMin} min at the latest.',
  'makeEffect.stale': 'News counts as old after {staleH} h.',
  'makeEffect.deepSleep': 'Parked for {days} days, only a driver wakes the car.',
  'makeEffect.signIn': 'A lapse is forecast {days} days after each sign-in.',
  'makeEffect.noMail': 'Invitations to connect are not mailed.',
} as const;

export const surenessTexts = {
  'sure.documented': "Smartcar's documentation",
  'sure.older': "older documentation of Smartcar's",
  'sure.disputed': "Smartcar's pages disagree",
  'sure.concluded': 'our reading of the documentation',
  'sure.fleet': 'another setting of your fleet',
  'sure.nothing': 'nothing is documented',
} as const satisfies Record<`sure.${Sureness | 'fleet' | 'nothing'}`, string>;

/** Said to the owner before the button, which 60 words stand before at most: so these have 12. */
export const beforeTexts = {
  'before.title': 'Before you start',
  'before.appMayBeNeeded': '{make} may want an app for this. If it stops, ask us.',
  'before.phoneMayBePaired': '{make} may want your phone paired. If it stops, ask us.',
  'before.phoneWithApp': 'Have the phone with your Tesla app at hand for a virtual key.',
  'before.signInAsKeyUser': 'Sign in as the primary user (key user): others can not lock it.',
  'before.signInAsPrimaryUser': "Sign in as the car's primary user, whom the Volkswagen app names.",
  'before.secondAccount': 'Use a second BYD account here: opening the BYD app signs us out.',
  'before.vinAtHand': "Have your car's VIN at hand: {make} asks for it.",
  'before.emailNotPhone': 'Sign in with your e-mail address, not with a phone number.',
  'before.noticesOfLocation': '{make} may tell you each time that we read where your car is.',
} as const satisfies Record<'before.title' | `before.${BeforeStep}`, string>;

/** Why an operator can't have a link mailed. */
export const connectRefusalTexts = {
  'capability.connectNeedsApp':
    "{make} lets owners sign in only in an app with Smartcar's mobile SDK, so a mailed link can not do it. Connect in your own app and adopt the connection, or open the link together.",
  'capability.commandsNeedApp':
    "{make} allows lock and unlock only in an app with Smartcar's mobile SDK, so a mailed link can not do it. Connect in your own app and adopt the connection, or open the link together.",
} as const satisfies Record<`capability.${ConnectRefusal}`, string>;

export const compatibilityTexts = {
  'compatibility.compatible': 'Smartcar says that this car can probably be connected.',
  'compatibility.incompatible': 'Smartcar says that this car can not be connected.',
  'compatibility.notInPlan':
    'Your Smartcar plan does not include this check. The owner finds out in Connect; nothing else depends on it.',
  'compatibility.because.car': 'It does not have what a connection needs.',
  'compatibility.because.make':
    'Smartcar does not connect {make, select, unknown {cars of this make} other {{make}}} in this country yet.',
  'compatibility.all': 'Everything that is asked for would work.',
  'compatibility.some': 'Of what is asked for some is not to be had.',
  'compatibility.untold': 'What would work is told of cars sold in the United States alone.',
  'compatibility.noCountry': 'The vehicle has no country, so Smartcar took the United States.',
  'compatibility.lacks.car': 'this car does not offer it',
  'compatibility.lacks.smartcar': 'Smartcar does not reach it in this make',
  'compatibility.lacks.unsaid': 'without a reason given',
  'capability.vinMissing': 'The vehicle has no VIN to ask about. Add it first.',
  'capability.compatibilityClosed':
    "Only Smartcar's v2 answers this, and this installation has no secret for it (SMARTCAR_CLIENT_SECRET).",
} as const satisfies Record<`compatibility.${CompatibilityAnswer}`, string> & Record<string, string>;
