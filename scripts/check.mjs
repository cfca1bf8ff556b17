/** `npm run check`: types, lint and format, then every test (the architecture's among them). */
import { join } from 'node:path';
import { prepare, ROOT, run } from './prepare.mjs';

const node = prepare({ dashboard: 'none' });
const bin = (...path) => join(ROOT, 'node_modules', ...path);
const steps = [
  ['types', [bin('typescript', 'bin', 'tsc'), '--noEmit', '-p', '.']],
  ['lint', [bin('eslint', 'bin', 'eslint.js'), '.']],
  ['format', [bin('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.']],
];

const failed = [];
for (const [name, args] of steps) {
  console.log(`Checking ${name}…`);
  if ((await run(node, args)) !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`Not in order: ${failed.join(', ')}. The tests were not run.`);
  process.exit(1);
}
process.exit(await run(node, [join(ROOT, 'scripts', 'test.mjs')]));
