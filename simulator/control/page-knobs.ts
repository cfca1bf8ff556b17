/** The page of knobs: how the simulator behaves where documents are silent or contradict themselves. */
import { html, raw, type Html } from '../html.ts';
import { defaultKnobs, type Knobs } from '../knobs.ts';
import type { Simulation } from '../simulation.ts';
import { fieldValue, knobFields, type KnobField } from './knob-fields.ts';
import { knobGroups, knobWords } from './knob-words.ts';
import { action, type PageContent } from './page-frame.ts';

export function knobsPage(sim: Simulation): PageContent {
  const fields = knobFields();
  const groups = knobGroups.map((group) => ({
    group,
    fields: fields.filter((field) => wordsOf(field).group === group),
  }));
  const content = html`<p class="lead">
      Where Smartcar’s documents contradict each other, or say nothing, a knob chooses. A dot marks what differs from
      the start; programs turn them with <code>PATCH /sim/api/knobs</code>.
    </p>
    ${groups.map(
      ({ group, fields: some }) =>
        html`<h2 id="${group.toLowerCase().replaceAll(' ', '-')}">${group}</h2>
          <div class="panel">
            ${action(
              'knobs',
              {},
              html`<div class="knobs">${some.map((field) => fieldOf(sim.state.knobs, field))}</div>
                <button class="primary">Change ${group.toLowerCase()}</button>`,
            )}
          </div>`,
    )}`;
  return { path: '/sim/knobs', isLive: false, content };
}

/** The words of a part of a knob are those of the knob. */
function wordsOf({ path }: KnobField): ReturnType<typeof knobWords> {
  return knobWords(path.startsWith('webhook.') ? path : (path.split('.')[0] ?? path));
}

const partWords: Record<string, string> = {
  capacity: 'at once',
  refillPerMinute: 'back a minute',
  status: 'status',
  error: 'error',
};

const initial = defaultKnobs();

function fieldOf(knobs: Knobs, field: KnobField): Html {
  const { name, sentence } = wordsOf(field);
  const part = field.path.startsWith('webhook.') ? undefined : field.path.split('.')[1];
  const present = fieldValue(knobs, field.path);
  const isTurned = present !== fieldValue(initial, field.path);
  return html`<label
    >${name}${part === undefined ? '' : `: ${partWords[part] ?? part}`}${isTurned ? html` <span class="good" title="differs from the start">●</span>` : null}
    <small>${sentence}</small>${inputOf(field, present)}</label
  >`;
}

function inputOf({ path, kind, values, isNullable }: KnobField, present: string): Html {
  if (kind === 'number')
    return html`<input
      type="number"
      name="${path}"
      value="${present}"
      min="0"
      step="any"
      ${isNullable ? null : raw(' required')}
    />`;
  if (kind === 'list') return html`<input type="text" name="${path}" value="${present}" spellcheck="false" />`;
  if (kind === 'text') return html`<input type="url" name="${path}" value="${present}" />`;
  const choices: [string, string][] =
    kind === 'switch'
      ? [
          ['true', 'yes'],
          ['false', 'no'],
        ]
      : values.map((value) => [String(value), String(value)]);
  return html`<select name="${path}">
    ${choices.map(([value, words]) => html`<option value="${value}" ${value === present ? raw(' selected') : null}>${words}</option>`)}
  </select>`;
}
