/** What Smartcar itself says of one way through Connect: which cars the owner granted. */
import type { Platform } from '../domain/connection.ts';
import type { SmartcarConnectionId, SmartcarUserId, TokenSetId } from '../domain/ids.ts';
import type { Vehicle } from '../domain/vehicle.ts';
import type { ListedConnection, Smartcar } from '../smartcar/smartcar.ts';
import type { ConnectSessionRow } from '../store/connect-session.ts';
import type { Access } from '../vault/access.ts';
import { valueOf } from './call-failed.ts';
import { externalIdOf } from './external-id.ts';

/** A car as it was granted. */
export interface Granted extends Omit<ListedConnection, 'id'> {
  /** Null on v2, whose connections have no ids. */
  id: SmartcarConnectionId | null;
  platform: Platform;
  /** The family of tokens that reads it; null on v3. */
  tokenSetId: TokenSetId | null;
}

/** One way through Connect, asked about at Smartcar. Each call throws CallFailed when it has to be made again. */
export interface Grants {
  /** Every car of this grant; empty when Smartcar knows of none. */
  list(): Promise<Granted[]>;
  /** Null while it isn't known, or when the owner doesn't allow it. */
  vinOf(granted: Granted): Promise<string | null>;
}

/** v3: the application's own list, held to the user that was claimed and to the external id that we sent along. */
export function grantsOnV3(
  needs: { smartcar: Smartcar; access: Access },
  session: ConnectSessionRow,
  vehicle: Vehicle,
  now: Date,
): Grants {
  const { smartcar, access } = needs;
  return {
    async list() {
      const userId = session.claimed_user_id as SmartcarUserId | null; // written by markSessionReturned alone
      if (!userId) return [];
      const filter = { userId, externalId: externalIdOf(vehicle) };
      const listed = valueOf(await access.withAccess(now, (token) => smartcar.listConnections(token, filter)));
      return listed.map((one) => ({ ...one, platform: 'v3', tokenSetId: null }));
    },
    async vinOf({ smartcarVehicleId: vehicleId, smartcarUserId: userId }) {
      const answer = await access.withAccess(now, (token) =>
        smartcar.readSignal(token, { vehicleId, userId }, 'vehicleidentification-vin', now),
      );
      return answer.ok && typeof answer.value?.value === 'string' ? answer.value.value : null;
    },
  };
}
