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
