/** A server that behaves as the test says, and a client that speaks to it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { openSmartcar, type Smartcar, type SmartcarOptions } from '../../src/smartcar/smartcar.ts';
import { applicationId } from './fixture.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

interface Change {
  timeouts?: NonNullable<SmartcarOptions['timeouts']>;
  maxConnections?: number;
  apiV3?: string;
}

/** Both end with the test. `asked`: method and path of every request, decoded. */
export async function against(
  t: TestContext,
  handler: Handler,
  { timeouts = {}, maxConnections = 4, apiV3 }: Change = {},
): Promise<{ smartcar: Smartcar; asked: string[]; server: Server }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push(`${request.method} ${decodeURIComponent(request.url ?? '')}`);
      handler(request, response, Buffer.concat(chunks).toString('utf8'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on TCP
  const smartcar = openSmartcar({
    origins: { connect: origin, iam: origin, apiV3: apiV3 ?? origin, managementApiV3: origin },
    credentials: { applicationId, apiClientId: 'client_01', apiClientSecret: 'the-secret' },
    mode: 'live',
    timeouts,
    maxConnections,
  });
  t.after(async () => {
    await smartcar.close();
    server.closeAllConnections();
    server.close();
  });
  return { smartcar, asked, server };
}

export const json = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'sc-request-id': 'req-7', ...headers });
  response.end(JSON.stringify(body));
};
