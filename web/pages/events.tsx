/** The fleet's own systems that are told of events. */
import { useDisclosure } from '@mantine/hooks';
import { Plus, Send } from 'lucide-react';

import type { EndpointView } from '../../src/http/contract/events.ts';
import { useCall } from '../api.ts';
import { Age } from '../components/age.tsx';
import { EndpointTag } from '../components/endpoint-state.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { useMe } from '../components/me.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { SettingsTabs } from '../components/settings-tabs.tsx';
import { EndpointAddDialog } from '../forms/event-endpoint-edit.tsx';
import { count } from '../format.ts';
import { paths } from '../paths.ts';
import { Empty } from '../ui/empty.tsx';
import { TextLink } from '../ui/link.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';

import '../components/events.css';

export function EventsPage(): React.JSX.Element {
  const list = useCall('listEventEndpoints');
  const { may } = useMe();
  const [adding, dialog] = useDisclosure(false);
  return (
    <>
      <PageHead
        title="Events"
        note={list.data ? <FreshAt at={list.dataUpdatedAt} failed={list.isRefetchError} /> : null}
      >
        <ReasonedButton leftSection={<Plus size={16} />} onClick={dialog.open} reason={may('changeEndpoints')}>
          Add an endpoint
        </ReasonedButton>
      </PageHead>
      <SettingsTabs />
      {list.isError && !list.data ? <ProblemNotice problem={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending ? <RowsLoading of="endpoints" /> : null}
      {list.data?.items.length === 0 ? (
        <Empty icon={<Send size={28} />} title="No system of yours is told of events">
          Towline tells your own systems, such as the booking system, when a connection breaks or heals and what became
          of a command. Each message is signed, and tried for three days.
        </Empty>
      ) : null}
      {list.data && list.data.items.length > 0 ? (
        <section className="panel" aria-label="Endpoints">
          <ul className="lines">
            {list.data.items.map((endpoint) => (
              <EndpointLine key={endpoint.id} endpoint={endpoint} />
            ))}
          </ul>
        </section>
      ) : null}
      {adding ? <EndpointAddDialog onClose={dialog.close} /> : null}
    </>
  );
}

function EndpointLine({ endpoint }: { endpoint: EndpointView }): React.JSX.Element {
  const { id, url, types, pending, failed, lastDeliveredAt } = endpoint;
  return (
    <li className="entry">
      <EndpointTag endpoint={endpoint} />
      <div className="entry-body">
        <TextLink href={paths.eventEndpoint(id)}>{url}</TextLink>
        <span className="quiet">
          {types === null ? 'every event' : types.length === 1 ? types[0] : `${count(types.length)} types`}
          {pending > 0 ? ` · ${count(pending)} waiting` : ''}
          {failed > 0 ? ` · ${count(failed)} not delivered` : ''}
        </span>
      </div>
      <span className="entry-time">
        {lastDeliveredAt ? <Age at={lastDeliveredAt} clocks={[['last delivered', lastDeliveredAt]]} /> : null}
      </span>
    </li>
  );
}
