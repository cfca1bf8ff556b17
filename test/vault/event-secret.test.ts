/** Signatures of events, held against the specification's own example and its library, and the receiver that the documents show. */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';

import { receiveEvents } from '../../docs/receive-events.ts';
import { newEventSecret, signedHeaders } from '../../src/vault/event-secret.ts';

test('a signature is the one of the specification’s example', () => {
  // https://docs.svix.com/receiving/verifying-payloads/how-manual, the same values as in every library of Standard Webhooks.
  const { 'webhook-signature': signature } = signedHeaders(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    at: new Date(1_614_265_330_000),
    body: '{"test": 2432232314}',
  });
  assert.equal(signature, 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('secrets are 256 bits, no two alike, and the library verifies with either of two', () => {
  const secrets = Array.from({ length: 50 }, newEventSecret);
  assert.equal(new Set(secrets).size, 50);
  for (const secret of secrets) assert.equal(Buffer.from(secret.replace('whsec_', ''), 'base64').length, 32);
  const body = '{"type":"connection.expired"}';
  const headers = signedHeaders(secrets.slice(0, 2), { id: 'evt_1', at: new Date(), body });
  for (const secret of secrets.slice(0, 2))
    assert.deepEqual(new Webhook(secret).verify(body, headers), { type: 'connection.expired' });
  assert.throws(() => new Webhook(secrets[2] ?? '').verify(body, headers), /No matching signature/);
  assert.throws(() => new Webhook(secrets[0] ?? '').verify(body.replace('expired', 'active'), headers), /No matching/);
});

test('the receiver of docs/events.md takes what is signed and nothing else', async () => {
  const secret = newEventSecret();
  const kept: unknown[] = [];
  const server = receiveEvents(secret, (event) => {
    if (event.type === 'command.failed') return Promise.reject(new Error('no room'));
    kept.push(event);
    return Promise.resolve();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo; // it listens on a port
  const post = async (signed: string, sent: string, at = new Date(), by = secret): Promise<number> => {
    const headers = signedHeaders([by], { id: 'evt_1', at, body: signed });
    return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: sent })).status;
  };
  const event = { id: 'evt_1', type: 'connection.expired', timestamp: '2026-05-05T08:03:10.000Z', data: {} };
  const body = JSON.stringify(event);
  assert.equal(await post(body, body), 204);
  assert.equal(await post(body, body.replace('expired', 'active')), 401, 'changed on the way');
  assert.equal(await post(body, body, new Date(), newEventSecret()), 401, 'of somebody else');
  assert.equal(await post(body, body, new Date(Date.now() - 3_600_000)), 401, 'an hour old');
  const failing = body.replace('connection.expired', 'command.failed');
  assert.equal(await post(failing, failing), 500, 'so that it comes again');
  const long = JSON.stringify({ ...event, data: { text: 'x'.repeat(1_000_000) } });
  assert.equal(await post(long, long), 413, 'too long, though signed');
  assert.deepEqual(kept, [event]);
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});
