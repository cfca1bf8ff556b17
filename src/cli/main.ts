/** `towline`: Towline's command line, a client of its API. Nothing of it runs in the server. */
import { runCommandLine } from './run.ts';

// Who reads may have read enough: `towline vehicles | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const { stdin, stdout, stderr } = process;
process.exitCode = await runCommandLine({
  args: process.argv.slice(2),
  env: process.env,
  stdin,
  stdout,
  stderr,
  now: () => new Date(),
});
