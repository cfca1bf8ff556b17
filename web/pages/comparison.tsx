/** What Smartcar's own lists say against ours: when they were compared, what was found, and whether it sends cars by itself. */
import { Text, Title } from '@mantine/core';
import { GitCompareArrows } from 'lucide-react';

import type { ReconciliationView } from '../../src/http/contract/reconciliation.ts';
import { useCall } from '../api.ts';
import { Age } from '../components/age.tsx';
import { AlertLine } from '../components/alert-line.tsx';
import { CompareButton } from '../components/compare-button.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { SettingsTabs } from '../components/settings-tabs.tsx';
import { StateTag } from '../components/state-tag.tsx';
import { count, unknown } from '../format.ts';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/link.tsx';
import { Older } from '../ui/older.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';
import { titled } from '../words.ts';
import '../components/adoption.css';

export function ComparisonPage(): React.JSX.Element {
  const { data, error, isPending, isRefetchError, dataUpdatedAt, refetch } = useCall('getReconciliation');
  return (
    <>
      <PageHead
        title="Comparison with Smartcar"
        note={data ? <FreshAt at={dataUpdatedAt} failed={isRefetchError} /> : null}
      >
        <CompareButton />
      </PageHead>
      <SettingsTabs />
      {error && !data ? <ProblemNotice problem={error} retry={() => void refetch()} /> : null}
      {isPending ? <RowsLoading of="the comparison" /> : null}
      {data ? (
        <>
          <div className="halves">
            <Comparisons view={data} />
            <Messages view={data} />
          </div>
          <Drifts />
        </>
      ) : null}
    </>
  );
}

type PlatformView = ReconciliationView['platforms'][number];

const states: Record<PlatformView['state'], { name: string; tone: 'good' | 'wait' | 'bad' | 'quiet' }> = {
  never: { name: 'Not yet', tone: 'quiet' },
  running: { name: 'Under way', tone: 'wait' },
  done: { name: 'Done', tone: 'good' },
  failed: { name: 'Failed', tone: 'bad' },
};

function Comparisons({ view }: { view: ReconciliationView }): React.JSX.Element {
  return (
    <section className="panel" aria-labelledby="lists-title">
      <div className="panel-head">
        <Title order={2} id="lists-title">
          Smartcar’s lists
        </Title>
      </div>
      <ul className="lines">
        {view.platforms.map((platform) => (
          <PlatformLine key={platform.platform} platform={platform} />
        ))}
      </ul>
      {view.alerts
        .filter(({ kind }) => kind === 'reconciliation.failed')
        .map((alert) => (
          <ul key={alert.id} className="lines">
            <AlertLine alert={alert} />
          </ul>
        ))}
      <Text size="sm" c="dimmed" mt="sm">
        Once a day Towline reads which connections and subscriptions Smartcar has, and puts right what differs: owners
        may have changed something there that nobody told.
      </Text>
      {view.unknown !== null && view.unknown > 0 ? (
        <Text size="sm" mt="xs">
          {count(view.unknown)} {view.unknown === 1 ? 'connection belongs' : 'connections belong'} to no fleet:{' '}
          <TextLink href={paths.adoption()}>adopt</TextLink>
        </Text>
      ) : null}
    </section>
  );
}

function PlatformLine({ platform }: { platform: PlatformView }): React.JSX.Element {
  const { state, startedAt, lastDoneAt, error, listed } = platform;
  return (
    <li className="entry">
      <span>
        <StateTag tone={states[state].tone}>{states[state].name}</StateTag>
      </span>
      <div className="entry-body">
        <span>
          Smartcar {platform.platform}
          {listed === null || state === 'never' ? '' : ` · ${count(listed)} connections of all fleets`}
        </span>
        <span className="quiet">
          {state === 'running' ? (
            <>
              begun <Age at={startedAt} /> ·{' '}
            </>
          ) : null}
          {lastDoneAt ? (
            <>
              last done <Age at={lastDoneAt} />
            </>
          ) : (
            'none was done yet'
          )}
        </span>
        {error ? <span>{error}</span> : null}
      </div>
    </li>
  );
}

function Messages({ view }: { view: ReconciliationView }): React.JSX.Element {
  const { messages, alerts } = view;
  const { subscribed, unsubscribed, onV2, makes } = messages;
  const ours = alerts.filter(({ kind }) => kind !== 'reconciliation.failed');
  const figures: [string, number][] = [
    ['sent by Smartcar', subscribed],
    ['by polling alone', unsubscribed],
    ...(onV2 > 0 ? [['on v2', onV2] as [string, number]] : []),
  ];
  return (
    <section className="panel" aria-labelledby="messages-title">
      <div className="panel-head">
        <Title order={2} id="messages-title">
          What Smartcar sends by itself
        </Title>
        <span className="quiet">
          last <Age at={messages.lastReceivedAt} />
        </span>
      </div>
      <dl className="figures">
        {figures.map(([name, number]) => (
          <div key={name} {...(name === 'by polling alone' && number > 0 ? { 'data-bad': true } : {})}>
            <dt>{name}</dt>
            <dd>{count(number)}</dd>
          </div>
        ))}
      </dl>
      <Text size="sm" mt="sm">
        {messages.cost}
        {onV2 > 0 ? ' Cars on v2 are enrolled in Smartcar’s dashboard, where nobody but you can look.' : ''}
      </Text>
      {ours.length > 0 ? (
        <ul className="lines">
          {ours.map((alert) => (
            <AlertLine key={alert.id} alert={alert} />
          ))}
        </ul>
      ) : null}
      {makes.length > 0 ? <MakesHeard makes={makes} /> : null}
    </section>
  );
}

function MakesHeard({ makes }: { makes: ReconciliationView['messages']['makes'] }): React.JSX.Element {
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label="By make">
      <table className="table makes-heard">
        <thead>
          <tr>
            <th scope="col">Make</th>
            <th scope="col">Sent</th>
            <th scope="col">Polling alone</th>
            <th scope="col">Last sent</th>
          </tr>
        </thead>
        <tbody>
          {makes.map(({ make, subscribed, unsubscribed, onV2, lastAt, silent }) => (
            <tr key={make ?? ''}>
              <th scope="row">{make ? titled(make) : 'Not known'}</th>
              <td>{count(subscribed)}</td>
              <td>{unsubscribed + onV2 === 0 ? unknown : count(unsubscribed + onV2)}</td>
              <td>
                {silent ? <StateTag tone="bad">Silent</StateTag> : null} <Age at={lastAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Drifts(): React.JSX.Element {
  const list = usePaged('listDrifts');
  return (
    <section className="panel apart" aria-labelledby="drifts-title">
      <div className="panel-head">
        <Title order={2} id="drifts-title">
          What was found
        </Title>
      </div>
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      {list.isPending ? <RowsLoading of="what was found" /> : null}
      {list.items?.length === 0 ? (
        <Text size="sm" c="dimmed">
          <GitCompareArrows size={14} aria-hidden /> Nothing differed from Smartcar’s lists in the last ninety days.
        </Text>
      ) : null}
      <ul className="lines">
        {(list.items ?? []).map((one) => (
          <li key={one.id} className="entry">
            <div className="entry-body">
              <TextLink href={paths.vehicle(one.vehicle.id)}>{one.vehicle.number}</TextLink>
              <span>{one.text}</span>
            </div>
            <span className="entry-time">
              <Age at={one.at} />
            </span>
          </li>
        ))}
      </ul>
      <Older list={list}>Older findings</Older>
    </section>
  );
}
