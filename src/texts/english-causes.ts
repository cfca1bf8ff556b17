/** English: why a connection is not active, said to an operator and to an owner, and whose turn it is. */
import type { Cause, Status } from '../domain/cause.ts';
import type { Meaning } from '../domain/failure.ts';

/** A make that is not known is passed as `unknown`, so that each language finds its own words for it. */
const account = '{make, select, unknown {account at the manufacturer} other {{make} account}}';
const maker = '{make, select, unknown {the manufacturer} other {{make}}}';
const Maker = '{make, select, unknown {The manufacturer} other {{make}}}';

export const statusTexts = {
  'status.active': 'Active',
  'status.pending': 'Waiting for first data',
  'status.expired': 'Expired',
  'status.disconnected': 'Disconnected',
  'status.error': 'Error',
} as const satisfies Record<`status.${Status}`, string>;

/** What an operator reads on the panel. */
export const causeTexts = {
  'cause.waitingForFirstData': 'The car is connected; its first data has not arrived yet.',
  'cause.noFirstData': 'The car was connected, but no data has arrived since. Smartcar is asked again regularly.',
  'cause.signedOut': `The owner's ${account} no longer lets us in; the password was probably changed.`,
  'cause.platformMigrated': `${Maker} moved its accounts to a new system; each owner has to sign in once more.`,
  'cause.grantLapsed':
    "The owner's consent lapsed: it was not used for about 60 days, and Smartcar no longer accepts it.",
  'cause.tokensRefused': 'Smartcar no longer accepts the access that this owner gave.',
  'cause.tokensLost':
    "Towline was stopped while it renewed this owner's access: Smartcar's answer was never stored, and the access from before is no longer accepted.",
  'cause.revokedByOwner': `The owner ended our access, at ${maker} or at Smartcar.`,
  'cause.vehicleRemoved': `The car is no longer in the owner's ${account}; it may have been sold.`,
  'cause.disconnectedHere': 'The car was disconnected here. Its history stays.',
  'cause.superseded': 'A newer connection of this car has taken its place.',
  'cause.accountIssue': `Something in the owner's ${account} needs attention, such as new terms to accept.`,
  'cause.subscriptionLapsed': `The car's connected services at ${maker} have ended; the owner can renew them.`,
  'cause.virtualKeyMissing': 'The virtual key is missing from the car; without it the car takes no orders from us.',
  'cause.remoteAccessDisabled': 'Remote access is switched off in the car or in its app.',
  'cause.permissionMissing': 'The owner has not allowed everything that this fleet requires.',
  'cause.incompatible': 'This car cannot do what the fleet requires; asking again does not help.',
  'cause.manufacturerFailing': `${Maker}'s service is failing. The connection itself is not in doubt.`,
  'cause.smartcarFailing': 'Smartcar is failing. The connection itself is not in doubt.',
  'cause.smartcarUnreachable': 'Smartcar cannot be reached from here. The connection itself is not in doubt.',
  'cause.nonsense': 'Smartcar gives answers that cannot be read. They are kept with their request ids.',
  'cause.notFound': 'Smartcar does not find this car under the connection we know.',
  'cause.planLimit': 'The Smartcar plan does not cover this car or what is asked of it.',
  'cause.accountSuspended': 'The Smartcar account is suspended; no car can be read until that is settled.',
  'cause.credentials': "Smartcar refuses Towline's credentials. The connection itself is not in doubt.",
  'cause.requestRefused': 'Smartcar refuses the request as it is made. The connection itself is not in doubt.',
} as const satisfies Record<`cause.${Cause}`, string>;

/** What an owner reads: what happened, without blame. */
export const ownerCauseTexts = {
  'ownerCause.waitingForFirstData': 'Your car is connected; its first data is on the way.',
  'ownerCause.noFirstData': 'Your car is connected, but no data has arrived yet.',
  'ownerCause.signedOut': `${Maker} signed us out, most often because a password was changed.`,
  'ownerCause.platformMigrated': `${Maker} moved its accounts to a new system and asks everyone to sign in once more.`,
  'ownerCause.grantLapsed': 'Our access to your car has lapsed, because it was not used for about 60 days.',
  'ownerCause.tokensRefused': 'Our partner Smartcar no longer accepts our access to your car.',
  'ownerCause.tokensLost': 'We lost our access to your car through an interruption on our side. We are sorry.',
  'ownerCause.revokedByOwner': `Access to your car was ended at ${maker} or at Smartcar.`,
  'ownerCause.vehicleRemoved': `Your car is no longer listed in your ${account}.`,
  'ownerCause.disconnectedHere': 'Your car was disconnected from the fleet.',
  'ownerCause.superseded': 'Your car has a newer connection.',
  'ownerCause.accountIssue': `${Maker} is waiting for something in your account, such as new terms to accept.`,
  'ownerCause.subscriptionLapsed': `Your car's connected services at ${maker} have ended.`,
  'ownerCause.virtualKeyMissing':
    'Your car has not yet been given the virtual key that lets it be locked and unlocked.',
  'ownerCause.remoteAccessDisabled': 'Remote access is switched off in your car or in its app.',
  'ownerCause.permissionMissing': 'A permission that car sharing needs is not switched on yet.',
  'ownerCause.incompatible': 'Your car does not offer what car sharing needs.',
  'ownerCause.manufacturerFailing': `${Maker}'s service is having trouble at the moment.`,
  'ownerCause.smartcarFailing': 'Our partner Smartcar is having trouble at the moment.',
  'ownerCause.smartcarUnreachable': 'We are having trouble on our side at the moment.',
  'ownerCause.nonsense': 'Our partner Smartcar is having trouble at the moment.',
  'ownerCause.notFound': 'Our partner Smartcar does not find your car at the moment.',
  'ownerCause.planLimit': 'We have something to put right on our side.',
  'ownerCause.accountSuspended': 'We have something to put right on our side.',
  'ownerCause.credentials': 'We have something to put right on our side.',
  'ownerCause.requestRefused': 'We have something to put right on our side.',
} as const satisfies Record<`ownerCause.${Cause}`, string>;

