/** How the simulator behaves where Smartcar's documents are silent or contradict themselves; all changeable while it runs. */
import { z } from 'zod';
import { defaultV2Knobs, v2KnobsShape } from './v2/knobs.ts';

const seconds = z.number().min(0).max(86_400);

/** Codes of signals, as the dashboard's boxes would be ticked; null: all of them. */
const ticked = z
  .array(z.string().regex(/^[\w-]{1,100}$/))
  .max(200)
  .nullable();

export const webhookKnobs = z.strictObject({
  /** False: nobody has made a webhook in the dashboard yet. */
  isCreated: z.boolean(),
  /** What every event carries. */
  data: ticked,
  /** Whose change makes an event. */
  triggers: ticked,
  /** False: Smartcar neither watches nor delivers; turning it on again begins with FIRST_DELIVERY. */
  isEnabled: z.boolean(),
  /** False: events are made and lost on the way. */
  isDelivering: z.boolean(),
  /** Which generation of VEHICLE_STATE is sent. @see docs/smartcar.md §6.7 */
  shape: z.enum(['documented', 'captured', 'captured-2025-09', 'keyed', 'legacy']),
  /** `third`: the re-authentication page's own sample. @see docs/smartcar.md §6.8 */
  errorShape: z.enum(['documented', 'third']),
  duplicates: z.enum(['none', 'same-event-id', 'new-event-id']),
  /** Events leave in a mixed order. */
  isReordering: z.boolean(),
  delayS: seconds,
  mode: z.enum(['LIVE', 'TEST']),
  /** `unusual`: pretty-printed, escaped, with 1.0: only hashing the raw bytes verifies it. */
  bytes: z.enum(['compact', 'unusual']),
  url: z.string().nullable(),
  /** VEHICLE_ERROR goes only there, when given. */
  errorUrl: z.string().nullable(),
  /** Nothing is delivered before VERIFY was answered rightly. @see docs/smartcar.md §6.3 */
  needsVerification: z.boolean(),
  /** Every attempt fails as if nobody listened, and is tried again. */
  isReceiverDown: z.boolean(),
  /** What counts as delivered: an older page says exactly 200. @see docs/smartcar.md §6.4 */
  success: z.enum(['2xx', '200']),
  /** An error that stays is told again after this; null: once. @see docs/smartcar.md §6.8 */
  repeatErrorsAfterS: z.number().min(1).max(2_592_000).nullable(),
  /** Whether `meta` carries the `sequence` that the newest pages mention. @see docs/smartcar.md §6.7 */
  hasSequence: z.boolean(),
  /** What helps against COMPATIBILITY, by captures and by the documents' sample. @see docs/smartcar.md §6.8 */
  compatibilityResolution: z.enum(['null', 'CONTACT_SUPPORT']),
});

