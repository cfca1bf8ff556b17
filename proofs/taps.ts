/** Double taps at two real processes on one database: each pair must be one request at Smartcar. */
import { tellTest } from './crash.ts';

export const proveTaps = (pairs: number, tell: (line: string) => void): Promise<boolean> =>
  tellTest({ path: 'test/crash/taps.test.ts', env: { TAPS: String(pairs) }, telling: /double taps|^✖/ }, tell);
