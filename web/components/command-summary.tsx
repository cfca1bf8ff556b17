/** How well commands work: by make and over all, how many came to what, and how long they took. */
import { Button, SegmentedControl, Skeleton, Text, Title } from '@mantine/core';
import { useState } from 'react';

import type { CommandFiguresView, CommandSummaryView } from '../../src/http/contract/commands.ts';
import { useCall } from '../api.ts';
import { count, lasting, percent, unknown } from '../format.ts';
import { paths } from '../paths.ts';
import type { CommandFilters } from '../paths.ts';
import { TextLink } from '../ui/link.tsx';
import { Age } from './age.tsx';
import { ProblemNotice } from './problem-notice.tsx';
import './commands.css';

const windows = ['7', '30', '90'];

export function CommandSummary({
  days,
  onDays,
}: {
  days: string;
  onDays: (days: string) => void;
}): React.JSX.Element | null {
  const summary = useCall('getCommandSummary', { query: { days } });
  const { data } = summary;
  return (
    <section className="panel" aria-labelledby="command-summary">
      <div className="panel-head">
        <Title order={2} id="command-summary">
          By make
        </Title>
        <SegmentedControl
          aria-label="How far back"
          size="xs"
          value={days}
          data={[...new Set([...windows, days])].map((value) => ({ value, label: `${value} days` }))}
          onChange={onDays}
        />
      </div>
      {summary.isError && !data ? <ProblemNotice problem={summary.error} retry={() => void summary.refetch()} /> : null}
      {summary.isPending ? <Skeleton height={170} aria-label="Loading how commands do" /> : null}
      {data ? <Figures summary={data} /> : null}
    </section>
  );
}

/** More makes are shown when asked for: the history below has to stay in sight. */
const shownMakes = 8;

function Figures({ summary }: { summary: CommandSummaryView }): React.JSX.Element {
  const { all, makes, days } = summary;
  const [isLong, setLong] = useState(false);
  if (all.asked === 0) return <Text c="dimmed">Nothing was asked for in these {days} days.</Text>;
  const window = { days: String(days) };
  const shown = isLong ? makes : makes.slice(0, shownMakes);
  return (
    <>
      <table className="table command-figures">
        <thead>
          <tr>
            <th scope="col">Make</th>
            <NumberHead>Asked for</NumberHead>
            <NumberHead>Success</NumberHead>
            <NumberHead aside>Not confirmed</NumberHead>
            <NumberHead aside>Failed</NumberHead>
            <NumberHead aside>Not sent in time</NumberHead>
            <NumberHead aside>Smartcar accepted after</NumberHead>
            <NumberHead>Car confirmed after</NumberHead>
          </tr>
        </thead>
        <tbody>
          {makes.length > 1 ? <FiguresRow figures={all} name="All makes" filters={window} /> : null}
          {shown.map(({ make, name, ...figures }) => (
            <FiguresRow
              key={make ?? ''}
              figures={figures}
              name={name ?? 'Not known'}
              filters={make === null ? null : { make, ...window }}
            />
          ))}
        </tbody>
      </table>
      {makes.length > shown.length ? (
        <Button variant="default" size="xs" mt="sm" onClick={() => setLong(true)}>
          All {makes.length} makes
        </Button>
      ) : null}
      <Reading summary={summary} />
    </>
  );
}

const NumberHead = ({ aside = false, children }: { aside?: boolean; children: string }): React.JSX.Element => (
  <th scope="col" className={aside ? 'number aside' : 'number'}>
    {children}
  </th>
);

interface FiguresRowProps {
  figures: CommandFiguresView;
  name: string;
  /** What finds its commands in the history; null where nothing does. */
  filters: CommandFilters | null;
}

function FiguresRow({ figures, name, filters }: FiguresRowProps): React.JSX.Element {
  const { asked, confirmed, unconfirmed, failed, expired, successRate, acceptedAfter, confirmedAfter } = figures;
  const ended = confirmed + unconfirmed + failed + expired;
  const linked = (text: string, more: CommandFilters = {}): React.ReactNode =>
    filters ? <TextLink href={paths.commands({ ...filters, ...more }, 'history')}>{text}</TextLink> : text;
  const troubles = { unconfirmed, failed, expired };
  return (
    <tr>
      <th scope="row">{filters?.make ? linked(name) : name}</th>
      <td className="number">{count(asked)}</td>
      <td className="number">
        <b>{successRate === null ? unknown : percent(successRate * 100)}</b>{' '}
        {ended > 0 ? <span>{`${count(confirmed)} of ${count(ended)}`}</span> : null}
      </td>
      {Object.entries(troubles).map(([state, number]) => (
        <td key={state} className="number aside">
          {number > 0 ? linked(count(number), { state }) : count(number)}
        </td>
      ))}
      <LatencyCell of={acceptedAfter} aside />
      <LatencyCell of={confirmedAfter} />
    </tr>
  );
}

function LatencyCell({
  of,
  aside = false,
}: {
  of: CommandFiguresView['acceptedAfter'];
  aside?: boolean;
}): React.JSX.Element {
  return (
    <td className={aside ? 'number aside' : 'number'}>
      <b>{of ? lasting(of.medianS) : unknown}</b> {of ? <span>95 %: {lasting(of.p95S)}</span> : null}
    </td>
  );
}

/** What the numbers mean. */
function Reading({ summary: { isCut, from } }: { summary: CommandSummaryView }): React.JSX.Element {
  return (
    <Text size="sm" c="dimmed" mt="sm" maw={760}>
      Success is what the car confirmed, of all that ended by itself: what was cancelled, or replaced by another
      command, does not count. Times begin with the press: half took no longer than the first, 95 % no longer than the
      second.
      {isCut ? (
        <>
          {' '}
          The newest 100,000 are counted, since <Age at={from} moment />.
        </>
      ) : null}
    </Text>
  );
}
