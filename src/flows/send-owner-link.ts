/** An owner's own page: a link to everything of theirs, made when an operator is asked for it. */
import type { OwnerId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { after } from '../domain/schedule.ts';
import { listVehiclesOfOwner } from '../store/vehicle.ts';
import { insertLink } from '../store/link.ts';
import { insertNotification } from '../store/notification.ts';
import { announce } from '../store/outbox.ts';
import { findOwner } from '../store/owner.ts';
import type { Context } from './context.ts';
import { linkUrl } from './send-link.ts';
import type { LinkNeeds } from './send-link.ts';

/** Days it works; long enough for somebody who answers their mail on Sundays. */
const linkLifeD = 30;

/** @throws Refusal `not_found`, `owner_erased`, `owner_missing` when it can't be mailed */
export async function sendOwnerLink(
  needs: LinkNeeds,
  context: Context,
  ownerId: OwnerId,
  options: { deliver: boolean },
  now: Date,
): Promise<{ url: string; expiresAt: Date; delivered: boolean }> {
  const { fleetId } = context;
  const expiresAt = after(now, linkLifeD * 86_400);
  const link = await needs.database.asFleet(fleetId, async (tx) => {
    const owner = await findOwner(tx, ownerId);
    if (!owner) throw new Refusal('not_found');
    if (owner.erased_at) throw new Refusal('owner_erased');
    if (options.deliver && !owner.email_index) throw new Refusal('owner_missing');
    const made = await insertLink(tx, { kind: 'owner', fleetId, ownerId, expiresAt }, now);
    if (!options.deliver) return made;
    const vehicleIds = await listVehiclesOfOwner(tx, ownerId);
    const message = { fleetId, ownerId, kind: 'owner-page', requestId: null, linkId: made.id, cause: null } as const;
    await insertNotification(tx, { ...message, vehicleIds }, now);
    await announce(tx, fleetId, [], ['notifications']);
    return made;
  });
  return { url: linkUrl(needs, link.id), expiresAt, delivered: options.deliver };
}
