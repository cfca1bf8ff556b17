/** What is known of each make, where from, what it comes to, and what the fleet has set otherwise. */
import { Skeleton, Text, TextInput, Title } from '@mantine/core';
import { Car, Search } from 'lucide-react';
import { useState } from 'react';

import type { MakeView } from '../../src/http/contract/makes.ts';
import { useCall } from '../api.ts';
import { FreshAt } from '../components/fresh-at.tsx';
import { MakeEntry } from '../components/make-entry.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { SettingsTabs } from '../components/settings-tabs.tsx';
import { count } from '../format.ts';
import { Empty } from '../ui/empty.tsx';
import { PageHead } from '../ui/page-head.tsx';

export function MakesPage(): React.JSX.Element {
  const makes = useCall('listMakes');
  const [wanted, setWanted] = useState('');
  const { data } = makes;
  const found = data?.items.filter((make) => isWanted(make, wanted)) ?? [];
  return (
    <>
      <PageHead title="Makes" note={data ? <FreshAt at={makes.dataUpdatedAt} failed={makes.isRefetchError} /> : null} />
      <SettingsTabs />
      <Text c="dimmed" maw={720} mb="md">
        What is known of each make, and where from. The numbers decide how often a car is read, when its data counts as
        old and how long a claim is checked; set one otherwise where you know better.
      </Text>
      {makes.isError && !data ? <ProblemNotice problem={makes.error} retry={() => void makes.refetch()} /> : null}
      {makes.isPending ? <MakesLoading /> : null}
      {data ? (
        <>
          <TextInput
            className="make-search"
            label="Find a make"
            type="search"
            leftSection={<Search size={15} />}
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
          />
          {found.length === 0 ? (
            <Empty icon={<Car size={28} />} title="No such make">
              Nothing is known of a make called so, and no vehicle of yours has it. What is set for all other makes
              holds for it.
            </Empty>
          ) : (
            <Groups makes={found} />
          )}
        </>
      ) : null}
    </>
  );
}

const isWanted = ({ name, id }: MakeView, wanted: string): boolean =>
  `${name} ${id}`.toLowerCase().includes(wanted.trim().toLowerCase());

function Groups({ makes }: { makes: readonly MakeView[] }): React.JSX.Element {
  const own = makes.filter(({ vehicles, id }) => vehicles > 0 && id !== 'other');
  const rest = makes.filter((make) => !own.includes(make));
  return (
    <>
      <Group id="own-makes" title="In your fleet" makes={own} />
      <Group id="other-makes" title="All others" makes={rest} />
    </>
  );
}

function Group({
  id,
  title,
  makes,
}: {
  id: string;
  title: string;
  makes: readonly MakeView[];
}): React.JSX.Element | null {
  if (makes.length === 0) return null;
  return (
    <section className="panel make-group" aria-labelledby={id}>
      <div className="panel-head">
        <Title order={2} id={id}>
          {title}
        </Title>
        <span className="quiet">{count(makes.length)}</span>
      </div>
      {makes.map((make) => (
        <MakeEntry key={make.id} make={make} />
      ))}
    </section>
  );
}

function MakesLoading(): React.JSX.Element {
  return <Skeleton height={560} radius="md" aria-label="Loading the makes" aria-busy />;
}
