/** Our own credentials: when Smartcar refuses them every car is affected, so it is one alert and nobody's connection. */
import type { AlertChange } from '../domain/alert.ts';
import type { FleetId } from '../domain/ids.ts';
import { applyAlertChanges } from '../store/alert.ts';
import type { Database } from '../store/database.ts';
import { announce } from '../store/outbox.ts';

/** What this process last knew of each fleet; only a change is worth a transaction. */
const known = new Map<FleetId, 'refused' | 'accepted'>();

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
  if (known.get(fleetId) === state) return;
  await needs.database.asFleet(fleetId, async (tx) => {
    const change: AlertChange = state === 'refused' ? refusedAlert : { change: 'resolve', key: refusedAlert.key };
    await applyAlertChanges(tx, fleetId, [], [change], now);
    await announce(tx, fleetId, [], ['alerts']);
  });
  known.set(fleetId, state);
}
