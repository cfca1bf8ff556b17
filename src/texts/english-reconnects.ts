/** English: many reconnects at once, car by car, and what was chosen for it. */
import type { Cause } from '../domain/cause.ts';
import type { ItemState, SkipReason } from '../domain/reconnect-batch.ts';

/** Causes in two or three words, for lists of them. */
export const causeNameTexts = {
  'causeName.waitingForFirstData': 'Waiting for first data',
  'causeName.noFirstData': 'No first data',
  'causeName.signedOut': 'Signed out',
  'causeName.platformMigrated': 'Accounts moved',
  'causeName.grantLapsed': 'Consent lapsed',
  'causeName.tokensRefused': 'Access refused',
  'causeName.tokensLost': 'Access lost',
  'causeName.revokedByOwner': 'Ended by the owner',
  'causeName.vehicleRemoved': 'Left the account',
  'causeName.disconnectedHere': 'Disconnected here',
  'causeName.superseded': 'Replaced',
  'causeName.accountIssue': 'Account needs attention',
  'causeName.subscriptionLapsed': 'Connected services ended',
  'causeName.virtualKeyMissing': 'Virtual key missing',
  'causeName.remoteAccessDisabled': 'Remote access off',
  'causeName.permissionMissing': 'Permission missing',
  'causeName.incompatible': 'Not compatible',
  'causeName.manufacturerFailing': 'Manufacturer failing',
  'causeName.smartcarFailing': 'Smartcar failing',
  'causeName.smartcarUnreachable': 'Smartcar out of reach',
  'causeName.nonsense': 'Answers not readable',
  'causeName.notFound': 'Not found at Smartcar',
  'causeName.planLimit': 'Smartcar plan',
  'causeName.accountSuspended': 'Smartcar account suspended',
  'causeName.credentials': 'Credentials refused',
  'causeName.requestRefused': 'Request refused',
} as const satisfies Record<`causeName.${Cause}`, string>;

/** Why a car is left out, and what could be done instead. */
export const skipReasonTexts = {
  'skipReason.neverConnected': 'Never connected: send the owner a link to connect first.',
  'skipReason.disconnectedHere': 'Disconnected here on purpose: connect the car anew if it is to come back.',
  'skipReason.active': 'Works: there is nothing to repair.',
  'skipReason.pending': 'Waiting for data already: the car is read every few minutes.',
  'skipReason.underway': 'Waits for its turn in another batch.',
  'skipReason.outage': 'An outage is on: owners are not bothered, and the car is read again when it is over.',
  'skipReason.toConfirm': 'The owner has connected a car already: confirm or refuse it on the vehicle’s page first.',
  'skipReason.movable': 'Needs no owner: press Reconnect on its page, or move the fleet to v3.',
  'skipReason.nothingHelps': 'A reconnect does not help: the vehicle’s page says what does.',
  'skipReason.ownerAction':
    'The owner has to do something at the manufacturer, not at Smartcar: the vehicle’s page says what.',
  'skipReason.noOwner': 'No owner: name one first.',
  'skipReason.noAddress': 'The owner has no e-mail address: add one first.',
  'skipReason.notByMail':
    'A new grant for this make can not be given through a link in a mail: let the owner connect in your own app, or open the link together.',
  'skipReason.mailFails': 'The last message could not be delivered: mend the address and close its alert first.',
  'skipReason.askedLately': 'The owner was asked less than a day ago.',
  'skipReason.changedSince': 'Changed since the preview: choose it again to see what can be done now.',
} as const satisfies Record<`skipReason.${SkipReason}`, string>;

/** What became of a car, where no reason says more. */
export const itemStateTexts = {
  'itemState.queued': 'Waits for its turn.',
  'itemState.sent': 'The owner was asked.',
  'itemState.retried': 'Read again, without the owner.',
  'itemState.repaired': 'Works again.',
  'itemState.skipped': 'Left out.',
  'itemState.withdrawn': 'Taken back: nothing is asked.',
} as const satisfies Record<`itemState.${ItemState}`, string>;

/** What was chosen, part by part; {filters} are the parts together. */
export const selectionTexts = {
  'selection.chosen': '{chosen, plural, one {# chosen vehicle} other {# chosen vehicles}}',
  'selection.all': 'All vehicles',
  'selection.except': '{filters}, without {except}',
  'selection.unconnected': 'Never connected',
  'selection.freshness': '{freshness, select, fresh {Fresh data} stale {Stale data} other {No data yet}}',
  'selection.who':
    '{who, select, owner {Owner’s turn} operator {Operator’s turn} vehicle {Car to be driven} manufacturer {Manufacturer’s turn} smartcar {Smartcar’s turn} us {Towline’s turn} other {Nobody’s turn}}',
  'selection.owner': 'One owner',
  'selection.lapsesBefore': 'Lapsing before {at, date, day}',
  'selection.permissionMissing': 'Not allowed: {permission}',
  'selection.anyPermissionMissing': 'Something required is not allowed',
  'selection.q': '“{q}”',
} as const;
