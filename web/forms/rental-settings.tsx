/** The part of the settings that is about renters. */
import { NumberInput, SimpleGrid, TextInput, Title } from '@mantine/core';
import type { useForm } from '@mantine/form';

type Field = 'leastEnergy' | 'fallbackText' | 'fallbackPhone';

type InputProps = ReturnType<ReturnType<typeof useForm>['getInputProps']>;

export function RentalSettings({ input }: { input: (field: Field) => InputProps }): React.JSX.Element {
  return (
    <div>
      <Title order={2} mb="xs">
        Rentals
      </Title>
      <NumberInput
        label="Least charge or fuel for a renter"
        description="A car with less is not ready."
        suffix=" %"
        min={0}
        max={100}
        allowDecimal={false}
        maw={260}
        {...input('leastEnergy')}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" mt="sm">
        <TextInput
          label="When the car does not open"
          description="The renter’s page shows it at once: where the key box is, its code. Whoever answers the alert tells it, too."
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          maxLength={500}
          {...input('fallbackText')}
        />
        <TextInput
          label="Number to call then"
          description="Beside it, to be called with one press"
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          type="tel"
          maxLength={40}
          {...input('fallbackPhone')}
        />
      </SimpleGrid>
    </div>
  );
}
