import { Skeleton, Text, Title } from '@mantine/core';

import type { ErasureView } from '../../src/http/contract/owners.ts';
import { useCall } from '../api.ts';
import { Copyable } from '../ui/copyable.tsx';
import { Fact, Facts } from '../ui/facts.tsx';
import { Age } from './age.tsx';
import { ProblemNotice } from './problem-notice.tsx';
import { StateTag } from './state-tag.tsx';

const phases: Record<NonNullable<ErasureView['phase']>, string> = {
  access: 'Disconnecting their cars.',
  traces: 'Erasing messages, links and names.',
  readings: 'Erasing what their cars told.',
  smartcar: 'All but done.',
};

/** How far forgetting an owner is, and the proof once it is done. */
export function ErasurePanel({ ownerId }: { ownerId: string }): React.JSX.Element {
  const erasure = useCall('getErasure', { id: ownerId });
  const { data } = erasure;
  return (
    <section className="panel" aria-labelledby="erasure-title" aria-live="polite">
      <div className="panel-head">
        <Title order={2} id="erasure-title">
          Forgotten
        </Title>
        {data && data.state !== 'none' ? (
          <StateTag tone={data.state === 'done' ? 'good' : 'wait'}>
            {data.state === 'done' ? 'Done' : 'Under way'}
          </StateTag>
        ) : null}
      </div>
      {erasure.isPending ? <Skeleton height={200} aria-label="Loading how far it is" /> : null}
      {erasure.isError && !data ? <ProblemNotice problem={erasure.error} retry={() => void erasure.refetch()} /> : null}
      {data && data.state !== 'none' ? <Progress erasure={data} /> : null}
    </section>
  );
}

function Progress({ erasure }: { erasure: ErasureView }): React.JSX.Element {
  const { phase, askedAt, askedBy, endedAt, lines, waitsForSmartcar, proof } = erasure;
  return (
    <>
      {phase ? (
        <Text size="sm" mb="sm">
          {phases[phase]}{' '}
          {waitsForSmartcar > 0
            ? `Smartcar has not confirmed the end of access to ${waitsForSmartcar === 1 ? 'one car' : `${waitsForSmartcar} cars`} yet; the last step waits for that.`
            : phase === 'smartcar'
              ? 'The last step follows ten minutes after it was asked for.'
              : ''}
        </Text>
      ) : null}
      <Facts>
        <Fact name="Asked for">
          <Age at={askedAt} moment /> by {askedBy}
        </Fact>
        {endedAt ? (
          <Fact name="Done">
            <Age at={endedAt} moment />
          </Fact>
        ) : null}
        <Fact name="Erased">
          <ul className="erased">
            {lines.map(({ kind, text }) => (
              <li key={kind}>{text}</li>
            ))}
          </ul>
        </Fact>
        {proof ? (
          <Fact name="Proof">
            <Copyable value={proof.digest} label="Copy the proof">
              <span className="mono">{proof.digest.slice(0, 16)}…</span>
            </Copyable>
            <span className="quiet clocks">
              {proof.holds ? 'unchanged since it was written' : 'changed since it was written, or written elsewhere'}
            </span>
          </Fact>
        ) : null}
      </Facts>
    </>
  );
}
