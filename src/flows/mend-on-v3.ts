/** A car on v2 that lacks nothing but its tokens is read over v3 from now on, by the same grant: its owner is not needed. */
import type { Connection } from '../domain/connection.ts';
import { planMove, readiness } from '../domain/move.ts';
import { Refusal } from '../domain/refusal.ts';
import type { NotOnV3Outcome, RepairedOutcome } from '../domain/outcome.ts';
import type { Smartcar } from '../smartcar/smartcar.ts';
import { ownFleet } from '../store/fleet.ts';
import type { Access } from '../vault/access.ts';
import { takeForPerson } from './budget.ts';
import type { BudgetNeeds } from './budget.ts';
import type { Context } from './context.ts';
import { counted } from './meter.ts';
import { observe } from './observe.ts';
import type { ObserveNeeds } from './observe.ts';

export interface MendNeeds extends ObserveNeeds, BudgetNeeds {
  smartcar: Smartcar;
  access: Access;
}

/**
 * Looked up in v3's list under the same user, and switched at once: v2 has nothing left that it could go back to.
 *
 * @returns `ownerNeeded` when v3 does not list it, or with fewer permissions than the fleet has use for
 * @throws Refusal `too_many_requests`, `smartcar_unavailable`
 */
export async function mendOnV3(
  needs: MendNeeds,
  context: Context,
  connection: Connection,
  now: Date,
): Promise<'mended' | 'ownerNeeded'> {
  if (!(await takeForPerson(needs, 1, now))) throw new Refusal('too_many_requests');
  const { smartcarVehicleId: vehicleId, smartcarUserId: userId } = connection;
  const { access } = counted(needs, { fleetId: context.fleetId, make: null, purpose: 'person' }, true);
  const answer = await access.withAccess(now, (token) => needs.smartcar.listConnections(token, { vehicleId, userId }));
  if (!answer.ok) throw new Refusal('smartcar_unavailable');
  const { requiredPermissions, optionalPermissions } = (await needs.database.asFleet(context.fleetId, ownFleet))
    .settings;
  const [planned] = planMove([connection], answer.value, [...requiredPermissions, ...optionalPermissions]);
  const seen = { via: 'operator', at: now, requestId: answer.requestId } as const;
  const listed = planned?.verdict === 'ready' ? planned.listed : null;
  const outcome: RepairedOutcome | NotOnV3Outcome = listed
    ? {
        ...seen,
        kind: 'repaired',
        permissions: listed.permissions,
        smartcarConnectionId: listed.id,
        grant: { platform: 'v3', tokenSetId: null },
      }
    : { ...seen, kind: 'notOnV3' };
  await observe(
    needs,
    {
      fleetId: context.fleetId,
      connectionId: connection.id,
      outcomes: [outcome],
      actor: context.actor,
      // What was looked up is this connection as it stood then.
      together: (_tx, { connection: present }) =>
        Promise.resolve(present.tokenSetId === connection.tokenSetId && readiness(present).verdict === 'ready'),
    },
    now,
  );
  return listed ? 'mended' : 'ownerNeeded';
}
