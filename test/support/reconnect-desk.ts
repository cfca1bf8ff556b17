/** What an operator does with many reconnects, over the API; and what happens to the cars meanwhile. */
import assert from 'node:assert/strict';

import { observe } from '../../src/flows/observe.ts';
import type { Answer } from '../../src/http/contract/routes.ts';
import type { BrokenCar, BrokenGiven } from './broken-fleet.ts';
import type { World } from './world.ts';

type Preview = Answer<'previewReconnects'>;
export type Batch = Answer<'getReconnects'>;
type Item = Answer<'listReconnectVehicles'>['items'][number];

/** Each owner's cars, numbered by both. */
export const carsOf = (prefix: string, owners: number, each: (owner: number) => number): BrokenGiven[] =>
  Array.from({ length: owners }, (_, owner) =>
    Array.from({ length: each(owner) }, (_, car) => ({
      number: `${prefix}-${owner}-${car}`,
      owner: `${prefix}-${owner}@owners.example`.toLowerCase(),
    })),
  ).flat();

/** Each fails the test where the API does not do it. */
export function deskOf(world: World) {
  const preview = async (selection: object): Promise<Preview> => {
    const { status, body } = await world.api('POST', '/reconnects/preview', selection);
    assert.equal(status, 200, JSON.stringify(body));
    return body as Preview;
  };
  const sendToken = async (token: string): Promise<Batch> => {
    const { status, body } = await world.api('POST', '/reconnects', { token });
    assert.equal(status, 201, JSON.stringify(body));
    return body as Batch;
  };
  return {
    preview,
    sendToken,
    send: async (selection: object): Promise<Batch> => sendToken((await preview(selection)).token),
    batch: async (id: string): Promise<Batch> => (await world.api('GET', `/reconnects/${id}`)).body as Batch,
    act: (id: string, what: 'pause' | 'resume' | 'cancel') => world.api('POST', `/reconnects/${id}/${what}`, {}),
    async items(id: string): Promise<Item[]> {
      const items: Item[] = [];
      for (let cursor = ''; ;) {
        const { body } = await world.api('GET', `/reconnects/${id}/vehicles?limit=50${cursor}`);
        items.push(...(body['items'] as Item[]));
        if (!body['nextCursor']) return items;
        cursor = `&cursor=${String(body['nextCursor'])}`;
      }
    },
  };
}

export const recipients = (mails: readonly { to: string }[]): string[] => mails.map(({ to }) => to).sort();

/** It works again, as a read tells. */
export function heal(world: World, { connectionId }: BrokenCar): Promise<unknown> {
  world.pass(1);
  return observe(
    world.ground,
    {
      fleetId: world.context.fleetId,
      connectionId,
      outcomes: [
        {
          kind: 'signals',
          via: 'poll',
          at: world.now(),
          requestId: null,
          failures: [],
          readings: ['location-preciselocation', 'odometer-traveleddistance', 'closure-islocked'].map((code) => ({
            ...{ code, unit: null, measuredAt: world.now(), fetchedAt: world.now(), receivedAt: world.now() },
            value:
              code === 'closure-islocked'
                ? true
                : code === 'odometer-traveleddistance'
                  ? 1
                  : { latitude: 1, longitude: 1 },
          })),
        },
      ],
    },
    world.now(),
  );
}
