/** One rental: whose hands the car is in, how long, and what was known of it at both ends. */
import { Anchor, Button, Skeleton, Text, Title } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';

import type { RentalView } from '../../src/http/contract/rentals.ts';
import { useCall } from '../api.ts';
import { Age } from '../components/age.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { RentalActions } from '../components/rental-actions.tsx';
import { RentalMarks } from '../components/rental-marks.tsx';
import { RenterLink } from '../components/renter-link.tsx';
import { RentalSnapshots } from '../components/rental-snapshots.tsx';
import { unknown } from '../format.ts';
import { paths } from '../paths.ts';
import { BackLink } from '../ui/back-link.tsx';
import { Empty } from '../ui/empty.tsx';
import { Fact, Facts } from '../ui/facts.tsx';
import { PlainLink, TextLink } from '../ui/link.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { carName } from '../words.ts';

const route = getRouteApi('/shell/rentals/$id');

export function RentalPage(): React.JSX.Element {
  const { id } = route.useParams();
  const rental = useCall('getRental', { id });
  const { data } = rental;
  const isGone = rental.error?.status === 404;
  return (
    <>
      <BackLink href={paths.rentals()}>Rentals</BackLink>
      <PageHead
        title={data ? `Rental ${data.reference}` : 'Rental'}
        note={data ? <FreshAt at={rental.dataUpdatedAt} failed={rental.isRefetchError} /> : null}
      />
      {isGone && !data ? <Gone /> : null}
      {rental.isError && !data && !isGone ? (
        <ProblemNotice problem={rental.error} retry={() => void rental.refetch()} />
      ) : null}
      {rental.isPending ? <RentalLoading /> : null}
      {data ? <RentalBody rental={data} /> : null}
    </>
  );
}

function RentalBody({ rental }: { rental: RentalView }): React.JSX.Element {
  return (
    <div className="vehicle">
      <div className="vehicle-side">
        <Course rental={rental} />
        <Renter rental={rental} />
      </div>
      <div className="vehicle-main">
        <RentalSnapshots rental={rental} />
      </div>
    </div>
  );
}

/** Which car, since when, until when, and what can be done. */
function Course({ rental }: { rental: RentalView }): React.JSX.Element {
  const { vehicle, state, startedAt, endsAt, endedAt, disconnectsAfter } = rental;
  return (
    <section className="panel" aria-labelledby="course-title">
      <div className="panel-head">
        <Title order={2} id="course-title">
          Rental
        </Title>
        <RentalMarks rental={rental} />
      </div>
      {vehicle ? null : (
        <Text size="sm" c="dimmed" mb="sm">
          Only its end was told so far. The car is known when its start comes.
        </Text>
      )}
      <Facts>
        <Fact name="Vehicle">
          {vehicle ? (
            <>
              <TextLink href={paths.vehicle(vehicle.id)}>{vehicle.number}</TextLink>{' '}
              <span className="quiet">{[carName(vehicle), vehicle.plate].filter(Boolean).join(' · ')}</span>
            </>
          ) : (
            unknown
          )}
        </Fact>
        <Fact name="Since">
          <Age at={startedAt} moment />
        </Fact>
        <Fact name="Planned end">{endsAt ? <Age at={endsAt} moment /> : 'open'}</Fact>
        {endedAt ? (
          <Fact name={state === 'cancelled' ? 'Cancelled' : 'Ended'}>
            <Age at={endedAt} moment />
          </Fact>
        ) : null}
      </Facts>
      {disconnectsAfter && vehicle ? (
        <Text size="sm" mt="sm">
          {vehicle.number} is disconnected in the moment in which it ends.
        </Text>
      ) : null}
      {state === 'active' && vehicle ? <RentalActions rental={rental} vehicle={vehicle} isMain /> : null}
    </section>
  );
}

/** Who to call. */
function Renter({ rental }: { rental: RentalView }): React.JSX.Element {
  const { renter, state } = rental;
  return (
    <section className="panel" aria-labelledby="renter-title">
      <div className="panel-head">
        <Title order={2} id="renter-title">
          Renter
        </Title>
      </div>
      {renter ? (
        <Facts>
          <Fact name="Name">{renter.name ?? unknown}</Fact>
          <Fact name="Telephone">
            {renter.phone ? (
              <Outside href={`tel:${renter.phone.replaceAll(/[^+\d]/g, '')}`}>{renter.phone}</Outside>
            ) : (
              unknown
            )}
          </Fact>
          <Fact name="E-mail">
            {renter.email ? <Outside href={`mailto:${renter.email}`}>{renter.email}</Outside> : unknown}
          </Fact>
        </Facts>
      ) : (
        <Text size="sm" c="dimmed">
          {state === 'active' ? 'Nobody is named.' : 'Nobody was named, or the time for keeping it is over.'}
        </Text>
      )}
      {state === 'active' ? <RenterLink rental={rental} /> : null}
    </section>
  );
}

/** Opens the telephone, or the mail. */
const Outside = ({ href, children }: { href: string; children: string }): React.JSX.Element => (
  <Anchor href={href} underline="always" inherit>
    {children}
  </Anchor>
);

function Gone(): React.JSX.Element {
  return (
    <Empty
      icon={<SearchX size={28} />}
      title="There is no such rental"
      action={
        <Button component={PlainLink} href={paths.rentals()} variant="default">
          All rentals
        </Button>
      }
    >
      The address may be mistyped, or belong to another fleet.
    </Empty>
  );
}

function RentalLoading(): React.JSX.Element {
  return (
    <div className="vehicle" aria-busy="true" aria-label="Loading the rental">
      <div className="vehicle-side">
        <Skeleton height={260} radius="md" />
        <Skeleton height={170} radius="md" />
      </div>
      <div className="vehicle-main">
        <Skeleton height={300} radius="md" />
      </div>
    </div>
  );
}
