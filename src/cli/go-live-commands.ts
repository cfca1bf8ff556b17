/** What is missing before real cars can be managed. */
import type { GoLiveAnswer, GoLiveStepView } from '../http/contract/go-live.ts';
import type { Command, Invocation } from './command.ts';
import { show } from './command.ts';
import { exits, Failure } from './failure.ts';
import { ageOf, clean } from './print.ts';
import type { Tone } from './print.ts';

const goLive: Command = {
  names: ['go-live'],
  summary: 'Says what is missing before real cars can be managed; ends with 1 while something needed is',
  options: { check: { help: 'asks Smartcar, the mail server and the public address now' } },
  async run(call) {
    const found = call.isSet('check')
      ? await call.api.call('checkGoLive', { body: {} })
      : await call.api.call('getGoLive');
    show(call, found, (answer) => goLiveLines(answer, call));
    const { says, text } = found.verdict;
    if (says === 'missing') throw new Failure(exits.failed, text, { code: 'not_ready' });
    if (!call.asJson) call.out.print('', text);
  },
};

function goLiveLines({ steps, checkedAt }: GoLiveAnswer, call: Invocation): string[] {
  const checked = checkedAt
    ? `Smartcar was asked ${ageOf(checkedAt, call.now())}.`
    : 'Smartcar was not asked yet with what is set now: add --check.';
  return [...steps.flatMap((step) => stepLines(step, call)), '', checked];
}

const tones: Record<GoLiveStepView['state'], Tone> = {
  done: 'good',
  missing: 'bad',
  unknown: 'wait',
  notNeeded: 'faint',
};

function stepLines({ state, title, found, remedy, copies }: GoLiveStepView, { out }: Invocation): string[] {
  const word = state === 'notNeeded' ? 'not needed' : state;
  const isOpen = state === 'missing' || state === 'unknown';
  return [
    `${out.paint(tones[state], word.padEnd(11))}${clean(title)}: ${clean(found)}`,
    ...(remedy ? [`${' '.repeat(11)}${clean(remedy)}`] : []),
    ...(isOpen ? copies.map(({ label, value }) => `${' '.repeat(13)}${clean(label)}: ${clean(value)}`) : []),
  ];
}

export const goLiveCommands = { goLive };
