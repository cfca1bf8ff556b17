/** English: what operators read about grants that lapse, comparisons with Smartcar's lists, and messages that stay away. */

export const reconcileAlertTexts = {
  'alert.connection.lapsing':
    '{vehicle}: the grant lapses{date, select, none {} other { about {date}}} if nothing is done. Ask the owner to sign in again before.',
  'alert.webhooks.silent':
    "Smartcar has sent nothing{of, select, none {} other { for {of}}} for longer than usual. Cars are read by polling meanwhile, which is slower; check in Smartcar's dashboard that it is switched on.",
  'alert.webhooks.processing-errors':
    'Of what Smartcar sent in the last hour, {share, select, none {too much} other {{share} %}} could not be understood. The messages are kept under From Smartcar.',
  'alert.webhooks.error-rate':
    'Smartcar reported errors for {share, select, none {many} other {{share} %}} of the vehicles in the last hour. Each vehicle says which; many of one make point to the manufacturer.',
  'alert.reconciliation.failed':
    "Smartcar's list of connections could not be compared with ours{reason, select, none {} other { ({reason})}}. What owners changed there may not be known here.",
} as const;

/** What a comparison found. {added}, {removed}: permissions in words. */
export const driftTexts = {
  'drift.gone': "The owner's grant is gone at Smartcar; the connection was marked as revoked.",
  'drift.other-user': 'Smartcar lists this car under another account; the grant that we had is gone.',
  'drift.listed-again': "The grant is on Smartcar's list again; the car is being read.",
  'drift.renamed': 'Smartcar lists the connection under a new id; nothing has to be done.',
  'drift.permissions-changed':
    'What the owner allows has changed{added, select, none {} other {; now also: {added}}}{removed, select, none {} other {; no longer: {removed}}}.',
  'drift.unsubscribed': 'Smartcar had stopped sending this car by itself; that is being put right.',
  'drift.other': 'Something differs from Smartcar’s list.',
} as const;

export const adoptionTexts = {
  'adoption.not_listed': 'Smartcar does not list it any more, or somebody has it by now.',
  'adoption.needs_owner': 'It is on v2: its owner has to give access anew, through Connect.',
  'adoption.no_fleet': 'There is no such fleet.',
  'adoption.no_owner': 'This fleet has no such owner.',
  'adoption.already_connected': 'This car is connected already.',
  'adoption.number_taken': 'Another vehicle of this fleet has this number.',
  'adoption.not_answered': 'Smartcar did not answer. Try again in a moment.',
  'adoption.no_requests_left':
    'The requests that Smartcar allows are used up for the moment. Wait a minute, or compare the lists first: what was just listed needs none.',
} as const;

/** What it costs that Smartcar does not send by itself. {count}: cars; {reads}: a day for each; {minutes}: between two. */
export const pollingTexts = {
  'polling.none': 'Smartcar sends every car by itself; reads only fill the gaps.',
  'polling.cost':
    '{count, plural, one {One car is} other {# cars are}} read by polling alone: up to {reads, number} requests a day for each, and what changes is known up to {minutes, number} minutes later.',
} as const;

/** {reason} is a part of a sentence of our own. */
export const reconcileErrorTexts = {
  'reconcile.notBelieved': "Smartcar's list was not believed: {reason}. Nothing was changed.",
  'reconcile.failing': 'Smartcar could not be asked ({reason}). It is tried again.',
  'reconcile.fault': 'Something went wrong on our side. It is tried again.',
} as const;
