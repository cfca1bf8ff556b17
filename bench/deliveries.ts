/** Webhook deliveries as they stand on the wire: each one different, and signed ahead of the measurement. */
import { createHmac, randomUUID } from 'node:crypto';

export interface Delivery {
  eventId: string;
  /** The whole HTTP request. */
  request: Buffer;
}

/** The shape of docs/smartcar.md §6.7, as captured, with seven signals: about 2.1 kB. */
export function makeDeliveries(count: number, token: string): Delivery[] {
  return Array.from({ length: count }, (_, index) => {
    const eventId = randomUUID();
    const body = Buffer.from(JSON.stringify(stateEvent(eventId, index)));
    const signature = createHmac('sha256', token).update(body).digest('hex');
    const head = [
      'POST /webhooks/smartcar HTTP/1.1',
      'Host: 127.0.0.1',
      'Content-Type: application/json',
      `SC-Signature: ${signature}`,
      `Content-Length: ${body.length}`,
    ];
    return { eventId, request: Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]) };
  });
}

function stateEvent(eventId: string, index: number): object {
  const at = 1_770_000_000_000 + index * 1_000;
  const signal = (group: string, name: string, body: object): object => ({
    code: `${group}-${name}`.toLowerCase(),
    name,
    group,
    body,
    meta: { oemUpdatedAt: at - 60_000, retrievedAt: at },
    status: { value: 'SUCCESS' },
  });
  return {
    eventId,
    eventType: 'VEHICLE_STATE',
    data: {
      user: { id: randomUUID() },
      vehicle: { id: randomUUID(), make: 'POLESTAR', model: 'Polestar 2', year: 2024 },
      signals: [
        signal('Odometer', 'TraveledDistance', { value: 12_000.5 + index, unit: 'km' }),
        signal('TractionBattery', 'StateOfCharge', { value: index % 100, unit: 'percent' }),
        signal('TractionBattery', 'Range', { value: 300 - (index % 200), unit: 'km' }),
        signal('Location', 'PreciseLocation', {
          latitude: 52.5 + (index % 1_000) / 10_000,
          longitude: 13.4,
          heading: 90,
          locationType: 'LAST_PARKED',
        }),
        signal('Charge', 'IsCharging', { value: index % 2 === 0 }),
        signal('Closure', 'IsLocked', { value: index % 3 !== 0 }),
        signal('Closure', 'Doors', {
          values: [{ row: 0, column: 0, isOpen: false, isLocked: true }],
          rowCount: 2,
          columnCount: 2,
        }),
      ],
    },
    triggers: [
      {
        type: 'SIGNAL_UPDATED',
        signal: { name: 'StateOfCharge', code: 'tractionbattery-stateofcharge', group: 'TractionBattery' },
      },
    ],
    meta: {
      deliveryId: randomUUID(),
      deliveredAt: at + 1_000,
      version: '4.0',
      webhookId: randomUUID(),
      webhookName: 'Fleet signals',
      mode: 'LIVE',
      signalCount: 7,
    },
  };
}
