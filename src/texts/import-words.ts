/** What bringing in a list of vehicles is called: typed doors to the catalogue. */
import type { Status } from '../domain/cause.ts';
import type { ImportNote } from '../domain/import-judge.ts';
import type { ImportProblem } from '../domain/import-row.ts';
import type { UndoReason } from '../domain/import-state.ts';
import type { importApplyTexts, importFileTexts } from './english-import.ts';
import { say } from './say.ts';
import { statusWord } from './words.ts';

type FileKey = keyof typeof importFileTexts;
type FileProblem = FileKey extends `importFile.${infer Name}` ? Name : never;

/** Why a file can't be read, and what to do. */
export const importFileText = (
  problem: FileProblem,
  params: Readonly<Record<string, string | number>> = {},
  language = 'en',
): string => say(language, `importFile.${problem}`, params);

/** What is wrong with a cell or a line, and its remedy. */
export const importProblemText = ({ code, otherLine = 0 }: ImportProblem, language = 'en'): string =>
  say(language, `importProblem.${code}`, { otherLine: String(otherLine) });

/** What is told and stops nothing. */
export const importNoteText = (note: ImportNote, language = 'en'): string => say(language, `importNote.${note}`);

type ApplyKey = keyof typeof importApplyTexts;
type ApplyReason = ApplyKey extends `importApply.${infer Name}` ? Name : never;

/** Why it can't be started. */
export const applyReasonText = (reason: ApplyReason, language = 'en'): string => say(language, `importApply.${reason}`);

/** Why what it added can't be taken back. */
export const undoReasonText = (reason: UndoReason, language = 'en'): string => say(language, `importUndo.${reason}`);

const separatorNames: Readonly<Record<string, 'comma' | 'semicolon' | 'tab' | 'bar'>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'bar',
};

/** What stands between the cells. */
export const separatorText = (separator: string, language = 'en'): string =>
  say(language, `separator.${separatorNames[separator] ?? 'comma'}`);

/** Heads of what the export says of a vehicle's connection, in their order. */
export const exportHeads = (language = 'en'): string[] =>
  (['status', 'cause', 'nextAction', 'freshness', 'lastTelemetry', 'lapses'] as const).map((name) =>
    say(language, `export.${name}`),
  );

export const statusOrNone = (status: Status | null, language = 'en'): string =>
  status === null ? say(language, 'export.notConnected') : statusWord(status, language);

/** Head of the column that says what to mend. */
export const problemHead = (language = 'en'): string => say(language, 'export.problem');
