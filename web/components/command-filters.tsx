/** What the history of commands is narrowed down to. All of it stands in the address. */
import { Button, Group, Select } from '@mantine/core';

import { commandStates, commandTypes } from '../../src/domain/command.ts';
import type { CommandState } from '../../src/domain/command.ts';
import { useCall } from '../api.ts';
import type { CommandFilters as Filters } from '../paths.ts';
import { commandStateWord, commandWords, titled } from '../words.ts';

interface Choice {
  value: string;
  label: string;
}

const groups: readonly Choice[] = [
  { value: 'queued,sent', label: 'Under way' },
  { value: 'unconfirmed,failed,expired', label: 'Went wrong' },
];
const single = commandStates.map((value) => ({ value: value as string, label: commandStateWord(value) }));
const stateChoices = [...groups, ...single];
const typeChoices = commandTypes.map((value) => ({ value, label: commandWords[value] }));

/** The address may hold states that are no choice; they are named one by one. */
function stateChoicesWith(present: string | undefined): Choice[] {
  if (!present || stateChoices.some(({ value }) => value === present)) return stateChoices;
  const words = present.split(',').map((state) => (isState(state) ? commandStateWord(state) : state));
  return [{ value: present, label: words.join(', ') }, ...stateChoices];
}

const isState = (word: string): word is CommandState => (commandStates as readonly string[]).includes(word); // widened only to ask

export function CommandFilters({
  filters,
  makes,
  onChange,
}: {
  filters: Filters;
  makes: readonly string[];
  onChange: (filters: Filters) => void;
}): React.JSX.Element {
  const chosenMakes = [...new Set([...makes, ...(filters.make ? [filters.make] : [])])].sort();
  const makeChoices = chosenMakes.map((make) => ({ value: make, label: titled(make) }));
  const choice = (label: string, name: 'state' | 'type' | 'make', data: Choice[]): React.JSX.Element => (
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
  return (
    <div className="filters" data-open>
      <Group gap="xs">
        {choice('State', 'state', stateChoicesWith(filters.state))}
        {choice('Lock or unlock', 'type', typeChoices)}
        {filters.vehicle ? null : choice('Make', 'make', makeChoices)}
      </Group>
      {filters.vehicle ? (
        <OfVehicle id={filters.vehicle} onClear={() => onChange({ ...filters, vehicle: '' })} />
      ) : null}
    </div>
  );
}

/** Says that only one vehicle's commands are shown, and ends that. */
function OfVehicle({ id, onClear }: { id: string; onClear: () => void }): React.JSX.Element {
  const { data } = useCall('getVehicle', { id });
  return (
    <p className="quiet">
      Only those of {data?.number ?? 'one vehicle'}.{' '}
      <Button size="compact-xs" variant="default" onClick={onClear}>
        Show all
      </Button>
    </p>
  );
}
