/** What was asked of all cars: how well it works by make, and below it each command with what became of it. */
import { Button, Title } from '@mantine/core';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { KeyRound, SearchX } from 'lucide-react';

import type { Query } from '../../src/http/contract/routes.ts';
import { useCall } from '../api.ts';
import { CommandFilters } from '../components/command-filters.tsx';
import { CommandSummary } from '../components/command-summary.tsx';
import { CommandLine } from '../components/commands.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { usePaged } from '../paged.ts';
import type { Paged } from '../paged.ts';
import { paths } from '../paths.ts';
import type { CommandFilters as Filters } from '../paths.ts';
import type { FleetCommandView } from '../../src/http/contract/commands.ts';
import { Empty } from '../ui/empty.tsx';
import { PlainLink } from '../ui/link.tsx';
import { Older } from '../ui/older.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';
import { useSettled } from '../ui/settled.ts';

const route = getRouteApi('/shell/commands');

export function CommandsPage(): React.JSX.Element {
  const filters = route.useSearch();
  const { history } = useRouter();
  const { state, type, make, vehicle, days = '30' } = filters;
  const isFiltered = [state, type, make, vehicle].some((value) => value !== undefined);
  const list = usePaged('listFleetCommands', { query: { state, type, make, vehicle } as Query<'listFleetCommands'> }); // the server refuses words that it does not know
  const isEmpty = list.items?.length === 0;
  const replace = (next: Filters): void => history.replace(paths.commands(next));
  return (
    <>
      <PageHead
        title="Commands"
        note={list.items ? <FreshAt at={list.updatedAt} failed={list.isRefetchError} /> : null}
      />
      {isEmpty && !isFiltered ? (
        <NothingYet />
      ) : (
        <>
          {/* Of one vehicle, only its own are asked about. */}
          {vehicle ? null : <CommandSummary days={days} onDays={(next) => replace({ ...filters, days: next })} />}
          <History list={list} filters={filters} isFiltered={isFiltered} onChange={replace} />
        </>
      )}
    </>
  );
}

function NothingYet(): React.JSX.Element {
  return (
    <Empty
      icon={<KeyRound size={28} />}
      title="Nothing was locked or unlocked yet"
      action={
        <Button component={PlainLink} href={paths.vehicles()} variant="default">
          Choose a vehicle
        </Button>
      }
    >
      Lock or unlock a car on its page. What was asked of all cars is listed here, with what became of it and how long
      it took.
    </Empty>
  );
}

interface HistoryProps {
  list: Paged<FleetCommandView>;
  filters: Filters;
  isFiltered: boolean;
  onChange: (filters: Filters) => void;
}

function History({ list, filters, isFiltered, onChange }: HistoryProps): React.JSX.Element {
  const { items, waiting, hold } = useSettled(list.items ?? []);
  const makes = useCall('listMakes').data?.items.flatMap(({ id, vehicles }) => (vehicles > 0 ? [id] : [])) ?? [];
  const { days } = filters;
  return (
    <div className="commands-history" id="history">
      <div className="panel-head">
        <Title order={2} id="commands-history">
          History
        </Title>
        {waiting > 0 ? <span className="quiet">{waiting} new, shown when the pointer leaves the list</span> : null}
      </div>
      <CommandFilters filters={filters} makes={makes.filter((make) => make !== 'other')} onChange={onChange} />
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      {list.isPending ? <RowsLoading of="commands" /> : null}
      {items.length > 0 ? (
        <section className={list.isFormer ? 'panel fading' : 'panel'} aria-labelledby="commands-history" {...hold}>
          <ul className="lines">
            {items.map((command) => (
              <CommandLine key={command.id} command={command} vehicle={command.vehicle} />
            ))}
          </ul>
        </section>
      ) : null}
      {list.items && items.length === 0 && isFiltered ? (
        <Empty
          icon={<SearchX size={28} />}
          title="No command fits"
          action={
            <Button variant="default" onClick={() => onChange(days ? { days } : {})}>
              Show all commands
            </Button>
          }
        >
          Take a filter away, or choose another.
        </Empty>
      ) : null}
      <Older list={list}>Earlier ones</Older>
    </div>
  );
}
