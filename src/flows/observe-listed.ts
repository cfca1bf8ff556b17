/** What a comparison needs, and how a grant that is listed otherwise than it is kept becomes an outcome. */
import type { Connection } from '../domain/connection.ts';
import { driftOf, permissionChange } from '../domain/drift.ts';
import type { DriftKind, ListedGrant } from '../domain/drift.ts';
import type { ReconciliationId } from '../domain/ids.ts';
import type { ListedOutcome } from '../domain/outcome.ts';
import { after } from '../domain/schedule.ts';
import type { Smartcar } from '../smartcar/smartcar.ts';
import { insertDrifts } from '../store/drift.ts';
import type { KeptPair, Listing, ReconciliationRow } from '../store/reconciliation.ts';
import type { Access } from '../vault/access.ts';
import type { BudgetNeeds } from './budget.ts';
import type { WebhookChoice } from './choose-webhook.ts';
import { observe } from './observe.ts';
import type { ObserveNeeds } from './observe.ts';
import type { V2 } from './v2.ts';

export interface StepNeeds extends ObserveNeeds, BudgetNeeds, WebhookChoice {
  smartcar: Smartcar;
  access: Access;
  v2: V2 | null;
  onFault: (error: unknown, what: string) => void;
}

/** Smartcar's list can't be what it should be; nothing was changed because of it. */
export class ListNotBelieved extends Error {
  override readonly name = 'ListNotBelieved';
}

/** What was granted so shortly before may not be listed yet, or its owner may still be on the way back from Connect. */
export const listLagS = 3_600;

/** Which connections this comparison's list has to show. */
export const listingOf = ({ platform, started_at }: ReconciliationRow): Listing => ({
  platform,
  startedAt: started_at,
  madeBefore: after(started_at, -listLagS),
});

/** What is listed otherwise than it is kept becomes an outcome; where nothing differs, nothing is written. */
export async function observeListed(
  needs: StepNeeds,
  row: Pick<ReconciliationRow, 'id' | 'started_at'>,
  kept: KeptPair,
  there: ListedGrant,
  now: Date,
): Promise<void> {
  if (driftOf(kept, there).length === 0) return;
  const { permissions, smartcarConnectionId } = there;
  const outcome: ListedOutcome = {
    kind: 'listed',
    via: 'reconciliation',
    at: now,
    requestId: null,
    permissions,
    smartcarConnectionId,
  };
  await observe(
    needs,
    {
      fleetId: kept.fleetId,
      connectionId: kept.connectionId,
      outcomes: [outcome],
      together: async (tx, { connection }) => {
        const found = isOlder(connection, row) ? driftOf(connection, there) : [];
        await insertDrifts(tx, found.map(driftRow(row.id, connection, there)), now);
        return found.length > 0;
      },
    },
    now,
  );
}

/** What was granted or repaired since the comparison began is newer than its list. */
export const isOlder = (c: Pick<Connection, 'judgedAt'>, row: Pick<ReconciliationRow, 'started_at'>): boolean =>
  c.judgedAt < row.started_at;

const driftRow =
  (reconciliationId: ReconciliationId, c: Connection, there: ListedGrant | null) => (kind: DriftKind) => ({
    fleetId: c.fleetId,
    vehicleId: c.vehicleId,
    connectionId: c.id,
    reconciliationId,
    kind,
    detail: kind === 'permissions-changed' ? { ...permissionChange(c.permissions, there?.permissions ?? []) } : {},
  });
