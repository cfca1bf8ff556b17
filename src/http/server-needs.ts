/** What the HTTP server is made of; `app.ts` hands it over. */
import type { FastifyBaseLogger } from 'fastify';

import type { BucketLimits } from '../domain/bucket.ts';
import type { FleetId } from '../domain/ids.ts';
import type { Database } from '../store/database.ts';
import type { Flows } from './needs.ts';

/** The part of the vault that this room needs. */
export interface Sealing {
  seal(text: string, context: SealedRow): Buffer;
  open(sealed: Buffer, context: SealedRow): string;
  digest(text: string, purpose: string): Buffer;
  digests(text: string, purpose: string): Buffer[];
  fingerprint(secret: string): Buffer;
  newSecret(): string;
}

export interface SealedRow {
  fleetId: FleetId;
  row: string;
  kind: string;
}

export interface HttpConfig {
  /** The origin people and Smartcar see, without a trailing slash; https makes cookies secure. */
  publicUrl: string;
  demo: boolean;
  mode: 'live' | 'simulated';
  /** The simulator's own page; null when real cars are managed. */
  simulatorUrl: string | null;
  /** Origin of Smartcar's Connect: the only place outside that a browser is ever sent to. */
  connectOrigin: string;
  /** Environment variables without which no car can be moved to v3; empty where there are credentials for it. */
  missingForV3: readonly string[];
  /** What Smartcar allows the whole application. */
  requestLimits: BucketLimits;
  /** The header, in lower case, in which Smartcar signs its webhooks. */
  signatureHeader: string;
  /** Where the built dashboard lies; absolute. It may not be there. */
  dashboardDir: string;
  /** Milliseconds between a stream's signs of life (20 s). */
  heartbeatMs?: number;
}

export interface HttpNeeds {
  flows: Flows;
  database: Database;
  vault: Sealing;
  config: HttpConfig;
  clock: () => Date;
  log: FastifyBaseLogger;
}
