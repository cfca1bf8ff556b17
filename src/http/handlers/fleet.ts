/** The fleet: overview, who asks, fleets, plan, settings, keys. */
import { causeNames, factsOf, statuses } from '../../domain/cause.ts';
import type { Cause } from '../../domain/cause.ts';
import { defaultPlan, defaultSettings } from '../../domain/fleet.ts';
import type { Settings } from '../../domain/fleet.ts';
import { newId } from '../../domain/ids.ts';
import { knownPermissions } from '../../domain/permission.ts';
import { monthStart } from '../../domain/month.ts';
import { Refusal } from '../../domain/refusal.ts';
import { dayOf, usedIn } from '../../domain/usage-forecast.ts';
import { addApiKey, endApiKey, listApiKeys } from '../../store/api-key.ts';
import type { Tx } from '../../store/database.ts';
import { addFleet, changeSettings, listFleets, ownFleet } from '../../store/fleet.ts';
import { addMember, membershipsOf } from '../../store/member.ts';
import { listApplicationUsage, sumUsage } from '../../store/request-usage.ts';
import { overviewCounts, webhooksRefusedSince } from '../../store/overview.ts';
import type { OverviewCounts } from '../../store/overview.ts';
import type { Call, HandlerNeeds, Handlers } from '../call.ts';
import { hintOf, newApiKey } from '../keys.ts';
import { shareLeft } from '../present-budget.ts';
import { iso, maybeIso, presentApiKey } from '../present.ts';
import { mustRunInstallation } from '../who.ts';
import type { Who } from '../who.ts';

type FleetCalls =
  | 'getOverview'
  | 'getMe'
  | 'listFleets'
  | 'createFleet'
  | 'getSettings'
  | 'changeSettings'
  | 'listApiKeys'
  | 'createApiKey'
  | 'revokeApiKey';

export function fleetHandlers(needs: HandlerNeeds): Pick<Handlers, FleetCalls> {
  const { database, config, vault } = needs;
  return {
    getOverview: (call) => overview(needs, call),
    async getMe({ who, inFleet }) {
      const { id, name, settings } = await inFleet(ownFleet);
      return {
        name: who.context.actor.name,
        email: who.email,
        role: who.role,
        fleet: { id, name, timeZone: settings.timeZone },
        fleets: await database.asSystem((tx) => fleetsOf(tx, who)),
        installationAdministrator: who.installation,
        demo: config.demo,
        simulatorUrl: config.simulatorUrl,
      };
    },
    async listFleets({ who }) {
      return { items: await database.asSystem((tx) => fleetsOf(tx, who)), nextCursor: null };
    },
    createFleet: (call) => createFleet(needs, call),
    getSettings: async ({ inFleet }) => (await inFleet(ownFleet)).settings,
    changeSettings: ({ body, inFleet }) => inFleet((tx) => changeSettings(tx, accepted(body))),
    async listApiKeys({ inFleet }) {
      return { items: (await inFleet(listApiKeys)).map(presentApiKey), nextCursor: null };
    },
    async createApiKey({ body, context: { fleetId }, now, inFleet }) {
      const key = newApiKey(vault);
      const digest = vault.fingerprint(key);
      const kept = await inFleet((tx) =>
        addApiKey(tx, { ...body, fleetId, digest, hint: hintOf(key), installation: false }, now),
      );
      return { ...presentApiKey(kept), key };
    },
    async revokeApiKey({ params, now, inFleet }) {
      const ended = await inFleet((tx) => endApiKey(tx, params.id, now));
      if (!ended) throw new Refusal('not_found');
      return presentApiKey(ended);
    },
  };
}

async function fleetsOf(tx: Tx, who: Who): Promise<{ id: string; name: string }[]> {
  if (who.installation) return listFleets(tx);
  if (who.context.actor.kind === 'apiKey') return [{ id: who.context.fleetId, name: who.fleetName }];
  return (await membershipsOf(tx, who.context.actor.id ?? '')).map(({ fleetId, fleetName }) => ({
    id: fleetId,
    name: fleetName,
  }));
}

