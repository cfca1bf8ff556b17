/** Says every mistake of the environment before anything is started, and ends with 2 when there is one. */
import { ConfigError, readConfig } from '../src/config.ts';

try {
  readConfig();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
