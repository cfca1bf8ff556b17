/** ⌘K: to any vehicle by a few letters. */
import { Modal, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useRouter } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useId, useState } from 'react';

import { useCall } from '../api.ts';
import { paths } from '../paths.ts';
import { carName } from '../words.ts';
import { FreshnessMark } from './freshness-mark.tsx';
import { StatusMark } from './status-mark.tsx';
import { statusOf } from './vehicle-card.tsx';

export function QuickSearch({ opened, onClose }: { opened: boolean; onClose: () => void }): React.JSX.Element {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Find a vehicle"
      size="lg"
      yOffset="10vh"
      centered={false}
      returnFocus
    >
      <Finder onClose={onClose} />
    </Modal>
  );
}

function Finder({ onClose }: { onClose: () => void }): React.JSX.Element {
  const { history } = useRouter();
  const listId = useId();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const [q] = useDebouncedValue(text.trim(), 150);
  const found = useCall('listVehicles', { query: { q, limit: 8 } }, { enabled: q !== '' });
  const items = q ? (found.data?.items ?? []) : [];
  const open = (id: string | undefined): void => {
    if (!id) return;
    onClose();
    history.push(paths.vehicle(id));
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => setChosen(Math.min(chosen + 1, items.length - 1)),
    ArrowUp: () => setChosen(Math.max(chosen - 1, 0)),
    Enter: () => open(items[chosen]?.id),
  };
  return (
    <>
      <TextInput
        data-autofocus
        aria-label="Find a vehicle"
        placeholder="Number, plate, VIN, make or owner"
        leftSection={<Search size={15} aria-hidden />}
        value={text}
        role="combobox"
        aria-expanded={items.length > 0}
        aria-controls={listId}
        aria-activedescendant={items[chosen] ? `${listId}-${chosen}` : undefined}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={(event) => {
          const act = keys[event.key];
          if (!act) return;
          event.preventDefault();
          act();
        }}
      />
      <div id={listId} role="listbox" aria-label="Vehicles found" className="found">
        {items.map((vehicle, index) => (
          <div
            key={vehicle.id}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === chosen}
            className="found-one"
            onPointerMove={() => setChosen(index)}
            onClick={() => open(vehicle.id)}
          >
            <strong>{vehicle.number}</strong>
            <span className="clip quiet">
              {carName(vehicle)}
              {vehicle.owner ? ` · ${vehicle.owner.name}` : ''}
            </span>
            <StatusMark status={statusOf(vehicle)} />
            <FreshnessMark freshness={vehicle.freshness} />
          </div>
        ))}
      </div>
      {q === '' ? (
        <Text size="sm" c="dimmed" mt="sm">
          Type a few letters. Arrows choose, Enter opens.
        </Text>
      ) : null}
      {q !== '' && found.data && items.length === 0 ? (
        <Text size="sm" c="dimmed" mt="sm">
          Nothing fits “{q}”.
        </Text>
      ) : null}
      {found.isError ? (
        <Text size="sm" c="red" mt="sm">
          {found.error.message}
        </Text>
      ) : null}
    </>
  );
}
