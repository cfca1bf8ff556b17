/** English: the move of a fleet from Smartcar's v2 to v3, car by car. */
import type { MovedState, MoveReason } from '../domain/move.ts';

/** What became of a car, where no reason says more. */
export const moveStateTexts = {
  'moved.waiting': 'Ready to be moved.',
  'moved.proving':
    "Still on v2. Towline waits until v3 shows what v2 does, at the latest until Smartcar's next daily fetch.",
  'moved.moved': 'Read on v3.',
  'moved.failed': 'Stays on v2.',
  'moved.rolledBack': 'On v2, as before.',
  'moved.skipped': 'Left out.',
} as const satisfies Record<`moved.${MovedState}`, string>;

/** {permissions} are named in words. */
export const moveReasonTexts = {
  'moveReason.pending': 'Waits for the first data of this car; it is moved after that.',
  'moveReason.suspected': 'Something about this car is being checked; it is moved after that.',
  'moveReason.broken': 'The connection does not work at the moment; the car is moved once it is repaired.',
  'moveReason.notListed':
    "Left out: Smartcar's v3 does not list this car under the same owner. It goes on as it is; ask Smartcar's support, or let the owner connect it anew.",
  'moveReason.permissionsDiffer':
    'Left out: v3 lists fewer permissions than v2 gave, so something would be lost: {permissions}. It goes on as it is.',
  'moveReason.alreadyMoved': 'On v3 already.',
  'moveReason.notOnV2': 'Connected on v3; there is nothing to move.',
  'moveReason.ended': 'This connection has ended; there is nothing to move.',
  'moveReason.smartcarFailed': 'Smartcar could not be asked about this car. It is asked again.',
  'moveReason.notProved': 'Stays on v2: in a day and a half v3 did not show what v2 does. A later move may take it.',
  'moveReason.moveEnded': 'The move was over before this car had its turn. It stays on v2.',
  'moveReason.tokensGone': 'On v3, and stays there: v2 refuses this car, so it can not go back without its owner.',
  'moveReason.grantedAnew': 'Stays on v3: the owner has connected it anew since, and that grant is one on v3.',
} as const satisfies Record<`moveReason.${MoveReason}`, string>;

export const moveTimelineTexts = {
  'timeline.connection.move-begun': "The move to Smartcar's v3 has begun; the car is read on v2 until v3 is proved.",
  'timeline.connection.moved': "Moved to Smartcar's v3. The owner had nothing to do.",
  'timeline.connection.move-failed': 'Not moved to v3: it did not show what v2 does. The car goes on as before.',
  'timeline.connection.moved-back': "Moved back to Smartcar's v2.",
  'timeline.connection.move-finished': "The move is final; v2's access was erased.",
} as const;
