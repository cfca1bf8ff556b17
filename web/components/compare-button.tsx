/** Compares Smartcar's lists with ours now; for who looks after all fleets. */
import { RefreshCw } from 'lucide-react';

import { useAct, useCall } from '../api.ts';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { useMe } from './me.ts';
import { tellDone, tellProblem } from './tell.tsx';

export function CompareButton(): React.JSX.Element {
  const { me, may } = useMe();
  const { data } = useCall('getReconciliation');
  const compare = useAct('startReconciliation', ['getReconciliation'], () => tellDone('The comparison has begun.'));
  const isRunning = data?.platforms.some(({ state }) => state === 'running') ?? false;
  const reason =
    me && !me.installationAdministrator
      ? 'Only the installation’s administrator; Smartcar’s list is every fleet’s.'
      : may('changeSettings');
  return (
    <ReasonedButton
      variant="default"
      leftSection={<RefreshCw size={16} />}
      loading={compare.isPending}
      reason={reason ?? (isRunning ? 'One is under way.' : null)}
      onClick={() => compare.mutate({ body: {} }, { onError: tellProblem })}
    >
      Compare now
    </ReasonedButton>
  );
}
