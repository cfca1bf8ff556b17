import { Button, Checkbox, Group, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';

import { eventTypes } from '../../src/domain/event.ts';
import type { EventType } from '../../src/domain/event.ts';
import type { EndpointView } from '../../src/http/contract/events.ts';
import { eventTypeTexts } from '../../src/texts/english-fleet-events.ts';
import { useAct } from '../api.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { SecretOnce } from '../components/secret-once.tsx';
import { tellDone } from '../components/tell.tsx';
import { changedByEndpoint } from '../endpoint.ts';
import { OpenModal } from '../ui/open-modal.tsx';
import { showFieldErrors } from './fields.ts';

export const secretNote =
  'The system verifies with it that an event is ours and unchanged. It is shown this once; who loses it makes a new one.';

export function EndpointAddDialog({ onClose }: { onClose: () => void }): React.JSX.Element {
  const [secret, setSecret] = useState<string | null>(null);
  const adding = useAct('createEventEndpoint', changedByEndpoint, (made) => setSecret(made.secret));
  return (
    <OpenModal onClose={onClose} title="Add an endpoint" closeOnClickOutside={false}>
      {secret ? (
        <SecretOnce secret={secret} note={secretNote} label="Copy the secret" onClose={onClose} />
      ) : (
        <EndpointForm
          start={{ url: '', types: null }}
          doing="Add it"
          isBusy={adding.isPending}
          problem={adding.error}
          onClose={onClose}
          onSubmit={(body, onError) => adding.mutate({ body }, { onError })}
        />
      )}
    </OpenModal>
  );
}

export function EndpointChangeDialog({
  endpoint,
  onClose,
}: {
  endpoint: EndpointView;
  onClose: () => void;
}): React.JSX.Element {
  const changing = useAct('changeEventEndpoint', changedByEndpoint, () => {
    tellDone('The endpoint is changed.');
    onClose();
  });
  return (
    <OpenModal onClose={onClose} title="Change the endpoint">
      <EndpointForm
        start={endpoint}
        doing="Save"
        isBusy={changing.isPending}
        problem={changing.error}
        onClose={onClose}
        onSubmit={(body, onError) => changing.mutate({ id: endpoint.id, body }, { onError })}
      />
    </OpenModal>
  );
}

interface Wish {
  url: string;
  types: EventType[] | null;
}

interface EndpointFormProps {
  start: Wish;
  doing: string;
  isBusy: boolean;
  problem: Error | null;
  onClose: () => void;
  onSubmit: (wish: Wish, onError: (problem: Error) => void) => void;
}

function EndpointForm({ start, doing, isBusy, problem, onClose, onSubmit }: EndpointFormProps): React.JSX.Element {
  const form = useForm({
    initialValues: { url: start.url, isAll: start.types === null, types: start.types ?? [...eventTypes] },
    validate: {
      url: (value) => (URL.canParse(value.trim()) ? null : 'Give the whole address, beginning with https://.'),
      types: (value, { isAll }) => (isAll || value.length > 0 ? null : 'Choose one at least.'),
    },
  });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ url, isAll, types }) =>
        onSubmit({ url: url.trim(), types: isAll ? null : types }, (refused) => showFieldErrors(refused, form)),
      )}
    >
      <Stack gap="md">
        <TextInput
          label="Address"
          description="Where the system listens"
          placeholder="https://booking.example.com/towline"
          inputMode="url"
          data-autofocus
          {...form.getInputProps('url')}
        />
        <Switch
          label="Every event"
          description="Also those that are added later"
          {...form.getInputProps('isAll', { type: 'checkbox' })}
        />
        {form.values.isAll ? null : (
          <Checkbox.Group label="Only these" {...form.getInputProps('types')}>
            <Stack gap="xs" mt="xs">
              {eventTypes.map((type) => (
                <Checkbox
                  key={type}
                  value={type}
                  size="sm"
                  label={<span className="mono">{type}</span>}
                  description={eventTypeTexts[`eventType.${type}`]}
                />
              ))}
            </Stack>
          </Checkbox.Group>
        )}
        {problem && Object.keys(form.errors).length === 0 ? <ProblemNotice problem={problem} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isBusy}>
            {doing}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
