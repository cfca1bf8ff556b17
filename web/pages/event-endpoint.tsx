/** One endpoint: how it is, what can be done, and how each event reached it. */
import { Text, Title } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';

import type { EndpointView } from '../../src/http/contract/events.ts';
import { eventTypeTexts } from '../../src/texts/english-fleet-events.ts';
import { useCall } from '../api.ts';
import { Age } from '../components/age.tsx';
import { EndpointActions } from '../components/endpoint-actions.tsx';
import { EndpointDeliveries } from '../components/endpoint-deliveries.tsx';
import { EndpointNotice, EndpointTag } from '../components/endpoint-state.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { count } from '../format.ts';
import { paths } from '../paths.ts';
import { BackLink } from '../ui/back-link.tsx';
import { Copyable } from '../ui/copyable.tsx';
import { Fact, Facts } from '../ui/facts.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';

import '../components/events.css';

const route = getRouteApi('/shell/settings/events/$id');

export function EventEndpointPage(): React.JSX.Element {
  const { id } = route.useParams();
  const found = useCall('getEventEndpoint', { id });
  const { data } = found;
  return (
    <>
      <BackLink href={paths.events()}>Events</BackLink>
      <PageHead
        title={data ? new URL(data.url).host : 'Endpoint'}
        note={data ? <FreshAt at={found.dataUpdatedAt} failed={found.isRefetchError} /> : null}
      />
      {found.isError && !data ? <ProblemNotice problem={found.error} retry={() => void found.refetch()} /> : null}
      {found.isPending ? <RowsLoading of="the endpoint" /> : null}
      {data ? (
        <>
          <EndpointNotice endpoint={data} />
          <div className="endpoint">
            <EndpointPanel endpoint={data} />
            <EndpointDeliveries endpoint={data} />
          </div>
        </>
      ) : null}
    </>
  );
}

function EndpointPanel({ endpoint }: { endpoint: EndpointView }): React.JSX.Element {
  const { url, types, pending, failed, lastDeliveredAt, previousSecretUntil, createdAt, createdBy } = endpoint;
  return (
    <section className="panel" aria-labelledby="endpoint-title">
      <div className="panel-head">
        <Title order={2} id="endpoint-title">
          Endpoint
        </Title>
        <EndpointTag endpoint={endpoint} />
      </div>
      <Facts>
        <Fact name="Address">
          <Copyable value={url} label="Copy the address">
            <span className="mono address">{url}</span>
          </Copyable>
        </Fact>
        <Fact name="Last delivered">
          <Age at={lastDeliveredAt} />
        </Fact>
        <Fact name="Waiting">{count(pending)}</Fact>
        <Fact name="Not delivered">{count(failed)}</Fact>
        {previousSecretUntil ? (
          <Fact name="Old secret">
            signs until <Age at={previousSecretUntil} moment />
          </Fact>
        ) : null}
        <Fact name="Added">
          <Age at={createdAt} /> by {createdBy}
        </Fact>
        {types === null ? <Fact name="Told of">every event</Fact> : null}
      </Facts>
      {types === null ? null : (
        <>
          <Text size="sm" fw={600} mt="sm">
            Told of
          </Text>
          <ul className="types">
            {types.map((type) => (
              <li key={type} title={eventTypeTexts[`eventType.${type}`]}>
                <span className="mono">{type}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <EndpointActions endpoint={endpoint} />
    </section>
  );
}
