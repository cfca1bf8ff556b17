/** Choosing an owner who is known, or writing a new one, in the same form. */
import { Select, SimpleGrid, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';

import { useCall } from '../api.ts';

export interface OwnerValues {
  /** Empty for nobody, `new` for the one that is written below. */
  ownerId: string;
  ownerName: string;
  ownerEmail: string;
  ownerLanguage: string;
}

export const newOwner = 'new';
export const noOwner: OwnerValues = { ownerId: '', ownerName: '', ownerEmail: '', ownerLanguage: 'en' };
export const languages = [
  { value: 'en', label: 'English' },
  { value: 'de', label: 'Deutsch' },
];

export const ownerChecks = {
  ownerName: (value: string, values: OwnerValues): string | null =>
    values.ownerId === newOwner && !value.trim() ? 'Write the name of the person or company.' : null,
  ownerEmail: (value: string, values: OwnerValues): string | null =>
    values.ownerId === newOwner && !value.includes('@') ? 'Write an e-mail address; the owner is asked by it.' : null,
};

interface OwnerFieldsProps {
  values: OwnerValues;
  /** The one who is chosen already, so that the name shows before the list is there. */
  current?: { id: string; name: string } | null;
  input: (field: keyof OwnerValues) => object;
  onChoose: (id: string) => void;
}

export function OwnerFields({ values, current = null, input, onChoose }: OwnerFieldsProps): React.JSX.Element {
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text, 200);
  const [chosen, setChosen] = useState(current);
  // The box holds the chosen name after choosing; searching for that would hide everybody else.
  const owners = useCall('listOwners', { query: { limit: 20, q: q === chosen?.name ? '' : q } });
  const known = (owners.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const kept =
    chosen && !known.some(({ value }) => value === chosen.id) ? [{ value: chosen.id, label: chosen.name }] : [];
  return (
    <>
      <Select
        label="Owner"
        description="Who agrees to the connection and is written to when it breaks"
        placeholder="Nobody yet"
        searchable
        clearable
        data={[{ value: newOwner, label: 'Somebody new…' }, ...kept, ...known]}
        value={values.ownerId || null}
        onSearchChange={setText}
        filter={({ options }) => options}
        nothingFoundMessage="Nobody with this name"
        onChange={(value, option) => {
          setChosen(value && option && value !== newOwner ? { id: value, name: String(option.label) } : null);
          onChoose(value ?? '');
        }}
      />
      {values.ownerId === newOwner ? (
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <TextInput label="Owner's name" autoComplete="off" {...input('ownerName')} />
          <TextInput label="Owner's e-mail" type="email" autoComplete="off" {...input('ownerEmail')} />
          <Select label="Writes to them in" data={languages} allowDeselect={false} {...input('ownerLanguage')} />
        </SimpleGrid>
      ) : null}
    </>
  );
}