/** Whose turn it is, with a verb: the chip beside the status. */
export const actionTexts = {
  'action.waitingForFirstData': 'Nobody: waiting for first data',
  'action.noFirstData': 'Smartcar: no data so far, we keep asking',
  'action.signedOut': 'Owner: sign in again',
  'action.platformMigrated': 'Owner: sign in again',
  'action.grantLapsed': 'Owner: give access again',
  'action.tokensRefused': 'Owner: give access again',
  'action.tokensLost': 'Owner: give access again',
  'action.revokedByOwner': 'Owner: give access again',
  'action.vehicleRemoved': 'Owner: connect the car again',
  'action.disconnectedHere': 'You: connect again if wanted',
  'action.superseded': 'Nobody: replaced by a newer connection',
  'action.accountIssue': "Owner: open the manufacturer's app",
  'action.subscriptionLapsed': 'Owner: renew connected services',
  'action.virtualKeyMissing': 'Owner: add the virtual key',
  'action.remoteAccessDisabled': 'Owner: switch on remote access',
  'action.permissionMissing': 'You: widen permissions',
  'action.incompatible': 'You: plan without this car',
  'action.manufacturerFailing': 'Manufacturer: failing, we keep asking',
  'action.smartcarFailing': 'Smartcar: failing, we keep asking',
  'action.smartcarUnreachable': 'Administrator: check the network to Smartcar',
  'action.nonsense': 'Smartcar: unreadable answers, we keep asking',
  'action.notFound': 'Smartcar: car not found, we keep asking',
  'action.planLimit': 'You: extend the Smartcar plan',
  'action.accountSuspended': 'You: settle the Smartcar account',
  'action.credentials': 'Administrator: check the Smartcar credentials',
  'action.requestRefused': 'Administrator: look at the refused request',
} as const satisfies Record<`action.${Cause}`, string>;

/** What was claimed or reported, as it stands after a colon. */
export const meaningTexts = {
  'meaning.signedOut': "the owner's account no longer lets us in",
  'meaning.platformMigrated': 'the manufacturer moved its accounts to a new system',
  'meaning.revoked': 'the owner ended our access',
  'meaning.vehicleRemoved': "the car is no longer in the owner's account",
  'meaning.accountIssue': "the owner's account needs attention",
  'meaning.subscriptionLapsed': "the car's connected services have ended",
  'meaning.virtualKeyMissing': 'the virtual key is missing',
  'meaning.remoteAccessDisabled': 'remote access is switched off',
  'meaning.grantLapsed': "the owner's consent lapsed, unused for about 60 days",
  'meaning.tokensRefused': "the owner's access is no longer accepted",
  'meaning.accessRefused': "the owner's access was renewed, and is refused all the same",
  'meaning.tokensLost': 'the answer to a renewal of access was lost',
  'meaning.asleep': 'the car is asleep',
  'meaning.vehicleUnreachable': 'the car cannot be reached',
  'meaning.inService': 'the car is in service mode',
  'meaning.lowBattery': "the car's battery is too low",
  'meaning.doorOpen': 'a door is open',
  'meaning.hoodOpen': 'the bonnet is open',
  'meaning.trunkOpen': 'the boot is open',
  'meaning.ignitionOn': 'the engine is running',
  'meaning.inMotion': 'the car is moving',
  'meaning.charging': 'the car is charging',
  'meaning.fullyCharged': 'the battery is full',
  'meaning.notCharging': 'the car is not charging',
  'meaning.pluggedIn': 'the charging cable is plugged in',
  'meaning.notPluggedIn': 'the charging cable is not plugged in',
  'meaning.chargeFault': 'the charger gives no current, or another schedule is in the way',
  'meaning.vehicleRefused': 'the car refused and did not say why',
  'meaning.throttledApplication': 'Smartcar asks all of our requests to wait',
  'meaning.throttledVehicle': 'Smartcar asks requests for this car to wait',
  'meaning.throttledManufacturer': 'the manufacturer asks requests to wait',
  'meaning.manufacturerFailing': "the manufacturer's service is failing",
  'meaning.smartcarFailing': 'Smartcar is failing',
  'meaning.smartcarUnreachable': 'Smartcar cannot be reached',
  'meaning.nonsense': 'the answer cannot be read',
  'meaning.notFound': 'Smartcar does not find the car',
  'meaning.planLimit': 'the Smartcar plan does not cover this',
  'meaning.requestLimit': "this car's requests are used up",
  'meaning.accountSuspended': 'the Smartcar account is suspended',
  'meaning.credentials': 'Smartcar refuses our credentials',
  'meaning.requestRefused': 'Smartcar refuses the request',
  'meaning.permission': 'a permission is missing',
  'meaning.incompatible': 'the car cannot do this',
  /** {claim} is one of the above. */
  'suspicion.text': `Suspected, being checked: {claim}{make, select, unknown {} other { ({make})}}.`,
} as const satisfies Record<`meaning.${Meaning}` | 'suspicion.text', string>;
