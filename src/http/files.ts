/** Registers every file of the contract: who may, what fits, and a stream that holds no more than a page at a time. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';

import type { Tx } from '../store/database.ts';
import { writeAudit } from '../store/audit.ts';
import { fileRoutes } from './contract/files.ts';
import type { FileRoutes } from './contract/files.ts';
import { files } from './contract/paths.ts';
import type { FileName } from './contract/paths.ts';
import { problem } from './contract/shared.ts';
import { importProblems, importTemplate } from './files/imports.ts';
import { moveReport } from './files/move-report.ts';
import { reconnectsReport } from './files/reconnects.ts';
import { exportVehicles } from './files/vehicles.ts';
import type { HttpNeeds } from './server-needs.ts';
import { mustBeAllowed, whoAsks } from './who.ts';
import type { Who, WhoNeeds } from './who.ts';

export interface FileCall<N extends FileName> {
  params: z.output<FileRoutes[N]['params']>;
  query: z.output<FileRoutes[N]['query']>;
  now: Date;
  /** A transaction that sees this fleet alone. */
  inFleet<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

export interface CsvFile {
  /** What the file is called where it is saved. */
  name: string;
  /** Text, piece by piece. */
  pieces: AsyncIterable<string>;
}

type FileHandlers = { [N in FileName]: (call: FileCall<N>, needs: HttpNeeds) => Promise<CsvFile> };
const handlers: FileHandlers = { exportVehicles, importTemplate, importProblems, moveReport, reconnectsReport };

export async function fileDownloads(app: FastifyInstance, needs: HttpNeeds & WhoNeeds): Promise<void> {
  for (const name of Object.keys(files) as FileName[]) registerFile(app, needs, name); // keys of a const object
}

function registerFile(app: FastifyInstance, needs: HttpNeeds & WhoNeeds, name: FileName): void {
  const { summary, params, query, needs: act } = fileRoutes[name];
  const path = files[name];
  const csv = { description: 'A table', content: { 'text/csv': { schema: z.string() } } };
  app.get(
    `/api/v1${path}`,
    {
      schema: {
        operationId: name,
        summary,
        tags: [path.split('/')[1] ?? 'api'],
        ...(path.includes(':id') ? { params } : {}),
        querystring: query,
        response: { 200: csv, '4xx': problem, '5xx': problem },
      },
      // Before its query is looked at, so that a stranger learns nothing from mistakes.
      preParsing: async (request, reply) => {
        const who = await whoAsks(needs, request, reply);
        mustBeAllowed(who, act);
        askers.set(request, who);
      },
      exposeHeadRoute: false,
    },
    async (request, reply) => {
      const file = await open(needs, name, request);
      return reply
        .headers({
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': `attachment; filename="${file.name}"`,
          'cache-control': 'no-store',
        })
        .send(Readable.from(file.pieces));
    },
  );
}

const askers = new WeakMap<FastifyRequest, Who>();

async function open(needs: HttpNeeds, name: FileName, request: FastifyRequest): Promise<CsvFile> {
  const who = askers.get(request);
  if (!who) throw new Error(`Nobody was asked who takes ${name}.`);
  const { fleetId, actor, requestId } = who.context;
  const now = needs.clock();
  const call = {
    params: request.params,
    query: request.query,
    now,
    inFleet: (work: Parameters<FileCall<FileName>['inFleet']>[0]) => needs.database.asFleet(fleetId, work),
  };
  // Each handler takes what its own route's schemas let through; the loop can't say so.
  const file = await (handlers[name] as (call: unknown, needs: HttpNeeds) => Promise<CsvFile>)(call, needs);
  if (fileRoutes[name].audited) {
    const { id: subject = null } = request.params as { id?: string }; // the router's
    const entry = { fleetId, at: now, actor, act: name, subject, detail: {}, requestId };
    await needs.database.asFleet(fleetId, (tx) => writeAudit(tx, entry));
  }
  return file;
}
