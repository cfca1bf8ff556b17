import { NumberInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';

import { planBounds } from '../../src/domain/fleet.ts';
import type { PlanView } from '../../src/http/contract/budget.ts';
import { keyOf, useAct } from '../api.ts';
import { useMe } from '../components/me.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { tellDone } from '../components/tell.tsx';
import { count } from '../format.ts';
import { beginWith } from './fields.ts';
import { SaveRow } from './save-row.tsx';

interface Values {
  minutes: number | '';
  perMonth: number | '';
  reservePercent: number | '';
}

const valuesOf = ({ pollIntervalS, requestBudget }: PlanView): Values => ({
  minutes: Math.round(pollIntervalS / 60),
  perMonth: requestBudget.perVehiclePerMonth,
  reservePercent: Math.round(requestBudget.reserveForCommands * 100),
});

const within = (value: number | '', least: number, most: number): string | null =>
  value !== '' && value >= least && value <= most ? null : `From ${count(least)} to ${count(most)}.`;

const { pollIntervalS, perVehiclePerMonth, reserveForCommands } = planBounds;

/** How often vehicles are read, and what that may cost. */
export function PlanChange({ plan }: { plan: PlanView }): React.JSX.Element {
  const client = useQueryClient();
  const { may } = useMe();
  const reason = may('changePlan');
  const form = useForm<Values>({
    initialValues: valuesOf(plan),
    validate: {
      minutes: (value) => within(value, pollIntervalS.least / 60, pollIntervalS.most / 60),
      perMonth: (value) => within(value, perVehiclePerMonth.least, perVehiclePerMonth.most),
      reservePercent: (value) => within(value, reserveForCommands.least * 100, reserveForCommands.most * 100),
    },
  });
  const saving = useAct('changePlan', ['getBudget', 'getOverview', 'listAudit'], (fresh) => {
    client.setQueryData(keyOf('getPlan'), fresh);
    beginWith(form, valuesOf(fresh));
    tellDone('The plan is saved. It holds from each vehicle’s next read.');
  });
  const save = ({ minutes, perMonth, reservePercent }: Values): void => {
    if (minutes === '' || perMonth === '' || reservePercent === '') return;
    const requestBudget = { perVehiclePerMonth: perMonth, reserveForCommands: reservePercent / 100 };
    saving.mutate({ body: { pollIntervalS: minutes * 60, requestBudget } });
  };
  return (
    <form className="panel" onSubmit={form.onSubmit(save)} noValidate aria-labelledby="plan-title">
      <div className="panel-head">
        <Title order={2} id="plan-title">
          Plan
        </Title>
        <span className="quiet">{plan.name}</span>
      </div>
      <fieldset disabled={reason !== null} className="bare budget-form">
        <NumberInput
          label="A vehicle is read every"
          description="At most; less often while it is parked, or where its requests would not last."
          suffix=" min"
          allowDecimal={false}
          {...form.getInputProps('minutes')}
        />
        <NumberInput
          label="Requests of a vehicle and month"
          description="What the contract with Smartcar allows."
          thousandSeparator=","
          allowDecimal={false}
          {...form.getInputProps('perMonth')}
        />
        <NumberInput
          label="Kept for locking and unlocking"
          description="No read and no check ever touches this share."
          suffix=" %"
          allowDecimal={false}
          {...form.getInputProps('reservePercent')}
        />
        {saving.error ? <ProblemNotice problem={saving.error} /> : null}
        <SaveRow reason={reason} isDirty={form.isDirty()} isSaving={saving.isPending} />
      </fieldset>
    </form>
  );
}
