/** What can be done with an endpoint, and the dialogs that ask first. */
import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';

import type { EndpointView } from '../../src/http/contract/events.ts';
import { useAct } from '../api.ts';
import { changedByEndpoint, disabledReason } from '../endpoint.ts';
import { EndpointChangeDialog, secretNote } from '../forms/event-endpoint-edit.tsx';
import { count } from '../format.ts';
import { useNow } from '../now.ts';
import { paths } from '../paths.ts';
import { harm } from '../theme.ts';
import { OpenModal } from '../ui/open-modal.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { useMe } from './me.ts';
import { ProblemNotice } from './problem-notice.tsx';
import { SecretOnce } from './secret-once.tsx';
import { tellDone, tellProblem } from './tell.tsx';

type Dialog = 'change' | 'secret' | 'again' | 'delete';

export function EndpointActions({ endpoint }: { endpoint: EndpointView }): React.JSX.Element {
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const { may } = useMe();
  const refused = may('changeEndpoints');
  const close = (): void => setDialog(null);
  const test = useAct('testEventEndpoint', changedByEndpoint, () =>
    tellDone('A test is on its way; it stands first in the list.'),
  );
  const change = useAct('changeEventEndpoint', changedByEndpoint, ({ enabled }) =>
    tellDone(enabled ? 'The endpoint is enabled.' : 'The endpoint is disabled. Nothing is sent to it.'),
  );
  const { id, enabled } = endpoint;
  return (
    <>
      <Group gap="xs" mt="md">
        <ReasonedButton
          size="xs"
          variant={enabled ? 'filled' : 'default'}
          loading={test.isPending}
          reason={refused ?? disabledReason(endpoint)}
          onClick={() => test.mutate({ id }, { onError: tellProblem })}
        >
          Send a test
        </ReasonedButton>
        <ReasonedButton
          size="xs"
          variant={enabled ? 'default' : 'filled'}
          loading={change.isPending}
          reason={refused}
          onClick={() => change.mutate({ id, body: { enabled: !enabled } }, { onError: tellProblem })}
        >
          {enabled ? 'Disable' : 'Enable'}
        </ReasonedButton>
        <ReasonedButton size="xs" variant="default" reason={refused} onClick={() => setDialog('change')}>
          Change
        </ReasonedButton>
        <ReasonedButton
          size="xs"
          variant="default"
          reason={refused ?? disabledReason(endpoint)}
          onClick={() => setDialog('again')}
        >
          Send again
        </ReasonedButton>
        <ReasonedButton size="xs" variant="default" reason={refused} onClick={() => setDialog('secret')}>
          New secret
        </ReasonedButton>
        <ReasonedButton
          size="xs"
          variant="default"
          className="danger"
          reason={refused}
          onClick={() => setDialog('delete')}
        >
          Delete
        </ReasonedButton>
      </Group>
      {dialog === 'change' ? <EndpointChangeDialog endpoint={endpoint} onClose={close} /> : null}
      {dialog === 'secret' ? <SecretDialog endpoint={endpoint} onClose={close} /> : null}
      {dialog === 'again' ? <AgainDialog endpoint={endpoint} onClose={close} /> : null}
      {dialog === 'delete' ? <DeleteDialog endpoint={endpoint} onClose={close} /> : null}
    </>
  );
}

interface DialogProps {
  endpoint: EndpointView;
  onClose: () => void;
}

function SecretDialog({ endpoint, onClose }: DialogProps): React.JSX.Element {
  const [secret, setSecret] = useState<string | null>(null);
  const rotate = useAct('rotateEndpointSecret', changedByEndpoint, (made) => setSecret(made.secret));
  return (
    <OpenModal onClose={onClose} title="Make a new secret?" closeOnClickOutside={secret === null}>
      {secret ? (
        <SecretOnce secret={secret} note={secretNote} label="Copy the secret" onClose={onClose} />
      ) : (
        <Stack gap="md">
          <Text>
            For a day events are signed with both, so that the system can change over. Then the present one counts no
            more.
          </Text>
          {rotate.error ? <ProblemNotice problem={rotate.error} /> : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Keep the present one
            </Button>
            <Button loading={rotate.isPending} onClick={() => rotate.mutate({ id: endpoint.id })}>
              Make a new one
            </Button>
          </Group>
        </Stack>
      )}
    </OpenModal>
  );
}

const spans = [
  ['3600', 'The last hour'],
  ['86400', 'The last 24 hours'],
  ['604800', 'The last 7 days'],
  ['2592000', 'The last 30 days'],
] as const;

function AgainDialog({ endpoint, onClose }: DialogProps): React.JSX.Element {
  const now = useNow();
  const [span, setSpan] = useState<string>('86400');
  const replay = useAct('replayEvents', changedByEndpoint, ({ events }) => {
    tellDone(
      events === 0
        ? 'Nothing happened in this time that it wants.'
        : `${count(events)} ${events === 1 ? 'event is' : 'events are'} sent again.`,
    );
    onClose();
  });
  const since = new Date(now - Number(span) * 1_000).toISOString();
  return (
    <OpenModal onClose={onClose} title="Send events again">
      <Stack gap="md">
        <Text>
          Everything it wants from this time is sent once more, also what it has taken already. It knows a repetition by
          its id.
        </Text>
        <Select
          label="From"
          data={spans.map(([value, label]) => ({ value, label }))}
          value={span}
          allowDeselect={false}
          onChange={(value) => setSpan(value ?? span)}
        />
        {replay.error ? <ProblemNotice problem={replay.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={replay.isPending} onClick={() => replay.mutate({ id: endpoint.id, body: { since } })}>
            Send again
          </Button>
        </Group>
      </Stack>
    </OpenModal>
  );
}

function DeleteDialog({ endpoint, onClose }: DialogProps): React.JSX.Element {
  const { history } = useRouter();
  const remove = useAct('deleteEventEndpoint', ['listEventEndpoints', 'listAlerts', 'listAudit'], () => {
    tellDone('The endpoint is deleted.');
    history.replace(paths.events());
  });
  return (
    <OpenModal onClose={onClose} title={`Delete ${new URL(endpoint.url).host}?`}>
      <Text mb="md">
        Nothing is sent to it any more, and the list of what it was told goes with it. The events themselves stay in the
        log.
      </Text>
      {remove.error ? <ProblemNotice problem={remove.error} /> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep it
        </Button>
        <Button color={harm} loading={remove.isPending} onClick={() => remove.mutate({ id: endpoint.id })}>
          Delete the endpoint
        </Button>
      </Group>
    </OpenModal>
  );
}
