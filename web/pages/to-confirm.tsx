import { Skeleton } from '@mantine/core';
import { Scale } from 'lucide-react';

import { FreshAt } from '../components/fresh-at.tsx';
import { HeldGrant, isOfInterest } from '../components/held-grant.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { usePaged } from '../paged.ts';
import { Empty } from '../ui/empty.tsx';
import { Older } from '../ui/older.tsx';
import { PageHead } from '../ui/page-head.tsx';

/** Cars that owners connected, and that somebody has to look at. */
export function ToConfirmPage(): React.JSX.Element {
  const grants = usePaged('listGrants', { query: { state: 'open' } });
  const items = grants.items?.filter(isOfInterest) ?? [];
  return (
    <>
      <PageHead
        title="Cars to confirm"
        note={grants.items ? <FreshAt at={grants.updatedAt} failed={grants.isRefetchError} /> : null}
      />
      {grants.problem && !grants.items ? <ProblemNotice problem={grants.problem} retry={grants.refetch} /> : null}
      {grants.isPending ? (
        <div aria-busy="true" aria-label="Loading the cars to confirm">
          <Skeleton height={220} radius="md" />
        </div>
      ) : null}
      {items.length > 0 ? (
        <section className="held-list" aria-label="Cars to confirm">
          {items.map((grant) => (
            <HeldGrant key={grant.id} grant={grant} isNamed />
          ))}
        </section>
      ) : null}
      {grants.items && items.length === 0 && !grants.hasMore ? (
        <Empty icon={<Scale size={28} />} title="No car has to be confirmed">
          When an owner connects a car, its VIN says whether it is the right one. Where no VIN can be compared, or a
          vehicle is connected through another account, somebody decides here; until then nothing changes.
        </Empty>
      ) : null}
      <Older list={grants}>Older ones</Older>
    </>
  );
}
