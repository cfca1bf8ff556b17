import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';

import { roles } from '../../src/domain/role.ts';
import type { Role } from '../../src/domain/role.ts';
import { useAct } from '../api.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { SecretOnce } from '../components/secret-once.tsx';
import { showFieldErrors } from './fields.ts';

export function ApiKeyDialog({ opened, onClose }: { opened: boolean; onClose: () => void }): React.JSX.Element {
  return (
    <Modal opened={opened} onClose={onClose} title="Make an API key" closeOnClickOutside={false}>
      <ApiKeyCreate onClose={onClose} />
    </Modal>
  );
}

function ApiKeyCreate({ onClose }: { onClose: () => void }): React.JSX.Element {
  const [key, setKey] = useState<string | null>(null);
  const form = useForm({
    initialValues: { name: '', role: 'viewer' as Role },
    validate: { name: (value) => (value.trim() ? null : 'Say which program it is for.') },
  });
  const making = useAct('createApiKey', ['listApiKeys', 'listAudit'], (made) => setKey(made.key));
  if (key) {
    return (
      <SecretOnce
        secret={key}
        note="It is shown this once; Towline keeps only its fingerprint."
        label="Copy the key"
        onClose={onClose}
      />
    );
  }
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) =>
        making.mutate(
          { body: { name: values.name.trim(), role: values.role } },
          { onError: (problem) => showFieldErrors(problem, form) },
        ),
      )}
    >
      <Stack gap="sm">
        <TextInput
          label="Name"
          description="The program that will use it"
          placeholder="Booking system"
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Select
          label="Role"
          description="What it may do; each role includes those before it"
          data={[...roles]}
          allowDeselect={false}
          {...form.getInputProps('role')}
        />
        {making.error && Object.keys(form.errors).length === 0 ? <ProblemNotice problem={making.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={making.isPending}>
            Make the key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
