/** A system of the fleet's own that is told of events: a real HTTP server, with what it heard. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface HeardEvent {
  id: string;
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
}

export interface Heard {
  headers: IncomingHttpHeaders;
  body: string;
  event: HeardEvent;
}

export interface EventReceiver {
  url: string;
  heard: Heard[];
  /** What it answers from now on. */
  answer: { status: number; headers?: Record<string, string>; text?: string };
  close(): Promise<void>;
}

export async function startReceiver(): Promise<EventReceiver> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces).toString();
      receiver.heard.push({ headers: request.headers, body, event: JSON.parse(body) as HeardEvent }); // asserted on by the tests
      const { status, headers = {}, text = '' } = receiver.answer;
      response.writeHead(status, headers).end(text);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo; // it listens on a port
  const receiver: EventReceiver = {
    url: `http://127.0.0.1:${port}/events`,
    heard: [],
    answer: { status: 204 },
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return receiver;
}

/** Whether one of the signatures is this secret's, by the library of Standard Webhooks. Says nothing of the time. */
export function isSignedWith(secret: string, { headers, body }: Heard): boolean {
  const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
  const expected = new Webhook(secret).sign(String(headers['webhook-id']), at, body);
  return String(headers['webhook-signature']).split(' ').includes(expected);
}
