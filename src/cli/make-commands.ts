/** What is known of makes, and what a fleet sets otherwise. */
import type { MakeView } from '../http/contract/makes.ts';
import type { Body } from '../http/contract/routes.ts';
import type { Command, Invocation } from './command.ts';
import { show } from './command.ts';
import { exits, Failure, wrongUsage } from './failure.ts';
import { clean, facts, table } from './print.ts';

const listMakes: Command = {
  names: ['makes list', 'makes'],
  summary: "Lists makes, the fleet's own first",
  options: { all: { help: 'those that the fleet has none of, too' } },
  async run(call) {
    const answer = await call.api.call('listMakes');
    const isShown = (make: MakeView): boolean => call.isSet('all') || make.vehicles > 0 || chosenOf(make).length > 0;
    show(call, answer, ({ items }) => makeTable(items.filter(isShown), call));
  },
};

function makeTable(items: readonly MakeView[], { out }: Invocation): string[] {
  if (items.length === 0) return ['The fleet has no vehicles: --all lists what is known of every make.'];
  const number = (make: MakeView, wanted: string): string => valueText(numberOf(make, wanted)?.value);
  const columns = [
    { head: 'MAKE', of: ({ name }: MakeView) => name },
    { head: 'VEHICLES', of: ({ vehicles }: MakeView) => String(vehicles), right: true },
    { head: 'RENEWED MIN', of: (make: MakeView) => number(make, 'freshnessMin'), right: true },
    { head: 'OLD AFTER H', of: (make: MakeView) => number(make, 'staleAfterH'), right: true },
    { head: 'ONE READ IN MIN', of: (make: MakeView) => number(make, 'leastPollMin'), right: true },
    { head: 'SET BY YOU', of: (make: MakeView) => chosenOf(make).join(', ') },
    { head: 'ID', of: ({ id }: MakeView) => ({ text: id, tone: 'faint' as const }) },
  ];
  return table(columns, items, out.paint);
}

const showMake: Command = {
  names: ['makes show'],
  summary: 'What is known of a make, and from where; what it comes to',
  takes: ['MAKE'],
  async run(call) {
    const make = await makeOf(call);
    show(call, make, () => makeLines(make, call));
  },
};

function makeLines({ name, vehicles, numbers, connectsInBrowser, quirks, before, effect }: MakeView, call: Invocation) {
  const { out } = call;
  const columns = [
    { head: 'NUMBER', of: (one: MakeView['numbers'][number]) => one.name },
    { head: 'VALUE', of: (one: MakeView['numbers'][number]) => valueText(one.value), right: true },
    { head: 'MEANS', of: (one: MakeView['numbers'][number]) => `${one.label} (${one.unit})` },
    {
      head: 'FROM',
      of: (one: MakeView['numbers'][number]) => (one.isChosen ? 'you' : `${one.source ?? ''} ${one.sureText}`),
    },
  ];
  const told = (title: string, texts: readonly string[]): string[] =>
    texts.length === 0 ? [] : ['', out.paint('strong', title), ...texts.map((text) => `  ${clean(text)}`)];
  return [
    ...facts(
      [
        ['Make', clean(name)],
        ['Vehicles', String(vehicles)],
        ['Browser', connectsInBrowser && (connectsInBrowser.value ? 'owners connect in one' : 'owners need an app')],
      ],
      out.paint,
    ),
    '',
    ...table(columns, numbers, out.paint),
    ...told('What it comes to', effect),
    ...told(
      'To be known',
      quirks.map(({ text, source }) => `${text} (${source})`),
    ),
    ...told(
      'What owners are told first',
      before.map(({ text }) => text),
    ),
  ];
}

const setMake: Command = {
  names: ['makes set'],
  summary: 'Sets a number of a make; none: there is no such limit. The others stay',
  takes: ['MAKE', 'NUMBER', 'VALUE'],
  async run(call) {
    const make = await makeOf(call);
    const [, name = '', value = ''] = call.words;
    await change(call, make, { ...chosen(make), [nameOf(make, name)]: valueOf(value) });
  },
};

const resetMake: Command = {
  names: ['makes reset'],
  summary: 'Takes back what the fleet has set for a make; one number where it is named',
  takes: ['MAKE', '[NUMBER]'],
  async run(call) {
    const make = await makeOf(call);
    const [, name] = call.words;
    const kept = chosen(make);
    if (name !== undefined) delete kept[nameOf(make, name)];
    await change(call, make, name === undefined ? {} : kept);
  },
};

type Chosen = Record<string, number | boolean | null>;

async function change(call: Invocation, { id }: MakeView, overrides: Chosen): Promise<void> {
  const body = { overrides } as Body<'changeMake'>; // the API checks the values
  const changed = await call.api.call('changeMake', { id, body });
  show(call, changed, (make) => makeLines(make, call));
}

const browser = 'connectsInBrowser';
const numberOf = ({ numbers }: MakeView, name: string): MakeView['numbers'][number] | undefined =>
  numbers.find((one) => one.name === name);

/** What the fleet has set for this make: the API takes all of it or none. */
function chosen({ numbers, connectsInBrowser }: MakeView): Chosen {
  const set = numbers.filter(({ isChosen }) => isChosen).map(({ name, value }) => [name, value] as const);
  return { ...Object.fromEntries(set), ...(connectsInBrowser?.isChosen ? { [browser]: connectsInBrowser.value } : {}) };
}

const chosenOf = (make: MakeView): string[] => Object.keys(chosen(make));

const valueText = (value: number | null | undefined): string =>
  value === null || value === undefined ? 'none' : String(value);

/** @throws Failure for what no make has */
function nameOf(make: MakeView, name: string): string {
  if (name === browser || numberOf(make, name)) return name;
  const names = [...make.numbers.map((one) => one.name), browser];
  throw wrongUsage(`There is no such number of a make. There are: ${names.join(', ')}.`);
}

const words: Readonly<Record<string, boolean | null>> = { none: null, yes: true, no: false };

/** @throws Failure for what is neither a number nor one of the words */
function valueOf(text: string): number | boolean | null {
  if (Object.hasOwn(words, text)) return words[text] ?? null;
  if (/^\d{1,6}(\.\d{1,3})?$/.test(text)) return Number(text);
  throw wrongUsage('A value is a number, none, or for connectsInBrowser yes or no.');
}

/** The make with this id or name. @throws Failure when there is none */
async function makeOf({ api, words: [meant = ''] }: Invocation): Promise<MakeView> {
  const { items } = await api.call('listMakes');
  const plain = (text: string): string => text.toUpperCase().replaceAll(/[\s_-]+/g, '_');
  const found = items.find(({ id, name }) => plain(id) === plain(meant) || plain(name) === plain(meant));
  if (found) return found;
  throw new Failure(exits.notFound, 'Nothing is known of this make, and no vehicle of the fleet has it.', {
    code: 'not_found',
  });
}

export const makeCommands = { listMakes, showMake, setMake, resetMake };
