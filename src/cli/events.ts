/** Server-sent events out of the bytes of an answer. */

export interface ServerEvent {
  event: string;
  data: unknown;
}

/** Far above what a step says; a stream that never ends a block is not Towline's. */
const longestBlock = 4_000_000;

/** Each event with its data read as JSON, as soon as its block is complete; comments are left out. */
export async function* eventsIn(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    const blocks = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    if (rest.length > longestBlock) throw new Error('A block of the stream is too long.');
    yield* blocks.flatMap(eventOf);
  }
}

function eventOf(block: string): ServerEvent[] {
  const lines = block.split('\n');
  const fieldsOf = (name: string): string[] =>
    lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trimStart());
  const data = fieldsOf('data').join('\n');
  return data === '' ? [] : [{ event: fieldsOf('event')[0] ?? 'message', data: JSON.parse(data) as unknown }];
}
