import { Button, Drawer, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';

import type { Answer } from '../../src/http/contract/routes.ts';
import { keyOf, useAct } from '../api.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { tellDone } from '../components/tell.tsx';
import { orAbsent, showFieldErrors } from './fields.ts';
import { languages } from './owner-fields.tsx';

interface OwnerEditProps {
  owner: Answer<'getOwner'>;
  onClose: () => void;
}

export function OwnerEditDrawer({ owner, opened, onClose }: OwnerEditProps & { opened: boolean }): React.JSX.Element {
  return (
    <Drawer opened={opened} onClose={onClose} title={`Edit ${owner.name}`} size="md">
      <OwnerEdit owner={owner} onClose={onClose} />
    </Drawer>
  );
}

function OwnerEdit({ owner, onClose }: OwnerEditProps): React.JSX.Element {
  const client = useQueryClient();
  const form = useForm({
    initialValues: { name: owner.name, email: owner.email ?? '', phone: owner.phone ?? '', language: owner.language },
    validate: {
      name: (value) => (value.trim() ? null : 'Write the name of the person or company.'),
      email: (value) => (value.includes('@') ? null : 'Write an e-mail address; the owner is asked by it.'),
    },
  });
  const saving = useAct('changeOwner', ['listOwners', 'listVehicles', 'getVehicle'], (fresh) => {
    client.setQueryData(keyOf('getOwner', { id: owner.id }), fresh);
    tellDone(`${fresh.name} is saved.`);
    onClose();
  });
  const known = languages.some(({ value }) => value === owner.language)
    ? languages
    : [...languages, { value: owner.language, label: owner.language }];
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ name, email, phone, language }) =>
        saving.mutate(
          { id: owner.id, body: { name: name.trim(), email: email.trim(), phone: orAbsent(phone), language } },
          { onError: (problem) => showFieldErrors(problem, form) },
        ),
      )}
    >
      <Stack gap="sm">
        <TextInput label="Name" data-autofocus {...form.getInputProps('name')} />
        <TextInput label="E-mail" type="email" {...form.getInputProps('email')} />
        <TextInput label="Phone" type="tel" {...form.getInputProps('phone')} />
        <Select label="Writes to them in" data={known} allowDeselect={false} {...form.getInputProps('language')} />
        {saving.error && Object.keys(form.errors).length === 0 ? <ProblemNotice problem={saving.error} /> : null}
        <Group justify="flex-end" mt="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={saving.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
