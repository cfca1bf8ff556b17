/** Vehicles and what is done to their connection. What acts answers the vehicle as it is afterwards. */
import type { VehicleId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Powertrain } from '../../domain/vehicle.ts';
import { ownFleet } from '../../store/fleet.ts';
import { listTimeline } from '../../store/timeline-list.ts';
import { countVehicles, listVehicles, vehicleById } from '../../store/vehicle-list.ts';
import type { Call, HandlerNeeds, Handlers } from '../call.ts';
import type { CallName } from '../contract/paths.ts';
import type { VehicleView } from '../contract/vehicles.ts';
import { pageOf, textCursor, timeCursor } from '../cursor.ts';
import { ownId } from '../own-id.ts';
import { installationOf, presentListed, presentSignals, presentVehicle } from '../present-vehicle.ts';
import type { Installation } from '../present-vehicle.ts';
import { iso, presentHappening } from '../present.ts';

type VehicleCalls =
  | 'listVehicles'
  | 'countVehicles'
  | 'createVehicle'
  | 'getVehicle'
  | 'changeVehicle'
  | 'connectVehicle'
  | 'reconnectVehicle'
  | 'disconnectVehicle'
  | 'listSignals'
  | 'listTimeline';

export function vehicleHandlers(needs: HandlerNeeds): Pick<Handlers, VehicleCalls> {
  const { flows } = needs;
  const installation = installationOf(needs.config);
  const view: View = (call, id) => viewOf(call, installation, id);
  return {
    listVehicles: (call) => list(call, installation),
    countVehicles: ({ query, now, inFleet }) =>
      inFleet(async (tx) => {
        const { settings } = await ownFleet(tx);
        return { count: await countVehicles(tx, query, { settings, v3: installation.v3, now }) };
      }),
    getVehicle: (call) => view(call, ownId('veh', call.params.id)),
    async createVehicle(call) {
      const { powertrain, ...body } = call.body;
      const input = { ...body, powertrain: powertrain as Powertrain | undefined }; // the schema lists them
      return view(call, await flows.addVehicle(call.context, input, call.now));
    },
    async changeVehicle(call) {
      const id = ownId('veh', call.params.id);
      await flows.changeVehicle(call.context, id, call.body, call.now);
      return view(call, id);
    },
    async connectVehicle(call) {
      const deliver = call.body.deliver === 'email';
      const link = await flows.sendConnectLink(call.context, ownId('veh', call.params.id), { deliver }, call.now);
      return { ...link, expiresAt: iso(link.expiresAt) };
    },
    async reconnectVehicle(call) {
      const deliver = call.body.deliver === 'email';
      const { route, url, expiresAt, delivered } = await flows.reconnect(
        call.context,
        ownId('veh', call.params.id),
        { deliver },
        call.now,
      );
      return { route, delivered, ...(url ? { url } : {}), ...(expiresAt ? { expiresAt: iso(expiresAt) } : {}) };
    },
    async disconnectVehicle(call) {
      const id = ownId('veh', call.params.id);
      if (call.body.when === 'afterRental') await flows.wishDisconnect(call.context, id, true, call.now);
      else await flows.disconnect(call.context, id, call.now);
      return view(call, id);
    },
    listSignals: signals,
    listTimeline: timeline,
  };
}

type View = <N extends CallName>(call: Call<N>, id: VehicleId) => Promise<VehicleView>;

async function viewOf<N extends CallName>(
  call: Call<N>,
  installation: Installation,
  id: VehicleId,
): Promise<VehicleView> {
  return call.inFleet(async (tx) => {
    const fleet = await ownFleet(tx);
    const vehicle = await vehicleById(tx, id);
    if (!vehicle) throw new Refusal('not_found');
    return presentVehicle(vehicle, fleet, installation, call.now);
  });
}

async function list(
  { query, now, inFleet }: Call<'listVehicles'>,
  installation: Installation,
): ReturnType<Handlers['listVehicles']> {
  const after = textCursor(query.cursor);
  return inFleet(async (tx) => {
    const fleet = await ownFleet(tx);
    const { settings } = fleet;
    const { limit, sort } = query;
    const found = await listVehicles(tx, query, { after, limit, sort, settings, v3: installation.v3, now });
    const { rows, nextCursor } = pageOf(found, query.limit, ({ sortKey, id }) => [sortKey, id]);
    return { items: rows.map((row) => presentListed(row, fleet, installation, now)), nextCursor };
  });
}

async function signals({ params, now, inFleet }: Call<'listSignals'>): ReturnType<Handlers['listSignals']> {
  return inFleet(async (tx) => {
    const fleet = await ownFleet(tx);
    const vehicle = await vehicleById(tx, params.id);
    if (!vehicle) throw new Refusal('not_found');
    return { items: presentSignals(vehicle, fleet, now), nextCursor: null };
  });
}

async function timeline({ params, query, inFleet }: Call<'listTimeline'>): ReturnType<Handlers['listTimeline']> {
  const after = timeCursor(query.cursor);
  return inFleet(async (tx) => {
    const vehicle = await vehicleById(tx, params.id);
    if (!vehicle) throw new Refusal('not_found');
    const found = await listTimeline(tx, params.id, { after, limit: query.limit });
    const { rows, nextCursor } = pageOf(found, query.limit, ({ at, id }) => [at, id]);
    return { items: rows.map((row) => presentHappening(row, vehicle.make)), nextCursor };
  });
}
