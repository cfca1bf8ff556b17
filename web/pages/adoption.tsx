/** Connections that the Smartcar application has and no fleet: chosen, many at once, and made vehicles of a fleet. */
import { Button, Checkbox, CloseButton, Group, SegmentedControl, Text, TextInput } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { Search, Unplug } from 'lucide-react';
import { useState } from 'react';

import type { AdoptableView } from '../../src/http/contract/reconciliation.ts';
import { useCall } from '../api.ts';
import { Age } from '../components/age.tsx';
import { CompareButton } from '../components/compare-button.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { useMe } from '../components/me.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { SettingsTabs } from '../components/settings-tabs.tsx';
import { AdoptDrawer } from '../forms/adopt.tsx';
import { count } from '../format.ts';
import { usePaged } from '../paged.ts';
import { Empty } from '../ui/empty.tsx';
import { Older } from '../ui/older.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';
import { carName } from '../words.ts';
import '../components/adoption.css';

type Kind = 'all' | 'yes' | 'no';

export function AdoptionPage(): React.JSX.Element {
  const { me } = useMe();
  if (!me) return <RowsLoading of="the connections" />;
  return me.installationAdministrator ? (
    <Adoptables />
  ) : (
    <>
      <PageHead title="Adoption" />
      <SettingsTabs />
      <Empty icon={<Unplug size={28} />} title="For the installation’s administrator">
        Connections that no fleet has yet belong to everybody’s Smartcar application, so only who looks after all fleets
        gives them to one.
      </Empty>
    </>
  );
}

function Adoptables(): React.JSX.Element {
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), 250);
  const [kind, setKind] = useState<Kind>('all');
  const [chosen, setChosen] = useState<ReadonlyMap<string, AdoptableView>>(new Map());
  const [adopting, { open, close }] = useDisclosure(false);
  const query = { limit: 200, ...(q ? { q } : {}), ...(kind === 'all' ? {} : { adoptable: kind }) };
  const list = usePaged('listAdoptable', { query, refetchByTime: false });
  const total = useCall('getReconciliation').data?.unknown ?? null;
  const items = list.items ?? [];
  const toggle = (some: readonly AdoptableView[], isChosen: boolean): void =>
    setChosen((before) => {
      const next = new Map(before);
      for (const one of some)
        if (isChosen) next.set(idOf(one), one);
        else next.delete(idOf(one));
      return next;
    });
  const isFiltered = q !== '' || kind !== 'all';
  return (
    <>
      <PageHead
        title="Adoption"
        note={
          list.items ? (
            <>
              {total === null ? null : `${count(total)} that no fleet has · `}
              <FreshAt at={list.updatedAt} failed={list.isRefetchError} />
            </>
          ) : null
        }
      >
        <CompareButton />
      </PageHead>
      <SettingsTabs />
      <Group gap="sm" mb="md">
        <TextInput
          type="search"
          aria-label="Search connections"
          placeholder="Make, model, year or Smartcar’s id"
          w={300}
          value={text}
          leftSection={<Search size={15} aria-hidden />}
          rightSection={text ? <CloseButton size="sm" aria-label="Clear search" onClick={() => setText('')} /> : null}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <SegmentedControl
          aria-label="Which connections"
          value={kind}
          data={[
            { value: 'all', label: 'All' },
            { value: 'yes', label: 'Can be adopted' },
            { value: 'no', label: 'Can not' },
          ]}
          onChange={(value) => setKind(value as Kind)} // one of its own values
        />
      </Group>
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      {list.isPending ? <RowsLoading of="the connections" /> : null}
      {list.items && items.length === 0 ? <NothingToAdopt isFiltered={isFiltered} /> : null}
      {items.length > 0 ? (
        <section className={`panel${list.isFormer ? ' fading' : ''}`} aria-label="Connections that no fleet has">
          <ChooseAll items={items} chosen={chosen} onToggle={toggle} />
          <ul className="lines">
            {items.map((one) => (
              <Adoptable key={idOf(one)} one={one} isChosen={chosen.has(idOf(one))} onToggle={toggle} />
            ))}
          </ul>
          <Older list={list}>More connections</Older>
        </section>
      ) : null}
      {chosen.size > 0 ? (
        <div className="chosen-bar">
          <span>
            {count(chosen.size)} chosen · <span className="quiet">{costText([...chosen.values()])}</span>
          </span>
          <Group gap="xs">
            <Button variant="default" onClick={() => setChosen(new Map())}>
              Choose none
            </Button>
            <Button onClick={open}>Adopt {count(chosen.size)}</Button>
          </Group>
        </div>
      ) : null}
      <AdoptDrawer
        opened={adopting}
        connections={[...chosen.values()]}
        onClose={() => {
          setChosen(new Map());
          close();
        }}
      />
    </>
  );
}

const idOf = (one: AdoptableView): string =>
  one.smartcarConnectionId ?? `${one.smartcarVehicleId} ${one.smartcarUserId}`;

/** What was listed lately needs no request now; what follows is said as well. */
export function costText(connections: readonly AdoptableView[]): string {
  const requests = connections.reduce((sum, one) => sum + one.requests, 0);
  if (requests === 0) return 'needs no request to Smartcar now';
  return `asks Smartcar ${count(requests)} ${requests === 1 ? 'time' : 'times'}; after a comparison it would not`;
}

function NothingToAdopt({ isFiltered }: { isFiltered: boolean }): React.JSX.Element {
  return isFiltered ? (
    <Empty icon={<Search size={28} />} title="No connection fits">
      The search looks at make, model, year and Smartcar’s ids.
    </Empty>
  ) : (
    <Empty icon={<Unplug size={28} />} title="Nothing to adopt">
      Every connection that the Smartcar application has belongs to a fleet, as far as the last comparison saw. What an
      owner allows outside Towline is found by a comparison an hour later or more.
    </Empty>
  );
}

interface Choosing {
  onToggle: (some: readonly AdoptableView[], isChosen: boolean) => void;
}

function ChooseAll({
  items,
  chosen,
  onToggle,
}: Choosing & { items: readonly AdoptableView[]; chosen: ReadonlyMap<string, AdoptableView> }): React.JSX.Element {
  const possible = items.filter(({ adoptable }) => adoptable);
  const some = possible.filter((one) => chosen.has(idOf(one))).length;
  return (
    <Checkbox
      mb="xs"
      label={`Choose all ${count(possible.length)} shown`}
      disabled={possible.length === 0}
      checked={possible.length > 0 && some === possible.length}
      indeterminate={some > 0 && some < possible.length}
      onChange={(event) => onToggle(possible, event.currentTarget.checked)}
    />
  );
}

function Adoptable({
  one,
  isChosen,
  onToggle,
}: Choosing & { one: AdoptableView; isChosen: boolean }): React.JSX.Element {
  const name = carName(one) ?? 'A car that is not known yet';
  return (
    <li className="adoptable">
      <Checkbox
        aria-label={`${name}, ${one.smartcarVehicleId}`}
        checked={isChosen}
        disabled={!one.adoptable}
        onChange={(event) => onToggle([one], event.currentTarget.checked)}
      />
      <div>
        {name}
        {one.reason ? (
          <p className="quiet">{one.reason}</p>
        ) : (
          <p className="quiet">
            {count(one.permissions.length)} {one.permissions.length === 1 ? 'permission' : 'permissions'}
          </p>
        )}
      </div>
      <span className="mono quiet">{one.smartcarVehicleId}</span>
      <Text component="span" inherit>
        <Age at={one.grantedAt ?? one.firstSeenAt} />
      </Text>
    </li>
  );
}
