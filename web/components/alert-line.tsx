import { Button, Group } from '@mantine/core';
import { CircleAlert, Info, TriangleAlert } from 'lucide-react';

import type { AlertView } from '../../src/http/contract/operations.ts';
import { useAct } from '../api.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/link.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { alertStates, severities } from '../words.ts';
import { Age } from './age.tsx';
import { useMe } from './me.ts';
import { tellProblem } from './tell.tsx';

const icons = { info: Info, warning: TriangleAlert, critical: CircleAlert };

/** One alert: how bad, what, which vehicle, since when, and what can be done with it. */
export function AlertLine({ alert, brief = false }: { alert: AlertView; brief?: boolean }): React.JSX.Element {
  const Icon = icons[alert.severity];
  return (
    <li className="alert" data-severity={alert.severity} data-state={alert.state}>
      <span className="alert-icon">
        <Icon size={16} aria-hidden />
        <span className="unseen">{severities[alert.severity]}</span>
      </span>
      <div className="alert-body">
        <span className="alert-text">{alert.text}</span>
        <span className="quiet">
          {alert.vehicles.slice(0, 4).map((vehicle, index) => (
            <span key={vehicle.id}>
              {index > 0 ? ', ' : ''}
              <TextLink href={paths.vehicle(vehicle.id)}>{vehicle.number}</TextLink>
            </span>
          ))}
          {alert.vehicles.length > 4 ? ` and ${alert.vehicles.length - 4} more` : ''}
          {alert.vehicles.length > 0 ? ' · ' : ''}
          <Age at={alert.openedAt} />
          {alert.state !== 'open' ? ` · ${alertStates[alert.state]}` : ''}
          {alert.resolvedAt ? (
            <>
              {' '}
              <Age at={alert.resolvedAt} />
            </>
          ) : alert.acknowledgedAt ? (
            <>
              {' '}
              <Age at={alert.acknowledgedAt} />
            </>
          ) : null}
        </span>
      </div>
      {brief || alert.state === 'resolved' ? null : <AlertActions alert={alert} />}
    </li>
  );
}

function AlertActions({ alert }: { alert: AlertView }): React.JSX.Element {
  const { may } = useMe();
  const acknowledge = useAct('acknowledgeAlert', ['listAlerts', 'getOverview']);
  const resolve = useAct('resolveAlert', ['listAlerts', 'getOverview', 'getVehicle', 'listTimeline']);
  const reason = may('acknowledge');
  const options = { id: alert.id, body: {} };
  return (
    <Group gap="xs" wrap="nowrap">
      {alert.state === 'open' ? (
        <ReasonedButton
          size="xs"
          variant="light"
          reason={reason}
          loading={acknowledge.isPending}
          onClick={() => acknowledge.mutate(options, { onError: tellProblem })}
        >
          Look after it
        </ReasonedButton>
      ) : null}
      {reason === null ? (
        <Button
          size="xs"
          variant="default"
          loading={resolve.isPending}
          onClick={() => resolve.mutate(options, { onError: tellProblem })}
        >
          Close
        </Button>
      ) : null}
    </Group>
  );
}
