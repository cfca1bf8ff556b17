/** English: the owner's page. First what happened, then what to do, then one button. */

const maker = '{make, select, unknown {the manufacturer} other {{make}}}';
const account = '{make, select, unknown {account at the manufacturer} other {{make} account}}';
const app = "{make, select, unknown {manufacturer's app} other {{make} app}}";

/**
 * Why Smartcar's Connect sent the owner back, each with a title, what happened and what to do next; `operator` is the
 * same for the timeline.
 *
 * @see docs/smartcar.md §1.3
 */
export const connectErrorTexts = {
  'connectError.access_denied.title': 'Permission was not given',
  'connectError.access_denied.text': 'You chose not to allow access. Nothing has changed on your car.',
  'connectError.access_denied.next': 'If that was not what you meant, start again and press “Allow” at the end.',
  'connectError.access_denied.operator': 'the owner declined the permissions.',
  'connectError.vehicle_incompatible.title': 'This car cannot be connected',
  'connectError.vehicle_incompatible.text': 'The car you chose does not offer the connection that car sharing needs.',
  'connectError.vehicle_incompatible.next':
    'If you have several cars, start again and choose the one named above. Otherwise please ask us.',
  'connectError.vehicle_incompatible.operator': 'the chosen car is not compatible with Smartcar.',
  'connectError.invalid_subscription.title': 'Connected services are not active',
  'connectError.invalid_subscription.text': `Your car's connected services at ${maker} are not active at the moment.`,
  'connectError.invalid_subscription.next': `Activate or renew them in the ${app}, then start again here.`,
  'connectError.invalid_subscription.operator': "the car's connected services are not active.",
  'connectError.no_vehicles.title': 'No car in this account',
  'connectError.no_vehicles.text': `You signed in, but there is no car in that account.`,
  'connectError.no_vehicles.next':
    'Sign in with the account that your car is registered to, or add the car to it first.',
  'connectError.no_vehicles.operator': 'there is no car in the account that was used.',
  'connectError.configuration_error.title': 'Something on our side needs correcting',
  'connectError.configuration_error.text': 'The sign-in page could not be shown. This is not about you or your car.',
  'connectError.configuration_error.next': 'Start again from this page. If it happens again, please tell us.',
  'connectError.configuration_error.operator': 'Smartcar found a mistake in how its sign-in was opened.',
  'connectError.oem_cancelled_login.title': 'Sign-in was not finished',
  'connectError.oem_cancelled_login.text': `The sign-in at ${maker} was left before its end. Nothing has changed on your car.`,
  'connectError.oem_cancelled_login.next': `Start again when you have the e-mail address and password of your ${account} at hand.`,
  'connectError.oem_cancelled_login.operator': "the sign-in at the manufacturer's was left before its end.",
  'connectError.user_manually_returned_to_application.title': 'Not finished yet',
  'connectError.user_manually_returned_to_application.text':
    'You came back before the end. Nothing has changed on your car.',
  'connectError.user_manually_returned_to_application.next':
    'Start again whenever it suits you; it takes less than a minute.',
  'connectError.user_manually_returned_to_application.operator': 'the owner came back before the end.',
  'connectError.server_error.title': 'The sign-in service is having trouble',
  'connectError.server_error.text':
    'Our partner Smartcar could not finish your sign-in. This is not about you or your car.',
  'connectError.server_error.next': 'Wait a few minutes, then start again.',
  'connectError.server_error.operator': 'Smartcar failed during the sign-in.',
  'connectError.other.title': 'It did not work this time',
  'connectError.other.text': 'Your sign-in could not be finished. Nothing has changed on your car.',
  'connectError.other.next': 'Start again. If it happens a second time, please ask us.',
  'connectError.other.operator': 'Smartcar gave a reason that is not in its documentation ({error}).',
} as const;

/** What Towline itself found wrong when the owner came back. */
export const returnProblemTexts = {
  'problem.wrongCar.title': 'That was another car',
  'problem.wrongCar.text':
    'The car you chose is not the one named here{field, select, none {} other {: {field} {found} instead of {expected}}}. We have not connected it.',
  'problem.wrongCar.next': 'Start again and choose the car named here.',
  'problem.otherVehicle.title': 'That was another car',
  'problem.otherVehicle.text':
    'The car you chose is another one that we have on record. We have not connected it here.',
  'problem.otherVehicle.next': 'Start again and choose the car named here.',
  'problem.alreadyConnected.title': 'This car is connected already',
  'problem.alreadyConnected.text': 'The car you chose is connected already. Nothing was changed.',
  'problem.alreadyConnected.next': 'If you have another car to connect, start again and choose that one.',
  'problem.notListed.title': 'Your sign-in has not been confirmed',
  'problem.notListed.text': 'Smartcar did not confirm the car you signed in for. Nothing was changed.',
  'problem.notListed.next': 'Start again, and allow access at the end.',
  'problem.severalCars.title': 'One car at a time',
  'problem.severalCars.text': 'Several cars were chosen. We have connected none of them.',
  'problem.severalCars.next': 'Start again and choose only the car named here.',
  'problem.notWidened.title': 'Nothing more was allowed',
  'problem.notWidened.text': 'You came back, and what car sharing needs is still not switched on for this car.',
  'problem.notWidened.next': 'Start again, choose the car named here, and leave all required boxes ticked.',
  'problem.disconnected.title': 'No longer connected',
  'problem.disconnected.text': 'We ended the connection to this car while you were signing in. Nothing was connected.',
  'problem.disconnected.next': 'There is nothing you need to do. Ask us if you did not expect this.',
  'problem.refused.title': 'That was another car',
  'problem.refused.text': 'We looked at the car you chose, and it is not the one named here. We have not connected it.',
  'problem.refused.next': 'Start again and choose the car named here, or ask us.',
  'problem.notConfirmed.title': 'We could not confirm your car',
  'problem.notConfirmed.text':
    'We could not say for certain that the car you chose is the one named here, so we have not connected it.',
  'problem.notConfirmed.next': 'Please ask us before you start again.',
  'field.vin': 'VIN',
  'field.make': 'make',
  'field.model': 'model',
  'field.year': 'year',
} as const;

