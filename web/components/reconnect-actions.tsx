/** What a person can do with many reconnects that are under way. */
import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';

import type { CallName } from '../../src/http/contract/paths.ts';
import type { ReconnectsDetail } from '../../src/http/contract/reconnects.ts';
import { useAct } from '../api.ts';
import { count } from '../format.ts';
import { OpenModal } from '../ui/open-modal.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { useMe } from './me.ts';
import { ProblemNotice } from './problem-notice.tsx';
import { tellDone, tellProblem } from './tell.tsx';

const changed: readonly CallName[] = ['listReconnects', 'getReconnects', 'listReconnectVehicles', 'listVehicles'];

export function ReconnectActions({ batch }: { batch: ReconnectsDetail }): React.JSX.Element | null {
  const { may } = useMe();
  const [asking, dialog] = useDisclosure(false);
  const pause = useAct('pauseReconnects', changed, () => tellDone('Paused. Nobody is written to until you go on.'));
  const resume = useAct('resumeReconnects', changed, () => tellDone('It goes on.'));
  const { id, state, counts } = batch;
  if (state !== 'running' && state !== 'paused') return null;
  const reason = may('connect');
  const options = { onError: tellProblem };
  return (
    <Group gap="sm" wrap="nowrap">
      {state === 'running' ? (
        <ReasonedButton
          variant="default"
          loading={pause.isPending}
          reason={reason}
          onClick={() => pause.mutate({ id, body: {} }, options)}
        >
          Pause
        </ReasonedButton>
      ) : (
        <ReasonedButton
          loading={resume.isPending}
          reason={reason}
          onClick={() => resume.mutate({ id, body: {} }, options)}
        >
          Go on
        </ReasonedButton>
      )}
      <ReasonedButton
        variant="default"
        reason={reason ?? (counts.queued === 0 ? 'All of them had their turn.' : null)}
        onClick={dialog.open}
      >
        Take back
      </ReasonedButton>
      {asking ? <TakeBackDialog batch={batch} onClose={dialog.close} /> : null}
    </Group>
  );
}

/** Asks once, in words that name what happens. */
function TakeBackDialog({ batch, onClose }: { batch: ReconnectsDetail; onClose: () => void }): React.JSX.Element {
  const { id, counts, owners } = batch;
  const cancel = useAct('cancelReconnects', changed, () => {
    tellDone('What had not been sent is taken back.');
    onClose();
  });
  return (
    <OpenModal onClose={onClose} title={`Take back what ${count(counts.queued)} vehicles wait for?`}>
      <Text mb="md">
        {owners.queued > 0 ? `${count(owners.queued)} owners are not written to. ` : ''}
        {owners.asked > 0 ? `The ${count(owners.asked)} messages that were sent stay sent.` : 'Nothing has been sent.'}
      </Text>
      {cancel.error ? <ProblemNotice problem={cancel.error} /> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          Leave it as it is
        </Button>
        <Button loading={cancel.isPending} onClick={() => cancel.mutate({ id, body: {} })}>
          Take back
        </Button>
      </Group>
    </OpenModal>
  );
}
