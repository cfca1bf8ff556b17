/** Rentals: started, changed, ended, and looked up. */
import type { VehicleId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Rental } from '../../domain/rental.ts';
import { renterOf } from '../../flows/rental.ts';
import { ownFleet } from '../../store/fleet.ts';
import { findRental, listRentals } from '../../store/rental.ts';
import type { RentalKey } from '../../store/rental.ts';
import type { Tx } from '../../store/database.ts';
import { findVehicles } from '../../store/vehicle.ts';
import { vehicleById } from '../../store/vehicle-list.ts';
import type { HandlerNeeds, Handlers } from '../call.ts';
import { rentalReference } from '../contract/rentals.ts';
import type { RentalView } from '../contract/rentals.ts';
import { pageOf, timeCursor } from '../cursor.ts';
import { ownId } from '../own-id.ts';
import { iso } from '../present.ts';
import { presentReadiness, presentRental } from '../present-rental.ts';
import { readinessOfVehicle } from '../present-use.ts';

type RentalCalls =
  | 'startRental'
  | 'listRentals'
  | 'getRental'
  | 'changeRental'
  | 'endRental'
  | 'cancelRental'
  | 'keepConnected'
  | 'linkRenter'
  | 'takeRenterLinkBack'
  | 'getReadiness';

export function rentalHandlers(needs: HandlerNeeds): Pick<Handlers, RentalCalls> {
  const { flows } = needs;
  const show = (tx: Tx, rental: Rental, now: Date) => view(tx, needs, [rental], now).then(([one]) => one ?? missing());
  return {
    async startRental({ context, body, now, inFleet }) {
      const { vehicleId: id, startedAt, endsAt, renterLink: isLinked, ...rest } = body;
      const vehicleId = ownId('veh', id);
      const wish = { ...rest, vehicleId, startedAt: maybeDate(startedAt), endsAt: maybeDate(endsAt) };
      const { rental } = await flows.startRental(context, wish, now);
      const link = isLinked && rental.state === 'active' ? await flows.renterLink(context, rental, now) : null;
      const renterLink = link && { ...link, expiresAt: iso(link.expiresAt) };
      return inFleet(async (tx) => ({ ...(await show(tx, rental, now)), renterLink }));
    },
    async linkRenter({ context, params, now }) {
      const { url, expiresAt } = await flows.renterLink(context, keyOf(params.id), now);
      return { url, expiresAt: iso(expiresAt) };
    },
    async takeRenterLinkBack({ context, params, now, inFleet }) {
      const rental = await flows.takeRenterLinkBack(context, keyOf(params.id), now);
      return inFleet((tx) => show(tx, rental, now));
    },
    listRentals({ query, now, inFleet }) {
      const { state, vehicle, q, overdue, limit, cursor } = query;
      const filter = { state, q, vehicle: vehicle as VehicleId | undefined, overdueAt: overdue ? now : undefined }; // compared only
      const after = timeCursor(cursor);
      return inFleet(async (tx) => {
        const found = await listRentals(tx, filter, { after, limit });
        const { rows, nextCursor } = pageOf(found, limit, ({ createdAt, id }) => [createdAt, id]);
        return { items: await view(tx, needs, rows, now), nextCursor };
      });
    },
    getRental: ({ params, now, inFleet }) =>
      inFleet(async (tx) => {
        const rental = await findRental(tx, keyOf(params.id));
        if (!rental) throw new Refusal('not_found');
        return show(tx, rental, now);
      }),
    async changeRental({ context, params, body, now, inFleet }) {
      const { endsAt, renter } = body;
      const change = { renter, endsAt: endsAt === undefined || endsAt === null ? endsAt : new Date(endsAt) };
      const rental = await flows.changeRental(context, keyOf(params.id), change, now);
      return inFleet((tx) => show(tx, rental, now));
    },
    async endRental({ context, params, body, now, inFleet }) {
      const wish = { state: 'completed', endedAt: maybeDate(body.endedAt) } as const;
      const rental = await flows.endRental(context, keyOf(params.id), wish, now);
      return inFleet((tx) => show(tx, rental, now));
    },
    async cancelRental({ context, params, now, inFleet }) {
      const rental = await flows.endRental(context, keyOf(params.id), { state: 'cancelled' }, now);
      return inFleet((tx) => show(tx, rental, now));
    },
    async keepConnected({ context, params, now, inFleet }) {
      const found = await inFleet((tx) => findRental(tx, keyOf(params.id)));
      if (!found) throw new Refusal('not_found');
      if (found.state !== 'active' || !found.vehicleId) throw new Refusal('rental_over');
      await flows.wishDisconnect(context, found.vehicleId, false, now);
      return inFleet(async (tx) => show(tx, (await findRental(tx, { id: found.id })) ?? found, now));
    },
    getReadiness: ({ params, now, inFleet }) =>
      inFleet(async (tx) => {
        const vehicle = await vehicleById(tx, ownId('veh', params.id));
        if (!vehicle) throw new Refusal('not_found');
        return presentReadiness(readinessOfVehicle(vehicle, await ownFleet(tx), now), now);
      }),
  };
}

function missing(): never {
  throw new Refusal('not_found');
}

const theirs = 'reference:';

/** As a start's reference is read. @throws Refusal `invalid_input`, `not_found` */
function keyOf(id: string): RentalKey {
  if (!id.startsWith(theirs)) return { id: ownId('rnt', id) };
  const reference = rentalReference.safeParse(id.slice(theirs.length));
  if (!reference.success) throw new Refusal('invalid_input', 'The reference takes one line of 1 to 200 characters.');
  return { reference: reference.data };
}

const maybeDate = (instant: string | undefined): Date | undefined =>
  instant === undefined ? undefined : new Date(instant);

/** Rentals with their cars; the renter is opened for those who may see rentals. */
async function view(tx: Tx, needs: HandlerNeeds, rentals: readonly Rental[], now: Date): Promise<RentalView[]> {
  const ids = rentals.flatMap(({ vehicleId }) => vehicleId ?? []);
  const vehicles = new Map((await findVehicles(tx, ids)).map((vehicle) => [vehicle.id, vehicle]));
  return rentals.map((rental) => {
    const found = rental.vehicleId && vehicles.get(rental.vehicleId);
    const vehicle = found
      ? { id: found.id, number: found.number, plate: found.plate, make: found.make, model: found.model }
      : null;
    return presentRental(rental, { vehicle, renter: renterOf(needs, rental) }, now);
  });
}
