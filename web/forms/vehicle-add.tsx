import { Button, Drawer, Group, NumberInput, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';

import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { call } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { tellDone } from '../components/tell.tsx';
import { paths } from '../paths.ts';
import { orAbsent, showFieldErrors } from './fields.ts';
import { newOwner, noOwner, ownerChecks, OwnerFields } from './owner-fields.tsx';

const empty = {
  number: '',
  plate: '',
  vin: '',
  make: '',
  model: '',
  year: '' as number | '',
  powertrain: null as string | null,
  ...noOwner,
};
type Values = typeof empty;

const below: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'error', 'description'];

const powertrains = [
  { value: 'BEV', label: 'Electric' },
  { value: 'PHEV', label: 'Plug-in hybrid' },
  { value: 'HEV', label: 'Hybrid' },
  { value: 'ICE', label: 'Petrol or diesel' },
];

/** The owner first where there is a new one, then the vehicle. */
async function add(values: Values): Promise<VehicleView> {
  const ownerId =
    values.ownerId === newOwner
      ? (
          await call('createOwner', {
            body: { name: values.ownerName.trim(), email: values.ownerEmail.trim(), language: values.ownerLanguage },
          })
        ).id
      : orAbsent(values.ownerId);
  return call('createVehicle', {
    body: {
      number: orAbsent(values.number),
      plate: orAbsent(values.plate),
      vin: orAbsent(values.vin),
      make: orAbsent(values.make),
      model: orAbsent(values.model),
      year: values.year === '' ? undefined : values.year,
      powertrain: values.powertrain ?? undefined,
      ownerId,
    },
  });
}

export function AddVehicleDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }): React.JSX.Element {
  return (
    <Drawer opened={opened} onClose={onClose} title="Add a vehicle" size="md">
      <AddVehicle onClose={onClose} />
    </Drawer>
  );
}

function AddVehicle({ onClose }: { onClose: () => void }): React.JSX.Element {
  const client = useQueryClient();
  const { history } = useRouter();
  const form = useForm<Values>({ initialValues: empty, validate: { ...ownerChecks, vin: checkVin } });
  const adding = useMutation<VehicleView, ApiProblem, Values>({
    mutationFn: add,
    onSuccess: (vehicle) => {
      for (const changed of ['listVehicles', 'listOwners', 'getOverview'])
        void client.invalidateQueries({ queryKey: [changed] });
      tellDone(`${vehicle.number} is added. Connect it next.`);
      onClose();
      history.push(paths.vehicle(vehicle.id));
    },
    onError: (problem) => showFieldErrors(problem, form, { name: 'ownerName', email: 'ownerEmail' }),
  });
  return (
    <form onSubmit={form.onSubmit((values) => adding.mutate(values))} noValidate>
      <Stack gap="sm">
        <SimpleGrid cols={2} spacing="sm">
          <TextInput
            label="Number"
            description="Empty: chosen by Towline"
            inputWrapperOrder={below}
            placeholder="CAR-104"
            data-autofocus
            {...form.getInputProps('number')}
          />
          <TextInput
            label="Plate"
            description="As it stands on the car"
            inputWrapperOrder={below}
            {...form.getInputProps('plate')}
          />
        </SimpleGrid>
        <TextInput
          label="VIN"
          description="If known: it makes sure that the owner connects the right car"
          inputWrapperOrder={below}
          className="mono-input"
          {...form.getInputProps('vin')}
        />
        <SimpleGrid cols={2} spacing="sm">
          <TextInput label="Make" placeholder="Volkswagen" {...form.getInputProps('make')} />
          <TextInput label="Model" placeholder="ID.3" {...form.getInputProps('model')} />
          <NumberInput
            label="Year"
            min={1950}
            max={2100}
            hideControls
            thousandSeparator=""
            {...form.getInputProps('year')}
          />
          <Select label="Drive" data={powertrains} clearable {...form.getInputProps('powertrain')} />
        </SimpleGrid>
        <OwnerFields
          values={form.values}
          input={(field) => form.getInputProps(field)}
          onChoose={(id) => form.setFieldValue('ownerId', id)}
        />
        {adding.error && Object.keys(form.errors).length === 0 ? <ProblemNotice problem={adding.error} /> : null}
        <Group justify="flex-end" mt="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={adding.isPending}>
            Add vehicle
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

export const checkVin = (value: string): string | null =>
  value.trim() === '' || /^[A-HJ-NPR-Z0-9]{17}$/i.test(value.trim())
    ? null
    : 'A VIN has 17 letters and digits, without I, O and Q.';
