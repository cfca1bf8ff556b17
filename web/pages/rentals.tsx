/** Rentals: which cars are in somebody's hands, and which were. */
import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { KeyRound, Search } from 'lucide-react';
import { useState } from 'react';

import type { RentalView } from '../../src/http/contract/rentals.ts';
import type { Query } from '../../src/http/contract/routes.ts';
import { useCall } from '../api.ts';
import { Age } from '../components/age.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { RentalMarks } from '../components/rental-marks.tsx';
import { unknown } from '../format.ts';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import type { RentalFilters } from '../paths.ts';
import { Empty } from '../ui/empty.tsx';
import { PlainLink, TextLink } from '../ui/link.tsx';
import { Older } from '../ui/older.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';

const route = getRouteApi('/shell/rentals');

const choices = [
  { value: 'all', label: 'All' },
  { value: 'active', label: 'Active' },
  { value: 'overdue', label: 'Overdue' },
  { value: 'completed', label: 'Ended' },
  { value: 'cancelled', label: 'Cancelled' },
] as const;

const chosenIn = ({ state, overdue }: RentalFilters): string =>
  overdue ? 'overdue' : (choices.find(({ value }) => value === state)?.value ?? 'all');

function withChoice({ vehicle, q }: RentalFilters, choice: string): RentalFilters {
  const kept = { ...(vehicle ? { vehicle } : {}), ...(q ? { q } : {}) };
  if (choice === 'overdue') return { ...kept, overdue: 'true' };
  return choice === 'all' ? kept : { ...kept, state: choice };
}

export function RentalsPage(): React.JSX.Element {
  const filters = route.useSearch();
  const { history } = useRouter();
  // The address may hold any word; the server refuses what it does not know, and the page says so.
  const list = usePaged('listRentals', { query: filters as Query<'listRentals'> });
  const isFiltered = Object.values(filters).some(Boolean);
  const replace = (next: RentalFilters): void => history.replace(paths.rentals(next));
  return (
    <>
      <PageHead
        title="Rentals"
        note={list.items ? <FreshAt at={list.updatedAt} failed={list.isRefetchError} /> : null}
      />
      <div className="rental-filters">
        <RentalSearch filters={filters} onLook={replace} />
        <div className="scroll-x">
          <SegmentedControl
            aria-label="Which rentals"
            value={chosenIn(filters)}
            data={[...choices]}
            onChange={(choice) => replace(withChoice(filters, choice))}
          />
        </div>
      </div>
      {filters.vehicle ? <OfVehicle id={filters.vehicle} onClear={() => replace({ ...filters, vehicle: '' })} /> : null}
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      {list.isPending ? <RowsLoading of="rentals" /> : null}
      {list.items && list.items.length === 0 ? (
        <NoRentals filtered={isFiltered} onClear={() => history.push(paths.rentals())} />
      ) : null}
      {list.items && list.items.length > 0 ? <RentalTable rentals={list.items} isFormer={list.isFormer} /> : null}
      <Older list={list}>Older rentals</Older>
    </>
  );
}

interface SearchProps {
  filters: RentalFilters;
  onLook: (filters: RentalFilters) => void;
}

function RentalSearch({ filters, onLook }: SearchProps): React.JSX.Element {
  const [text, setText] = useState(filters.q ?? '');
  const look = useDebouncedCallback((q: string) => onLook({ ...filters, q: q.trim() }), 250);
  return (
    <TextInput
      type="search"
      aria-label="Search rentals by reference"
      placeholder="Reference"
      leftSection={<Search size={15} aria-hidden />}
      value={text}
      onChange={({ currentTarget: { value } }) => {
        setText(value);
        look(value);
      }}
    />
  );
}

/** Says that only one car's rentals are shown, and ends that. */
function OfVehicle({ id, onClear }: { id: string; onClear: () => void }): React.JSX.Element {
  const { data } = useCall('getVehicle', { id });
  return (
    <p className="quiet">
      Only rentals of {data ? <TextLink href={paths.vehicle(id)}>{data.number}</TextLink> : 'one vehicle'}.{' '}
      <Button size="compact-xs" variant="default" onClick={onClear}>
        Show all
      </Button>
    </p>
  );
}

function NoRentals({ filtered, onClear }: { filtered: boolean; onClear: () => void }): React.JSX.Element {
  if (filtered)
    return (
      <Empty
        icon={<KeyRound size={28} />}
        title="No rental fits"
        action={
          <Button variant="default" onClick={onClear}>
            Show all rentals
          </Button>
        }
      >
        The search looks at references. Take a filter away, or look for less.
      </Empty>
    );
  return (
    <Empty
      icon={<KeyRound size={28} />}
      title="No rentals yet"
      action={
        <Button component={PlainLink} href={paths.vehicles({ readiness: 'ready' })} variant="default">
          Cars that are ready
        </Button>
      }
    >
      Your booking system tells Towline when a rental starts and ends; one can also be started by hand on a vehicle’s
      page. While a car is in a rental it can not be disconnected, and you are alarmed when its connection breaks.
    </Empty>
  );
}

function RentalTable({ rentals, isFormer }: { rentals: readonly RentalView[]; isFormer: boolean }): React.JSX.Element {
  return (
    <section className={`panel scroll-x rentals${isFormer ? ' fading' : ''}`} aria-label="List of rentals" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Reference</th>
            <th scope="col">State</th>
            <th scope="col">Vehicle</th>
            <th scope="col">Renter</th>
            <th scope="col">Since</th>
            <th scope="col">Until</th>
          </tr>
        </thead>
        <tbody>
          {rentals.map((rental) => (
            <RentalRow key={rental.id} rental={rental} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function RentalRow({ rental }: { rental: RentalView }): React.JSX.Element {
  const { vehicle, renter, startedAt, endsAt, endedAt } = rental;
  return (
    <tr>
      <th scope="row">
        <TextLink href={paths.rental(rental.id)}>{rental.reference}</TextLink>
      </th>
      <td>
        <RentalMarks rental={rental} />
      </td>
      <td>{vehicle ? <TextLink href={paths.vehicle(vehicle.id)}>{vehicle.number}</TextLink> : unknown}</td>
      <td>{renter?.name ?? unknown}</td>
      <td>
        <Age at={startedAt} moment />
      </td>
      <td>{endedAt ? <Age at={endedAt} moment /> : endsAt ? <Planned at={endsAt} /> : 'open'}</td>
    </tr>
  );
}

const Planned = ({ at }: { at: string }): React.JSX.Element => (
  <>
    <span className="quiet">planned </span>
    <Age at={at} moment />
  </>
);
