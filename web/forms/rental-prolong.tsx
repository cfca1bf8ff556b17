import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';

import { useAct } from '../api.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { afterRental } from '../components/rental-changes.ts';
import type { RentalInHand } from '../components/rental-changes.ts';
import { tellDone } from '../components/tell.tsx';
import { exactTime } from '../format.ts';
import { OpenModal } from '../ui/open-modal.tsx';
import { checkAhead, fieldOf, instantOf } from './moments.ts';

const hourMs = 3_600_000;

/** An hour later than planned; than now where that is past, or was left open. */
const usual = (endsAt: string | null): string =>
  fieldOf(new Date(Math.max(Date.now(), endsAt ? Date.parse(endsAt) : 0) + hourMs));

export function RentalProlongDialog({
  rental,
  onClose,
}: {
  rental: RentalInHand;
  onClose: () => void;
}): React.JSX.Element {
  const form = useForm({ initialValues: { endsAt: usual(rental.endsAt) }, validate: { endsAt: checkAhead } });
  const prolonging = useAct('changeRental', afterRental, ({ endsAt }) => {
    tellDone(endsAt ? `It is planned to end ${exactTime(endsAt)}.` : 'Its end is open.');
    onClose();
  });
  return (
    <OpenModal onClose={onClose} title={`Prolong the rental ${rental.reference}`}>
      <form
        noValidate
        onSubmit={form.onSubmit(({ endsAt }) =>
          prolonging.mutate({ id: rental.id, body: { endsAt: instantOf(endsAt) } }),
        )}
      >
        <Stack gap="sm">
          <TextInput
            type="datetime-local"
            label="Planned end"
            description="Empty: open. Either way it goes on until it is ended."
            data-autofocus
            {...form.getInputProps('endsAt')}
          />
          {prolonging.error ? <ProblemNotice problem={prolonging.error} /> : null}
          <Group justify="flex-end" mt="sm">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={prolonging.isPending}>
              Prolong
            </Button>
          </Group>
        </Stack>
      </form>
    </OpenModal>
  );
}
