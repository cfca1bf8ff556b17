/** What is still missing before real cars can be managed, step by step, and what to do about each. */
import { Group, Text } from '@mantine/core';
import { CircleCheck, ListChecks, TriangleAlert } from 'lucide-react';

import type { GoLiveAnswer } from '../../src/http/contract/go-live.ts';
import { useAct, useCall } from '../api.ts';
import { Age } from '../components/age.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { GoLiveSteps, TryIt } from '../components/go-live-steps.tsx';
import { useMe } from '../components/me.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { SettingsTabs } from '../components/settings-tabs.tsx';
import { Empty } from '../ui/empty.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';

export function GoLivePage(): React.JSX.Element {
  const { me } = useMe();
  if (!me) return <RowsLoading of="the steps" />;
  return me.installationAdministrator ? (
    <GoingLive simulatorUrl={me.simulatorUrl} />
  ) : (
    <>
      <PageHead title="Going live" />
      <SettingsTabs />
      <Empty icon={<ListChecks size={28} />} title="For the installation’s administrator">
        The Smartcar application, its addresses and the mail server belong to the whole installation, so only who looks
        after it sets them up.
      </Empty>
    </>
  );
}

function GoingLive({ simulatorUrl }: { simulatorUrl: string | null }): React.JSX.Element {
  const found = useCall('getGoLive');
  const check = useAct('checkGoLive', ['getGoLive']);
  const { data } = found;
  return (
    <>
      <PageHead
        title="Going live"
        note={data ? <FreshAt at={found.dataUpdatedAt} failed={found.isRefetchError} /> : null}
      >
        <ReasonedButton loading={check.isPending} onClick={() => check.mutate({})} reason={null}>
          Check now
        </ReasonedButton>
      </PageHead>
      <SettingsTabs />
      {found.isError && !data ? <ProblemNotice problem={found.error} retry={() => void found.refetch()} /> : null}
      {check.error ? <ProblemNotice problem={check.error} /> : null}
      {found.isPending ? <RowsLoading of="the steps" /> : null}
      {data ? (
        <>
          <Standing found={data} simulatorUrl={simulatorUrl} />
          <GoLiveSteps steps={data.steps} />
        </>
      ) : null}
    </>
  );
}

interface StandingProps {
  found: GoLiveAnswer;
  simulatorUrl: string | null;
}

function Standing({ found: { verdict, world, checkedAt }, simulatorUrl }: StandingProps): React.JSX.Element {
  const Icon = verdict.says === 'ready' ? CircleCheck : TriangleAlert;
  return (
    <section className="panel verdict" data-says={verdict.says} aria-label="Verdict">
      <Icon size={24} aria-hidden />
      <div>
        <p className="verdict-text" aria-live="polite">
          {verdict.text}
        </p>
        <Text c="dimmed" size="sm">
          {checkedAt ? (
            <>
              Smartcar, the mail server and the public address were asked <Age at={checkedAt} />.
            </>
          ) : (
            'Smartcar, the mail server and the public address were not asked yet with what is set now.'
          )}
        </Text>
        {world === 'demo' && simulatorUrl ? (
          <Group gap="sm" mt="sm">
            <Text size="sm" maw={560}>
              In the demo the simulator plays Smartcar’s dashboard: break something there, check again, and see what is
              said about it.
            </Text>
            <TryIt simulatorUrl={simulatorUrl} />
          </Group>
        ) : null}
      </div>
    </section>
  );
}
