/** English: what a reconnect starts, and what is said of a car that came back from Connect and is no connection. */
import type { Start } from '../domain/reconnect-route.ts';
import type { GrantState, RemovalReason } from '../domain/returned-car.ts';

/** Beside the button: what a press does. */
export const startTexts = {
  'starts.read': 'Asks Smartcar again at once. Nobody has to sign in.',
  'starts.moveToV3':
    "Reads the car over Smartcar's v3 from now on, with the access that the owner gave. Nobody has to sign in.",
  'starts.signIn': 'The owner signs in again; it takes less than a minute, and nothing else is asked.',
  'starts.grant': 'The owner signs in and allows access again, for this car alone.',
  'starts.widen':
    'The owner signs in, and is asked again for what is missing{permissions, select, none {} other {: {permissions}}}.',
  'starts.explain': 'The owner has to put something right outside Smartcar first; the page behind the link says what.',
  'starts.nothing': 'No sign-in would mend this.',
} as const satisfies Record<`starts.${Start}`, string>;

/** Whose turn it is, where the way is not the usual one of its cause. */
export const actionOfTexts = {
  'actionOf.read': 'Nobody: we keep asking',
  'actionOf.moveToV3': 'You: read it over v3, no owner needed',
  'actionOf.signIn': 'Owner: sign in again',
  'actionOf.grant': 'Owner: give access again',
  'actionOf.widen': 'Owner: sign in and widen permissions',
  'actionOf.explain': "Owner: open the manufacturer's app",
  'actionOf.nothing': 'Nobody',
} as const satisfies Record<`actionOf.${Start}`, string>;

export const grantTexts = {
  'action.confirmCar': 'You: confirm the car',
  'grant.held':
    '{reason, select, otherAccount {The owner connected this car through another account, or under another id at Smartcar.} other {The owner connected a car whose VIN could not be compared. Ask them which one it is.}}',
  'grant.bound': 'Confirmed: it is the connection.',
  'grant.removing': '{because} It is being deleted at Smartcar.',
  'grant.removed': '{because} It is deleted at Smartcar.',
  'grant.kept': '{because} It was left at Smartcar, since a connection lives on it.',
  'grant.removedFor.wrongCar': 'Another car was chosen.',
  'grant.removedFor.alreadyConnected': 'The chosen car was connected already.',
  'grant.removedFor.severalCars': 'Several cars were chosen.',
  'grant.removedFor.disconnected': 'The vehicle was disconnected meanwhile.',
  'grant.removedFor.refused': 'An operator said that it is another car.',
  'grant.removedFor.expired': 'Nobody confirmed it in time.',
  'grant.removedFor.superseded': 'Another grant took its place.',
  'grant.error.stillListed': 'Smartcar said that it is deleted, and still lists it',
  'grant.error.fault': 'something went wrong on our side',
} as const satisfies Record<`grant.${GrantState}` | `grant.removedFor.${RemovalReason}`, string> &
  Record<string, string>;
