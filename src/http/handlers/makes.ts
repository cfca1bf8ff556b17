/** What is known of makes, what a fleet has set otherwise, and whether a car can be connected at all. */
import type { VehicleId } from '../../domain/ids.ts';
import { makeKey } from '../../domain/make.ts';
import { appFacts, knownMakes } from '../../domain/make-facts.ts';
import { otherMakes } from '../../domain/make-policy.ts';
import type { MakeOverride } from '../../domain/make-policy.ts';
import { Refusal } from '../../domain/refusal.ts';
import { findCompatibility } from '../../store/compatibility-check.ts';
import type { Tx } from '../../store/database.ts';
import { changeMakeOverride, ownFleet } from '../../store/fleet.ts';
import { announce } from '../../store/outbox.ts';
import { countByMake, findVehicle } from '../../store/vehicle.ts';
import type { Call, HandlerNeeds, Handlers } from '../call.ts';
import type { CompatibilityView } from '../contract/makes.ts';
import { ownId } from '../own-id.ts';
import { presentCompatibility, presentMake } from '../present-makes.ts';

type MakeCalls = 'listMakes' | 'changeMake' | 'getCompatibility' | 'checkCompatibility';

export function makeHandlers({ flows }: HandlerNeeds): Pick<Handlers, MakeCalls> {
  const view = (tx: Tx, id: VehicleId): Promise<CompatibilityView> => compatibility(tx, id, flows.asksOnV2());
  return {
    listMakes: list,
    changeMake: change,
    getCompatibility: ({ params, inFleet }) => inFleet((tx) => view(tx, ownId('veh', params.id))),
    async checkCompatibility({ context, params, now, inFleet }) {
      const id = ownId('veh', params.id);
      await flows.checkCompatibility(context, id, now);
      return inFleet((tx) => view(tx, id));
    },
  };
}

async function compatibility(tx: Tx, id: VehicleId, hasV2: boolean): Promise<CompatibilityView> {
  const { settings } = await ownFleet(tx);
  const vehicle = await findVehicle(tx, id);
  if (!vehicle) throw new Refusal('not_found');
  return presentCompatibility(vehicle, await findCompatibility(tx, vehicle), { settings, hasV2 });
}

/** The fleet's own makes first, most cars first; then all others by name, and at last what is said of none. */
async function list({ inFleet }: Call<'listMakes'>): ReturnType<Handlers['listMakes']> {
  return inFleet(async (tx) => {
    const fleet = await ownFleet(tx);
    const counts = await countsOf(tx);
    const chosen = Object.keys(fleet.settings.makes ?? {});
    const all = new Set([...counts.keys(), ...chosen, ...knownMakes].filter((make) => make !== otherMakes));
    const ordered = [...all].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1));
    const items = [...ordered, otherMakes].map((make) => presentMake(make, counts.get(make) ?? 0, fleet));
    return { items, nextCursor: null };
  });
}

/** By key; what has no make is counted under `otherMakes`. */
async function countsOf(tx: Tx): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { make, count } of await countByMake(tx)) {
    const key = make === null ? otherMakes : makeKey(make);
    counts.set(key, (counts.get(key) ?? 0) + count);
  }
  return counts;
}

async function change({ params, body, context, inFleet }: Call<'changeMake'>): ReturnType<Handlers['changeMake']> {
  const make = params.id === otherMakes ? otherMakes : makeKey(params.id);
  const override = accepted(make, body.overrides);
  return inFleet(async (tx) => {
    const counts = await countsOf(tx);
    const isKnown = make === otherMakes || knownMakes.includes(make) || counts.has(make);
    if (!isKnown) throw new Refusal('not_found', 'Nothing is known of this make, and no vehicle of the fleet has it.');
    await changeMakeOverride(tx, make, override);
    await announce(tx, context.fleetId, [], ['settings', 'vehicles']);
    return presentMake(make, counts.get(make) ?? 0, await ownFleet(tx));
  });
}

/** What was given, and only where it has a meaning. */
function accepted(make: string, given: Call<'changeMake'>['body']['overrides']): MakeOverride {
  if (given.connectsInBrowser !== undefined && !appFacts.some(({ makes }) => makes.includes(make)))
    throw new Refusal('invalid_input', 'Nothing says that a browser would not do for this make.');
  const told = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(told) as MakeOverride; // the schema's names are the override's
}
