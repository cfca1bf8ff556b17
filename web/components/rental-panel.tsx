/** A vehicle's rental: the one that it is in, or whether it is ready for the next; and the last ones. */
import { Skeleton, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { CircleAlert, CircleCheck, Info, KeyRound } from 'lucide-react';

import type { ReadinessView, RentalView } from '../../src/http/contract/rentals.ts';
import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { useCall } from '../api.ts';
import { RentalStartDrawer } from '../forms/rental-start.tsx';
import { paths } from '../paths.ts';
import { Fact, Facts } from '../ui/facts.tsx';
import { TextLink } from '../ui/link.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { Age } from './age.tsx';
import { useMe } from './me.ts';
import { ProblemNotice } from './problem-notice.tsx';
import { RentalActions } from './rental-actions.tsx';
import { RentalMarks } from './rental-marks.tsx';

export function RentalPanel({ vehicle }: { vehicle: VehicleView }): React.JSX.Element {
  return (
    <section className="panel" aria-labelledby="rental-title">
      <div className="panel-head">
        <Title order={2} id="rental-title">
          Rental
        </Title>
        {vehicle.rental ? <RentalMarks rental={{ ...vehicle.rental, state: 'active' }} /> : null}
      </div>
      {vehicle.rental ? <Current vehicle={vehicle} rental={vehicle.rental} /> : <Readiness vehicle={vehicle} />}
      <LastRentals vehicle={vehicle} />
    </section>
  );
}

function Current({
  vehicle,
  rental,
}: {
  vehicle: VehicleView;
  rental: NonNullable<VehicleView['rental']>;
}): React.JSX.Element {
  return (
    <>
      <Facts>
        <Fact name="Reference">
          <TextLink href={paths.rental(rental.id)}>{rental.reference}</TextLink>
        </Fact>
        <Fact name="Since">
          <Age at={rental.startedAt} moment />
        </Fact>
        <Fact name="Planned end">{rental.endsAt ? <Age at={rental.endsAt} moment /> : 'open'}</Fact>
      </Facts>
      {rental.disconnectsAfter ? (
        <Text size="sm" mt="sm">
          {vehicle.number} is disconnected in the moment in which it ends.
        </Text>
      ) : null}
      <RentalActions rental={rental} vehicle={vehicle} />
    </>
  );
}

function Readiness({ vehicle }: { vehicle: VehicleView }): React.JSX.Element {
  const { may } = useMe();
  const [starting, drawer] = useDisclosure(false);
  const readiness = useCall('getReadiness', { id: vehicle.id });
  const { data } = readiness;
  const isConnected = data?.reasons.every(({ code }) => code !== 'notConnected') ?? true;
  const reason = may('rent') ?? (isConnected ? null : 'A car that is not connected can not be watched in a rental.');
  return (
    <>
      {readiness.isPending ? <Skeleton height={56} aria-label="Loading whether it is ready" /> : null}
      {readiness.isError && !data ? (
        <ProblemNotice problem={readiness.error} retry={() => void readiness.refetch()} />
      ) : null}
      {data ? <Verdict readiness={data} /> : null}
      <ReasonedButton
        mt="md"
        size="sm"
        variant="default"
        leftSection={<KeyRound size={15} />}
        reason={reason}
        onClick={drawer.open}
      >
        Start a rental
      </ReasonedButton>
      {reason && data ? (
        <Text size="sm" c="dimmed" mt="xs" aria-hidden>
          {reason}
        </Text>
      ) : null}
      {starting ? <RentalStartDrawer vehicle={vehicle} reasons={data?.reasons ?? []} onClose={drawer.close} /> : null}
    </>
  );
}

/** What stops a handing over comes first; what is only to be known follows. */
function Verdict({ readiness: { ready, reasons } }: { readiness: ReadinessView }): React.JSX.Element {
  const Icon = ready ? CircleCheck : CircleAlert;
  const ordered = [...reasons].sort((a, b) => Number(b.stops) - Number(a.stops));
  return (
    <>
      <p className="readiness-verdict" data-ready={ready || undefined}>
        <Icon size={17} aria-hidden /> {ready ? 'Ready for a renter' : 'Not ready for a renter'}
      </p>
      {ordered.length > 0 ? (
        <ul className="readiness-reasons">
          {ordered.map(({ code, stops, text }) => (
            <li key={code} data-stops={stops || undefined}>
              {stops ? <CircleAlert size={14} aria-hidden /> : <Info size={14} aria-hidden />}
              <span>{text}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}

const lastCount = 5;

function LastRentals({ vehicle }: { vehicle: VehicleView }): React.JSX.Element | null {
  const { data } = useCall('listRentals', { query: { vehicle: vehicle.id, limit: lastCount + 1 } });
  const past = (data?.items ?? []).filter(({ state }) => state !== 'active').slice(0, lastCount);
  if (past.length === 0) return null;
  return (
    <>
      <div className="panel-head last-rentals">
        <h3>Last rentals</h3>
        <TextLink
          href={paths.rentals({ vehicle: vehicle.id })}
          size="sm"
          aria-label={`All rentals of ${vehicle.number}`}
        >
          All
        </TextLink>
      </div>
      <ul className="lines">
        {past.map((rental) => (
          <PastRental key={rental.id} rental={rental} />
        ))}
      </ul>
    </>
  );
}

function PastRental({ rental }: { rental: RentalView }): React.JSX.Element {
  return (
    <li className="past-rental">
      <TextLink href={paths.rental(rental.id)} className="clip">
        {rental.reference}
      </TextLink>
      <span className="quiet">
        {rental.state === 'cancelled' ? 'cancelled ' : ''}
        <Age at={rental.endedAt} moment />
      </span>
    </li>
  );
}