export const knobsSchema = z.strictObject({
  timestamps: z.enum(['iso', 'seconds', 'milliseconds']),
  vehicleShape: z.enum(['wrapped', 'unwrapped']),
  signalShape: z.enum(['wrapped', 'unwrapped']),
  /** How an account's problem shows when signals are read. */
  failureShape: z.enum(['signals', 'request', 'signals-without-meta']),
  /** What a wrong `sc-user-id` is answered with. */
  wrongUser: z.enum(['404', '403']),
  commandMode: z.enum(['sync', 'stream']),
  streamAfterS: seconds,
  /** Whether new connections are subscribed by themselves. */
  autoSubscribes: z.boolean(),
  fillAfterS: seconds,
  subscribeAfterS: seconds,
  /** How soon a changed fault is noticed on a watched car; null: at its next turn. */
  detectAfterS: seconds.nullable(),
  /** No watched car is fetched less often than this. */
  slowestCadenceS: z.number().min(1).max(86_400),
  /** No watched car is fetched by turn more often than this, so that a long run is no longer than it must be; null: at its make's pace. */
  quietCadenceS: seconds.nullable(),
  /** Null: no limit of the application. */
  applicationBucket: z.strictObject({ capacity: z.number().min(1), refillPerMinute: z.number().min(0) }).nullable(),
  limitsVehicles: z.boolean(),
  /** How much a vehicle takes: invented buckets, or the older guidance by make. @see docs/smartcar.md §5 */
  vehicleBuckets: z.enum(['lively', 'older-guidance']),
  /** Requests about one vehicle in a calendar month (UTC) before 430; null: no limit. @see docs/smartcar.md §5 */
  monthlyQuota: z.number().int().min(0).nullable(),
  /** Vehicles in the plan; those connected after them answer 430. Null: no limit. */
  vehicleLimit: z.number().int().min(0).nullable(),
  /** Deep sleep, short logins, relocking and other habits of single makes; the program turns them on. @see docs/smartcar.md §5 */
  makesDiffer: z.boolean(),
  /** Bodies that the token endpoint understands. @see docs/smartcar.md §1.8 */
  iamAccepts: z.enum(['both', 'json', 'form']),
  /** What stands in `/connections/{id}`: the specification's connection, the announcement's vehicle. @see docs/smartcar.md §3.2 */
  connectionPath: z.enum(['connection', 'vehicle', 'both']),
  /** Whether `/applications` and `/webhooks` tell what the dashboard holds of them, or their names alone. @see docs/smartcar.md §3.8 */
  dashboardShows: z.enum(['everything', 'names']),
  /** `/subscriptions` of the specification, `/webhooks/{id}/subscriptions` of the announcement. @see docs/smartcar.md §3.8 */
  subscriptionPaths: z.enum(['subscriptions', 'webhooks', 'both']),
  /** Name of the link to the page before, which changed. @see docs/smartcar.md §3.4 */
  previousLink: z.enum(['prev', 'previous']),
  /** `preview`: lower-case codes by status, as in the specification of November 2025. @see docs/smartcar.md §3.7 */
  errorCodes: z.enum(['table', 'preview']),
  /** The code of VALIDATION about a parameter: the table's, or the sample's null. @see docs/smartcar.md §4.2 */
  validationCode: z.enum(['PARAMETER', 'null']),
  /** Reading a car without a subscription: the store of a day, an empty list, or 404. @see docs/smartcar.md §3.4 */
  unsubscribedReads: z.enum(['store', 'empty', '404']),
  ...v2KnobsShape,
  webhook: webhookKnobs,
});

export type Knobs = z.infer<typeof knobsSchema>;

/** A change of some knobs. */
export const knobsChange = knobsSchema.partial().extend({ webhook: webhookKnobs.partial().optional() });

export type KnobsChange = z.infer<typeof knobsChange>;

/** As documented where documents agree, lively where they are silent. */
export function defaultKnobs(): Knobs {
  return {
    timestamps: 'iso',
    vehicleShape: 'wrapped',
    signalShape: 'wrapped',
    failureShape: 'signals',
    wrongUser: '404',
    commandMode: 'sync',
    streamAfterS: 175,
    autoSubscribes: false,
    fillAfterS: 5,
    subscribeAfterS: 2,
    detectAfterS: 3,
    slowestCadenceS: 300,
    quietCadenceS: null,
    applicationBucket: { capacity: 120, refillPerMinute: 2 },
    limitsVehicles: true,
    vehicleBuckets: 'lively',
    monthlyQuota: null,
    vehicleLimit: null,
    makesDiffer: false,
    iamAccepts: 'both',
    connectionPath: 'connection',
    dashboardShows: 'everything',
    subscriptionPaths: 'subscriptions',
    previousLink: 'prev',
    errorCodes: 'table',
    validationCode: 'PARAMETER',
    unsubscribedReads: 'store',
    ...defaultV2Knobs(),
    webhook: {
      isCreated: true,
      data: null,
      triggers: null,
      isEnabled: true,
      isDelivering: true,
      shape: 'documented',
      errorShape: 'documented',
      duplicates: 'none',
      isReordering: false,
      delayS: 0,
      mode: 'LIVE',
      bytes: 'compact',
      url: null,
      errorUrl: null,
      needsVerification: false,
      isReceiverDown: false,
      success: '2xx',
      repeatErrorsAfterS: null,
      hasSequence: false,
      compatibilityResolution: 'null',
    },
  };
}
