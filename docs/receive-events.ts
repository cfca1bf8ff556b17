import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { Webhook } from 'standardwebhooks';

interface TowlineEvent {
  id: string;
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
}

/** Bytes. No event comes near it; whoever sends more is not Towline. */
const bodyLimit = 1_000_000;

/** Listens for Towline's events. `keep` writes one down, so that it is handled once: the same id may come twice. */
export function receiveEvents(secret: string, keep: (event: TowlineEvent) => Promise<void>): Server {
  const webhook = new Webhook(secret);

  async function answer(request: IncomingMessage): Promise<number> {
    const pieces: Buffer[] = [];
    let length = 0;
    // Not ended by the return: the answer is still to leave.
    for await (const piece of request.iterator({ destroyOnReturn: false })) {
      pieces.push(piece as Buffer);
      length += (piece as Buffer).length;
      if (length > bodyLimit) return 413;
    }
    // The signature is over the body exactly as it came: verify before anything parses it.
    const body = Buffer.concat(pieces).toString('utf8');
    let event: TowlineEvent;
    try {
      event = webhook.verify(body, request.headers as Record<string, string>) as TowlineEvent;
    } catch {
      return 401;
    }
    await keep(event);
    return 204;
  }

  return createServer((request, response) => {
    // Anything but 200 to 299 makes it come again.
    const done = answer(request).catch(() => 500);
    void done.then((status) => response.writeHead(status).end());
  });
}
