/** A vehicle as lists and panels show it: the row that the query in vehicle-list.ts answers, and what is made of it. */
import type { OwnerId, RentalId, VehicleId } from '../domain/ids.ts';
import type { Powertrain } from '../domain/vehicle.ts';
import { connectionFrom } from './listed-connection.ts';
import type { ConnectionColumns, ListedConnection } from './listed-connection.ts';
import type { KeptReading } from './schema.ts';

export interface ListedRental {
  id: RentalId;
  reference: string;
  startedAt: Date;
  /** When it is planned to end; null where that is open. */
  endsAt: Date | null;
  disconnectsAfter: boolean;
}

/** As the database builds it, with its instants as text. */
export interface KeptRental extends Pick<ListedRental, 'id' | 'reference' | 'disconnectsAfter'> {
  startedAt: string;
  endsAt: string | null;
}

const rentalFrom = ({ startedAt, endsAt, ...rest }: KeptRental): ListedRental => ({
  ...rest,
  startedAt: new Date(startedAt),
  endsAt: endsAt === null ? null : new Date(endsAt),
});

export interface ListedVehicle {
  id: VehicleId;
  number: string;
  /** What lists are ordered by, as the database compares it. */
  sortKey: string;
  plate: string | null;
  vin: string | null;
  make: string | null;
  model: string | null;
  year: number | null;
  powertrain: Powertrain | null;
  country: string | null;
  owner: { id: OwnerId; name: string; hasAddress: boolean } | null;
  createdAt: Date;
  signals: Record<string, KeptReading>;
  newestAt: Date | null;
  /** Its owner came back with a car that an operator has to confirm or refuse. */
  toConfirm: boolean;
  /** The rental that it is in; null when it is in none. */
  rental: ListedRental | null;
  /** The living one, or the latest that ended; null when there never was one. */
  connection: ListedConnection | null;
}

export interface VehicleRow extends ConnectionColumns {
  id: VehicleId;
  number: string;
  sort_key: string;
  plate: string | null;
  vin: string | null;
  make: string | null;
  model: string | null;
  year: number | null;
  powertrain: Powertrain | null;
  country: string | null;
  owner_id: OwnerId | null;
  owner_name: string | null;
  has_address: boolean;
  created_at: Date;
  signals: Record<string, KeptReading> | null;
  newest_at: Date | null;
  to_confirm: boolean;
  rental: KeptRental | null;
}

export function fromRow(row: VehicleRow): ListedVehicle {
  const { id, number, plate, vin, make, model, year, powertrain, country } = row;
  return {
    id,
    number,
    plate,
    vin,
    make,
    model,
    year,
    powertrain,
    country,
    sortKey: row.sort_key,
    owner:
      row.owner_id && row.owner_name !== null
        ? { id: row.owner_id, name: row.owner_name, hasAddress: row.has_address }
        : null,
    createdAt: row.created_at,
    signals: row.signals ?? {},
    newestAt: row.newest_at,
    toConfirm: row.to_confirm,
    rental: row.rental && rentalFrom(row.rental),
    connection: connectionFrom(row),
  };
}
