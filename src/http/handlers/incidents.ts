/** Incidents. */
import { Refusal } from '../../domain/refusal.ts';
import { incidentById, listIncidents } from '../../store/incident-list.ts';
import type { ListedIncident } from '../../store/incident-list.ts';
import { incidentText, meanwhileText, scopeText } from '../../texts/incident-words.ts';
import type { Call, HandlerNeeds, Handlers } from '../call.ts';
import type { IncidentView } from '../contract/incidents.ts';
import { pageOf, timeCursor } from '../cursor.ts';
import { iso, maybeIso } from '../present.ts';

type IncidentCalls = 'listIncidents' | 'getIncident' | 'endIncident';

export function incidentHandlers({ flows }: HandlerNeeds): Pick<Handlers, IncidentCalls> {
  return {
    async listIncidents({ query, inFleet }) {
      const after = timeCursor(query.cursor);
      return inFleet(async (tx) => {
        const found = await listIncidents(tx, query.state, { after, limit: query.limit });
        const { rows, nextCursor } = pageOf(found, query.limit, ({ opened_at, id }) => [opened_at, id]);
        return { items: rows.map(presentIncident), nextCursor };
      });
    },
    getIncident: (call) => view(call),
    async endIncident(call) {
      await flows.endIncident(call.context, call.params.id, call.now);
      return view(call);
    },
  };
}

async function view({ params, inFleet }: Call<'getIncident'> | Call<'endIncident'>): Promise<IncidentView> {
  const found = await inFleet((tx) => incidentById(tx, params.id));
  if (!found) throw new Refusal('not_found');
  return presentIncident(found);
}

function presentIncident(row: ListedIncident): IncidentView {
  const { id, make, region, joined, failing, ended } = row;
  const scope = { make, region };
  return {
    id,
    scope,
    name: scopeText(scope),
    state: row.closed_at ? 'closed' : 'open',
    text: incidentText({ scope, end: ended, joined, failing }),
    meanwhile: row.closed_at ? null : meanwhileText(),
    openedAt: iso(row.opened_at),
    closedAt: maybeIso(row.closed_at),
    end: ended,
    vehicleCount: joined,
    failingCount: failing,
    lastJoinedAt: iso(row.joined_at),
    lastHealedAt: maybeIso(row.left_at),
    seen: { accounts: row.accounts, troubled: row.troubled, normalShare: row.normal_share },
  };
}
