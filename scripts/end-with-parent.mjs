/**
 * Loaded into the processes that the start script makes: when the script is killed without being able to end them,
 * they end themselves, in order.
 */
const LONGEST_END_MS = 15_000;

if (process.channel) {
  process.once('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(1), LONGEST_END_MS).unref();
  });
  // Listening to the parent is no reason to live on.
  process.channel.unref();
}
