/** Many reconnects that were sent: how far they are, how far their owners came, and who has not acted. */
import { Alert, Text, Title } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { Hourglass } from 'lucide-react';

import type { ReconnectsDetail } from '../../src/http/contract/reconnects.ts';
import { useCall } from '../api.ts';
import { Age } from '../components/age.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { ReconnectActions } from '../components/reconnect-actions.tsx';
import { ReconnectVehicles } from '../components/reconnect-vehicles.tsx';
import { batchWords } from '../components/reconnect-words.ts';
import { StateTag } from '../components/state-tag.tsx';
import { count } from '../format.ts';
import { paths } from '../paths.ts';
import { BackLink } from '../ui/back-link.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';
import '../components/reconnects.css';

const route = getRouteApi('/shell/reconnects/$id');

export function ReconnectPage(): React.JSX.Element {
  const { id } = route.useParams();
  const batch = useCall('getReconnects', { id });
  const { data } = batch;
  return (
    <>
      <BackLink href={paths.reconnects()}>Reconnects</BackLink>
      <PageHead
        title={data ? `Reconnect: ${data.selection}` : 'Reconnect'}
        note={data ? <FreshAt at={batch.dataUpdatedAt} failed={batch.isRefetchError} /> : null}
      >
        {data ? <ReconnectActions batch={data} /> : null}
      </PageHead>
      {batch.isError && !data ? <ProblemNotice problem={batch.error} retry={() => void batch.refetch()} /> : null}
      {batch.isPending ? <RowsLoading of="the reconnects" /> : null}
      {data ? (
        <>
          <Held batch={data} />
          <Progress batch={data} />
          <ReconnectVehicles batch={data} />
        </>
      ) : null}
    </>
  );
}

function Held({ batch: { waitsFor, owners } }: { batch: ReconnectsDetail }): React.JSX.Element | null {
  if (waitsFor === null) return null;
  return (
    <Alert color="yellow" variant="light" icon={<Hourglass size={18} />} mb="md">
      The mail server does not take messages at the moment. Those that were written are tried again; the other{' '}
      {count(owners.queued)} wait, and can be taken back.
    </Alert>
  );
}

function Progress({ batch }: { batch: ReconnectsDetail }): React.JSX.Element {
  const { counts, funnel, owners, state } = batch;
  const { word, tone } = batchWords[state];
  return (
    <section className="panel" aria-labelledby="progress-title">
      <div className="panel-head">
        <Title order={2} id="progress-title">
          How far they came
        </Title>
        <StateTag tone={tone}>{word}</StateTag>
      </div>
      {funnel.asked > 0 || counts.retried === 0 ? <Way funnel={funnel} /> : null}
      <Text size="sm" c="dimmed" mt="md">
        {count(owners.asked)} of {count(owners.asked + owners.queued)} owners written to, about {count(funnel.asked)}{' '}
        {funnel.asked === 1 ? 'vehicle' : 'vehicles'}
        {counts.retried > 0 ? ` · ${count(counts.retried)} read again without their owner` : ''}
        {counts.queued > 0 ? ` · ${count(counts.queued)} waiting` : ''}
        {counts.withdrawn > 0 ? ` · ${count(counts.withdrawn)} taken back` : ''}
        {funnel.failed > 0 ? ` · ${count(funnel.failed)} could not be delivered` : ''}
        {counts.repaired > funnel.repaired
          ? ` · ${count(counts.repaired - funnel.repaired)} worked again before anybody was asked`
          : ''}
        {funnel.repairedAlone > 0 ? ` · ${count(funnel.repairedAlone)} worked again without the owner coming back` : ''}
      </Text>
      <Text size="sm" c="dimmed">
        Sent <Age at={batch.createdAt} /> by {batch.createdBy}
        {state === 'running' && counts.queued > 0 ? (
          <>
            {' '}
            · {owners.asked === 0 ? 'begins within a minute · ' : ''}
            {count(batch.messagesPerMinute)} messages a minute
          </>
        ) : null}
        {batch.endedAt ? (
          <>
            {' '}
            · {state === 'cancelled' ? 'taken back' : 'all sent'} <Age at={batch.endedAt} />
          </>
        ) : null}
      </Text>
      {batch.skips.length > 0 ? (
        <ul className="reasons" style={{ margin: '12px 0 0' }} aria-label="Left out">
          {batch.skips.map(({ reason, text, vehicles }) => (
            <li key={reason}>
              <b>{count(vehicles)} left out:</b> {text}
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

const steps = [
  ['asked', 'asked'],
  ['delivered', 'delivered'],
  ['opened', 'pressed the button'],
  ['returned', 'came back'],
  ['repaired', 'work again'],
] as const;

/** Vehicles by how far their owners came; each bar is a part of the first. */
function Way({ funnel }: { funnel: ReconnectsDetail['funnel'] }): React.JSX.Element {
  return (
    <ol className="way" aria-label="Vehicles by how far their owners came">
      {steps.map(([name, word]) => (
        <li key={name} className="way-step" data-end={name === 'repaired' || undefined}>
          <span className="way-bar" aria-hidden>
            <span style={{ width: `${funnel.asked === 0 ? 0 : (funnel[name] / funnel.asked) * 100}%` }} />
          </span>
          <span className="way-number">{count(funnel[name])}</span>
          <span className="way-word">{word}</span>
        </li>
      ))}
    </ol>
  );
}
