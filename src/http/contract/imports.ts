/** Imports of lists of vehicles from files. */
import { z } from 'zod';

import { importColumns } from '../../domain/import-column.ts';
import { importPlans } from '../../domain/import-judge.ts';
import { importProblems } from '../../domain/import-row.ts';
import { importLineStates, importStates } from '../../domain/import-state.ts';
import { capability } from './vehicles.ts';
import { instant, line, listOf, maybeInstant, page } from './shared.ts';

const count = z.number().int();

/** Bytes of a file; some hundred for each of the most lines there may be. */
export const largestFile = 5 * 1_024 * 1_024;

export const importQuery = z.object({ name: line(200).optional().describe("The file's name.") });

/** The bytes of a CSV file, with a comma, semicolon or tab between the cells, in UTF-8, Windows-1252 or UTF-16. */
export const importFile = z
  .custom<Buffer>((given) => given instanceof Uint8Array, 'Send the file as it is, with Content-Type: text/csv.')
  .meta({
    type: 'string',
    format: 'binary',
    description: 'A list of vehicles as CSV, with the names of its columns in the first line.',
  });

export const vehicleImport = z.object({
  id: z.string(),
  name: z.string().describe("The file's name."),
  state: z.enum(importStates),
  hash: z.string().describe('Stands for what every line would do; to be sent with `apply`.'),
  encoding: z.string(),
  separator: z.string(),
  columns: z.array(z.string()).describe('Known columns, by the names of the template.'),
  ignored: z.array(z.string()).describe('Names of columns that are not known, and not read.'),
  lines: z
    .object({ add: count, update: count, unchanged: count, refused: count })
    .describe('Lines by what they were said to do.'),
  newOwners: count,
  progress: z
    .object({ applied: count, missed: count, undone: count, kept: count })
    .describe(
      'Lines by what became of them. `missed`: would have done something else by then, so they were left alone.',
    ),
  madeAt: instant,
  madeBy: z.string(),
  startedAt: maybeInstant,
  startedBy: z.string().nullable(),
  endedAt: maybeInstant,
  undoneAt: maybeInstant,
  keptUntil: instant.describe('Then its lines are forgotten, and it can no longer be taken back.'),
  apply: capability,
  undo: capability,
});
export type ImportView = z.infer<typeof vehicleImport>;
export const importList = listOf(vehicleImport);
export const importsQuery = z.object(page);

export const importApply = z.strictObject({ hash: z.string().min(1).max(100).describe('As the preview says it.') });
export const importDiscarded = z.object({ id: z.string() });

const text = z.string();
export const importLine = z.object({
  line: count.describe('Of the file, from 1.'),
  plan: z.enum(importPlans),
  state: z.enum(importLineStates),
  vehicle: z.object({
    id: z.string().nullable(),
    number: z.string().nullable(),
    plate: z.string().nullable(),
    vin: z.string().nullable(),
    make: z.string().nullable(),
    model: z.string().nullable(),
    year: z.string().nullable(),
  }),
  owner: z
    .object({ name: z.string().nullable(), email: z.string(), isNew: z.boolean() })
    .nullable()
    .describe('As the line names them; null where it names nobody.'),
  changes: z.array(z.object({ column: z.string(), name: text, from: text.nullable(), to: text.nullable() })),
  problems: z.array(
    z.object({
      column: z.enum(importColumns).nullable(),
      name: text.nullable().describe('The column by the name of the template; null for the whole line.'),
      code: z.enum(importProblems),
      text: text.describe('What is wrong, and what to do.'),
      value: text.nullable().describe('What stands there.'),
    }),
  ),
  notes: z.array(text),
});
export type ImportLineView = z.infer<typeof importLine>;
export const importLineList = listOf(importLine);
export const importLineQuery = z.object({
  ...page,
  plan: z.enum(importPlans).optional(),
  state: z.enum(importLineStates).optional(),
});