export const pageTexts = {
  'page.greeting': 'Hello {name},',
  'page.car': 'Your {title}',
  'page.carAndPlate': 'Your {title}, {plate}',
  'page.connect.title': 'Connect your {title}',
  'page.connect.titleMany': 'Connect your {count} cars',
  'page.connect.what': `{fleet} would like to connect to your car, so that it can be shared.`,
  'page.connect.do': `Sign in with your ${account} once and allow access; it takes about two minutes.`,
  'page.connect.button': 'Connect my car',
  'page.repair.title': 'Reconnect your {title}',
  'page.repair.titleMany': 'Reconnect your {count} cars',
  'page.repair.signIn': 'Sign in once; it takes less than a minute.',
  'page.repair.authorize': 'Sign in once and allow access again; it takes about two minutes.',
  'page.repair.widen': 'Sign in once and leave all required boxes ticked; it takes about two minutes.',
  'page.repair.accountIssue': `Open the ${app} and follow what it asks.`,
  'page.repair.subscriptionLapsed': `Renew them in the ${app} or with your dealer.`,
  'page.repair.virtualKeyMissing': 'On the phone with your Tesla app, open this page and add the key:',
  'page.repair.virtualKeyMissing.link': 'Add the virtual key',
  'page.repair.remoteAccessDisabled': `Switch it on in the car's settings or in the ${app}.`,
  'page.repair.noticed': 'We notice by ourselves when it is done, usually within a few hours.',
  'page.repair.nothing': 'There is nothing you need to do.',
  'page.repair.button': 'Sign in again',
  'page.repair.buttonAuthorize': 'Allow access again',
  'page.repair.buttonWiden': 'Check permissions',
  'page.again.button': 'Start again',
  'page.unaffected': "Your car's data and bookings are not affected.",
  'page.state.checking': 'Being checked',
  'page.state.done': 'Connected',
  'page.state.withdrawn': 'Nothing to do',
  'page.checking.title': 'Thank you, we are checking',
  'page.checking.text':
    'You are signed in. We are waiting for the first data from your car; this can take a few minutes.',
  'page.checking.leave': 'You can close this page. It refreshes by itself, and we write to you when it works.',
  'page.state.confirming': 'Being checked',
  'page.state.ended': 'Ended',
  'page.confirming.title': 'Thank you, your part is done',
  'page.confirming.text': '{fleet} is checking that it is your car. Nothing is connected until then.',
  'page.confirming.leave': 'You can close this page and look again later; it always says how things stand.',
  'page.ended.title': 'No longer connected',
  'page.ended.text': 'We have ended the connection to this car. There is nothing you need to do.',
  'page.done.title': 'It works',
  'page.done.connected': 'Connected on {at, date, day}. Thank you.',
  'page.done.repaired': 'Repaired on {at, date, day}. Thank you.',
  'page.done.undated': 'Done. Thank you.',
  'page.withdrawn.title': 'It healed by itself',
  'page.withdrawn.text': 'The connection works again; you need not sign in.',
  'page.withdrawn.dated': 'The connection has worked again since {at, date, day}; you need not sign in.',
  'page.shared.title': 'What is shared, and how to stop',
  'page.shared.required': 'Needed for sharing your car:',
  'page.shared.optional': 'Helpful, and your choice:',
  'page.shared.stop':
    "You can end access at any time: on your page here, in your {make, select, unknown {car's} other {{make}}} account, at Smartcar, or by telling us.",
  'page.shared.password': 'We never see your password.',
  'page.ask.title': 'A person to ask',
  'page.ask.text': '{fleet}: {contact}',
  'page.ask.plain': 'Ask {fleet} if something is unclear.',
  'page.closed.unknown.title': 'We do not know this link',
  'page.closed.unknown.text':
    'Perhaps a part of it was lost on the way. Please open it again from the message, or ask for a new one.',
  'page.closed.expired.title': 'This link has expired',
  'page.closed.expired.text': 'Links are kept for a limited time, for your safety. Please ask for a new one.',
  'page.closed.used.title': 'Already done',
  'page.closed.used.text': 'This link was used already. Thank you; there is nothing left to do.',
  'page.closed.ended.title': 'No longer connected',
  'page.closed.ended.text':
    'We have ended the connection that this link was for. There is nothing you need to do; ask us if you did not expect this.',
  'page.closed.withdrawn.title': 'Nothing to do any more',
  'page.closed.withdrawn.text': 'What we asked you for has healed by itself. Thank you all the same.',
  'page.confirm.title': 'Continue here?',
  'page.confirm.text':
    'Your sign-in was begun in another browser or app. If that was you, continue here. If not, close this page; nothing has changed.',
  'page.confirm.button': 'Continue',
  'page.over.title': 'This sign-in is over',
  'page.over.text':
    'It was used already, in another browser or app. Open the link that we sent you to see how things stand.',
  'page.problem.title': 'That did not work',
  'page.problem.requestId': 'If you ask us about it, please name this number: {requestId}',
} as const;
