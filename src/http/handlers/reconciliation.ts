/** Comparisons with Smartcar's lists, and adoption. The lists are the whole application's, so its administrator alone acts on them. */
import type { AlertKind } from '../../domain/alert.ts';
import { adoptionCost } from '../../domain/drift.ts';
import { planIntervalS } from '../../domain/pace.ts';
import { listAlerts } from '../../store/alert-list.ts';
import type { Tx } from '../../store/database.ts';
import { ownFleet } from '../../store/fleet.ts';
import { coverageByMake, lastHeardAt } from '../../store/webhook-pulse.ts';
import { listDrifts } from '../../store/drift.ts';
import { lastDone, latestReconciliation } from '../../store/reconciliation.ts';
import { countUnknown, listUnknown } from '../../store/unknown-connection.ts';
import type { UnknownRow } from '../../store/unknown-connection.ts';
import { vehicleLabels } from '../../store/vehicle-labels.ts';
import { adoptionText, driftText, pollingText, reconcileErrorText } from '../../texts/reconcile-words.ts';
import type { Call, HandlerNeeds, Handlers } from '../call.ts';
import type { AdoptableView, ReconciliationView } from '../contract/reconciliation.ts';
import { pageOf, timeCursor } from '../cursor.ts';
import { iso, maybeIso, presentAlert } from '../present.ts';
import { mustRunInstallation } from '../who.ts';
import type { Who } from '../who.ts';

type ReconciliationCalls = 'getReconciliation' | 'startReconciliation' | 'listDrifts' | 'listAdoptable' | 'adopt';

export function reconciliationHandlers(needs: HandlerNeeds): Pick<Handlers, ReconciliationCalls> {
  const { database, flows } = needs;
  return {
    getReconciliation: (call) => view(needs, call),
    async startReconciliation(call) {
      onlyInstallation(call.who);
      await flows.requestReconciliation(call.now);
      return view(needs, call);
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
    async listAdoptable({ query, who, now }) {
      onlyInstallation(who);
      const after = timeCursor(query.cursor);
      const found = await database.asSystem((tx) => listUnknown(tx, query, { after, limit: query.limit }));
      const { rows, nextCursor } = pageOf(found, query.limit, (row) => [row.first_seen_at, row.smartcar_vehicle_id]);
      return { items: rows.map((row) => presentUnknown(row, now)), nextCursor };
    },
    async adopt({ who, body, now }) {
      onlyInstallation(who);
      const results = await flows.adopt(who.context.actor, body, now);
      const items = results.map((one) => ({ ...one, text: one.problem && adoptionText(one.problem) }));
      return { items, nextCursor: null };
    },
  };
}

const onlyInstallation = (who: Who): void =>
  mustRunInstallation(who, "Smartcar's list is every fleet's: only the installation's administrator may.");

type Viewing = Pick<Call<'getReconciliation'>, 'who' | 'inFleet' | 'now'>;

async function view(needs: HandlerNeeds, { who, inFleet, now }: Viewing): Promise<ReconciliationView> {
  return { ...(await comparisons(needs, who)), ...(await inFleet((tx) => hearing(tx, now))) };
}

async function comparisons(
  { database, flows }: HandlerNeeds,
  who: Who,
): Promise<Pick<ReconciliationView, 'platforms' | 'unknown'>> {
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

const silent = 'webhooks.silent';
const alertKinds: readonly AlertKind[] = [
  silent,
  'webhooks.signature-failures',
  'webhooks.processing-errors',
  'webhooks.error-rate',
  'reconciliation.failed',
];

/** What Smartcar sends of this fleet by itself, and what is wrong with it. */
async function hearing(tx: Tx, now: Date): Promise<Pick<ReconciliationView, 'messages' | 'alerts'>> {
  const { plan } = await ownFleet(tx);
  const alerts = await listAlerts(tx, { state: 'unresolved', kinds: alertKinds }, { after: null, limit: 50 });
  const quiet = alerts.filter(({ kind }) => kind === silent).map(({ detail }) => detail['make'] ?? '');
  const makes = await coverageByMake(tx);
  const sum = (part: 'subscribed' | 'unsubscribed' | 'onV2'): number => makes.reduce((all, one) => all + one[part], 0);
  const [subscribed, unsubscribed, onV2] = [sum('subscribed'), sum('unsubscribed'), sum('onV2')];
  return {
    messages: {
      ...{ subscribed, unsubscribed, onV2 },
      lastReceivedAt: maybeIso(await lastHeardAt(tx)),
      // An application that has fallen silent as a whole sends no car.
      cost: pollingText(quiet.includes('') ? subscribed + unsubscribed : unsubscribed, planIntervalS(plan, now)),
      makes: makes.map(({ make, lastAt, ...counts }) => ({
        ...counts,
        make: make === '' ? null : make,
        lastAt: maybeIso(lastAt),
        silent: quiet.includes('') || (make !== '' && quiet.includes(make)),
      })),
    },
    alerts: alerts.map((one) => presentAlert(one, new Map())),
  };
}

function presentUnknown(row: UnknownRow, now: Date): AdoptableView {
  const { make, model, year, powertrain, permissions, platform } = row;
  const problem = platform === 'v2' ? 'needs_owner' : row.smartcar_connection_id === null ? 'not_listed' : null;
  return {
    smartcarConnectionId: row.smartcar_connection_id,
    smartcarVehicleId: row.smartcar_vehicle_id,
    smartcarUserId: row.smartcar_user_id,
    platform,
    adoptable: problem === null,
    reason: problem && adoptionText(problem),
    make,
    model,
    year,
    powertrain,
    permissions,
    grantedAt: maybeIso(row.granted_at),
    firstSeenAt: iso(row.first_seen_at),
    listedAt: iso(row.seen_at),
    requests: adoptionCost(row.seen_at, now),
  };
}
