/** The renter's own page: its link to be sent to them, and taken back. */
import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Copy, Undo2 } from 'lucide-react';

import { useAct } from '../api.ts';
import { harm } from '../theme.ts';
import { OpenModal } from '../ui/open-modal.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { useMe } from './me.ts';
import { ProblemNotice } from './problem-notice.tsx';
import type { RentalInHand } from './rental-changes.ts';
import { tellDone, tellProblem } from './tell.tsx';

export function RenterLink({ rental }: { rental: RentalInHand }): React.JSX.Element {
  const reason = useMe().may('rent');
  const [asking, dialog] = useDisclosure(false);
  const linking = useAct('linkRenter', []);
  return (
    <>
      <Text size="sm" mt="md">
        By a link of their own the renter locks and unlocks the car until the rental ends.
      </Text>
      <Group gap="xs" mt="xs">
        <ReasonedButton
          size="sm"
          variant="default"
          leftSection={<Copy size={15} />}
          reason={reason}
          loading={linking.isPending}
          onClick={() =>
            linking.mutate({ id: rental.id, body: {} }, { onSuccess: ({ url }) => copy(url), onError: tellProblem })
          }
        >
          Copy the renter’s link
        </ReasonedButton>
        <ReasonedButton
          size="sm"
          variant="subtle"
          color="gray"
          leftSection={<Undo2 size={15} />}
          reason={reason}
          onClick={dialog.open}
        >
          Take the link back
        </ReasonedButton>
      </Group>
      {asking ? <TakeBackDialog rental={rental} onClose={dialog.close} /> : null}
    </>
  );
}

function copy(url: string): void {
  navigator.clipboard.writeText(url).then(
    () => tellDone('The link is copied. Whoever has it can lock and unlock the car until the rental ends.'),
    () => tellProblem(new Error(`The browser does not allow copying. The link is ${url}`)),
  );
}

function TakeBackDialog({ rental, onClose }: { rental: RentalInHand; onClose: () => void }): React.JSX.Element {
  const taking = useAct('takeRenterLinkBack', [], () => {
    tellDone(`The link of the rental ${rental.reference} opens nothing any more.`);
    onClose();
  });
  return (
    <OpenModal onClose={onClose} title={`Take back the link of the rental ${rental.reference}?`}>
      <Text mb="md">The renter can then no longer lock or unlock the car by it. You can copy a new one later.</Text>
      {taking.error ? <ProblemNotice problem={taking.error} /> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep it
        </Button>
        <Button color={harm} loading={taking.isPending} onClick={() => taking.mutate({ id: rental.id, body: {} })}>
          Take it back
        </Button>
      </Group>
    </OpenModal>
  );
}
