/** Check and diagnosis of one vehicle. */
import type { DiagnosisView, StepView } from '../http/contract/diagnosis.ts';
import type { Command, Invocation } from './command.ts';
import { show } from './command.ts';
import { vehicleIdOf } from './find-vehicle.ts';
import { exits, Failure } from './failure.ts';
import { ageOf, clean, facts, word } from './print.ts';

const check: Command = {
  names: ['check', 'vehicles check'],
  summary: 'Checks the vehicle now, step by step, and says what is wrong',
  takes: ['VEHICLE'],
  async run(call) {
    const id = await vehicleIdOf(call);
    if (call.asJson) return call.out.json(await call.api.call('checkVehicle', { id, body: {} }));
    let diagnosis: DiagnosisView | null = null;
    await call.api.follow('checkVehicle', id, (event, data) => {
      if (event === 'step') call.out.print(stepLine(data as StepView, call)); // as the contract says
      if (event === 'diagnosis') diagnosis = data as DiagnosisView; // the same
    });
    if (!diagnosis) throw new Failure(exits.failed, 'The check broke off before its end. Give the command again.');
    call.out.print('', ...diagnosisLines(diagnosis, call));
  },
};

const diagnose: Command = {
  names: ['diagnose', 'vehicles diagnose'],
  summary: 'Says what is wrong with the vehicle, how sure that is, what it rests on, and what to do',
  takes: ['VEHICLE'],
  options: { support: { help: "the hand-over for Smartcar's support, without values, places and names" } },
  async run(call) {
    const id = await vehicleIdOf(call);
    if (call.isSet('support')) {
      return show(call, await call.api.call('getSupportFile', { id }), ({ text }) => text.split('\n').map(clean));
    }
    show(call, await call.api.call('getDiagnosis', { id }), (diagnosis) => diagnosisLines(diagnosis, call));
  },
};

function stepLine({ state, title, detail, requestId }: StepView, { out }: Invocation): string {
  const { tone = 'faint' } = word(state);
  const request = requestId ? out.paint('faint', ` (request ${clean(requestId)})`) : '';
  return `${out.paint(tone, state.padEnd(8))}${clean(title)}: ${clean(detail)}${request}`;
}

function diagnosisLines(diagnosis: DiagnosisView, call: Invocation): string[] {
  const { out, now } = call;
  const { nextAction, permissions, checkedAt, wording } = diagnosis;
  const pairs: [string, string | null][] = [
    ['Status', diagnosis.status],
    ['Because', clean(diagnosis.causeText)],
    ['How sure', clean(diagnosis.confidenceText)],
    ['Since', diagnosis.since && ageOf(diagnosis.since, now())],
    ['Next', nextAction && clean(nextAction.text)],
    ['Missing', permissions.missing.map(({ permission }) => clean(permission)).join(', ') || null],
    ['Checked', diagnosis.running ? 'a check runs now' : ageOf(checkedAt, now())],
  ];
  return [
    ...facts(pairs, out.paint),
    ...told('What it rests on', diagnosis.evidence, call),
    ...told('What was tried', diagnosis.tried, call),
    ...(wording.owner ? ['', out.paint('strong', 'Words for the owner'), ...wording.owner.split('\n').map(clean)] : []),
  ];
}

function told(title: string, items: DiagnosisView['evidence'], { out, now }: Invocation): string[] {
  if (items.length === 0) return [];
  const lines = items.map(
    ({ at, what, requestId }) =>
      `  ${clean(what)} ${out.paint('faint', `${ageOf(at, now())}${requestId ? `, request ${clean(requestId)}` : ''}`)}`,
  );
  return ['', out.paint('strong', title), ...lines];
}

export const diagnosisCommands = { check, diagnose };
