/** `docs/causes.md`: for every answer of Smartcar's that is known, what it means here, what follows, and the words for it. */
import { causeOf, factsOf } from '../src/domain/cause.ts';
import type { Cause } from '../src/domain/cause.ts';
import { isThrottleMeaning, isUpstreamMeaning, isVehicleMeaning } from '../src/domain/failure.ts';
import type { Meaning } from '../src/domain/failure.ts';
import type { PassingMeaning } from '../src/domain/passing.ts';
import { table } from '../src/smartcar/classify.ts';
import type { Row } from '../src/smartcar/classify.ts';
import { causeText, nextActionFor, ownerCauseText, passingText } from '../src/texts/words.ts';

/** What an answer ends in, in the words that people read. A cause, or a trouble that passes. */
export interface Ending {
  cause: Cause | null;
  /** `error`, `accountIssue`: the status and its cause; `none` where the connection stays as it is. */
  status: string;
  nextAction: string;
  again: string;
  operator: string;
  /** Null: the owner is told nothing. */
  owner: string | null;
}

const anyMake = { make: null };

/** What follows from a meaning once it is believed. */
export function endingOf(meaning: Meaning): Ending {
  if (isVehicleMeaning(meaning) || isThrottleMeaning(meaning)) return passingEnding(meaning);
  const cause: Cause =
    meaning === 'permission' ? 'permissionMissing' : meaning === 'incompatible' ? meaning : causeOf(meaning);
  const { status, retryAfterS, who } = factsOf(cause);
  return {
    cause,
    status,
    nextAction: nextActionFor(cause, status, null)?.text ?? '',
    again: againAfter(meaning, retryAfterS),
    operator: causeText(cause, anyMake),
    owner: who === 'owner' || cause === 'permissionMissing' ? ownerCauseText(cause, anyMake) : null,
  };
}

/** What counts failures waits longer with each; see `nextAfterFailure`. Of our credentials nothing is counted. */
function againAfter(meaning: Meaning, retryAfterS: number | null): string {
  if (meaning === 'credentials') return 'every minute or two';
  if (isUpstreamMeaning(meaning) || meaning === 'requestRefused') return 'in 1 min, then later each time, 6 h at most';
  return retryAfterS === null ? 'not by itself' : `every ${span(retryAfterS)}`;
}

function passingEnding(meaning: PassingMeaning): Ending {
  const { text, nextAction } = passingText(meaning);
  const waits =
    meaning === 'requestLimit'
      ? 'as told, else once a day'
      : isThrottleMeaning(meaning)
        ? 'at the next read, but not before we may: as told, else 2 min'
        : 'at the next read';
  return {
    cause: null,
    status: 'stays as it is',
    nextAction: nextAction.text,
    again: waits,
    operator: text,
    owner: null,
  };
}

function span(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${seconds / 60} min` : `${seconds / 3_600} h`;
}

/** What came, in the words of the wire. */
export function nameOf({ came, type, code, resolution, status }: Row): string {
  const words = [
    type === undefined ? '' : type === null ? 'no type' : `\`${type}\``,
    code === undefined ? '' : code === null ? 'no code' : `\`${code}\``,
    resolution === undefined ? '' : `resolution \`${resolution}\``,
    status === undefined ? '' : `HTTP ${typeof status === 'number' ? status : `${status[0]} to ${status[1]}`}`,
    came === 'refresh' ? 'answering a renewal of v2 tokens' : came === 'nothing' ? 'no answer at all' : '',
  ].filter((word) => word !== '');
  return words.length > 0 ? words.join(', ') : 'anything else';
}

function line(row: Row): string {
  const { cause, status, nextAction, again, operator, owner } = endingOf(row.meaning);
  const standing = cause ? `${status}, \`${cause}\`` : status;
  return `| ${nameOf(row)} | \`${row.meaning}\` | ${standing} | ${nextAction} | ${again} | ${operator} | ${owner ?? '–'} | ${row.source} |`;
}

const families: readonly [title: string, holds: (row: Row) => boolean][] = [
  ["The owner's account at the manufacturer", ({ type }) => type === 'CONNECTED_SERVICES_ACCOUNT'],
  ['Credentials and permissions', ({ type }) => type === 'AUTHENTICATION' || type === 'PERMISSION'],
  ['Plan and compatibility', ({ type }) => type === 'BILLING' || type === 'COMPATIBILITY'],
  ['Limits', ({ type }) => type === 'RATE_LIMIT'],
  ['The car', ({ type }) => type === 'VEHICLE_STATE'],
  ['Smartcar, the manufacturer, our request', ({ type }) => typeof type === 'string'],
  ["Words without a type: OAuth's, and those of v3's preview", ({ code, came }) => Boolean(code) || came === 'refresh'],
  ['Statuses without a word that we know', () => true],
];

/** Every row of the table in exactly one section, in the order in which rows are tried. */
function sections(): string {
  const left = new Set(table);
  return families
    .map(([title, holds]) => {
      const rows = [...left].filter(holds);
      for (const row of rows) left.delete(row);
      return `## ${title}\n\n${head}\n${rows.map(line).join('\n')}`;
    })
    .join('\n\n');
}

const head = [
  '| Smartcar says | Outcome | Status and cause | Whose turn: next action | Asked again | Words for the operator | Words for the owner | Source |',
  '|---|---|---|---|---|---|---|---|',
].join('\n');

/** The document, worked out from the tables that Towline itself decides by. */
export function causesDocument(): string {
  return `# From Smartcar's answers to causes

Made from \`src/smartcar/classify.ts\`, \`src/domain/cause.ts\`, \`src/domain/passing.ts\` and the catalogue of words by \`npm run generate\`; changed there, not here.

An answer is judged by its fields and never by its text; the first row that fits decides, from types with their codes down to bare statuses. The same table serves
polls, checks, signals inside an answer, webhooks, commands, and the token endpoints of v2 and v3. What follows depends on who says it:

- A **read** (poll or check) is believed at once, but for \`smartcarFailing\` and its like, \`credentials\` and \`requestRefused\`: those become a cause after three failures in a row, and \`credentials\`
  becomes one alert for the whole installation instead.
- A **webhook** is a claim: nothing changes but the next read, until a read confirms it, refutes it, or its deadline passes. Only what concerns the owner's account, or a permission of a signal that
  the fleet requires, can become a cause that way.
- **One signal** that fails while others succeed is noted. A permission that the fleet requires is asked about again; a car that can't do one thing loses nothing else.
- **Every required signal** that fails at somebody's machine is an outage, once none has come for as long as a claim may stay undecided: four rounds of the make's pace and half an hour at least,
  or a day and a half without a subscription.
- On **v2** a token is one owner's: a read that is refused with \`AUTHENTICATION\` although its tokens were just renewed is about that owner's access (\`tokensRefused\`), and not about
  our credentials.
- \`permission\` is a cause only where the fleet requires it. An answer that was neither success nor readable (\`nonsense\`) is kept with its request id.

The words are those for a car whose make is not known; where it is known, they name it. "Not by itself" means until the owner comes back, or somebody checks.

${sections()}
`;
}
