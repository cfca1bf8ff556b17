/** How the simulator behaves where Smartcar's documents are silent or contradict themselves; all changeable while it runs. */
import { z } from 'zod';

const seconds = z.number().min(0).max(86_400);

export const webhookKnobs = z.strictObject({
  /** False: Smartcar neither watches nor delivers; turning it on again begins with FIRST_DELIVERY. */
  isEnabled: z.boolean(),
  /** False: events are made and lost on the way. */
  isDelivering: z.boolean(),
  /** Which generation of VEHICLE_STATE is sent. @see docs/smartcar.md §6.7 */
  shape: z.enum(['documented', 'captured', 'captured-2025-09']),
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
  /** Null: no limit of the application. */
  applicationBucket: z.strictObject({ capacity: z.number().min(1), refillPerMinute: z.number().min(0) }).nullable(),
  limitsVehicles: z.boolean(),
  webhook: webhookKnobs,
});

export type Knobs = z.infer<typeof knobsSchema>;

/** A change of some knobs. */
export const knobsChange = knobsSchema.partial().extend({ webhook: webhookKnobs.partial().optional() });

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
    applicationBucket: { capacity: 120, refillPerMinute: 2 },
    limitsVehicles: true,
    webhook: {
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
    },
  };
}
