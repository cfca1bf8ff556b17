/**
 * A process that starts the embedded database, says so in one line of JSON, and keeps it until it is told to stop
 * (SIGTERM) or killed. Arguments: the data directory; optionally the bin folder of a PostgreSQL, and the uid and gid to
 * become first. It becomes them after its own files are read, which may lie where only root can go.
 */
import { DataDirectoryInUse, startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';

const [dataDir = '', binDir, uid, gid] = process.argv.slice(2);

if (process.getuid?.() === 0 && uid && gid) {
  process.setgroups?.([]);
  process.setgid?.(Number(gid));
  process.setuid?.(Number(uid));
}

try {
  const postgres = await startEmbeddedPostgres({ dataDir, ...(binDir ? { binDir } : {}) });
  const { url, pid, adopted } = postgres;
  console.log(JSON.stringify({ url, pid, adopted, dataDir: postgres.dataDir, socketDir: postgres.socketDir }));
  const awake = setInterval(() => undefined, 60_000);
  process.once('SIGTERM', () => {
    clearInterval(awake);
    void postgres.stop();
  });
} catch (error) {
  if (!(error instanceof DataDirectoryInUse)) throw error;
  console.log(JSON.stringify({ inUseBy: error.holderPid }));
}
