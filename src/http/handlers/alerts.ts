/** Alerts. */
import type { AlertId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { alertById, listAlerts } from '../../store/alert-list.ts';
import { vehicleLabels } from '../../store/vehicle-labels.ts';
import type { Call, HandlerNeeds, Handlers } from '../call.ts';
import type { CallName } from '../contract/paths.ts';
import type { Answer } from '../contract/routes.ts';
import { pageOf, timeCursor } from '../cursor.ts';
import { ownId } from '../own-id.ts';
import { presentAlert } from '../present.ts';

type AlertCalls = 'listAlerts' | 'getAlert' | 'acknowledgeAlert' | 'resolveAlert';

export function alertHandlers({ flows }: HandlerNeeds): Pick<Handlers, AlertCalls> {
  return {
    async listAlerts({ query, inFleet }) {
      const after = timeCursor(query.cursor);
      return inFleet(async (tx) => {
        const found = await listAlerts(tx, query, { after, limit: query.limit });
        const { rows, nextCursor } = pageOf(found, query.limit, ({ opened_at, id }) => [opened_at, id]);
        const labels = await vehicleLabels(
          tx,
          rows.flatMap(({ vehicle_ids }) => vehicle_ids),
        );
        return { items: rows.map((alert) => presentAlert(alert, labels)), nextCursor };
      });
    },
    getAlert: (call) => view(call, ownId('alt', call.params.id)),
    async acknowledgeAlert(call) {
      const id = ownId('alt', call.params.id);
      await flows.acknowledgeAlert(call.context, id, call.now);
      return view(call, id);
    },
    async resolveAlert(call) {
      const id = ownId('alt', call.params.id);
      await flows.resolveAlert(call.context, id, call.now);
      return view(call, id);
    },
  };
}

async function view<N extends CallName>({ inFleet }: Call<N>, id: AlertId): Promise<Answer<'getAlert'>> {
  return inFleet(async (tx) => {
    const alert = await alertById(tx, id);
    if (!alert) throw new Refusal('not_found');
    return presentAlert(alert, await vehicleLabels(tx, alert.vehicle_ids));
  });
}
