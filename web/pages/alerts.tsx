import { Button, SegmentedControl, Skeleton } from '@mantine/core';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { BellOff } from 'lucide-react';

import { AlertLine } from '../components/alert-line.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import { Empty } from '../ui/empty.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { useSettled } from '../ui/settled.ts';

const route = getRouteApi('/shell/alerts');
const states = [
  { value: 'unresolved', label: 'Unresolved' },
  { value: 'open', label: 'Open' },
  { value: 'acknowledged', label: 'Looked after' },
  { value: 'resolved', label: 'Resolved' },
  { value: 'all', label: 'All' },
] as const;

export function AlertsPage(): React.JSX.Element {
  const state = states.find(({ value }) => value === route.useSearch().state)?.value ?? 'unresolved';
  const { history } = useRouter();
  const alerts = usePaged('listAlerts', { query: { state } });
  const { items, waiting, hold } = useSettled(alerts.items ?? []);
  return (
    <>
      <PageHead
        title="Alerts"
        note={
          alerts.items ? (
            <>
              <FreshAt at={alerts.updatedAt} failed={alerts.isRefetchError} />
              {waiting > 0 ? ` · ${waiting} new, shown when the pointer leaves the list` : ''}
            </>
          ) : null
        }
      />
      <div className="scroll-x">
        <SegmentedControl
          aria-label="Which alerts"
          mb="md"
          value={state}
          data={[...states]}
          onChange={(value) => history.replace(paths.alerts(value))}
        />
      </div>
      {alerts.problem && !alerts.items ? <ProblemNotice problem={alerts.problem} retry={alerts.refetch} /> : null}
      {alerts.isPending ? (
        <div className="rows-loading" aria-busy="true" aria-label="Loading alerts">
          {Array.from({ length: 6 }, (_, index) => (
            <Skeleton key={index} height={64} />
          ))}
        </div>
      ) : null}
      {items.length > 0 ? (
        <section className="panel" aria-label="Alerts" {...hold}>
          <ul className="lines">
            {items.map((alert) => (
              <AlertLine key={alert.id} alert={alert} />
            ))}
          </ul>
        </section>
      ) : null}
      {alerts.items && items.length === 0 ? (
        <Empty
          icon={<BellOff size={28} />}
          title={state === 'resolved' ? 'Nothing was resolved yet' : 'Nothing is wrong'}
        >
          An alert opens when a connection breaks or Towline itself needs a hand. There is one for each problem, and it
          closes by itself when the problem is gone.
        </Empty>
      ) : null}
      {alerts.hasMore ? (
        <Button variant="default" mt="md" loading={alerts.isFetchingMore} onClick={alerts.loadMore}>
          Older alerts
        </Button>
      ) : null}
    </>
  );
}
