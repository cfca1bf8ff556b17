import { Skeleton, Text, Title } from '@mantine/core';

import type { Overview } from '../../src/http/contract/operations.ts';
import { useCall } from '../api.ts';
import { Age } from '../components/age.tsx';
import { AlertLine } from '../components/alert-line.tsx';
import { DeprecationNotice } from '../components/deprecation-notice.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { GoLiveNotice } from '../components/go-live-notice.tsx';
import { FreshnessDot } from '../components/freshness-mark.tsx';
import { OpenIncidents } from '../components/open-incidents.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { RentalTurns } from '../components/rental-turns.tsx';
import { StatusIcon, statusNames, statusWord } from '../components/status-mark.tsx';
import { TurnLine } from '../components/turn-line.tsx';
import { count, percent } from '../format.ts';
import { paths } from '../paths.ts';
import { PlainLink, TextLink } from '../ui/link.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { useSettled } from '../ui/settled.ts';

export function OverviewPage(): React.JSX.Element {
  const overview = useCall('getOverview');
  const { data } = overview;
  return (
    <>
      <PageHead
        title="Overview"
        note={data ? <FreshAt at={overview.dataUpdatedAt} failed={overview.isRefetchError} /> : null}
      />
      {overview.isError && !data ? (
        <ProblemNotice problem={overview.error} retry={() => void overview.refetch()} />
      ) : null}
      {overview.isPending ? <OverviewLoading /> : null}
      {data ? (
        <>
          <GoLiveNotice />
          <DeprecationNotice onV2={data.platform.onV2} />
          <Counts overview={data} />
          <div className="halves">
            <div>
              <Turns overview={data} />
              <Connected overview={data} />
              <RequestsLeft overview={data} />
              <Webhooks overview={data} />
            </div>
            <div>
              <OpenIncidents />
              <OpenAlerts />
            </div>
          </div>
        </>
      ) : null}
    </>
  );
}

const tileWords: Record<string, string> = { pending: 'Waiting', unconnected: 'Unconnected' };

function Counts({ overview }: { overview: Overview }): React.JSX.Element {
  const stale = overview.freshness['stale'] ?? 0;
  const never = overview.freshness['never'] ?? 0;
  return (
    <nav className="counts" aria-label="Vehicles by status">
      <PlainLink href={paths.vehicles()} className="tile">
        <span className="tile-number">{count(overview.vehicles)}</span>
        <span className="tile-word">vehicles</span>
      </PlainLink>
      {statusNames.map((status) => (
        <PlainLink
          key={status}
          href={paths.vehicles({ status })}
          className="tile"
          data-none={!overview.statuses[status] || undefined}
        >
          <span className="tile-number">{count(overview.statuses[status] ?? 0)}</span>
          <span className="tile-word status" data-status={status}>
            <StatusIcon status={status} size={14} /> {tileWords[status] ?? statusWord(status)}
          </span>
        </PlainLink>
      ))}
      <PlainLink href={paths.vehicles({ freshness: 'stale' })} className="tile" data-none={stale === 0 || undefined}>
        <span className="tile-number">{count(stale)}</span>
        <span className="tile-word">
          <FreshnessDot state="stale" /> Stale
        </span>
      </PlainLink>
      <PlainLink href={paths.vehicles({ freshness: 'never' })} className="tile" data-none={never === 0 || undefined}>
        <span className="tile-number">{count(never)}</span>
        <span className="tile-word">
          <FreshnessDot state="never" /> No data yet
        </span>
      </PlainLink>
    </nav>
  );
}

function Section({
  title,
  more,
  children,
}: {
  title: string;
  more?: React.ReactNode;
  children: React.ReactNode;
}): React.JSX.Element {
  return (
    <section className="panel">
      <div className="panel-head">
        <Title order={2}>{title}</Title>
        {more}
      </div>
      {children}
    </section>
  );
}

/** Whoever comes for the owners comes to have them asked. */
const chosen = { choose: 'all' } as const;

const people = [
  { who: 'owner', name: 'Owner', nothing: 'no owner is asked for anything' },
  { who: 'operator', name: 'You', nothing: 'nothing for an operator' },
  { who: 'vehicle', name: 'Drive the car', nothing: 'no car has to be woken' },
] as const;

function Turns({ overview }: { overview: Overview }): React.JSX.Element {
  const { asked, opened, oldestAskedAt } = overview.owners;
  const details: Record<string, React.ReactNode> = {
    owner: (
      <>
        asked {count(asked)} · opened {count(opened)}
        {oldestAskedAt ? (
          <>
            {' '}
            · oldest <Age at={oldestAskedAt} />
          </>
        ) : null}
      </>
    ),
    operator: 'permissions, plan or a decision',
    vehicle: 'asleep or out of reach; starting the car wakes it',
  };
  const machines = ['manufacturer', 'smartcar', 'us']
    .map((who) => [who, overview.turns[who] ?? 0] as const)
    .filter(([, number]) => number > 0);
  const names: Record<string, string> = { manufacturer: 'Manufacturers', smartcar: 'Smartcar', us: 'Towline itself' };
  return (
    <Section title="Needs a person now">
      <ul className="lines">
        {people.map(({ who, name, nothing }) => {
          const number = overview.turns[who] ?? 0;
          const href = paths.vehicles({ who, ...(who === 'owner' && number > 0 ? chosen : {}) });
          return (
            <TurnLine key={who} href={href} number={count(number)} name={name}>
              {number > 0 ? details[who] : nothing}
            </TurnLine>
          );
        })}
        {overview.toConfirm > 0 ? (
          <TurnLine href={paths.toConfirm()} number={count(overview.toConfirm)} name="Confirm">
            an owner connected a car; is it the right one?
          </TurnLine>
        ) : null}
        <RentalTurns />
      </ul>
      {machines.length > 0 ? (
        <Text size="sm" c="dimmed" mt="sm">
          Not ours to press:{' '}
          {machines.map(([who, number], index) => (
            <span key={who}>
              {index > 0 ? ' · ' : ''}
              <TextLink href={paths.vehicles({ who })}>
                {names[who]} {count(number)}
              </TextLink>
            </span>
          ))}
        </Text>
      ) : null}
    </Section>
  );
}

