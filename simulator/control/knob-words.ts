/** Each knob in words, for the page: its group, a name, and what turning it does. */

export interface KnobWords {
  group: 'Answers' | 'Limits' | 'Pace' | 'Cars and commands' | 'Paths and codes' | 'Webhook' | 'v2';
  name: string;
  sentence: string;
}

type Row = [group: KnobWords['group'], name: string, sentence: string];

const rows: Record<string, Row> = {
  timestamps: ['Answers', 'Times of signals', 'Smartcar has sent ISO strings, epoch seconds and milliseconds.'],
  vehicleShape: ['Answers', 'Shape of a vehicle', 'Wrapped in data as specified, or bare as early fixtures had it.'],
  signalShape: ['Answers', 'Shape of one signal', 'Wrapped in data, or bare as early fixtures had it.'],
  failureShape: [
    'Answers',
    'How an account’s problem shows',
    'Each signal is an ERROR beside its old body, the whole request fails, or signals fail without times.',
  ],
  wrongUser: ['Answers', 'A wrong sc-user-id gets', '404 VEHICLE_NOT_FOUND or 403 ACCESS_DENIED.'],
  unsubscribedReads: [
    'Answers',
    'Reading a car without a subscription',
    'The store of a day, an empty list, or 404: all three were reported.',
  ],
  previousLink: ['Answers', 'Name of the link back', 'It was previous, and is prev.'],
  applicationBucket: [
    'Limits',
    'Requests of the application',
    'How many at once, and how many come back a minute (documented: 120 and 2). Empty: no limit. Beyond it: 429.',
  ],
  limitsVehicles: ['Limits', 'Vehicles are throttled', '429 with retry-after, by make.'],
  vehicleBuckets: [
    'Limits',
    'How much a vehicle takes',
    'Invented and lively, or the older guidance: 20 an hour, Hyundai and Kia 20 a day, GM one in thirty minutes.',
  ],
  monthlyQuota: [
    'Limits',
    'Requests about a vehicle each month',
    'Then 430 VEHICLE_REQUEST_LIMIT until the calendar month (UTC) ends. Empty: no limit.',
  ],
  vehicleLimit: ['Limits', 'Vehicles in the plan', 'Those connected later answer 430 VEHICLE_LIMIT. Empty: no limit.'],
  fillAfterS: ['Pace', 'The store fills after', 'Seconds from connecting, or signing in again, to the first data.'],
  subscribeAfterS: ['Pace', 'A subscription works after', 'Seconds; until then it is not listed.'],
  detectAfterS: [
    'Pace',
    'A fault is noticed after',
    'Seconds, for watched cars. Empty: at the car’s next turn, which is the real thing.',
  ],
  slowestCadenceS: [
    'Pace',
    'A watched car is fetched at least every',
    'Seconds; some makes are slower in reality (up to an hour).',
  ],
  quietCadenceS: [
    'Pace',
    'A watched car is fetched at most every',
    'Seconds, by turn; long runs thin quiet days out with it. Empty: at its make’s pace.',
  ],
  autoSubscribes: ['Pace', 'New connections are subscribed', 'As when the webhook is set to subscribe all vehicles.'],
  commandMode: [
    'Cars and commands',
    'Commands answer',
    'sync: 200 at once. stream: 202 without a length, and the result in the same body later.',
  ],
  streamAfterS: ['Cars and commands', 'The streamed result comes after', 'Seconds; documented: about 175.'],
  makesDiffer: [
    'Cars and commands',
    'Makes have their habits',
    'Deep sleep, relocking, short logins, single sessions. The page Makes lists them.',
  ],
  iamAccepts: ['Paths and codes', 'The token endpoint understands', 'The specification says JSON, the prose a form.'],
  connectionPath: [
    'Paths and codes',
    '/connections/{id} takes',
    'The specification’s connection id, the announcement’s vehicle id, or both.',
  ],
  dashboardShows: [
    'Paths and codes',
    '/applications and /webhooks tell',
    'Addresses, signals and switches, or the names alone: no sample of either is published.',
  ],
  subscriptionPaths: [
    'Paths and codes',
    'Subscriptions stand at',
    '/subscriptions (specification), /webhooks/{id}/subscriptions (announcement), or both.',
  ],
  errorCodes: ['Paths and codes', 'Codes of v3’s errors', 'Those of the table, or the preview’s lower-case ones.'],
  validationCode: ['Paths and codes', 'Code of VALIDATION', 'PARAMETER in the table, null in the sample.'],
  'webhook.url': ['Webhook', 'Address', 'A new one is sent VERIFY.'],
  'webhook.errorUrl': ['Webhook', 'Address for errors', 'VEHICLE_ERROR goes only there. Empty: to the address above.'],
  'webhook.isCreated': [
    'Webhook',
    'There is a webhook',
    'No: nobody made one in the dashboard. Making one sends VERIFY; deleting it ends all subscriptions.',
  ],
  'webhook.data': ['Webhook', 'Signals in every event', 'Their codes, with blanks between. Empty: all.'],
  'webhook.triggers': [
    'Webhook',
    'Signals whose change makes an event',
    'Their codes, with blanks between. Empty: all.',
  ],
  'webhook.isEnabled': ['Webhook', 'Enabled', 'Disabled, Smartcar neither watches nor delivers.'],
  'webhook.isDelivering': ['Webhook', 'Events arrive', 'No: they are made, and lost on the way for good.'],
  'webhook.isReceiverDown': ['Webhook', 'The receiver is down', 'Yes: every attempt fails and is tried again.'],
  'webhook.needsVerification': ['Webhook', 'Must verify first', 'Documents say so; users report otherwise.'],
  'webhook.shape': [
    'Webhook',
    'Shape of VEHICLE_STATE',
    'As documented, as captured, or as one page’s sample keys it.',
  ],
  'webhook.errorShape': [
    'Webhook',
    'Shape of VEHICLE_ERROR',
    'third: without state, with the request id inside and another vehicle id in the address.',
  ],
  'webhook.duplicates': ['Webhook', 'Duplicate events', 'With the same event id, or, rarely in reality, with another.'],
  'webhook.isReordering': ['Webhook', 'Events come out of order', 'Each is held back for up to 20 s.'],
  'webhook.delayS': ['Webhook', 'Events are late by', 'Seconds.'],
  'webhook.mode': ['Webhook', 'Mode', 'TEST marks the dashboard’s test payloads.'],
  'webhook.bytes': [
    'Webhook',
    'Bytes',
    'unusual: spaces, escapes and 1.0, so that only hashing the raw bytes verifies.',
  ],
  'webhook.success': ['Webhook', 'Delivered means', 'Any 2xx; an older page says exactly 200.'],
  'webhook.repeatErrorsAfterS': [
    'Webhook',
    'An error that stays is told again after',
    'Seconds (86400: daily, as seen with PERMISSION). Empty: told once.',
  ],
  'webhook.hasSequence': ['Webhook', 'Events are numbered', 'meta.sequence, which the newest pages mention.'],
  'webhook.compatibilityResolution': [
    'Webhook',
    'What helps against COMPATIBILITY',
    'Nothing in captures, CONTACT_SUPPORT in the documents’ sample.',
  ],
  accessTokenLifeS: ['v2', 'An access token lives', 'Seconds.'],
  refreshGraceS: ['v2', 'A used refresh token is still answered for', 'Seconds; documents say one minute and ten.'],
  refreshReplay: ['v2', 'A used refresh token gets', 'Within that time: the same pair, a new pair, or an error.'],
  refreshRefusal: ['v2', 'A bad refresh token is refused with', 'Neither status nor code is published.'],
  v2Reads: ['v2', 'Reads', 'Ask the car, or answer what was fetched before.'],
  batchErrorHeaders: ['v2', 'Failed parts of a batch have headers', 'Captures have none, and the SDK trips over that.'],
  disconnectedVehicle: ['v2', 'A vehicle that is not connected', '403 or 401.'],
  lockedDoor: ['v2', 'A closed door of a locked car', 'CLOSED in the documents, LOCKED in the SDK’s sample.'],
  compatibilityInPlan: ['v2', 'The plan includes compatibility', 'Without it, which is any plan but Enterprise: 430.'],
};

/** The words of a knob; one without has its own name. */
export function knobWords(path: string): KnobWords {
  const [group, name, sentence] = rows[path] ?? ['Answers', path, ''];
  return { group, name, sentence };
}

/** Knobs that have words. */
export const wordedKnobs: readonly string[] = Object.keys(rows);

export const knobGroups: readonly KnobWords['group'][] = [
  'Answers',
  'Limits',
  'Pace',
  'Cars and commands',
  'Paths and codes',
  'Webhook',
  'v2',
];
