/**
 * Lists of vehicles at their largest: 100,000 vehicles brought in by five files of 20,000 lines, exported, and one file taken
 * back; with the time it takes, the memory of the process, and how long anybody else waits meanwhile.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';

import { startTowline } from '../bench/children.ts';
import type { Child } from '../bench/children.ts';
import { figure, percentile, table } from '../bench/figures.ts';
import { environment, openStage } from '../bench/stage.ts';
import type { ImportView } from '../src/http/contract/imports.ts';
import { openDatabase } from '../src/store/database.ts';
import { freePort } from '../test/support/ports.ts';

const files = 5;
const linesOfFile = 20_000;
/** The export may take this much more than the process had before: a page of rows and what the garbage collector lets lie. */
const mostGrowthMb = 150;

export async function proveLists(tell: (line: string) => void): Promise<boolean> {
  const stage = await openStage();
  const towline = await startTowline(await freePort(), environment(stage, await freePort()));
  try {
    const bench = { towline, key: stage.apiKey };
    const rows: (string | number)[][] = [];
    const imports: ImportView[] = [];
    for (let file = 0; file < files; file += 1) {
      const preview = await measured(bench, () => send(bench, listOf(file)));
      const applied = await measured(bench, () => apply(bench, preview.result));
      imports.push(applied.result);
      rows.push(
        [`preview of file ${file + 1}`, ...figuresOf(preview)],
        [`import of file ${file + 1}`, ...figuresOf(applied)],
      );
    }
    await connectAll(stage.databaseUrl);
    const again = await measured(bench, () => send(bench, listOf(0)));
    rows.push(['preview of file 1 again', ...figuresOf(again)]);
    await pause(5_000);
    const before = memoryMb(towline);
    const exported = await measured(bench, () => take(bench));
    rows.push(['export of 100,000 vehicles', ...figuresOf(exported)]);
    const undone = await measured(bench, () => undo(bench, imports[files - 1]));
    rows.push(['taking back file 5', ...figuresOf(undone)]);
    tell(table(['', 's', 'peak MB', 'others wait p50 ms', 'p99 ms', 'most ms'], rows));
    const growth = exported.peakMb - before;
    const { lines, bytes } = exported.result;
    tell(
      `the export has ${figure(lines)} lines and ${figure(bytes / 1e6)} MB; the process had ${figure(before)} MB before and took ${figure(growth)} MB more (aim below ${mostGrowthMb})`,
    );
    tell(
      `file 1 again: ${again.result.lines.unchanged} unchanged; taken back: ${undone.result.progress.undone} gone, ${undone.result.progress.kept} kept since they were connected`,
    );
    return lines === files * linesOfFile + 1 && growth < mostGrowthMb && again.result.lines.unchanged === linesOfFile;
  } finally {
    await towline.stop();
    await stage.stop();
  }
}

interface Bench {
  towline: Child;
  key: string;
}

interface Measured<T> {
  result: T;
  s: number;
  peakMb: number;
  /** What others waited for an answer meanwhile, in milliseconds. */
  waits: number[];
}

const figuresOf = ({ s, peakMb, waits }: Measured<unknown>): number[] => [
  s,
  peakMb,
  percentile(waits, 0.5),
  percentile(waits, 0.99),
  Math.max(...waits),
];

/** Does it while somebody else asks for a small thing again and again. */
async function measured<T>({ towline }: Bench, work: () => Promise<T>): Promise<Measured<T>> {
  const waits: number[] = [];
  let peakMb = 0;
  let isOver = false;
  const other = (async () => {
    while (!isOver) {
      const asked = performance.now();
      await (await fetch(`http://127.0.0.1:${towline.port}/healthz`)).text();
      waits.push(performance.now() - asked);
      peakMb = Math.max(peakMb, memoryMb(towline));
      await pause(5);
    }
  })();
  const begun = performance.now();
  const result = await work().finally(() => (isOver = true));
  const s = (performance.now() - begun) / 1_000;
  await other;
  return { result, s, peakMb, waits };
}

const memoryMb = ({ pid }: Child): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) / 1_024;

