import { Button, Group, Skeleton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { CarFront, Plus, SearchX } from 'lucide-react';
import { useState } from 'react';

import type { Query } from '../../src/http/contract/routes.ts';
import type { VehicleFilterInput } from '../../src/http/contract/vehicles.ts';
import { useCall } from '../api.ts';
import { FreshAt } from '../components/fresh-at.tsx';
import { useMe } from '../components/me.ts';
import { VehicleFilesMenu } from '../components/vehicle-files-menu.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { SelectionBar } from '../components/selection-bar.tsx';
import { VehicleFilters } from '../components/vehicle-filters.tsx';
import { VehicleList } from '../components/vehicle-list.tsx';
import { AddVehicleDrawer } from '../forms/vehicle-add.tsx';
import { count } from '../format.ts';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import type { VehicleFilters as Filters } from '../paths.ts';
import { setVehicleView, useVehicleView } from '../preferences.ts';
import { useChoosing } from '../selection.ts';
import { Empty } from '../ui/empty.tsx';
import { PlainLink } from '../ui/link.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { filterOf } from '../vehicle-filter.ts';

const route = getRouteApi('/shell/vehicles');

export function VehiclesPage(): React.JSX.Element {
  const filters = route.useSearch();
  const { history } = useRouter();
  const preferred = useVehicleView();
  const shape = filters.view ?? preferred;
  const [adding, { open, close }] = useDisclosure(false);
  const filter = filterOf(filters);
  const list = usePaged('listVehicles', { query: queryOf(filters), refetchByTime: false });
  const matching = useMatching(filter, list.hasMore ? null : (list.items?.length ?? null));
  const choosing = useChoosing(JSON.stringify(filter), filters.choose === 'all');
  const [cardsChoose, setCardsChoose] = useState(filters.choose === 'all');
  const me = useMe();
  const vehicles = list.items ?? [];
  const replace = (next: Filters): void => history.replace(paths.vehicles(withoutChoice(next)));
  return (
    <>
      <PageHead
        title="Vehicles"
        note={<VehiclesNote filter={filter} matching={matching} at={list.updatedAt} failed={list.isRefetchError} />}
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
        isChoosing={cardsChoose}
        onChange={replace}
        onShape={(view) => {
          setVehicleView(view);
          replace({ ...filters, view });
        }}
        onChoosing={(next) => {
          setCardsChoose(next);
          if (!next) choosing.clear();
        }}
      />
      {filters.incident ? (
        <OfIncident id={filters.incident} onClear={() => replace({ ...filters, incident: '' })} />
      ) : null}
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      {list.isPending ? <VehiclesLoading shape={shape} /> : null}
      {list.items && vehicles.length > 0 ? (
        <div className={list.isFormer ? 'fading' : undefined}>
          <VehicleList
            vehicles={vehicles}
            shape={shape}
            hasMore={list.hasMore}
            loadMore={list.loadMore}
            choosing={choosing}
            cardsChoose={cardsChoose}
          />
        </div>
      ) : null}
      <SelectionBar choosing={choosing} filter={filter} matching={matching} />
      {list.items && vehicles.length === 0 ? (
        <NoVehicles filtered={isFiltered(filter)} onClear={() => history.push(paths.vehicles())} onAdd={open} />
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

const isFiltered = (filter: VehicleFilterInput): boolean => Object.keys(filter).length > 0;

/** "All are chosen" is how a link begins; whoever changes the filters chooses for themselves. */
function withoutChoice(filters: Filters): Filters {
  const { choose: _, ...others } = filters;
  return others;
}

const queryOf = (filters: Filters): Query<'listVehicles'> =>
  ({ ...filterOf(filters), sort: filters.sort, limit: 100 }) as Query<'listVehicles'>; // as `filterOf` says

/** How many match: what is loaded, where that is all; else counted. Null until it is known. */
function useMatching(filter: VehicleFilterInput, loaded: number | null): number | null {
  const isCounted = loaded === null;
  const counted = useCall('countVehicles', { query: filter }, { enabled: isCounted });
  return loaded ?? counted.data?.count ?? null;
}

interface VehiclesNoteProps {
  filter: VehicleFilterInput;
  matching: number | null;
  at: number;
  failed: boolean;
}

function VehiclesNote({ filter, matching, at, failed }: VehiclesNoteProps): React.JSX.Element | null {
  const overview = useCall('getOverview');
  if (at === 0) return null;
  const all = overview.data?.vehicles;
  const isPart = isFiltered(filter) && all !== undefined;
  return (
    <>
      {matching === null ? '' : `${count(matching)}${isPart ? ` of ${count(all)}` : ''} · `}
      <FreshAt at={at} failed={failed} />
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
