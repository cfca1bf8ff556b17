import { Button, Group, Skeleton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { CarFront, Plus, SearchX } from 'lucide-react';

import type { Query } from '../../src/http/contract/routes.ts';
import { useCall } from '../api.ts';
import { FreshAt } from '../components/fresh-at.tsx';
import { useMe } from '../components/me.ts';
import { VehicleFilesMenu } from '../components/vehicle-files-menu.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { VehicleFilters } from '../components/vehicle-filters.tsx';
import { VehicleList } from '../components/vehicle-list.tsx';
import { AddVehicleDrawer } from '../forms/vehicle-add.tsx';
import { count } from '../format.ts';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import type { VehicleFilters as Filters } from '../paths.ts';
import { setVehicleView, useVehicleView } from '../preferences.ts';
import { Empty } from '../ui/empty.tsx';
import { PlainLink } from '../ui/link.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';

const route = getRouteApi('/shell/vehicles');

export function VehiclesPage(): React.JSX.Element {
  const filters = route.useSearch();
  const { history } = useRouter();
  const preferred = useVehicleView();
  const shape = filters.view ?? preferred;
  const [adding, { open, close }] = useDisclosure(false);
  const list = usePaged('listVehicles', { query: queryOf(filters), refetchByTime: false });
  const me = useMe();
  const vehicles = list.items ?? [];
  const replace = (next: Filters): void => history.replace(paths.vehicles(next));
  return (
    <>
      <PageHead
        title="Vehicles"
        note={
          <VehiclesNote
            filters={filters}
            shown={vehicles.length}
            more={list.hasMore}
            at={list.updatedAt}
            failed={list.isRefetchError}
          />
        }
      >
        <ReasonedButton leftSection={<Plus size={16} />} onClick={open} reason={me.may('changeVehicles')}>
          Add vehicle
        </ReasonedButton>
        <VehicleFilesMenu filters={filters} />
      </PageHead>
      <VehicleFilters
        filters={filters}
        shape={shape}
        makes={[...new Set(vehicles.flatMap((vehicle) => vehicle.make ?? []))]}
        onChange={replace}
        onShape={(view) => {
          setVehicleView(view);
          replace({ ...filters, view });
        }}
      />
      {filters.incident ? (
        <OfIncident id={filters.incident} onClear={() => replace({ ...filters, incident: '' })} />
      ) : null}
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      {list.isPending ? <VehiclesLoading shape={shape} /> : null}
      {list.items && vehicles.length > 0 ? (
        <div className={list.isFormer ? 'fading' : undefined}>
          <VehicleList vehicles={vehicles} shape={shape} hasMore={list.hasMore} loadMore={list.loadMore} />
        </div>
      ) : null}
      {list.items && vehicles.length === 0 ? (
        <NoVehicles filtered={isFiltered(filters)} onClear={() => history.push(paths.vehicles())} onAdd={open} />
      ) : null}
      <AddVehicleDrawer opened={adding} onClose={close} />
    </>
  );
}

/** Says that only one incident's vehicles are shown, and ends that. */
function OfIncident({ id, onClear }: { id: string; onClear: () => void }): React.JSX.Element {
  const { data } = useCall('getIncident', { id });
  return (
    <p className="quiet">
      Only what failed in the incident{data ? ` of ${data.name}` : ''}.{' '}
      <Button size="compact-xs" variant="default" onClick={onClear}>
        Show all
      </Button>
    </p>
  );
}

const isFiltered = ({ status, freshness, make, who, incident, q }: Filters): boolean =>
  Boolean(status ?? freshness ?? make ?? who ?? incident ?? q);

/** The address may hold any word; the server refuses what it does not know, and the page says so. */
const queryOf = ({ status, freshness, make, who, incident, q }: Filters): Query<'listVehicles'> =>
  ({ status, freshness, make, who, incident, q, limit: 100 }) as Query<'listVehicles'>;

interface VehiclesNoteProps {
  filters: Filters;
  shown: number;
  more: boolean;
  at: number;
  failed: boolean;
}

/** How many there are, as far as it is known without counting. */
function VehiclesNote({ filters, shown, more, at, failed }: VehiclesNoteProps): React.JSX.Element | null {
  const overview = useCall('getOverview');
  if (at === 0) return null;
  const all = overview.data?.vehicles;
  const text = isFiltered(filters)
    ? `${count(shown)}${more ? ' or more' : ''}${all === undefined ? '' : ` of ${count(all)}`}`
    : count(Math.max(all ?? 0, shown));
  return (
    <>
      {text} · <FreshAt at={at} failed={failed} />
    </>
  );
}

function NoVehicles({
  filtered,
  onClear,
  onAdd,
}: {
  filtered: boolean;
  onClear: () => void;
  onAdd: () => void;
}): React.JSX.Element {
  if (filtered) {
    return (
      <Empty
        icon={<SearchX size={28} />}
        title="No vehicle fits"
        action={
          <Button variant="default" onClick={onClear}>
            Show all vehicles
          </Button>
        }
      >
        The search looks at number, plate, VIN, make, model and owner. Take a filter away, or look for less.
      </Empty>
    );
  }
  return (
    <Empty
      icon={<CarFront size={28} />}
      title="No vehicles yet"
      action={
        <Group gap="sm" justify="center">
          <Button onClick={onAdd}>Add the first vehicle</Button>
          <Button component={PlainLink} href={paths.imports()} variant="default">
            Import a list
          </Button>
        </Group>
      }
    >
      Add a vehicle with its owner, or a whole list of them. The owner then gets a link, signs in with the manufacturer,
      and the car appears here with its data.
    </Empty>
  );
}

function VehiclesLoading({ shape }: { shape: 'cards' | 'table' }): React.JSX.Element {
  const cards = shape === 'cards';
  return (
    <div className={cards ? 'cards-loading' : 'rows-loading'} aria-busy="true" aria-label="Loading vehicles">
      {Array.from({ length: cards ? 12 : 16 }, (_, index) => (
        <Skeleton key={index} height={cards ? 188 : 43} radius={cards ? 'md' : 0} />
      ))}
    </div>
  );
}
