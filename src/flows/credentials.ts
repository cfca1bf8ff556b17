/** Our own credentials: when Smartcar refuses them every car is affected, so it is one alert and nobody's connection. */
import type { AlertChange } from '../domain/alert.ts';
import type { Platform } from '../domain/connection.ts';
import type { FleetId } from '../domain/ids.ts';
import { applyAlertChanges } from '../store/alert.ts';
import type { Database } from '../store/database.ts';
import { announce } from '../store/outbox.ts';

/** What this process last wrote for each fleet and platform; only a change is worth a transaction, or a refusal that goes on. */
const known = new Map<`${FleetId} ${Platform}`, { state: 'refused' | 'accepted'; at: Date }>();
/** An alert that was closed by hand while Smartcar still refuses us opens again after this. */
const repeatMs = 5 * 60_000;

/** v3's credentials and v2's secret are refused, and put right, each by themselves. */
const keys: Readonly<Record<Platform, string>> = { v3: 'smartcar.credentials', v2: 'smartcar.credentials.v2' };

const refusedAlert = {
  change: 'open',
  kind: 'smartcar.credentials-refused',
  severity: 'critical',
  detail: {},
} as const;

export async function noteCredentials(
  needs: { database: Database },
  { fleetId, platform }: { fleetId: FleetId; platform: Platform },
  state: 'refused' | 'accepted',
  now: Date,
): Promise<void> {
  const place = `${fleetId} ${platform}` as const;
  const before = known.get(place);
  const isStale = state === 'refused' && before !== undefined && now.getTime() - before.at.getTime() >= repeatMs;
  if (before?.state === state && !isStale) return;
  await needs.database.asFleet(fleetId, async (tx) => {
    const change: AlertChange =
      state === 'refused' ? { ...refusedAlert, key: keys[platform] } : { change: 'resolve', key: keys[platform] };
    await applyAlertChanges(tx, fleetId, [], [change], now);
    await announce(tx, fleetId, [], ['alerts']);
  });
  known.set(place, { state, at: now });
}
