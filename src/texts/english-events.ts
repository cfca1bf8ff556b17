/** English: what operators read about freshness, alerts, the timeline, and why something cannot be done. */
import { budgetAlertTexts } from './english-budget.ts';
import { endpointAlertTexts } from './english-fleet-events.ts';
import { reconcileAlertTexts } from './english-reconcile.ts';
import type { AlertKind } from '../domain/alert.ts';
import type { StaleReason } from '../domain/freshness.ts';
import type { Via } from '../domain/outcome.ts';
import type { HandOverReason } from '../domain/revocation.ts';
import type { TimelineKind } from '../domain/timeline.ts';
import { incidentAlertTexts, incidentTimelineTexts } from './english-incident.ts';
import { moveTimelineTexts } from './english-move.ts';

export const freshnessTexts = {
  'stale.asleep': 'The car is asleep and sends nothing until it is used.',
  'stale.deepSleep': 'The car has stood so long that it sleeps deeply; only starting or driving it wakes it.',
  'stale.unreachable': 'The car cannot be reached, most often for lack of mobile coverage.',
  'stale.inService': 'The car is in service mode, as in a workshop, and sends nothing.',
  'stale.lowBattery': "The car's battery is too low to send.",
  'stale.requestsUsedUp': "The car's requests are used up; it is not read until it has some again.",
  'stale.notSubscribed': 'Smartcar does not send this car by itself yet; it renews its data about once a day.',
  'stale.outage': "Many vehicles of this make fail together; the manufacturer's machines are most likely down.",
  'stale.connection': 'The connection does not work; this is the last that came through it.',
  'stale.silent': 'Nothing new has come for longer than usual for this make.',
  'never.asleep': 'Nothing has come yet: the car is asleep.',
  'never.deepSleep': 'Nothing has come yet: the car sleeps deeply until somebody drives it.',
  'never.unreachable': 'Nothing has come yet: the car cannot be reached.',
  'never.inService': 'Nothing has come yet: the car is in service mode.',
  'never.lowBattery': "Nothing has come yet: the car's battery is too low.",
  'never.requestsUsedUp': "Nothing has come yet, and the car's requests are used up.",
  'never.notSubscribed': 'Nothing has come yet: Smartcar does not send this car by itself so far.',
  'never.outage': 'Nothing has come yet: many vehicles of this make fail together.',
  'never.connection': 'Nothing has come, because the car is not connected.',
  'never.silent': 'Nothing has come from Smartcar for this car yet.',
  'freshnessAction.asleep': 'Drive the car',
  'freshnessAction.deepSleep': 'Drive the car',
  'freshnessAction.unreachable': 'Move the car to where it has coverage',
  'freshnessAction.inService': 'Wait until the car is out of service',
  'freshnessAction.lowBattery': 'Drive or charge the car',
  'freshnessAction.requestsUsedUp': 'You: allow more requests, or wait for the next month',
  'freshnessAction.notSubscribed': 'Towline: arranging regular data',
  'freshnessAction.outage': 'Manufacturer: outage; wait',
  'freshnessAction.silent': 'Drive the car',
  'freshnessAction.neverSilent': 'Smartcar: first data awaited',
} as const satisfies Record<`stale.${StaleReason}` | `never.${StaleReason}`, string> & Record<string, string>;

export const capabilityTexts = {
  'capability.notConnected': 'The car is not connected. Connect it first.',
  'capability.moveFirst':
    "This car is still on Smartcar's v2. It is moved to v3 first; then it can be locked and unlocked.",
  'capability.alreadyConnected': 'The car is connected already.',
  'capability.confirmFirst': 'The owner came back with a car. Confirm or refuse it first.',
  'capability.nothingToRepair': 'The connection is active; there is nothing to repair.',
  'capability.other': 'This is not possible at the moment.',
} as const;

/** Why no try of Towline's own can end access at Smartcar, and what an operator does. */
export const handOverTexts = {
  'handOver.nothingHeld':
    "Nothing that Towline holds can end it there. End it in Smartcar's dashboard, or ask the owner to end it in the manufacturer's account; then resolve the alert about it.",
  'handOver.othersShareIt':
    "Other people's access to the same car would end with it. End it in Smartcar's dashboard, then resolve the alert about it.",
} as const satisfies Record<`handOver.${HandOverReason}`, string>;

