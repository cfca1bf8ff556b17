import { Button, Group, Skeleton, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import type { ErasureView } from '../../src/http/contract/owners.ts';
import type { Answer } from '../../src/http/contract/routes.ts';
import { keyOf, useAct, useCall } from '../api.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { tellDone } from '../components/tell.tsx';
import { harm } from '../theme.ts';
import { OpenModal } from '../ui/open-modal.tsx';

interface OwnerEraseProps {
  owner: Answer<'getOwner'>;
  onClose: () => void;
}

/** Says what will happen, and asks for the name, so that nobody is forgotten by mistake. */
export function OwnerEraseDialog({ owner, onClose }: OwnerEraseProps): React.JSX.Element {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const preview = useCall('getErasure', { id: owner.id });
  const erase = useAct('eraseOwner', ['getOwner', 'listOwners', 'listVehicles', 'getVehicle', 'listAudit'], (fresh) => {
    client.setQueryData(keyOf('getErasure', { id: owner.id }), fresh);
    tellDone('Name, address and phone are erased. The rest follows within minutes.');
    onClose();
  });
  const isSame = name.trim() === owner.name.trim();
  return (
    <OpenModal onClose={onClose} title={`Forget ${owner.name}?`} centered size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isSame) erase.mutate({ id: owner.id, body: { name: name.trim() } });
        }}
      >
        {preview.isPending ? <Skeleton height={180} aria-label="Counting what would be erased" /> : null}
        {preview.isError && !preview.data ? (
          <ProblemNotice problem={preview.error} retry={() => void preview.refetch()} />
        ) : null}
        {preview.data ? <Preview erasure={preview.data} /> : null}
        <TextInput
          label={`Type their name to go on: ${owner.name}`}
          autoComplete="off"
          mt="md"
          value={name}
          data-autofocus
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        {erase.error ? <ProblemNotice problem={erase.error} /> : null}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            Keep them
          </Button>
          <Button color={harm} type="submit" disabled={!isSame} loading={erase.isPending}>
            Forget them for good
          </Button>
        </Group>
      </form>
    </OpenModal>
  );
}

function Preview({ erasure: { lines, vehicles } }: { erasure: ErasureView }): React.JSX.Element {
  const ending = vehicles.filter(({ willBeDisconnected }) => willBeDisconnected);
  return (
    <>
      <Text mb="xs">
        There is no way back. {ending.length > 0 ? `${namesOf(ending)} will be disconnected. ` : ''}
        {vehicles.length > 0 ? 'The vehicles and what happened to them stay, without an owner.' : ''}
      </Text>
      <Text size="sm" fw={600} mb={4}>
        What will be erased
      </Text>
      <ul className="erased">
        {lines.map(({ kind, text }) => (
          <li key={kind}>{text}</li>
        ))}
      </ul>
      <Text size="sm" c="dimmed" mt="xs">
        Not reached: backups that exist already, what a mail server has taken, and what Smartcar and the manufacturer
        keep themselves. A proof without personal data stays here.
      </Text>
    </>
  );
}

const most = 5;

function namesOf(vehicles: ErasureView['vehicles']): string {
  const names = vehicles.slice(0, most).map(({ number }) => number);
  return vehicles.length > most ? `${names.join(', ')} and ${vehicles.length - most} more` : names.join(', ');
}
