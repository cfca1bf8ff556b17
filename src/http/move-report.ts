/** The report of a move as a table for other programs: every car, one a line. */
import type { FastifyInstance } from 'fastify';

import { isId } from '../domain/ids.ts';
import type { MoveId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { findMove } from '../store/move.ts';
import { listMoveVehicles } from '../store/move-list.ts';
import type { ListedMoveVehicle } from '../store/move-list.ts';
import { movedText } from '../texts/words.ts';
import type { HttpNeeds } from './server-needs.ts';
import { mustBeAllowed, whoAsks } from './who.ts';
import type { WhoNeeds } from './who.ts';

const columns = ['vehicleId', 'number', 'make', 'model', 'state', 'reason', 'text', 'requestId', 'changedAt'] as const;
/** Read in pages, so that a large fleet takes no more memory than its text. */
const linesAtOnce = 1_000;

export async function moveReportRoute(
  app: FastifyInstance,
  needs: Pick<HttpNeeds, 'database'> & WhoNeeds,
): Promise<void> {
  app.get<{ Params: { id: string } }>(
    '/api/v1/moves/:id/report.csv',
    { schema: { hide: true } },
    async (request, reply) => {
      const who = await whoAsks(needs, request, reply);
      mustBeAllowed(who, 'read');
      const { id } = request.params;
      if (!isId('mov', id)) throw new Refusal('not_found');
      const report = await reportOf(needs, who.context.fleetId, id);
      return reply
        .headers({
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': `attachment; filename="move-${id}.csv"`,
          'cache-control': 'no-store',
        })
        .send(report);
    },
  );
}

async function reportOf({ database }: Pick<HttpNeeds, 'database'>, fleetId: string, id: MoveId): Promise<string> {
  const lines = [columns.join(',')];
  for (let after: string | null = null; ;) {
    const rows: ListedMoveVehicle[] = await database.asFleet(fleetId, async (tx) => {
      if (!(await findMove(tx, id))) throw new Refusal('not_found');
      return listMoveVehicles(tx, id, { after, limit: linesAtOnce, state: null });
    });
    const shown = rows.slice(0, linesAtOnce);
    lines.push(...shown.map(lineOf));
    after = shown.at(-1)?.vehicleId ?? null;
    if (rows.length <= linesAtOnce) return `${lines.join('\r\n')}\r\n`;
  }
}

function lineOf(row: ListedMoveVehicle): string {
  const values = { ...row, text: movedText(row), changedAt: row.changedAt.toISOString() };
  return columns.map((column) => cell(values[column] ?? '')).join(',');
}

/** What a spreadsheet would take for a formula is made text. */
function cell(value: string): string {
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
