/** A TCP proxy that sees what passes in both directions, and may swallow an answer. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type NetConnectOpts, type Socket } from 'node:net';
import type { Proxy } from './points.ts';

/** One connection's two directions. */
export interface Watch {
  asked(chunk: Buffer): void;
  /** @returns false: the client must not get it */
  answered(chunk: Buffer): boolean;
}

export async function startTcpProxy(upstream: NetConnectOpts, watch: () => Watch): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  };
  const server = createServer((client) => join(keep(client), keep(connect(upstream)), watch()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a server on a port, not on a pipe
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    port,
    cut,
    close: async () => {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}

function join(client: Socket, server: Socket, seen: Watch): void {
  client.setNoDelay(true);
  client.on('data', (chunk: Buffer) => {
    seen.asked(chunk);
    server.write(chunk);
  });
  server.on('data', (chunk: Buffer) => {
    if (seen.answered(chunk)) client.write(chunk);
  });
  client.on('close', () => server.destroy());
  server.on('close', () => client.destroy());
}
