import { Button, Drawer, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';

import { keepRentersD } from '../../src/domain/rental.ts';
import type { ReadinessView } from '../../src/http/contract/rentals.ts';
import { useAct } from '../api.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { afterRental } from '../components/rental-changes.ts';
import type { RentedVehicle } from '../components/rental-changes.ts';
import { tellDone } from '../components/tell.tsx';
import { orNull, showFieldErrors } from './fields.ts';
import { checkAhead, fieldOf, instantOf } from './moments.ts';

interface RentalStartProps {
  vehicle: RentedVehicle;
  /** What is known against it; the operator decides. */
  reasons: ReadinessView['reasons'];
  onClose: () => void;
}

/** The car stands behind the time: two cars may be handed over in the same minute, and a reference belongs to one. */
const plainReference = ({ number }: RentedVehicle): string => `${fieldOf(new Date()).replace('T', ' ')} ${number}`;

export function RentalStartDrawer(props: RentalStartProps): React.JSX.Element {
  return (
    <Drawer opened onClose={props.onClose} title={`Start a rental of ${props.vehicle.number}`} size="md">
      <RentalStart {...props} />
    </Drawer>
  );
}

function RentalStart({ vehicle, reasons, onClose }: RentalStartProps): React.JSX.Element {
  const form = useForm({
    initialValues: { reference: plainReference(vehicle), endsAt: '', name: '', phone: '', email: '' },
    validate: {
      reference: (value) => (value.trim() ? null : 'A rental needs a reference.'),
      endsAt: checkAhead,
      email: (value) => (value === '' || /^\S+@\S+\.\S+$/.test(value.trim()) ? null : 'This is no e-mail address.'),
    },
  });
  const starting = useAct('startRental', afterRental, ({ reference }) => {
    tellDone(`The rental ${reference} began.`);
    onClose();
  });
  const start = ({ reference, endsAt, ...renter }: typeof form.values): void => {
    const [name, phone, email] = [orNull(renter.name), orNull(renter.phone), orNull(renter.email)];
    const ends = instantOf(endsAt);
    const body = {
      vehicleId: vehicle.id,
      reference: reference.trim(),
      ...((name ?? phone ?? email) ? { renter: { name, phone, email } } : {}),
      ...(ends ? { endsAt: ends } : {}),
    };
    starting.mutate({ body }, { onError: (problem) => void showFieldErrors(problem, form, fieldNames) });
  };
  const against = reasons.filter(({ stops }) => stops);
  return (
    <form onSubmit={form.onSubmit(start)} noValidate>
      <Stack gap="sm">
        {against.length > 0 ? (
          <Text size="sm" c="var(--amber)">
            It is not ready: {against.map(({ text }) => text).join(' ')} It can be started all the same.
          </Text>
        ) : null}
        <TextInput
          label="Reference"
          description="The booking’s own number, where there is one"
          data-autofocus
          {...form.getInputProps('reference')}
        />
        <TextInput
          type="datetime-local"
          label="Planned end"
          description="May stay empty. Either way it goes on until it is ended."
          {...form.getInputProps('endsAt')}
        />
        <Text size="sm" c="dimmed" mt="xs">
          The renter may stay unnamed. What is written here is kept sealed, and erased {keepRentersD} days after the
          end.
        </Text>
        <TextInput label="Renter" autoComplete="off" {...form.getInputProps('name')} />
        <TextInput label="Telephone" type="tel" autoComplete="off" {...form.getInputProps('phone')} />
        <TextInput label="E-mail" type="email" autoComplete="off" {...form.getInputProps('email')} />
        {starting.error && Object.keys(form.errors).length === 0 ? <ProblemNotice problem={starting.error} /> : null}
        <Group justify="flex-end" mt="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={starting.isPending}>
            Start the rental
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Of the API, as this form calls them. */
const fieldNames = { 'renter.name': 'name', 'renter.phone': 'phone', 'renter.email': 'email' } as const;