function OpenAlerts(): React.JSX.Element {
  const alerts = useCall('listAlerts', { query: { state: 'open', limit: 5 } });
  const { items, hold } = useSettled(alerts.data?.items ?? []);
  return (
    <Section
      title="Open alerts"
      more={
        <TextLink href={paths.alerts()} size="sm">
          All alerts
        </TextLink>
      }
    >
      {alerts.isPending ? <Skeleton height={140} /> : null}
      {alerts.isError && !alerts.data ? <ProblemNotice problem={alerts.error} /> : null}
      {alerts.data && items.length === 0 ? (
        <Text c="dimmed" size="sm">
          Nothing is wrong. An alert appears here when a connection breaks, and goes by itself when it heals.
        </Text>
      ) : null}
      <ul className="lines" {...hold}>
        {items.map((alert) => (
          <AlertLine key={alert.id} alert={alert} brief />
        ))}
      </ul>
    </Section>
  );
}

function Connected({ overview }: { overview: Overview }): React.JSX.Element {
  const active = overview.statuses['active'] ?? 0;
  const share = overview.vehicles === 0 ? null : (active / overview.vehicles) * 100;
  const parts = statusNames
    .map((status) => [status, overview.statuses[status] ?? 0] as const)
    .filter(([, number]) => number > 0);
  return (
    <Section
      title="Connected share"
      more={<span className="figure">{share === null ? '–' : `${share.toFixed(share >= 99.95 ? 0 : 1)} %`}</span>}
    >
      <div
        className="sharebar"
        role="img"
        aria-label={parts.map(([status, number]) => `${statusWord(status)} ${number}`).join(', ') || 'no vehicles'}
      >
        {parts.map(([status, number]) => (
          <span key={status} data-status={status} style={{ flexGrow: number }} />
        ))}
      </div>
      <Text size="sm" c="dimmed" mt="xs">
        {count(active)} of {count(overview.vehicles)} active · {count(overview.freshness['fresh'] ?? 0)} with fresh data
      </Text>
    </Section>
  );
}

/** Of the month; the page behind it says where they went. */
function RequestsLeft({ overview }: { overview: Overview }): React.JSX.Element | null {
  const { left } = overview.requests;
  if (left === null) return null;
  return (
    <Section title="Requests left" more={<span className="figure">{percent(left * 100)}</span>}>
      <Text size="sm" c="dimmed">
        {left === 0 ? 'This month’s requests to Smartcar are used up. ' : 'Of this month’s requests to Smartcar. '}
        <TextLink href={paths.budget()}>Request budget</TextLink>
      </Text>
    </Section>
  );
}

function Webhooks({ overview }: { overview: Overview }): React.JSX.Element {
  const { lastReceivedAt, pending, quarantined, refusedLastHour } = overview.webhooks;
  return (
    <Section
      title="Messages from Smartcar"
      more={
        <TextLink href={paths.webhookEvents()} size="sm">
          All messages
        </TextLink>
      }
    >
      <dl className="figures">
        <div>
          <dt>last</dt>
          <dd>{lastReceivedAt ? <Age at={lastReceivedAt} /> : 'none yet'}</dd>
        </div>
        <div>
          <dt>waiting</dt>
          <dd>{count(pending)}</dd>
        </div>
        <div data-bad={quarantined > 0 || undefined}>
          <dt>set aside</dt>
          <dd>
            {quarantined > 0 ? <TextLink href={paths.webhookEvents('quarantined')}>{count(quarantined)}</TextLink> : 0}
          </dd>
        </div>
        <div data-bad={refusedLastHour > 0 || undefined}>
          <dt>refused, last hour</dt>
          <dd>{count(refusedLastHour)}</dd>
        </div>
      </dl>
    </Section>
  );
}

function OverviewLoading(): React.JSX.Element {
  return (
    <div aria-busy="true" aria-label="Loading the overview">
      <div className="counts">
        {Array.from({ length: 9 }, (_, index) => (
          <Skeleton key={index} height={76} radius="md" />
        ))}
      </div>
      <div className="halves">
        <div>
          {[228, 124, 124].map((height, index) => (
            <Skeleton key={index} height={height} radius="md" />
          ))}
        </div>
        <Skeleton height={440} radius="md" />
      </div>
    </div>
  );
}
