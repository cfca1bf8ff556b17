/**
 * A load of prepared requests on keep-alive connections to 127.0.0.1, over bare sockets, so that making it takes little
 * of the processors it shares with what is measured. It ends with its last request.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface LoadResult {
  seconds: number;
  /** Milliseconds, of each request in the order given. */
  latenciesMs: number[];
  /** The status of each request in the order given. */
  statuses: number[];
}

interface Line {
  socket: Socket;
  /** Sends one request; resolves with its status. One at a time. */
  ask(request: Buffer): Promise<number>;
}

/** Closed loop: each connection sends its next request when it has its answer. */
export async function sendAll(port: number, requests: readonly Buffer[], connections: number): Promise<LoadResult> {
  const lines = await openLines(port, connections);
  const result: LoadResult = { seconds: 0, latenciesMs: [], statuses: [] };
  let next = 0;
  const start = performance.now();
  await Promise.all(
    lines.map(async ({ ask }) => {
      for (let index = next++; index < requests.length; index = next++) {
        const sentAt = performance.now();
        result.statuses[index] = await ask(requests[index] as Buffer); // below the length
        result.latenciesMs[index] = performance.now() - sentAt;
      }
    }),
  );
  result.seconds = (performance.now() - start) / 1_000;
  closeLines(lines);
  return result;
}

/** Open loop: so many a second whatever comes back; the latency counts from when a request was meant to go. */
export async function sendAtRate(
  port: number,
  requests: readonly Buffer[],
  perSecond: number,
  connections: number,
): Promise<LoadResult> {
  const lines = await openLines(port, connections);
  const free = [...lines];
  const waiting: number[] = [];
  const result: LoadResult = { seconds: 0, latenciesMs: [], statuses: [] };
  const start = performance.now();
  const dispatch = async (line: Line, index: number): Promise<void> => {
    result.statuses[index] = await line.ask(requests[index] as Buffer); // below the length
    result.latenciesMs[index] = performance.now() - start - (index * 1_000) / perSecond;
    const next = waiting.shift();
    if (next === undefined) free.push(line);
    else await dispatch(line, next);
  };
  const under: Promise<void>[] = [];
  for (let index = 0; index < requests.length;) {
    for (
      const due = ((performance.now() - start) * perSecond) / 1_000;
      index <= due && index < requests.length;
      index += 1
    ) {
      const line = free.pop();
      if (line) under.push(dispatch(line, index));
      else waiting.push(index);
    }
    await pause(1);
  }
  await Promise.all(under);
  result.seconds = (performance.now() - start) / 1_000;
  closeLines(lines);
  return result;
}

async function openLines(port: number, count: number): Promise<Line[]> {
  const lines = Array.from({ length: count }, () => openLine(port));
  await Promise.all(lines.map(({ socket }) => once(socket, 'connect')));
  return lines;
}

function openLine(port: number): Line {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | null = null;
  let held = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    held = held === '' ? chunk : held + chunk;
    const status = statusOfWhole(held);
    if (status === null) return;
    held = '';
    waiting?.resolve(status);
  });
  const fail = (error?: Error): void =>
    waiting?.reject(error ?? new Error('The connection was closed before its answer.'));
  socket.on('error', fail);
  socket.on('close', () => fail());
  return {
    socket,
    ask: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      }),
  };
}

function closeLines(lines: readonly Line[]): void {
  for (const { socket } of lines) socket.destroy();
}

/** Null while the answer is not whole. Every answer measured here names its length. */
function statusOfWhole(answer: string): number | null {
  const head = answer.indexOf('\r\n\r\n');
  if (head < 0) return null;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer.slice(0, head));
  return answer.length >= head + 4 + Number(length?.[1] ?? 0) ? Number(answer.slice(9, 12)) : null;
}
