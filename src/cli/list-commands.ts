/** Lists of vehicles as files: brought in after a look, and written out. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import type { FileQuery } from '../http/contract/files.ts';
import type { ImportLineView, ImportView } from '../http/contract/imports.ts';
import type { Command, Invocation } from './command.ts';
import { show } from './command.ts';
import { exits, Failure, wrongUsage } from './failure.ts';
import { clean, facts, table } from './print.ts';
import { filterOf, filterOptions } from './vehicle-filters.ts';
import { saveTo } from './save-file.ts';

const importList: Command = {
  names: ['import', 'vehicles import'],
  summary: 'Shows what a list of vehicles (CSV) would do; with --apply does it',
  takes: ['FILE'],
  options: {
    apply: { help: 'imports what was shown, and waits until it is done' },
    problems: { value: 'FILE', help: 'writes the lines that are not imported, with what to mend, into this file' },
  },
  async run(call) {
    const [file = ''] = call.words;
    const name = basename(file).slice(-200);
    const preview = await call.api.sendList(await bytesOf(file), { name });
    const refused = preview.lines.refused > 0 && !call.asJson ? await refusedLines(call, preview.id) : [];
    if (!call.asJson) call.out.print(...previewLines(preview, call), ...refused);
    const done = call.isSet('apply') ? await apply(call, preview) : preview;
    const problems = call.option('problems');
    if (problems !== undefined)
      await saveTo(problems, (write) => call.api.download('importProblems', { id: done.id }, write));
    if (call.asJson || call.isSet('apply')) show(call, done, doneLines);
    else
      call.out.print(
        preview.apply.allowed ? 'Nothing was written. With --apply it is imported.' : 'There is nothing to import.',
      );
  },
};

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch {
    throw wrongUsage('The file can not be read. Check its path, and that you may read it.');
  }
}

function previewLines({ lines, newOwners, encoding, separator, ignored }: ImportView, { out }: Invocation): string[] {
  const pairs: [string, string | null][] = [
    ['Add', String(lines.add)],
    ['Update', String(lines.update)],
    ['Unchanged', String(lines.unchanged)],
    ['Not imported', lines.refused === 0 ? '0' : out.paint('bad', String(lines.refused))],
    ['New owners', String(newOwners)],
    ['Read as', `${encoding}, ${separator} between the cells`],
    ['Not read', clean(ignored.join(', ')) || null],
  ];
  return facts(pairs, out.paint);
}

/** Lines that are shown of those to mend; a file has them all. */
const shownRefused = 50;

async function refusedLines(call: Invocation, id: string): Promise<string[]> {
  const { items, nextCursor } = await call.api.call('listImportLines', {
    id,
    query: { plan: 'refused', limit: shownRefused },
  });
  const columns = [
    { head: 'LINE', of: ({ line }: ImportLineView) => String(line), right: true },
    { head: 'VEHICLE', of: ({ vehicle }: ImportLineView) => vehicle.number ?? vehicle.vin ?? vehicle.plate ?? '' },
    {
      head: 'PROBLEM',
      of: ({ problems }: ImportLineView) =>
        problems.map(({ name, text }) => (name ? `${name}: ${text}` : text)).join(' '),
    },
  ];
  const more = nextCursor === null ? [] : ['There are more: --problems FILE writes them all.'];
  return ['', ...table(columns, items, call.out.paint), ...more, ''];
}

/** How often it is looked at while it is imported. */
const lookAgainMs = 500;

async function apply(call: Invocation, { id, hash, apply: { allowed, reason } }: ImportView): Promise<ImportView> {
  if (!allowed) throw new Failure(exits.refused, reason ?? 'It can not be imported.', { code: 'import_not_now' });
  let view = await call.api.call('applyImport', { id, body: { hash } });
  for (let told = -1; view.state === 'running';) {
    const { applied, missed } = view.progress;
    const all = view.lines.add + view.lines.update;
    if (applied + missed !== told && !call.asJson) call.out.note(`${applied + missed} of ${all} …`);
    told = applied + missed;
    await pause(lookAgainMs);
    view = await call.api.call('getImport', { id });
  }
  return view;
}

function doneLines({ progress, lines }: ImportView): string[] {
  const missed = progress.missed === 0 ? '' : `, ${progress.missed} left alone since they changed meanwhile`;
  return [
    `Imported: ${progress.applied} added or updated, ${lines.unchanged} unchanged, ${lines.refused} refused${missed}.`,
  ];
}

const exportList: Command = {
  names: ['export', 'vehicles export'],
  summary: 'Writes vehicles as a table (CSV): the columns of an import, and how each is connected',
  options: {
    ...filterOptions,
    out: { value: 'FILE', help: 'into this file instead of the terminal' },
    separator: { value: 'SIGN', help: 'comma, semicolon or tab (comma)' },
  },
  async run(call) {
    const out = call.option('out');
    if (call.asJson && out === undefined) throw wrongUsage('A table is no JSON. Leave --json out, or give --out FILE.');
    const query = { ...filterOf(call), separator: call.option('separator') } as FileQuery<'exportVehicles'>; // the API checks the words
    const download = (write: (piece: Uint8Array) => Promise<void>): Promise<void> =>
      call.api.download('exportVehicles', { query }, write);
    if (out === undefined) return download((piece) => call.out.bytes(piece));
    const bytes = await saveTo(out, download);
    show(call, { file: out, bytes }, ({ file }) => [`Written to ${clean(file)}.`]);
  },
};

export const listCommands = { importList, exportList };