/** An alert in a word or two, where its vehicle is known. */
export const alertNames = {
  'alertName.connection.expired': 'connection expired',
  'alertName.connection.disconnected': 'connection ended',
  'alertName.connection.error': 'connection in error',
  'alertName.connection.lapsing': 'consent about to lapse',
  'alertName.connection.unrevoked': 'access not yet ended at Smartcar',
  'alertName.connection.other-car': 'another car than the record says',
  'alertName.connection.broken-in-rental': 'connection broken during a rental',
  'alertName.connect.wrong-vehicle': 'another car was chosen',
  'alertName.connect.to-confirm': 'a car to confirm',
  'alertName.connect.grant-left': 'a car not accepted is still connected',
  'alertName.connect.misconfigured': "Smartcar's sign-in could not be shown",
  'alertName.owner.stopped-sharing': 'sharing stopped by the owner',
  'alertName.smartcar.credentials-refused': 'credentials refused',
  'alertName.webhooks.signature-failures': 'wrong signatures',
  'alertName.webhooks.silent': 'nothing comes from Smartcar',
  'alertName.webhooks.processing-errors': 'messages not understood',
  'alertName.webhooks.error-rate': 'many errors reported',
  'alertName.reconciliation.failed': 'comparison with Smartcar failed',
  'alertName.notification.failed': 'message not delivered',
  'alertName.incident.open': 'incident',
  'alertName.budget.forecast': 'requests running out',
  'alertName.event-endpoint.failing': 'events not delivered',
} as const satisfies Record<`alertName.${AlertKind}`, string>;

/** {vehicle} is the car's number and title; {cause} a whole sentence. */
export const alertTexts = {
  'alert.connection.expired': '{vehicle} expired. {cause}',
  'alert.connection.disconnected': '{vehicle} is disconnected. {cause}',
  'alert.connection.error': '{vehicle} has an error. {cause}',
  'alert.connection.unrevoked':
    "{vehicle} is disconnected here, but Smartcar may still have access to it{reason, select, nothingHeld {: nothing that Towline holds can end it there. End it in Smartcar's dashboard, or ask the owner to end it in the manufacturer's account; then resolve this alert.} othersShareIt {: other people's access to the same car would end with it. End it in Smartcar's dashboard, then resolve this alert.} other {. Towline has tried to end it{date, select, none {} other { since {date}}}{count, select, none {} other { ({count} times)}} and goes on.}}",
  'alert.connection.other-car':
    '{vehicle}: the connected car reports {found, select, none {another VIN} other {the VIN {found}}}, {expected, select, none {which another vehicle of the fleet has} other {and the record says {expected}}}. Correct the record, or disconnect the car and let its owner choose the right one.',
  'alert.connection.broken-in-rental':
    '{vehicle} is rented out{reference, select, none {} other { ({reference})}} and can not be reached. {cause} Tell the renter how to get in and on without it: the key box, or your telephone.',
  'alert.connect.wrong-vehicle':
    '{vehicle}: another car was chosen in Connect{field, select, none {} other { ({field} {found} instead of {expected})}}. Nothing was overwritten.',
  'alert.connect.to-confirm':
    '{vehicle}: {reason, select, otherAccount {its car was connected through another account} other {a car was connected whose VIN could not be compared}}. Confirm that it is this car, or refuse it; until then nothing has changed.',
  'alert.connect.grant-left':
    '{vehicle}: a car that was not accepted is still connected at Smartcar, which could not delete it{reason, select, none {} other { ({reason})}}. Towline tries again by itself; you can also delete it in the Smartcar dashboard.',
  'alert.connect.misconfigured':
    'Smartcar could not show its sign-in to an owner{reason, select, none {} other { ({reason})}}. An administrator has to check the redirect address and the application.',
  'alert.owner.stopped-sharing':
    '{vehicle}: its owner has stopped sharing it. {reference, select, none {It can no longer be read, locked or unlocked.} other {It is disconnected when the rental {reference} ends.}}',
  'alert.smartcar.credentials-refused':
    "Smartcar refuses Towline's credentials. No car can be read until an administrator corrects them.",
  'alert.webhooks.signature-failures':
    'Messages that claim to come from Smartcar arrive with a wrong signature{count, select, none {} other { ({count})}}. They are not accepted; check the management key.',
  'alert.notification.failed':
    '{vehicle}: a message to the owner could not be delivered{reason, select, none {} other { ({reason})}}. Reach them another way.',
  ...reconcileAlertTexts,
  ...incidentAlertTexts,
  ...budgetAlertTexts,
  ...endpointAlertTexts,
  'alert.someVehicle': 'A vehicle',
  'alert.other': '{vehicle}: {kind}',
} as const satisfies Record<`alert.${AlertKind}`, string> & Record<string, string>;

