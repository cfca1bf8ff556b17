#!/usr/bin/env node
/** `towline COMMAND…`: the command line, on a Node that runs it, in the folder in which it was typed. */
import { join } from 'node:path';
import { prepare, ROOT, run } from './prepare.mjs';

const program = [join(ROOT, 'src', 'cli', 'main.ts'), ...process.argv.slice(2)];
process.exit(await run(prepare({ dashboard: 'none' }), program, { cwd: process.cwd() }));
