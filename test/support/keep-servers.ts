/** A process that keeps the test servers for as long as its parent wants them, and sends it the way to them. */
import { startServers } from './start-servers.ts';

const started = await startServers();
process.once('disconnect', () => void started.stop());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.disconnect?.());
process.send?.({ TOWLINE_TEST_SERVERS: JSON.stringify(started.servers) });
