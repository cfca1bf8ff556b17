/** The one script of a page behind a link. Small, inline, allowed by its hash, so that it needs no request of its own. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export const renterScript = readFileSync(new URL('renter-script.js', import.meta.url), 'utf8');

/** For `script-src` of the Content-Security-Policy: a browser then runs this script and no other one. */
export const renterScriptHash = `'sha256-${createHash('sha256').update(renterScript).digest('base64')}'`;
