/** Owners: people or companies who granted access. Their address and phone are sealed wherever they are kept. */
import type { FleetId, OwnerId } from './ids.ts';

/** An owner is not written to about the same thing more often than this. */
export const ownerQuietS = 24 * 3_600;

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