async function createFleet(
  { database }: HandlerNeeds,
  { who, body, now }: Call<'createFleet'>,
): ReturnType<Handlers['createFleet']> {
  mustRunInstallation(who, "Only the installation's administrator makes fleets.");
  const { actor } = who.context;
  const fleet = { id: newId('flt', now), name: body.name, plan: defaultPlan, settings: defaultSettings(body.name) };
  await database.asSystem(async (tx) => {
    await addFleet(tx, fleet, now);
    if (actor.kind === 'operator' && actor.id)
      await addMember(tx, { fleetId: fleet.id, userId: actor.id, role: 'administrator' }, now);
  });
  return { id: fleet.id, name: fleet.name };
}

/** What was given, and only permissions that Towline can make use of. */
function accepted(change: Call<'changeSettings'>['body']): Partial<Settings> {
  const unknown = change.requiredPermissions?.filter((permission) => !knownPermissions.includes(permission)) ?? [];
  if (unknown.length > 0)
    throw new Refusal('invalid_input', `Towline does not know these permissions: ${unknown.join(', ')}.`);
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<Settings>; // the schema's names are the settings'
}

async function overview(
  { database, config }: HandlerNeeds,
  { now, inFleet }: Call<'getOverview'>,
): ReturnType<Handlers['getOverview']> {
  const monthFrom = dayOf(monthStart(now));
  const { counts, own } = await inFleet(async (tx) => {
    const { plan, settings } = await ownFleet(tx);
    const found = await overviewCounts(tx, { settings, now });
    const quota = connectedIn(found) * plan.requestBudget.perVehiclePerMonth;
    return { counts: found, own: { used: await sumUsage(tx, monthFrom), quota } };
  });
  const { perMonth } = config.requestLimits;
  const whole = perMonth === null ? [] : await database.asSystem((tx) => listApplicationUsage(tx, monthFrom));
  const refusedLastHour = await database.asSystem((tx) =>
    webhooksRefusedSince(tx, new Date(now.getTime() - 3_600_000)),
  );
  const { vehicles, freshness, owners, alerts, lapsing, webhooks } = counts;
  return {
    at: iso(now),
    vehicles,
    freshness,
    alerts,
    lapsing,
    requests: { left: shareLeft([own, { used: usedIn(whole, now), quota: perMonth }]) },
    toConfirm: counts.toConfirm,
    ...tally(counts.connections, config.missingForV3.length === 0),
    owners: { ...owners, oldestAskedAt: maybeIso(owners.oldestAskedAt) },
    webhooks: { ...webhooks, lastReceivedAt: maybeIso(webhooks.lastReceivedAt), refusedLastHour },
    platform: { mode: config.mode, platform: 'v3', onV2: counts.onV2 },
  };
}

const connectedIn = ({ connections }: OverviewCounts): number =>
  connections.reduce((sum, { status, count }) => sum + (status && status !== 'disconnected' ? count : 0), 0);

type Counts = Record<string, number>;

function tally(rows: OverviewCounts['connections'], v3: boolean): { statuses: Counts; causes: Counts; turns: Counts } {
  const found: Counts = Object.fromEntries([...statuses, 'unconnected'].map((status) => [status, 0]));
  const causes: Counts = {};
  const turns: Counts = {};
  const add = (counts: Counts, name: string, count: number): void => {
    counts[name] = (counts[name] ?? 0) + count;
  };
  for (const { status, cause, isMendedOnV3, count } of rows) {
    add(found, status ?? 'unconnected', count);
    if (!cause) continue;
    add(causes, cause, count);
    if (!isCause(cause)) continue;
    const who = v3 && isMendedOnV3 ? 'operator' : factsOf(cause).who;
    if (who !== 'nobody') add(turns, who, count);
  }
  return { statuses: found, causes, turns };
}

const isCause = (cause: string): cause is Cause => (causeNames as string[]).includes(cause); // widened only to ask
