/** The way back of a connection as it stands, with everything around it that the table of routes asks for. */
import type { Connection } from '../domain/connection.ts';
import type { Settings } from '../domain/fleet.ts';
import { heldOf, routeOf } from '../domain/reconnect-route.ts';
import type { ReconnectRoute } from '../domain/reconnect-route.ts';
import type { OwnerId } from '../domain/ids.ts';
import type { Smartcar } from '../smartcar/smartcar.ts';
import type { Tx } from '../store/database.ts';
import { findOwner } from '../store/owner.ts';

export interface RouteNeeds {
  smartcar: Pick<Smartcar, 'connect'>;
  /** There are no credentials for v3. */
  grantsOnV2: boolean;
}

/** Null stands for a vehicle that was never connected. */
export async function wayBack(
  tx: Tx,
  { smartcar, grantsOnV2 }: RouteNeeds,
  of: { connection: Connection | null; ownerId: OwnerId | null; settings: Pick<Settings, 'requiredPermissions'> },
): Promise<ReconnectRoute> {
  const owner = of.ownerId ? await findOwner(tx, of.ownerId) : undefined;
  const around = {
    required: of.settings.requiredPermissions,
    v3: !grantsOnV2,
    ownerKnown: Boolean(owner?.email_index),
    connectOrigin: smartcar.connect.origin,
  };
  return routeOf(of.connection, heldOf(of.connection, around));
}
