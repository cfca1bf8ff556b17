import { Button, Drawer, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';

import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { call, keyOf } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { tellDone } from '../components/tell.tsx';
import { orNull, showFieldErrors } from './fields.ts';
import { newOwner, noOwner, ownerChecks, OwnerFields } from './owner-fields.tsx';
import { checkVin } from './vehicle-add.tsx';

interface VehicleEditProps {
  vehicle: VehicleView;
  onClose: () => void;
}

export function VehicleEditDrawer({
  vehicle,
  opened,
  onClose,
}: VehicleEditProps & { opened: boolean }): React.JSX.Element {
  return (
    <Drawer opened={opened} onClose={onClose} title={`Edit ${vehicle.number}`} size="md">
      <VehicleEdit vehicle={vehicle} onClose={onClose} />
    </Drawer>
  );
}

function VehicleEdit({ vehicle, onClose }: VehicleEditProps): React.JSX.Element {
  const client = useQueryClient();
  const initialValues = {
    number: vehicle.number,
    plate: vehicle.plate ?? '',
    vin: vehicle.vin ?? '',
    ...noOwner,
    ownerId: vehicle.owner?.id ?? '',
  };
  const form = useForm({
    initialValues,
    validate: {
      ...ownerChecks,
      vin: checkVin,
      number: (value: string) => (value.trim() ? null : 'A vehicle needs a number.'),
    },
  });
  const saving = useMutation<VehicleView, ApiProblem, typeof initialValues>({
    mutationFn: async (values) => {
      const ownerId =
        values.ownerId === newOwner
          ? (
              await call('createOwner', {
                body: {
                  name: values.ownerName.trim(),
                  email: values.ownerEmail.trim(),
                  language: values.ownerLanguage,
                },
              })
            ).id
          : orNull(values.ownerId);
      return call('changeVehicle', {
        id: vehicle.id,
        body: {
          number: values.number.trim(),
          plate: orNull(values.plate),
          vin: orNull(values.vin)?.toUpperCase() ?? null,
          ownerId,
        },
      });
    },
    onSuccess: (fresh) => {
      client.setQueryData(keyOf('getVehicle', { id: vehicle.id }), fresh);
      for (const changed of ['listVehicles', 'listOwners', 'listTimeline'])
        void client.invalidateQueries({ queryKey: [changed] });
      tellDone(`${fresh.number} is saved.`);
      onClose();
    },
    onError: (problem) => showFieldErrors(problem, form, { name: 'ownerName', email: 'ownerEmail' }),
  });
  return (
    <form onSubmit={form.onSubmit((values) => saving.mutate(values))} noValidate>
      <Stack gap="sm">
        <TextInput label="Number" data-autofocus {...form.getInputProps('number')} />
        <TextInput label="Plate" {...form.getInputProps('plate')} />
        <TextInput label="VIN" className="mono-input" {...form.getInputProps('vin')} />
        <OwnerFields
          values={form.values}
          current={vehicle.owner}
          input={(field) => form.getInputProps(field)}
          onChoose={(id) => form.setFieldValue('ownerId', id)}
        />
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
