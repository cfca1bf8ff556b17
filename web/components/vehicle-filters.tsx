/** Search and filters of the list of vehicles. All of them stand in the address. */
import { Button, CloseButton, Group, Kbd, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks';
import { LayoutGrid, ListChecks, Rows3, Search, SlidersHorizontal } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

import { causeNames } from '../../src/domain/cause.ts';
import { knownPermissions } from '../../src/domain/permission.ts';
import { shortDayOf } from '../format.ts';
import type { VehicleFilters as Filters } from '../paths.ts';
import type { VehicleView } from '../preferences.ts';
import { causeWord, permissionWord, turnName, titled } from '../words.ts';
import { freshnessWords } from './freshness-mark.tsx';
import { statusNames, statusWord } from './status-mark.tsx';

interface VehicleFiltersProps {
  filters: Filters;
  shape: VehicleView;
  makes: readonly string[];
  /** Cards are pressed to choose, not to open. */
  isChoosing: boolean;
  onChange: (filters: Filters) => void;
  onShape: (shape: VehicleView) => void;
  onChoosing: (choosing: boolean) => void;
}

interface Choice {
  value: string;
  label: string;
}

const statusChoices = statusNames.map((value) => ({ value, label: statusWord(value) }));
const freshnessChoices = Object.entries(freshnessWords).map(([value, label]) => ({ value, label }));
const turnChoices = ['owner', 'operator', 'vehicle', 'manufacturer', 'smartcar', 'us'].map((value) => ({
  value,
  label: turnName(value),
}));
const causeChoices = causeNames
  .map((value) => ({ value, label: causeWord(value) }))
  .sort((a, b) => a.label.localeCompare(b.label));
const permissionChoices = [
  { value: 'any', label: 'something required' },
  ...knownPermissions.map((value) => ({ value, label: permissionWord(value) })),
];
const rentalChoices = [
  { value: 'true', label: 'In a rental' },
  { value: 'false', label: 'In none' },
];
const readinessChoices = [
  { value: 'ready', label: 'Ready' },
  { value: 'notReady', label: 'Not ready' },
];
const orderChoices = [
  { value: 'number', label: 'By number' },
  { value: 'since', label: 'Longest first' },
  { value: 'lapsesAt', label: 'Lapsing first' },
];

/** On a phone these are behind the button, too. */
const near = ['status', 'freshness', 'make', 'who'] as const;
const further = ['inRental', 'readiness', 'cause', 'lapsesBefore', 'permissionMissing', 'sort'] as const;

export function VehicleFilters(props: VehicleFiltersProps): React.JSX.Element {
  const { filters, shape, makes, isChoosing, onChange, onShape, onChoosing } = props;
  const isFurther = further.some((key) => filters[key]);
  const [wantsMore, setWantsMore] = useState(false);
  const isOpen = isFurther || wantsMore;
  const isFiltered = isOpen || near.some((key) => filters[key]);
  const chosenMakes = [...new Set([...makes, ...(filters.make ? [filters.make] : [])])].sort();
  const choice = (label: string, key: keyof Filters, data: Choice[]): React.JSX.Element => (
    <FilterChoice label={label} name={key} data={data} filters={filters} onChange={onChange} />
  );
  return (
    <div className="filters" data-open={isFiltered || undefined}>
      <Group gap="xs">
        <VehicleSearch value={filters.q ?? ''} onChange={(q) => onChange({ ...filters, q })} />
        {choice('Status', 'status', statusChoices)}
        {choice('Freshness', 'freshness', freshnessChoices)}
        {choice(
          'Make',
          'make',
          chosenMakes.map((make) => ({ value: make, label: titled(make) })),
        )}
        {choice('Whose turn', 'who', turnChoices)}
        {isFurther ? null : (
          <Button
            size="sm"
            variant="default"
            className="filter-more"
            leftSection={<SlidersHorizontal size={15} aria-hidden />}
            aria-expanded={isOpen}
            onClick={() => setWantsMore(!wantsMore)}
          >
            More<span className="phone-words"> filters</span>
          </Button>
        )}
        <ShapeChoice shape={shape} onShape={onShape} />
        {shape === 'cards' ? (
          <Button
            size="sm"
            variant={isChoosing ? 'light' : 'default'}
            className="filter-more"
            leftSection={<ListChecks size={16} aria-hidden />}
            aria-pressed={isChoosing}
            onClick={() => onChoosing(!isChoosing)}
          >
            Choose
          </Button>
        ) : null}
      </Group>
      {isOpen ? (
        <Group gap="xs" mt="xs">
          {choice('Rental', 'inRental', rentalChoices)}
          {choice('For a renter', 'readiness', readinessChoices)}
          {choice('Cause', 'cause', causeChoices)}
          {choice('Lapses', 'lapsesBefore', lapseChoices(filters.lapsesBefore))}
          {choice('Not allowed', 'permissionMissing', permissionChoices)}
          {choice('Order', 'sort', orderChoices)}
        </Group>
      ) : null}
    </div>
  );
}

/** Days ahead, as the day that the address holds; one that the address brought stays among them. */
function lapseChoices(present: string | undefined): Choice[] {
  const dayIn = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const choices = [7, 14, 30, 60].map((days) => ({ value: dayIn(days), label: `in ${days} days` }));
  const isKnown = present === undefined || choices.some(({ value }) => value === present);
  return isKnown ? choices : [{ value: present, label: `before ${shortDayOf(present)}` }, ...choices];
}

interface FilterChoiceProps {
  label: string;
  name: keyof Filters;
  data: Choice[];
  filters: Filters;
  onChange: (filters: Filters) => void;
}

function FilterChoice({ label, name, data, filters, onChange }: FilterChoiceProps): React.JSX.Element {
  return (
    <Select
      aria-label={label}
      placeholder={label}
      data={data}
      value={filters[name] ?? null}
      onChange={(value) => onChange({ ...filters, [name]: value ?? '' })}
      clearable
      size="sm"
      className="filter"
      comboboxProps={{ width: 220, position: 'bottom-start' }}
      clearButtonProps={{ 'aria-label': `Clear ${label.toLowerCase()}` }}
    />
  );
}

const shapes = [
  { value: 'cards', icon: LayoutGrid, name: 'Cards' },
  { value: 'table', icon: Rows3, name: 'Table' },
] as const;

function ShapeChoice({
  shape,
  onShape,
}: {
  shape: VehicleView;
  onShape: (shape: VehicleView) => void;
}): React.JSX.Element {
  return (
    <SegmentedControl
      aria-label="Shown as"
      className="shape"
      size="sm"
      value={shape}
      onChange={(value) => onShape(value === 'table' ? 'table' : 'cards')}
      data={shapes.map(({ value, icon: Icon, name }) => ({
        value,
        label: (
          <span className="shape-label">
            <Icon size={15} aria-hidden />
            <span className="unseen">{name}</span>
          </span>
        ),
      }))}
    />
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
