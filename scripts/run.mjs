/** `node scripts/run.mjs FILE [ARGUMENTS]`: runs a TypeScript file of the project, whatever Node the machine has. */
import { prepare, run } from './prepare.mjs';

const [file, ...args] = process.argv.slice(2);
if (!file) {
  console.error('Which file? node scripts/run.mjs FILE [ARGUMENTS]');
  process.exit(2);
}
process.exit(await run(prepare(), [file, ...args]));
