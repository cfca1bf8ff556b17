import { Button, Group, Text } from '@mantine/core';

import { useAct } from '../api.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { afterRental } from '../components/rental-changes.ts';
import type { RentalInHand } from '../components/rental-changes.ts';
import { tellDone } from '../components/tell.tsx';
import { harm } from '../theme.ts';
import { OpenModal } from '../ui/open-modal.tsx';

const words = {
  endRental: {
    title: 'End the rental',
    text: 'The renter can no longer unlock the car. It is free for the next one.',
    keep: 'Let it go on',
    press: 'End',
    done: 'ended',
  },
  cancelRental: {
    title: 'Cancel the rental',
    text: 'For a rental that did not take place. It stays in the list as cancelled, and can not be taken up again.',
    keep: 'Keep it',
    press: 'It did not take place:',
    done: 'is cancelled',
  },
} as const;

interface RentalEndDialogProps {
  rental: RentalInHand;
  how: keyof typeof words;
  onClose: () => void;
}

/** Asks once, naming the rental. */
export function RentalEndDialog({ rental, how, onClose }: RentalEndDialogProps): React.JSX.Element {
  const { reference, disconnectsAfter } = rental;
  const { title, text, keep, press, done } = words[how];
  const ending = useAct(how, afterRental, () => {
    tellDone(`The rental ${reference} ${done}.`);
    onClose();
  });
  return (
    <OpenModal onClose={onClose} title={`${title} ${reference}?`}>
      <Text mb="md">
        {text}
        {disconnectsAfter ? ' The car is disconnected in the same moment, as somebody wished.' : ''}
      </Text>
      {ending.error ? <ProblemNotice problem={ending.error} /> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          {keep}
        </Button>
        <Button
          {...(disconnectsAfter ? { color: harm } : {})}
          loading={ending.isPending}
          onClick={() => ending.mutate({ id: rental.id, body: {} })}
        >
          {press} {reference}
        </Button>
      </Group>
    </OpenModal>
  );
}
