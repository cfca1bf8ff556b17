import { Skeleton } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';

import type { Answer } from '../../src/http/contract/routes.ts';
import { useCall } from '../api.ts';
import { ErasurePanel } from '../components/erasure-panel.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { OwnerActions } from '../components/owner-actions.tsx';
import { OwnerConsents } from '../components/owner-consents.tsx';
import { OwnerContact } from '../components/owner-contact.tsx';
import { OwnerMessages, OwnerRequests } from '../components/owner-messages.tsx';
import { OwnerVehicles } from '../components/owner-vehicles.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { paths } from '../paths.ts';
import { BackLink } from '../ui/back-link.tsx';
import { PageHead } from '../ui/page-head.tsx';
import '../components/owner.css';

const route = getRouteApi('/shell/owners/$id');

/** One owner: how they are reached, what they share, what they agreed to, and what was sent to them. */
export function OwnerPage(): React.JSX.Element {
  const { id } = route.useParams();
  const owner = useCall('getOwner', { id });
  const { data } = owner;
  return (
    <>
      <BackLink href={paths.owners()}>Owners</BackLink>
      <PageHead
        title={data?.name ?? 'Owner'}
        note={data ? <FreshAt at={owner.dataUpdatedAt} failed={owner.isRefetchError} /> : null}
      >
        {data && !data.erasedAt ? <OwnerActions owner={data} /> : null}
      </PageHead>
      {owner.isError && !data ? <ProblemNotice problem={owner.error} retry={() => void owner.refetch()} /> : null}
      {owner.isPending ? <OwnerLoading /> : null}
      {data ? <OwnerBody owner={data} /> : null}
    </>
  );
}

function OwnerBody({ owner }: { owner: Answer<'getOwner'> }): React.JSX.Element {
  const { id, erasedAt } = owner;
  return (
    <div className="vehicle">
      <div className="vehicle-side">
        {erasedAt ? <ErasurePanel ownerId={id} /> : <OwnerContact owner={owner} />}
        {erasedAt ? null : <OwnerVehicles ownerId={id} />}
      </div>
      <div className="vehicle-main">
        <OwnerConsents ownerId={id} />
        <OwnerRequests ownerId={id} />
        <OwnerMessages ownerId={id} />
      </div>
    </div>
  );
}

function OwnerLoading(): React.JSX.Element {
  return (
    <div className="vehicle" aria-busy="true" aria-label="Loading the owner">
      <div className="vehicle-side">
        <Skeleton height={220} radius="md" />
        <Skeleton height={160} radius="md" />
      </div>
      <div className="vehicle-main">
        <Skeleton height={320} radius="md" />
        <Skeleton height={200} radius="md" />
      </div>
    </div>
  );
}
