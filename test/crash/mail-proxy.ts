/** A mail server, and a proxy before it that counts each of its replies. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { Points, Proxy } from './points.ts';
import { startTcpProxy, type Watch } from './tcp-proxy.ts';

export interface MailServer {
  /** The Message-ID of every message it took, in order. */
  readonly accepted: readonly string[];
  readonly port: number;
  close(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const accepted: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    disableReverseLookup: true,
    logger: false,
    onData(stream, _session, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      stream.on('end', () => {
        accepted.push(/^message-id:\s*(\S+)/im.exec(text)?.[1] ?? 'no id');
        done();
      });
    },
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo; // on a port, not on a pipe
  return { accepted, port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** The name of the point at which the server has taken a message. */
export const mailTaken = 'the reply 250 to the message';

export function startMailProxy(port: number, points: Points): Promise<Proxy> {
  return startTcpProxy({ port, host: '127.0.0.1' }, () => watchTalk(points));
}

function watchTalk(points: Points): Watch {
  // Commands may come several at a time; replies come in their order.
  const asked = ['the connection'];
  let isMessage = false;
  let isHeard = true;
  let line = '';
  return {
    asked(chunk) {
      if (isMessage) return;
      for (const one of chunk.toString('latin1').split('\r\n'))
        if (one !== '') asked.push(one.slice(0, 4).toUpperCase());
    },
    answered(chunk) {
      const lines = (line + chunk.toString('latin1')).split('\r\n');
      line = lines.pop() ?? '';
      for (const one of lines) {
        if (!/^\d{3} /.test(one)) continue;
        isHeard =
          points.pass(`the reply ${one.slice(0, 3)} to ${isMessage ? 'the message' : (asked.shift() ?? '')}`) &&
          isHeard;
        isMessage = one.startsWith('354');
      }
      return isHeard;
    },
  };
}
