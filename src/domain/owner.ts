/** Owners: people or companies who granted access. Their address and phone are sealed wherever they are kept. */
import type { FleetId, OwnerId } from './ids.ts';

export interface Owner {
  id: OwnerId;
  fleetId: FleetId;
  name: string;
  email: string | null;
  phone: string | null;
  /** BCP 47. */
  language: string;
  /** IANA. */
  timeZone: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
  createdAt: Date;
}
