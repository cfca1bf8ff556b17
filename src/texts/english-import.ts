/** English: the import of a list of vehicles. Each problem says its remedy. */
import type { ImportNote } from '../domain/import-judge.ts';
import type { ImportProblemCode } from '../domain/import-row.ts';
import type { UndoReason } from '../domain/import-state.ts';

/** Why a file can't be read at all. */
export const importFileTexts = {
  'importFile.empty': 'The file is empty. Choose another one.',
  'importFile.workbook': 'This is a workbook of a spreadsheet. Save the sheet as CSV there, and choose that file.',
  'importFile.binary': 'This is no text. Save the list as CSV, and choose that file.',
  'importFile.tooMany':
    'The file has more than {most, number} vehicles. Split it, and import the parts one after another.',
  'importFile.noHeads':
    'None of the first lines names a column “Number” or “VIN”. Write the names of the columns into the first line; the template shows them.',
  'importFile.onlyHeads': 'The file has the names of the columns and no vehicle below them.',
  'importFile.twice': 'Two columns are named alike: {columns}. Remove one of each, or give it another name.',
  'importFile.quotes': 'From line {line} on, a quotation mark is not closed. Close it, or remove it.',
} as const;

/** {otherLine}: the line of the same file that speaks against this one. */
export const importProblemTexts = {
  'importProblem.too_many_cells':
    'The line has more cells than there are columns. A value that holds the separator needs quotation marks around it.',
  'importProblem.too_long': 'This is too long. Shorten it.',
  'importProblem.control_characters': 'This has a line break or a tab in it. Write it in one line.',
  'importProblem.vin_shape': 'A VIN has 17 letters and digits, without I, O and Q. Check it against the registration.',
  'importProblem.year_range': 'Write the year with four digits, such as 2023.',
  'importProblem.powertrain_unknown':
    'Write BEV (electric), PHEV (plug-in hybrid), HEV (hybrid) or ICE (petrol or diesel).',
  'importProblem.country_unknown':
    'Write the country with its two letters, such as DE, or by its English or German name.',
  'importProblem.email_shape': 'This is no e-mail address. Check it.',
  'importProblem.language_unknown': 'Write the language as a tag, such as en or de-AT.',
  'importProblem.no_number_or_vin':
    'The line has neither a number nor a VIN, so the vehicle could not be found again. Write one of them.',
  'importProblem.owner_email_missing':
    'An owner is known by their e-mail address. Write it, or leave the owner’s other columns empty.',
  'importProblem.owner_name_missing': 'No owner with this address is known yet. Write their name as well.',
  'importProblem.owner_differs_in_file':
    'Line {otherLine} says something else about the owner with this address. Make both the same.',
  'importProblem.twice_in_file': 'Line {otherLine} is about the same vehicle. Keep one of the two.',
  'importProblem.vin_differs':
    'The vehicle with this number has another VIN on record. Check both; a wrong VIN is corrected on the vehicle’s page.',
  'importProblem.number_taken': 'Another vehicle of the fleet has this number. Choose another one.',
  'importProblem.changed_meanwhile':
    'This would do something else now than what was shown, so it was left alone. Import the line again to see what.',
} as const satisfies Record<`importProblem.${ImportProblemCode}`, string>;

export const importNoteTexts = {
  'importNote.owner_stays':
    'The owner with this address is known under other details; the owner’s record stays as it is.',
  'importNote.manufacturer_says': 'The vehicle is connected; what the manufacturer says about it stays.',
} as const satisfies Record<`importNote.${ImportNote}`, string>;

/** Why it can't be started. */
export const importApplyTexts = {
  'importApply.started': 'It was started already.',
  'importApply.nothing_to_do': 'No line of this file would change anything.',
} as const;

/** Why what it added can't be taken back. */
export const importUndoTexts = {
  'importUndo.not_done': 'It is not done yet.',
  'importUndo.nothing_added': 'It added no vehicle. What it changed is changed back on the vehicle’s page.',
  'importUndo.undone_already': 'It was taken back already.',
} as const satisfies Record<`importUndo.${UndoReason}`, string>;

export const separatorTexts = {
  'separator.comma': 'comma',
  'separator.semicolon': 'semicolon',
  'separator.tab': 'tab',
  'separator.bar': 'bar',
} as const;

/** Heads of the columns that are written and not read. */
export const exportTexts = {
  'export.status': 'Status',
  'export.cause': 'Cause',
  'export.nextAction': 'Next action',
  'export.freshness': 'Freshness',
  'export.lastTelemetry': 'Last telemetry',
  'export.lapses': 'Lapses',
  'export.notConnected': 'Not connected',
  'export.problem': 'Problem',
} as const;
