/** Tables to download: CSV files for spreadsheets and other programs, written as they are read. */
import { z } from 'zod';

import type { Act } from '../../domain/role.ts';
import type { FileName } from './paths.ts';
import { reconnectItemQuery } from './reconnects.ts';
import { idParam, none } from './shared.ts';
import { vehicleQuery } from './vehicles.ts';

interface FileRoute {
  summary: string;
  params: z.ZodType;
  query: z.ZodType;
  needs: Act;
  /** Who took it is written into the audit log: it holds what is known of many people. */
  audited: boolean;
}

const separator = z
  .enum(['comma', 'semicolon', 'tab'])
  .default('comma')
  .describe('Between the cells; Excel wants a semicolon where a comma stands in decimal numbers.');

/** The filters of the list, without its pages. */
export const exportQuery = vehicleQuery.omit({ limit: true, cursor: true, sort: true }).extend({ separator });

export const fileRoutes = {
  exportVehicles: {
    summary: 'Vehicles as filtered, with the columns of an import and how each is connected; no locations',
    params: none,
    query: exportQuery,
    needs: 'read',
    audited: true,
  },
  importTemplate: {
    summary: 'An empty list of vehicles with the names of the columns',
    params: none,
    query: z.object({ separator }),
    needs: 'read',
    audited: false,
  },
  importProblems: {
    summary: 'The lines of a file that were not imported, with what to mend, to be imported again',
    params: idParam,
    query: z.object({ separator }),
    needs: 'changeVehicles',
    audited: true,
  },
  moveReport: {
    summary: 'What became of each car of a move',
    params: idParam,
    query: none,
    needs: 'read',
    audited: false,
  },
  reconnectsReport: {
    summary: 'What became of each car of many reconnects, with whom to call',
    params: idParam,
    query: reconnectItemQuery.pick({ state: true }),
    needs: 'read',
    audited: true,
  },
} as const satisfies Record<FileName, FileRoute>;

export type FileRoutes = typeof fileRoutes;
/** What a file takes as its query, before defaults. */
export type FileQuery<N extends FileName> = z.input<FileRoutes[N]['query']>;
