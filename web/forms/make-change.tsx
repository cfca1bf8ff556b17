/** The numbers of one make: empty means what is documented, and everything goes back with one press. */
import { Button, Checkbox, Group, NumberInput, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useId } from 'react';

import type { MakeView } from '../../src/http/contract/makes.ts';
import type { Body } from '../../src/http/contract/routes.ts';
import { useAct } from '../api.ts';
import { useMe } from '../components/me.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { SourceNote } from '../components/source-note.tsx';
import { tellDone } from '../components/tell.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';

type Numbered = MakeView['numbers'][number];
type Overrides = Body<'changeMake'>['overrides'];
/** Empty: as documented. */
type Entered = number | '' | 'none';
type Values = { numbers: Partial<Record<Numbered['name'], Entered>>; connectsInBrowser: boolean };

const changed = ['listMakes', 'getSettings', 'listVehicles', 'getVehicle', 'getOverview', 'listAudit'] as const;
const unitWords: Record<Numbered['unit'], string> = { min: 'min', h: 'h', d: 'days', requests: '' };

export function MakeChange({ make }: { make: MakeView }): React.JSX.Element {
  const { may } = useMe();
  const reason = may('changeSettings');
  const form = useForm<Values>({ initialValues: valuesOf(make) });
  const saving = useAct('changeMake', changed, (fresh) =>
    tellDone(`${fresh.name}: ${fresh.effect[0] ?? 'the numbers are saved.'}`),
  );
  const save = (overrides: Overrides): void => saving.mutate({ id: make.id, body: { overrides } });
  const isChanged = make.numbers.some(({ isChosen }) => isChosen) || make.connectsInBrowser?.isChosen === true;
  return (
    <form noValidate onSubmit={form.onSubmit((values) => save(overridesOf(make, values)))}>
      <fieldset disabled={reason !== null} className="bare make-form">
        <legend className="make-part">Numbers of {make.name}</legend>
        {make.numbers.map((number) => (
          <NumberRow
            key={number.name}
            number={number}
            value={form.values.numbers[number.name] ?? ''}
            onChange={(value) => form.setFieldValue(`numbers.${number.name}`, value)}
          />
        ))}
        {make.connectsInBrowser ? (
          <Checkbox
            mt="sm"
            label="Owners can connect in a browser"
            description={`Then invitations are mailed. ${make.connectsInBrowser.sureText} (facts ${make.connectsInBrowser.source}) says no.`}
            {...form.getInputProps('connectsInBrowser', { type: 'checkbox' })}
          />
        ) : null}
        {saving.error ? <ProblemNotice problem={saving.error} /> : null}
        <Group mt="md" gap="xs">
          <Button type="submit" size="sm" loading={saving.isPending} disabled={reason !== null || !form.isDirty()}>
            Save
          </Button>
          <ReasonedButton
            variant="default"
            size="sm"
            reason={reason ?? (isChanged ? null : 'Everything is as documented.')}
            onClick={() => save({})}
          >
            Reset
          </ReasonedButton>
        </Group>
        {reason ? (
          <Text size="sm" c="dimmed" mt="xs">
            {reason}
          </Text>
        ) : null}
      </fieldset>
    </form>
  );
}

function valuesOf({ numbers, connectsInBrowser }: MakeView): Values {
  const entered = numbers.map(({ name, value, isChosen }) => [name, isChosen ? (value ?? 'none') : ''] as const);
  return { numbers: Object.fromEntries(entered), connectsInBrowser: connectsInBrowser?.value ?? false };
}

/** What was left empty is not sent, and holds as documented. */
function overridesOf(make: MakeView, { numbers, connectsInBrowser }: Values): Overrides {
  const chosen = Object.entries(numbers).filter(([, value]) => value !== '');
  const named = Object.fromEntries(chosen.map(([name, value]) => [name, value === 'none' ? null : value]));
  const isSaid = make.connectsInBrowser !== null && connectsInBrowser;
  return { ...named, ...(isSaid ? { connectsInBrowser } : {}) };
}

function NumberRow({
  number,
  value,
  onChange,
}: {
  number: Numbered;
  value: Entered;
  onChange: (value: Entered) => void;
}): React.JSX.Element {
  const id = useId();
  const unit = unitWords[number.unit];
  const otherwise = number.otherwise === null ? null : `${number.otherwise} ${unit}`.trim();
  return (
    <div className="make-number">
      <label htmlFor={`${id}-value`}>{number.label}</label>
      <NumberInput
        id={`${id}-value`}
        size="xs"
        aria-describedby={id}
        suffix={unit && ` ${unit}`}
        min={number.min}
        max={number.max}
        clampBehavior="blur"
        placeholder={otherwise ?? 'no limit'}
        disabled={value === 'none'}
        value={value === 'none' ? '' : value}
        onChange={(entered) => onChange(typeof entered === 'number' ? entered : '')}
      />
      {number.mayBeNone && (otherwise !== null || value === 'none') ? (
        <Checkbox
          size="xs"
          label="no limit"
          aria-label={`${number.label}: no limit`}
          checked={value === 'none'}
          onChange={(event) => onChange(event.currentTarget.checked ? 'none' : '')}
        />
      ) : null}
      <span id={id} className="make-otherwise">
        {otherwise === null ? '' : `${otherwise}: `}
        <SourceNote source={number.source} text={number.sureText} />
      </span>
    </div>
  );
}
