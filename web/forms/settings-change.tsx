import { Checkbox, NumberInput, Radio, SimpleGrid, Stack, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';

import { knownPermissions } from '../../src/domain/permission.ts';
import type { Answer } from '../../src/http/contract/routes.ts';
import { keyOf, useAct } from '../api.ts';
import { useMe } from '../components/me.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { tellDone } from '../components/tell.tsx';
import { permissionWord } from '../words.ts';
import { beginWith, orNull } from './fields.ts';
import { RentalSettings } from './rental-settings.tsx';
import { SaveRow } from './save-row.tsx';

type Settings = Answer<'getSettings'>;

const choices = [
  { value: 'whenUnclear', label: 'An operator confirms it where it could be another car' },
  { value: 'always', label: 'An operator confirms each' },
  { value: 'never', label: 'It is accepted' },
] as const;

const valuesOf = (
  settings: Settings,
): {
  required: string[];
  staleHours: number | '';
  confirmWithoutVin: string;
  fromName: string;
  supportContact: string;
  perMinute: number | '';
  askAfterMin: number | '';
  preciseLocation: Settings['preciseLocation'];
  leastEnergy: number | '';
  fallbackText: string;
  fallbackPhone: string;
} => ({
  required: settings.requiredPermissions,
  confirmWithoutVin: settings.confirmWithoutVin,
  staleHours: settings.staleAfterS === null ? '' : settings.staleAfterS / 3_600,
  fromName: settings.ownerMail.fromName,
  supportContact: settings.ownerMail.supportContact ?? '',
  perMinute: settings.messagesPerMinute,
  askAfterMin: settings.askOwnersAfterS / 60,
  preciseLocation: settings.preciseLocation,
  leastEnergy: settings.leastEnergyPercent,
  fallbackText: settings.fallback.text ?? '',
  fallbackPhone: settings.fallback.phone ?? '',
});

export function SettingsChange({ settings }: { settings: Settings }): React.JSX.Element {
  const client = useQueryClient();
  const { may } = useMe();
  const reason = may('changeSettings');
  const form = useForm({
    initialValues: valuesOf(settings),
    validate: {
      required: (value) => (value.length > 0 ? null : 'At least one permission has to be required.'),
      fromName: (value) => (value.trim() ? null : 'Owners should see who writes to them.'),
    },
  });
  const saving = useAct(
    'changeSettings',
    ['listVehicles', 'getVehicle', 'getReadiness', 'getOverview', 'listAudit'],
    (fresh) => {
      client.setQueryData(keyOf('getSettings'), fresh);
      beginWith(form, valuesOf(fresh));
      tellDone('The settings are saved.');
    },
  );
  const save = (values: ReturnType<typeof valuesOf>): void =>
    saving.mutate({
      body: {
        requiredPermissions: values.required,
        confirmWithoutVin: choices.find(({ value }) => value === values.confirmWithoutVin)?.value ?? 'whenUnclear',
        staleAfterS: values.staleHours === '' ? null : Math.round(values.staleHours * 3_600),
        ...(values.perMinute === '' ? {} : { messagesPerMinute: values.perMinute }),
        askOwnersAfterS: Math.round((values.askAfterMin === '' ? 0 : values.askAfterMin) * 60),
        ownerMail: { fromName: values.fromName.trim(), supportContact: orNull(values.supportContact) },
        preciseLocation: values.preciseLocation,
        ...(values.leastEnergy === '' ? {} : { leastEnergyPercent: values.leastEnergy }),
        fallback: { text: orNull(values.fallbackText), phone: orNull(values.fallbackPhone) },
      },
    });
  const names = [...new Set([...knownPermissions, ...settings.requiredPermissions])];
  return (
    <form className="panel" onSubmit={form.onSubmit(save)} noValidate>
      <fieldset disabled={reason !== null} className="bare">
        <Stack gap="lg">
          <Checkbox.Group
            label="Required permissions"
            description="A connection without one of these is an error, and its owner can be asked to widen it."
            {...form.getInputProps('required')}
          >
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" mt="sm">
              {names.map((permission) => (
                <Checkbox
                  size="md"
                  key={permission}
                  value={permission}
                  label={permissionWord(permission)}
                  disabled={reason !== null}
                />
              ))}
            </SimpleGrid>
          </Checkbox.Group>
          <NumberInput
            label="Data is stale after"
            description="Hours without news. Empty: by make, since some cars sleep longer than others."
            suffix=" h"
            min={1}
            max={720}
            maw={260}
            placeholder="by make"
            {...form.getInputProps('staleHours')}
          />
          <Radio.Group
            label="Precise positions"
            description="Outside rentals a position can be kept to about a kilometre, without a history. What was kept before stays until its time is over."
            {...form.getInputProps('preciseLocation')}
          >
            <Stack gap="xs" mt="sm">
              <Radio size="md" value="always" label="Kept always" disabled={reason !== null} />
              <Radio
                size="md"
                value="rentalsOnly"
                label="Kept in rentals only"
                description="From a rental’s start until its end; otherwise to about a kilometre."
                disabled={reason !== null}
              />
            </Stack>
          </Radio.Group>
          <Radio.Group
            label="A connected car whose VIN can't be compared"
            description="Where make, model and year agree. A car with another VIN is always refused."
            {...form.getInputProps('confirmWithoutVin')}
          >
            <Stack gap="xs" mt="sm">
              {choices.map(({ value, label }) => (
                <Radio size="md" key={value} value={value} label={label} disabled={reason !== null} />
              ))}
            </Stack>
          </Radio.Group>
          <RentalSettings input={(field) => form.getInputProps(field)} />
          <div>
            <Title order={2} mb="xs">
              Messages to owners
            </Title>
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
              <TextInput label="Sender's name" {...form.getInputProps('fromName')} />
              <TextInput
                label="A person to ask"
                description="Address or phone number, shown in each message"
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                {...form.getInputProps('supportContact')}
              />
              <NumberInput
                label="Messages a minute"
                description="When many owners are asked at once"
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                min={1}
                max={600}
                allowDecimal={false}
                {...form.getInputProps('perMinute')}
              />
            </SimpleGrid>
            <NumberInput
              mt="sm"
              label="Messages wait"
              description="So that cars that break together come in one message, and an outage shows before owners are asked."
              suffix=" min"
              min={0}
              max={1_440}
              maw={420}
              {...form.getInputProps('askAfterMin')}
            />
          </div>
          {saving.error ? <ProblemNotice problem={saving.error} /> : null}
          <SaveRow reason={reason} isDirty={form.isDirty()} isSaving={saving.isPending} />
        </Stack>
      </fieldset>
    </form>
  );
}