/** {detail} is a part after a colon, already with its full stop, or empty. */
export const timelineTexts = {
  ...moveTimelineTexts,
  ...incidentTimelineTexts,
  'timeline.vehicle.added': 'Added to the fleet.',
  'timeline.connection.connecting': "Smartcar's sign-in was opened.",
  'timeline.connection.refused': 'Connecting did not succeed{detail, select, none {.} other {: {detail}}}',
  'timeline.connection.held':
    '{reason, select, otherAccount {The owner connected the car through another account; an operator has to confirm it.} other {The owner connected a car whose VIN could not be compared; an operator has to confirm it.}}',
  'timeline.connection.confirmed': 'Confirmed as the right car.',
  'timeline.connection.grant-removed': 'The car that was not accepted is no longer connected at Smartcar.',
  'timeline.connection.connected': 'Connected; waiting for first data.',
  'timeline.connection.changed': '{to}, was {from}. {cause} {how}',
  'timeline.connection.suspected':
    'Suspected, being checked: {claim}{reported, select, none {} other { (reported as {reported})}}.',
  'timeline.connection.suspicion-withdrawn': 'Suspicion withdrawn: {claim} was not confirmed.',
  'timeline.connection.revoked-at-smartcar': 'Smartcar confirmed that our access has ended.',
  'timeline.connection.revoked-by-hand': 'An operator says that access has been ended at Smartcar.',
  'timeline.connection.subscribed': "Smartcar now sends this car's data by itself.",
  'timeline.connection.tokens-lost':
    'Access could not be renewed: the answer to our request{reported, select, none {} other { of {reported}}} was never stored, and it is too late to ask again.',
  'timeline.connection.permissions-changed':
    'What the owner allows has changed{reported, select, none {} other {: {reported}}}.',
  'timeline.connection.listed-again': "Smartcar's list shows this connection again; the car is being read.",
  'timeline.owner.asked': 'The owner was asked to reconnect the car.',
  'timeline.owner.returned': 'The owner came back from signing in; proof is awaited.',
  'timeline.connection.broken-in-rental':
    'The connection broke during the rental{rental, select, none {} other { {rental}}}.',
  'timeline.owner.told': 'The owner was told that it works.',
  'timeline.request.withdrawn': 'The request to the owner was withdrawn; their help is no longer needed.',
  'timeline.check.run': 'Checked by hand.',
  'timeline.becameActive': 'Active, was {from}. {how}',
  'timeline.firstActive': 'Active: data flows. {how}',
  'timeline.otherCause': 'Still {to}, for another reason. {cause} {how}',
  'timeline.other': '{kind}',
  'timeline.wrongCar':
    'another car was chosen{field, select, none {} other { ({field} {found} instead of {expected})}}.',
  'timeline.alreadyConnected': 'the chosen car is connected already.',
  'timeline.notListed': "the chosen car is not in Smartcar's list.",
  'timeline.severalCars': 'several cars were chosen instead of one.',
  'timeline.otherVehicle': 'the chosen car is another vehicle of the fleet, by its VIN.',
  'timeline.notWidened': 'nothing was allowed besides what had been.',
  'timeline.disconnected': 'the vehicle was disconnected while the owner was on the way.',
  'timeline.refused': 'an operator said that it is another car.',
  'timeline.notConfirmed': 'nobody confirmed the car in time.',
} as const satisfies Record<`timeline.${Exclude<TimelineKind, `${'command' | 'rental'}.${string}`>}`, string> &
  Record<string, string>;

/** How we came to know, at the end of a line of the timeline. */
export const viaTexts = {
  'via.poll': 'Seen in a regular read.',
  'via.webhook': 'Reported by Smartcar.',
  'via.check': 'Seen in a check by hand.',
  'via.command': 'Seen when the car was locked or unlocked.',
  'via.connect': 'After signing in at Smartcar.',
  'via.operator': 'By an operator.',
  'via.owner': 'By the owner.',
  'via.reconciliation': "Seen in Smartcar's list.",
} as const satisfies Record<`via.${Via}`, string>;
