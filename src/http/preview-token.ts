/**
 * A preview of many reconnects as it goes out and comes back: sealed for its fleet, so that what is sent is what was seen. It
 * holds every car, packed, so that nothing has to be kept here.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';

import type { FleetId, OwnerId, VehicleId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Judged, Seen } from '../domain/reconnect-batch.ts';
import type { SeenCar, SeenPreview } from '../flows/send-reconnects.ts';
import type { KeptSelection } from '../store/schema.ts';
import type { Sealing } from './server-needs.ts';

/** Ids without their prefixes. */
interface Packed {
  at: string;
  selection: KeptSelection;
  asks: Record<string, string[]>;
  retries: string[];
  skips: string[];
}

/** What ten thousand cars of as many owners unpack to, and something on top. */
const largestUnpacked = 2_000_000;

const sealedFor = (fleetId: FleetId) => ({ fleetId, row: fleetId, kind: 'reconnect.preview' });
const bare = (id: string): string => id.slice(4);

export function previewToken(
  vault: Pick<Sealing, 'seal'>,
  fleetId: FleetId,
  preview: { at: Date; selection: KeptSelection; cars: readonly Judged<{ vehicleId: VehicleId }>[] },
): string {
  const packed: Packed = {
    at: preview.at.toISOString(),
    selection: preview.selection,
    asks: {},
    retries: [],
    skips: [],
  };
  for (const { car, verdict } of preview.cars) {
    const id = bare(car.vehicleId);
    if (verdict.act === 'ask') (packed.asks[bare(verdict.ownerId)] ??= []).push(id);
    else (verdict.act === 'retry' ? packed.retries : packed.skips).push(id);
  }
  const text = deflateRawSync(JSON.stringify(packed)).toString('base64');
  return vault.seal(text, sealedFor(fleetId)).toString('base64url');
}

/** @throws Refusal preview_unknown for what was never made here, or for another fleet. */
export function readPreviewToken(
  vault: Pick<Sealing, 'open' | 'fingerprint'>,
  fleetId: FleetId,
  token: string,
): SeenPreview {
  const packed = unpack(vault, fleetId, token);
  const cars = Object.entries(packed.asks).flatMap(
    ([owner, ids]) => ids.map((id) => seenCar(id, { act: 'ask', ownerId: `own_${owner}` as OwnerId })), // packed above
  );
  return {
    at: new Date(packed.at),
    selection: packed.selection,
    digest: vault.fingerprint(token),
    cars: [
      ...cars,
      ...packed.retries.map((id) => seenCar(id, { act: 'retry' })),
      ...packed.skips.map((id) => seenCar(id, { act: 'skip' })),
    ],
  };
}

const seenCar = (id: string, seen: Seen): SeenCar => ({ vehicleId: `veh_${id}` as VehicleId, seen }); // packed above

function unpack(vault: Pick<Sealing, 'open'>, fleetId: FleetId, token: string): Packed {
  try {
    const text = vault.open(Buffer.from(token, 'base64url'), sealedFor(fleetId));
    const json = inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength: largestUnpacked });
    return JSON.parse(json.toString('utf8')) as Packed; // sealed by previewToken alone
  } catch {
    throw new Refusal('preview_unknown');
  }
}