/** As a fleet's spreadsheet has it; three cars an owner. */
function listOf(file: number): string {
  const lines = Array.from({ length: linesOfFile }, (_, index) => {
    const car = file * linesOfFile + index;
    const owner = Math.floor(car / 3);
    const vin = `WVWZZZE1Z${String(car).padStart(8, '0')}`;
    return `CAR-${car};B-TL ${car};${vin};VW;ID.3;2023;Elektro;DE;"Meyer, Jana ${owner}";jana.${owner}@owners.example;+49 170 ${owner};de\r\n`;
  });
  return `Nummer;Kennzeichen;FIN;Marke;Modell;Baujahr;Antrieb;Land;Halter;E-Mail;Telefon;Sprache\r\n${lines.join('')}`;
}

async function ask<T>(
  { towline, key }: Bench,
  method: string,
  path: string,
  body?: { type: string; text: string },
): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${towline.port}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': body.type } : {}) },
    ...(body ? { body: body.text } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

const send = (bench: Bench, text: string): Promise<ImportView> =>
  ask(bench, 'POST', '/vehicles/import', { type: 'text/csv', text });

async function until(bench: Bench, id: string, state: ImportView['state']): Promise<ImportView> {
  for (;;) {
    const view = await ask<ImportView>(bench, 'GET', `/imports/${id}`);
    if (view.state === state) return view;
    await pause(100);
  }
}

const json = (body: object): { type: string; text: string } => ({
  type: 'application/json',
  text: JSON.stringify(body),
});

async function apply(bench: Bench, { id, hash }: ImportView): Promise<ImportView> {
  await ask(bench, 'POST', `/imports/${id}/apply`, json({ hash }));
  return until(bench, id, 'done');
}

async function undo(bench: Bench, view: ImportView | undefined): Promise<ImportView> {
  if (!view) throw new Error('There is no import to take back.');
  await ask(bench, 'POST', `/imports/${view.id}/undo`, json({}));
  return until(bench, view.id, 'undone');
}

/** Reads it as it comes, and keeps nothing. */
async function take({ towline, key }: Bench): Promise<{ lines: number; bytes: number }> {
  const response = await fetch(`http://127.0.0.1:${towline.port}/api/v1/vehicles/export`, {
    headers: { authorization: `Bearer ${key}` },
  });
  let lines = 0;
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.length;
    for (const byte of piece as Uint8Array) if (byte === 10) lines += 1;
  }
  return { lines, bytes };
}

/** Half of them are connected and have data, so that a row of the export has all that a row can have. */
async function connectAll(databaseUrl: string): Promise<void> {
  const database = openDatabase({ url: databaseUrl });
  const at = new Date();
  const kept = {
    value: 55.5,
    unit: 'percent',
    measuredAt: at.toISOString(),
    fetchedAt: at.toISOString(),
    receivedAt: at.toISOString(),
  };
  const codes = [
    'odometer-traveleddistance',
    'tractionbattery-stateofcharge',
    'tractionbattery-range',
    'closure-islocked',
    'charge-ischarging',
  ];
  const signals = JSON.stringify(Object.fromEntries(codes.map((code) => [code, kept])));
  const half = sql`from vehicle where right(number, 1) in ('0', '2', '4', '6', '8')`;
  await sql`insert into vehicle_state (vehicle_id, fleet_id, signals, newest_at) select id, fleet_id, ${signals}::jsonb, ${at}::timestamptz ${half}`.execute(
    database.owner,
  );
  await sql`insert into connection (id, fleet_id, vehicle_id, owner_id, platform, smartcar_vehicle_id, smartcar_user_id, status, cause,
      since, connected_at, judged_at, permissions, last_telemetry_at)
    select 'con_' || substr(id, 5), fleet_id, id, owner_id, 'v3', 'car of ' || id, 'user of ' || owner_id, 'expired', 'signedOut',
      ${at}::timestamptz, ${at}::timestamptz, ${at}::timestamptz, '{read_location}'::text[], ${at}::timestamptz ${half}`.execute(
    database.owner,
  );
  await sql`analyze`.execute(database.owner);
  await database.close();
}
