/** Search and filters of the list of vehicles. All of them stand in the address. */
import { CloseButton, Group, Kbd, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks';
import { LayoutGrid, Rows3, Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

import type { VehicleFilters as Filters } from '../paths.ts';
import type { VehicleView } from '../preferences.ts';
import { turnName, titled } from '../words.ts';
import { freshnessWords } from './freshness-mark.tsx';
import { statusNames, statusWord } from './status-mark.tsx';

interface VehicleFiltersProps {
  filters: Filters;
  shape: VehicleView;
  makes: readonly string[];
  onChange: (filters: Filters) => void;
  onShape: (shape: VehicleView) => void;
}

const statusChoices = statusNames.map((value) => ({ value, label: statusWord(value) }));
const freshnessChoices = Object.entries(freshnessWords).map(([value, label]) => ({ value, label }));
const turnChoices = ['owner', 'operator', 'vehicle', 'manufacturer', 'smartcar', 'us'].map((value) => ({
  value,
  label: turnName(value),
}));

export function VehicleFilters({ filters, shape, makes, onChange, onShape }: VehicleFiltersProps): React.JSX.Element {
  const set = (key: keyof Filters) => (value: string | null) => onChange({ ...filters, [key]: value ?? '' });
  const choice = (
    label: string,
    key: 'status' | 'freshness' | 'make' | 'who',
    data: { value: string; label: string }[],
  ): React.JSX.Element => (
    <Select
      aria-label={label}
      placeholder={label}
      data={data}
      value={filters[key] ?? null}
      onChange={set(key)}
      clearable
      size="sm"
      className="filter"
      comboboxProps={{ width: 220, position: 'bottom-start' }}
      clearButtonProps={{ 'aria-label': `Clear ${label.toLowerCase()}` }}
    />
  );
  const chosenMakes = [...new Set([...makes, ...(filters.make ? [filters.make] : [])])].sort();
  return (
    <Group gap="xs" mb="md" className="filters">
      <VehicleSearch value={filters.q ?? ''} onChange={(q) => onChange({ ...filters, q })} />
      {choice('Status', 'status', statusChoices)}
      {choice('Freshness', 'freshness', freshnessChoices)}
      {choice(
        'Make',
        'make',
        chosenMakes.map((make) => ({ value: make, label: titled(make) })),
      )}
      {choice('Whose turn', 'who', turnChoices)}
      <SegmentedControl
        aria-label="Shown as"
        className="shape"
        size="sm"
        value={shape}
        onChange={(value) => onShape(value === 'table' ? 'table' : 'cards')}
        data={[
          {
            value: 'cards',
            label: (
              <span className="shape-label">
                <LayoutGrid size={15} aria-hidden />
                <span className="unseen">Cards</span>
              </span>
            ),
          },
          {
            value: 'table',
            label: (
              <span className="shape-label">
                <Rows3 size={15} aria-hidden />
                <span className="unseen">Table</span>
              </span>
            ),
          },
        ]}
      />
    </Group>
  );
}

function VehicleSearch({ value, onChange }: { value: string; onChange: (value: string) => void }): React.JSX.Element {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const tell = useDebouncedCallback(onChange, 250);
  useHotkeys([['/', () => input.current?.focus()]]);
  // The address may change without us: back, forward, a link.
  useEffect(() => {
    if (document.activeElement !== input.current) setText(value);
  }, [value]);
  const change = (next: string): void => {
    setText(next);
    tell(next.trim());
  };
  return (
    <TextInput
      ref={input}
      className="search"
      size="sm"
      type="search"
      aria-label="Search vehicles"
      placeholder="Number, plate, VIN, make or owner"
      value={text}
      leftSection={<Search size={15} aria-hidden />}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => (event.key === 'Escape' ? change('') : undefined)}
      rightSection={
        text ? (
          <CloseButton size="sm" aria-label="Clear search" onClick={() => change('')} />
        ) : (
          <Kbd size="xs" aria-hidden>
            /
          </Kbd>
        )
      }
    />
  );
}
