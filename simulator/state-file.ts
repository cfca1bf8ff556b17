/** The state on disk: one JSON file, replaced whole, so that a kill at any moment leaves the old one or the new one. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { defaultKnobs } from './knobs.ts';
import { newState, type State } from './state.ts';

/** The state in the file, or a new one when there is no file or it belongs to another seed. Throws when the file isn't ours. */
export function readState(file: string | null, seed: number, now: number): State {
  if (file === null || !existsSync(file)) return newState(seed, now);
  const found = parsed(readFileSync(file, 'utf8'));
  if (typeof found !== 'object' || found === null || !('version' in found) || found.version !== 1) {
    throw new Error(`${file} is not a state file of this simulator; move it away or name another with --state.`);
  }
  // Written by writeState of this version.
  const state = found as State;
  if (state.seed !== seed) return newState(seed, now);
  const knobs = defaultKnobs();
  return {
    ...newState(seed, now),
    ...state,
    knobs: { ...knobs, ...state.knobs, webhook: { ...knobs.webhook, ...state.knobs.webhook } },
  };
}

/** Undefined: it isn't JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Replaces the file. */
export function writeState(file: string, state: State): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, JSON.stringify(state), { mode: 0o600 });
  renameSync(draft, file);
}
