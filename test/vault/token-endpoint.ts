/** Smartcar's token endpoint, and one API that is let in with a token, over real HTTP. Counts what it is asked. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TokenEndpoint {
  origin: string;
  /** Tokens asked for so far. */
  readonly count: number;
  /** What the next answers are; tokens are `token-1`, `token-2`, … */
  mode: 'ok' | 'invalid_client' | 'failing' | 'hold';
  lifeS: number;
  /** Tokens that the API refuses. */
  readonly revoked: Set<string>;
  /** Resolves when somebody asks and is held. */
  held(): Promise<void>;
  /** Answers those who were held, and everybody after. */
  release(): void;
  close(): Promise<void>;
}

export async function startTokenEndpoint(): Promise<TokenEndpoint> {
  let count = 0;
  let waiting: (() => void)[] = [];
  const isHeld = Promise.withResolvers<void>();
  const revoked = new Set<string>();
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.url !== '/oauth2/token') {
      const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
      if (revoked.has(token) || !token.startsWith('token-'))
        return answer(401, { errors: [{ type: 'AUTHENTICATION', code: 'UNAUTHORIZED' }] });
      return answer(200, { data: { id: token, attributes: {} } });
    }
    count += 1;
    const token = `token-${count}`;
    const give = (): void => answer(200, { access_token: token, token_type: 'Bearer', expires_in: endpoint.lifeS });
    if (endpoint.mode === 'invalid_client') return answer(401, { error: 'invalid_client' });
    if (endpoint.mode === 'failing') return answer(503, {});
    if (endpoint.mode === 'ok') return give();
    waiting.push(give);
    isHeld.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint: TokenEndpoint = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on TCP
    get count() {
      return count;
    },
    mode: 'ok',
    lifeS: 3_600,
    revoked,
    held: () => isHeld.promise,
    release() {
      endpoint.mode = 'ok';
      for (const give of waiting) give();
      waiting = [];
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return endpoint;
}
