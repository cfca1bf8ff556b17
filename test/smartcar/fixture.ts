/** Smartcar's bodies as they are documented or were captured; each file names its source. */
import { readFileSync } from 'node:fs';
import type { SmartcarConnectionId, SmartcarUserId, SmartcarVehicleId } from '../../src/domain/ids.ts';
import type { Received, Sent } from '../../src/smartcar/send.ts';

export const vehicleId = '0a1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d' as SmartcarVehicleId; // the fixtures' vehicle
export const userId = '5d7b1f30-2c4e-4b6a-9d8f-1e2f3a4b5c6d' as SmartcarUserId; // the fixtures' user
export const connectionId = 'conn-7f1e0c1a' as SmartcarConnectionId; // the fixtures' connection
export const applicationId = '8a4f0c54-6d7e-4f80-91a2-b3c4d5e6f708';
export const receivedAt = new Date('2026-09-02T08:20:00Z');

export function fixture(name: string): unknown {
  const text = readFileSync(new URL(`../fixtures/smartcar/${name}.json`, import.meta.url), 'utf8');
  return (JSON.parse(text) as { body: unknown }).body; // each file is { source, body }
}

export function received(body: unknown, change: Partial<Received> = {}): Received {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { came: true, status: 200, requestId: 'req-1', retryAfterS: null, text, ...change };
}

/** No answer came; the request may have left all the same. */
export const notReceived = (reason: string, left = true): Sent => ({
  came: false,
  why: 'unreachable',
  reason,
  left,
  requestId: null,
});
