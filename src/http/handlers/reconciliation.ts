/** Comparisons with Smartcar's lists, and adoption. The lists are the whole application's, so its administrator alone acts on them. */
import { Refusal } from '../../domain/refusal.ts';
import { listDrifts } from '../../store/drift.ts';
import { lastDone, latestReconciliation } from '../../store/reconciliation.ts';
import { countUnknown, listUnknown } from '../../store/unknown-connection.ts';
import type { UnknownRow } from '../../store/unknown-connection.ts';
import { vehicleLabels } from '../../store/vehicle-labels.ts';
import { adoptionText, driftText, reconcileErrorText } from '../../texts/reconcile-words.ts';
import type { HandlerNeeds, Handlers } from '../call.ts';
import type { AdoptableView, ReconciliationView } from '../contract/reconciliation.ts';
import { pageOf, timeCursor } from '../cursor.ts';
import { iso, maybeIso } from '../present.ts';
import type { Who } from '../who.ts';

type ReconciliationCalls = 'getReconciliation' | 'startReconciliation' | 'listDrifts' | 'listAdoptable' | 'adopt';

export function reconciliationHandlers(needs: HandlerNeeds): Pick<Handlers, ReconciliationCalls> {
  const { database, flows } = needs;
  return {
    getReconciliation: ({ who }) => view(needs, who),
    async startReconciliation({ who, now }) {
      onlyInstallation(who);
      await flows.requestReconciliation(now);
      return view(needs, who);
    },
    async listDrifts({ query, inFleet }) {
      const after = timeCursor(query.cursor);
      return inFleet(async (tx) => {
        const found = await listDrifts(tx, { after, limit: query.limit });
        const { rows, nextCursor } = pageOf(found, query.limit, ({ at, id }) => [at, id]);
        const labels = await vehicleLabels(
          tx,
          rows.map(({ vehicle_id }) => vehicle_id),
        );
        const items = rows.map(({ id, kind, detail, vehicle_id, at }) => ({
          id,
          kind,
          text: driftText(kind, detail),
          vehicle: { id: vehicle_id, number: labels.get(vehicle_id)?.number ?? '' },
          at: iso(at),
        }));
        return { items, nextCursor };
      });
    },
    async listAdoptable({ query, who }) {
      onlyInstallation(who);
      const after = timeCursor(query.cursor);
      const found = await database.asSystem((tx) => listUnknown(tx, { after, limit: query.limit }));
      const { rows, nextCursor } = pageOf(found, query.limit, (row) => [row.first_seen_at, row.smartcar_vehicle_id]);
      return { items: rows.map(presentUnknown), nextCursor };
    },
    async adopt({ who, body, now }) {
      onlyInstallation(who);
      const results = await flows.adopt(who.context.actor, body, now);
      const items = results.map((one) => ({ ...one, text: one.problem && adoptionText(one.problem) }));
      return { items, nextCursor: null };
    },
  };
}

function onlyInstallation({ installation }: Who): void {
  if (!installation)
    throw new Refusal('not_allowed', "Smartcar's list is every fleet's: only the installation's administrator may.");
}

async function view({ database, flows }: HandlerNeeds, who: Who): Promise<ReconciliationView> {
  return database.asSystem(async (tx) => {
    const platforms: ReconciliationView['platforms'] = [];
    for (const platform of flows.reconciledPlatforms()) {
      const last = await latestReconciliation(tx, platform);
      const done = await lastDone(tx, platform);
      platforms.push({
        platform,
        state: last?.state ?? 'never',
        startedAt: maybeIso(last?.started_at ?? null),
        endedAt: maybeIso(last?.ended_at ?? null),
        lastDoneAt: maybeIso(done?.ended_at ?? null),
        error: last?.error ? reconcileErrorText(last.error) : null,
        listed: who.installation ? (last?.listed ?? 0) : null,
      });
    }
    return { platforms, unknown: who.installation ? await countUnknown(tx) : null };
  });
}

function presentUnknown(row: UnknownRow): AdoptableView {
  const { make, model, year, powertrain, permissions, platform } = row;
  return {
    smartcarConnectionId: row.smartcar_connection_id,
    smartcarVehicleId: row.smartcar_vehicle_id,
    smartcarUserId: row.smartcar_user_id,
    platform,
    adoptable: platform === 'v3' && row.smartcar_connection_id !== null,
    make,
    model,
    year,
    powertrain,
    permissions,
    grantedAt: maybeIso(row.granted_at),
    firstSeenAt: iso(row.first_seen_at),
  };
}
