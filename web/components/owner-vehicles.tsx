import { Skeleton, Text, Title } from '@mantine/core';

import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/link.tsx';
import { Older } from '../ui/older.tsx';
import { carName } from '../words.ts';
import { ProblemNotice } from './problem-notice.tsx';
import { StatusMark } from './status-mark.tsx';
import { statusOf } from './vehicle-card.tsx';

/** The vehicles that are theirs now. */
export function OwnerVehicles({ ownerId }: { ownerId: string }): React.JSX.Element {
  const vehicles = usePaged('listVehicles', { query: { owner: ownerId } });
  return (
    <section className="panel" aria-labelledby="vehicles-title">
      <div className="panel-head">
        <Title order={2} id="vehicles-title">
          Vehicles
        </Title>
      </div>
      {vehicles.isPending ? <Skeleton height={80} aria-label="Loading their vehicles" /> : null}
      {vehicles.problem && !vehicles.items ? (
        <ProblemNotice problem={vehicles.problem} retry={vehicles.refetch} />
      ) : null}
      {vehicles.items && vehicles.items.length === 0 ? (
        <Text size="sm" c="dimmed">
          None is theirs. Choose them as the owner on a vehicle’s page.
        </Text>
      ) : null}
      <ul className="lines">
        {vehicles.items?.map((vehicle) => (
          <li key={vehicle.id} className="entry">
            <div className="entry-body">
              <TextLink href={paths.vehicle(vehicle.id)}>{vehicle.number}</TextLink>
              <span className="quiet">{[carName(vehicle), vehicle.plate].filter(Boolean).join(' · ')}</span>
            </div>
            <StatusMark brief status={statusOf(vehicle)} suspicion={vehicle.connection?.suspicion?.text ?? null} />
          </li>
        ))}
      </ul>
      <Older list={vehicles}>More vehicles</Older>
    </section>
  );
}
