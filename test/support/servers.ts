/**
 * The PostgreSQL servers that database tests run on: the packaged one always, the machine's own where it is installed.
 * The test command starts them once for all files; a file run by itself starts its own and ends it.
 */
import { after } from 'node:test';
import { startServers, type StartedServers, type TestServer } from './start-servers.ts';

export type { TestServer };

/** Where the test command hands its servers over: the text of a list of TestServer. */
const HANDED_OVER = 'TOWLINE_TEST_SERVERS';

let own: Promise<StartedServers> | undefined;

/** The servers to run a database suite on; the first one is the packaged one. */
export async function testServers(): Promise<TestServer[]> {
  const handedOver = process.env[HANDED_OVER];
  if (handedOver) return JSON.parse(handedOver) as TestServer[]; // written by keep-servers.ts
  own ??= startServers();
  return (await own).servers;
}

after(async () => {
  await (await own)?.stop();
});
