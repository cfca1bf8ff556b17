import { Skeleton, Text, Title } from '@mantine/core';

import { useCall } from '../api.ts';
import { FreshAt } from '../components/fresh-at.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { SettingsTabs } from '../components/settings-tabs.tsx';
import { SettingsChange } from '../forms/settings-change.tsx';
import { count } from '../format.ts';
import { paths } from '../paths.ts';
import { Fact, Facts } from '../ui/facts.tsx';
import { TextLink } from '../ui/link.tsx';
import { PageHead } from '../ui/page-head.tsx';

export function SettingsPage(): React.JSX.Element {
  const settings = useCall('getSettings');
  const plan = useCall('getPlan');
  return (
    <>
      <PageHead
        title="Settings"
        note={settings.data ? <FreshAt at={settings.dataUpdatedAt} failed={settings.isRefetchError} /> : null}
      />
      <SettingsTabs />
      {settings.isError && !settings.data ? (
        <ProblemNotice problem={settings.error} retry={() => void settings.refetch()} />
      ) : null}
      <div className="vehicle">
        <div className="vehicle-main">
          {settings.isPending ? <Skeleton height={520} radius="md" aria-label="Loading the settings" /> : null}
          {settings.data ? <SettingsChange settings={settings.data} /> : null}
        </div>
        <section className="panel vehicle-side" aria-labelledby="plan-title">
          <div className="panel-head">
            <Title order={2} id="plan-title">
              Plan
            </Title>
          </div>
          {plan.isPending ? <Skeleton height={150} /> : null}
          {plan.isError && !plan.data ? <ProblemNotice problem={plan.error} /> : null}
          {plan.data ? (
            <>
              <Facts>
                <Fact name="Name">{plan.data.name}</Fact>
                <Fact name="A vehicle is read">every {count(plan.data.pollIntervalS / 60)} min at most</Fact>
                <Fact name="History is kept">{count(plan.data.retentionDays)} days</Fact>
                <Fact name="It may cost">{count(plan.data.requestBudget.perVehiclePerMonth)} requests a month</Fact>
              </Facts>
              <Text size="sm" c="dimmed" mt="sm">
                Messages from Smartcar cost no request; reads only fill the gaps between them. Changed under{' '}
                <TextLink href={paths.budget()}>Request budget</TextLink>.
              </Text>
            </>
          ) : null}
        </section>
      </div>
    </>
  );
}
