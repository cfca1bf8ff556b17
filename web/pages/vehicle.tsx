import { Skeleton, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import { Pencil } from 'lucide-react';

import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { useCall } from '../api.ts';
import { useCheck } from '../check.ts';
import { BeforeConnect } from '../components/before-connect.tsx';
import { Commands } from '../components/commands.tsx';
import { ConnectionPanel } from '../components/connection-panel.tsx';
import { Diagnosis } from '../components/diagnosis.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { useMe } from '../components/me.ts';
import { OwnerCard } from '../components/owner-card.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { RentalPanel } from '../components/rental-panel.tsx';
import { Telemetry } from '../components/telemetry.tsx';
import { tellCheck } from '../components/tell.tsx';
import { Timeline } from '../components/timeline.tsx';
import { VehicleEditDrawer } from '../forms/vehicle-edit.tsx';
import { paths } from '../paths.ts';
import { BackLink } from '../ui/back-link.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { carName } from '../words.ts';

const route = getRouteApi('/shell/vehicles/$id');

export function VehiclePage(): React.JSX.Element {
  const { id } = route.useParams();
  const vehicle = useCall('getVehicle', { id });
  const { data } = vehicle;
  const check = useCheck(id, (found) => tellCheck(data?.number ?? 'The vehicle', found));
  return (
    <>
      <BackLink href={paths.vehicles()}>Vehicles</BackLink>
      {data ? (
        <Head vehicle={data} at={vehicle.dataUpdatedAt} failed={vehicle.isRefetchError} />
      ) : (
        <PageHead title="Vehicle" />
      )}
      {vehicle.isError && !data ? <ProblemNotice problem={vehicle.error} retry={() => void vehicle.refetch()} /> : null}
      {vehicle.isPending ? <VehicleLoading /> : null}
      {data ? (
        <div className="vehicle">
          <div className="vehicle-side">
            <ConnectionPanel vehicle={data} check={check} />
            {data.capabilities.connect.allowed ? <BeforeConnect vehicle={data} /> : null}
            <RentalPanel vehicle={data} />
            <OwnerCard vehicle={data} />
          </div>
          <div className="vehicle-main">
            <Telemetry vehicle={data} />
            <Commands vehicle={data} />
            <Diagnosis vehicle={data} check={check} />
            <Timeline vehicleId={data.id} />
          </div>
        </div>
      ) : null}
    </>
  );
}

function Head({ vehicle, at, failed }: { vehicle: VehicleView; at: number; failed: boolean }): React.JSX.Element {
  const { may } = useMe();
  const [editing, drawer] = useDisclosure(false);
  const facts = [carName(vehicle), vehicle.plate, vehicle.country].filter(Boolean).join(' · ');
  return (
    <>
      <PageHead
        title={vehicle.number}
        note={
          <>
            {facts ? (
              <Text component="span" inherit c="var(--ink)">
                {facts} ·{' '}
              </Text>
            ) : null}
            <FreshAt at={at} failed={failed} />
          </>
        }
      >
        <ReasonedButton
          variant="default"
          size="sm"
          leftSection={<Pencil size={14} />}
          onClick={drawer.open}
          reason={may('changeVehicles')}
        >
          Edit
        </ReasonedButton>
      </PageHead>
      <VehicleEditDrawer vehicle={vehicle} opened={editing} onClose={drawer.close} />
    </>
  );
}

function VehicleLoading(): React.JSX.Element {
  return (
    <div className="vehicle" aria-busy="true" aria-label="Loading the vehicle">
      <div className="vehicle-side">
        <Skeleton height={520} radius="md" />
        <Skeleton height={190} radius="md" />
      </div>
      <div className="vehicle-main">
        <Skeleton height={420} radius="md" />
        <Skeleton height={280} radius="md" />
      </div>
    </div>
  );
}
