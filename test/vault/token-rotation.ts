/** v2's token endpoint and one API behind it, over real HTTP: pairs that replace each other, with a grace for the old ones. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TokenPair } from '../../src/smartcar/v2/smartcar-v2.ts';

/** What happens to a refresh. */
type Behaviour =
  | 'ok'
  /** The pair is replaced when the request comes, and the answer waits for `release`. */
  | 'hold-answer'
  /** The request itself waits for `release`. */
  | 'hold-request'
  /** The pair is replaced, and the connection is cut. */
  | 'lose'
  /** Nothing is replaced, and this is answered. */
  | { status: number; body: unknown; headers?: Record<string, string> };

export interface Rotation {
  origin: string;
  behaviour: Behaviour;
  /** For the grace; what passes between the first use of a refresh token and this. */
  now: Date;
  graceS: number;
  replay: 'same-pair' | 'new-pair' | 'error';
  lifeS: number;
  /** Milliseconds until a refresh is answered. */
  delayMs: number;
  /** The refresh tokens that were sent, in order. */
  readonly refreshes: string[];
  /** The access tokens that the API was asked with, in order. */
  readonly used: string[];
  /** Access tokens that the API refuses; `all`: whatever comes. */
  readonly revoked: Set<string>;
  /** The first pair of a family, as if for a code: `access-NAME-1` and `refresh-NAME-1`. */
  give(name: string): TokenPair;
  /** Resolves when so many refreshes wait. */
  held(count?: number): Promise<void>;
  /** Answers those that wait, and everybody after. */
  release(): void;
  close(): Promise<void>;
}

interface Used {
  at: number;
  successor: TokenPair;
}

export async function startRotation(now: Date): Promise<Rotation> {
  const latest = new Map<string, number>();
  const used = new Map<string, Used>();
  let waiting: (() => void)[] = [];
  let onHeld = (): void => undefined;

  const next = (name: string): TokenPair => {
    const count = (latest.get(name) ?? 0) + 1;
    latest.set(name, count);
    return {
      accessToken: `access-${name}-${count}`,
      refreshToken: `refresh-${name}-${count}`,
      expiresInS: rotation.lifeS,
    };
  };
  /** Null: refused. */
  const exchange = (token: string): TokenPair | null => {
    const [, name, count] = /^refresh-(.+)-(\d+)$/.exec(token) ?? [];
    if (!name || Number(count) > (latest.get(name) ?? 0)) return null;
    const before = used.get(token);
    if (before) {
      const isOver = rotation.now.getTime() - before.at >= rotation.graceS * 1000;
      if (isOver || rotation.replay === 'error') return null;
      return rotation.replay === 'same-pair' ? before.successor : next(name);
    }
    const successor = next(name);
    used.set(token, { at: rotation.now.getTime(), successor });
    return successor;
  };
  const wait = (answer: () => void): void => {
    waiting.push(answer);
    onHeld();
  };
  const refresh = (token: string, response: ServerResponse): void => {
    rotation.refreshes.push(token);
    const give = (pair: TokenPair | null): void => {
      const body = pair
        ? {
            access_token: pair.accessToken,
            refresh_token: pair.refreshToken,
            token_type: 'Bearer',
            expires_in: pair.expiresInS,
          }
        : { error: 'invalid_grant', error_description: 'Invalid or expired refresh token.' };
      setTimeout(() => send(response, pair ? 200 : 400, body), rotation.delayMs);
    };
    const { behaviour } = rotation;
    if (typeof behaviour === 'object') return send(response, behaviour.status, behaviour.body, behaviour.headers);
    if (behaviour === 'hold-request') return wait(() => give(exchange(token)));
    const pair = exchange(token);
    if (behaviour === 'hold-answer') return wait(() => give(pair));
    if (behaviour === 'lose') return void response.socket?.destroy();
    give(pair);
  };
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      if (request.url === '/oauth/token')
        return refresh(new URLSearchParams(body).get('refresh_token') ?? '', response);
      const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
      rotation.used.push(token);
      const isRefused = rotation.revoked.has('all') || rotation.revoked.has(token);
      if (isRefused)
        return send(response, 401, { type: 'AUTHENTICATION', code: null }, { 'sc-request-id': 'request-1' });
      send(response, 200, { id: token });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const rotation: Rotation = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on TCP
    behaviour: 'ok',
    now,
    graceS: 60,
    replay: 'same-pair',
    lifeS: 7_200,
    delayMs: 0,
    refreshes: [],
    used: [],
    revoked: new Set(),
    give: next,
    held: (count = 1) =>
      new Promise((resolve) => {
        onHeld = () => waiting.length >= count && resolve();
        onHeld();
      }),
    release() {
      rotation.behaviour = 'ok';
      for (const answer of waiting) answer();
      waiting = [];
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return rotation;
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // a request without an encoding
  return Buffer.concat(chunks).toString('utf8');
}
