/** v2's knobs: where its documents are silent or contradict themselves. */
import { z } from 'zod';

export const v2KnobsShape = {
  /** An access token's life; the SDK's own fixtures use 7200 and 1800. @see docs/smartcar.md §1.6 */
  accessTokenLifeS: z.number().int().min(1).max(86_400),
  /** How long a used refresh token is still answered: documents say one minute and ten. @see docs/smartcar.md §1.7 */
  refreshGraceS: z.number().min(0).max(3600),
  /** What a used refresh token gets inside the grace. */
  refreshReplay: z.enum(['same-pair', 'new-pair', 'error']),
  /** How a bad, used or expired refresh token is refused; neither status nor code is published. */
  refreshRefusal: z.strictObject({
    status: z.union([z.literal(400), z.literal(401), z.literal(403)]),
    error: z.enum(['invalid_grant', 'invalid_request', 'invalid_token', 'unauthorized_client']),
  }),
  /** Whether a read asks the car when it is made, or answers from what was fetched before. @see docs/smartcar.md §2.1 */
  v2Reads: z.enum(['live', 'cached']),
  /** Whether failed parts of a batch carry headers; captures have none, and the SDK trips over that. @see docs/smartcar.md §2.6 */
  batchErrorHeaders: z.boolean(),
  /** What a token gets for a vehicle that isn't connected (any more). @see docs/smartcar.md §1.7, §8.2 */
  disconnectedVehicle: z.enum(['403', '401']),
  /** Word for a closed door of a locked car: the documents', or the SDK's sample. @see docs/smartcar.md §2.4 */
  lockedDoor: z.enum(['CLOSED', 'LOCKED']),
  /** Whether the application's plan has the compatibility endpoints: Smartcar's Enterprise plan alone. @see docs/smartcar.md §2.8 */
  compatibilityInPlan: z.boolean(),
};

/** As documented, with the shorter grace. */
export function defaultV2Knobs(): z.infer<z.ZodObject<typeof v2KnobsShape>> {
  return {
    accessTokenLifeS: 7200,
    refreshGraceS: 60,
    refreshReplay: 'same-pair',
    refreshRefusal: { status: 400, error: 'invalid_grant' },
    v2Reads: 'live',
    batchErrorHeaders: false,
    disconnectedVehicle: '403',
    lockedDoor: 'CLOSED',
    compatibilityInPlan: true,
  };
}
