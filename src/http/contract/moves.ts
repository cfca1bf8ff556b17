/** Moves from Smartcar's v2 to v3. */
import { z } from 'zod';

import { movedStates, moveReasons, moveStates } from '../../domain/move.ts';
import { instant, listOf, maybeInstant, page } from './shared.ts';

const count = z.number().int();

export const move = z.object({
  id: z.string(),
  state: z.enum(moveStates),
  plannedAt: instant,
  plannedBy: z.string(),
  startedAt: maybeInstant,
  startedBy: z.string().nullable(),
  endedAt: maybeInstant,
  counts: z
    .object({ waiting: count, proving: count, moved: count, failed: count, rolledBack: count, skipped: count })
    .describe('Cars by what became of them. In a plan, `waiting` would be moved and `skipped` left out.'),
  backWanted: count.describe('Moved cars that are on their way back to v2.'),
});
export type MoveView = z.infer<typeof move>;

export const moveList = listOf(move).extend({
  onV2: count.describe('Connections that are on v2 now.'),
  missing: z.array(z.string()).describe('Environment variables without which nothing can be moved.'),
});
export type MoveList = z.infer<typeof moveList>;

export const movePlan = z.object({
  dryRun: z.boolean().default(true).describe('Only says what would happen; start it when that is right.'),
});

export const rollBack = z.object({
  vehicleIds: z.array(z.string().max(64)).min(1).max(1_000).optional().describe('Absent: all, and the move is over.'),
});

export const moveVehicle = z.object({
  vehicleId: z.string(),
  number: z.string(),
  make: z.string().nullable(),
  model: z.string().nullable(),
  state: z.enum(movedStates),
  reason: z.enum(moveReasons).nullable(),
  text: z.string().describe('What became of it, in a sentence.'),
  lostPermissions: z.array(z.string()).describe('Granted on v2 and not listed on v3.'),
  requestId: z.string().nullable().describe("Smartcar's request id behind it."),
  changedAt: instant,
  nextLookAt: maybeInstant,
});
export type MoveVehicleView = z.infer<typeof moveVehicle>;
export const moveVehicleList = listOf(moveVehicle);
export const moveVehicleQuery = z.object({ ...page, state: z.enum(movedStates).optional() });
