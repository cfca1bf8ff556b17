/** Our own credentials: when Smartcar refuses them every car is affected, so it is one alert and nobody's connection. */
import type { AlertChange } from '../domain/alert.ts';
import type { FleetId } from '../domain/ids.ts';
import { applyAlertChanges } from '../store/alert.ts';
import type { Database } from '../store/database.ts';
import { announce } from '../store/outbox.ts';

/** What this process last wrote for each fleet; only a change is worth a transaction, or a refusal that goes on. */
const known = new Map<FleetId, { state: 'refused' | 'accepted'; at: Date }>();
/** An alert that was closed by hand while Smartcar still refuses us opens again after this. */
const repeatMs = 5 * 60_000;

const refusedAlert: AlertChange = {
  change: 'open',
  key: 'smartcar.credentials',
  kind: 'smartcar.credentials-refused',
  severity: 'critical',
  detail: {},
};

export async function noteCredentials(
  needs: { database: Database },
  fleetId: FleetId,
  state: 'refused' | 'accepted',
  now: Date,
): Promise<void> {
  const before = known.get(fleetId);
  const isStale = state === 'refused' && before !== undefined && now.getTime() - before.at.getTime() >= repeatMs;
  if (before?.state === state && !isStale) return;
  await needs.database.asFleet(fleetId, async (tx) => {
    const change: AlertChange = state === 'refused' ? refusedAlert : { change: 'resolve', key: refusedAlert.key };
    await applyAlertChanges(tx, fleetId, [], [change], now);
    await announce(tx, fleetId, [], ['alerts']);
  });
  known.set(fleetId, { state, at: now });
}
