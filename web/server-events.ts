/** Server-sent events out of an answer's body. Read with `fetch`, since EventSource can neither POST nor name the fleet. */

/** Calls back for each event until the body ends; what isn't an event of ours (a sign of life) is passed over. */
export async function readServerEvents(
  body: ReadableStream<Uint8Array>,
  onEvent: (name: string, data: unknown) => void,
): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader(); // the library's types disagree on the buffer's kind only
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, name, data] = /^event: (.+)\ndata: (.*)$/.exec(block) ?? [];
      if (name && data) onEvent(name, JSON.parse(data));
    }
  }
}
