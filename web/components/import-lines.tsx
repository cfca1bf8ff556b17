/** Every line of a file: what it does, from what to what, or what is to be mended. */
import { SegmentedControl, Text, Title } from '@mantine/core';
import { useState } from 'react';

import type { ImportLineView, ImportView } from '../../src/http/contract/imports.ts';
import { count, unknown } from '../format.ts';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/link.tsx';
import { Older } from '../ui/older.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';
import { carName } from '../words.ts';
import { lineWord, planNames } from './import-words.ts';
import { ProblemNotice } from './problem-notice.tsx';
import { StateTag } from './state-tag.tsx';

type Chosen = ImportLineView['plan'] | 'missed' | 'kept' | 'all';

export function ImportLines({ view }: { view: ImportView }): React.JSX.Element {
  const [chosen, setChosen] = useState<Chosen>(view.lines.refused > 0 ? 'refused' : 'all');
  const query = chosen === 'all' ? {} : chosen === 'missed' || chosen === 'kept' ? { state: chosen } : { plan: chosen };
  const list = usePaged('listImportLines', { id: view.id, query: { ...query, limit: 50 }, refetchByTime: false });
  const choices = choicesOf(view);
  return (
    <section className="panel apart" aria-labelledby="lines-title">
      <div className="panel-head">
        <Title order={2} id="lines-title">
          Lines of the file
        </Title>
      </div>
      {choices.length > 2 ? (
        <div className="scroll-x">
          <SegmentedControl
            aria-label="Which lines"
            mb="sm"
            value={chosen}
            data={choices}
            onChange={(value) => setChosen(value as Chosen)} // one of its own values
          />
        </div>
      ) : null}
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      {list.isPending ? <RowsLoading of="the lines" /> : null}
      {list.items?.length === 0 ? (
        <Text size="sm" c="dimmed">
          No line is like this.
        </Text>
      ) : null}
      <ul className={`lines${list.isFormer ? ' fading' : ''}`}>
        {(list.items ?? []).map((line) => (
          <ImportLine key={line.line} line={line} />
        ))}
      </ul>
      <Older list={list}>More lines</Older>
    </section>
  );
}

function choicesOf({ lines, progress }: ImportView): { value: Chosen; label: string }[] {
  const all = lines.add + lines.update + lines.unchanged + lines.refused;
  const counts: [Chosen, string, number][] = [
    ['all', 'All', all],
    ['add', planNames.add, lines.add],
    ['update', planNames.update, lines.update],
    ['unchanged', planNames.unchanged, lines.unchanged],
    ['refused', planNames.refused, lines.refused],
    ['missed', 'Left alone', progress.missed],
    ['kept', 'Kept', progress.kept],
  ];
  return counts
    .filter(([, , number]) => number > 0)
    .map(([value, name, number]) => ({ value, label: `${name} ${count(number)}` }));
}

function ImportLine({ line }: { line: ImportLineView }): React.JSX.Element {
  const { vehicle, owner, changes, problems, notes } = line;
  const word = lineWord(line);
  const name = vehicle.number ?? vehicle.vin ?? unknown;
  const car = carName({ ...vehicle, year: vehicle.year === null ? null : Number(vehicle.year) || null });
  const details = [car, vehicle.plate, vehicle.number === null ? null : vehicle.vin, ownerText(owner)]
    .filter(Boolean)
    .join(' · ');
  return (
    <li className="import-line">
      <span className="quiet">Line {count(line.line)}</span>
      <StateTag tone={word.tone}>{word.name}</StateTag>
      <div>
        {vehicle.id ? <TextLink href={paths.vehicle(vehicle.id)}>{name}</TextLink> : <strong>{name}</strong>}{' '}
        <span className="quiet">{details}</span>
        {changes.map((change) => (
          <p key={change.column}>
            {change.name}: <span className="quiet">{change.from ?? unknown} →</span> {change.to ?? unknown}
          </p>
        ))}
        {problems.map((problem) => (
          <p key={`${problem.code} ${problem.column}`}>
            {problem.name === null ? null : <strong>{problemHead(problem)}: </strong>}
            {problem.text}
          </p>
        ))}
        {notes.map((note) => (
          <p key={note} className="quiet">
            {note}
          </p>
        ))}
      </div>
    </li>
  );
}

const problemHead = ({ name, value }: ImportLineView['problems'][number]): string =>
  [name, value === null ? null : `“${value}”`].filter(Boolean).join(' ');

function ownerText(owner: ImportLineView['owner']): string | null {
  if (!owner) return null;
  return `${owner.name ?? owner.email}${owner.isNew ? ' (new owner)' : ''}`;
}
