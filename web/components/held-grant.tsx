/** A car that an owner connected and that is no connection: what is known of it, and what an operator can say to it. */
import { Button, Group, Text, Title } from '@mantine/core';
import { Check, CircleHelp, Scale, X } from 'lucide-react';
import { useId, useState } from 'react';

import type { GrantView } from '../../src/http/contract/grants.ts';
import type { CallName } from '../../src/http/contract/paths.ts';
import { useAct, useCall } from '../api.ts';
import { unknown } from '../format.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/link.tsx';
import { OpenModal } from '../ui/open-modal.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { titled } from '../words.ts';
import { Age } from './age.tsx';
import { useMe } from './me.ts';
import { ProblemNotice } from './problem-notice.tsx';
import { tellDone } from './tell.tsx';
import './held-grant.css';

/** What is read anew after a decision. */
const changedByDecision: readonly CallName[] = [
  'listGrants',
  'getVehicle',
  'listVehicles',
  'listTimeline',
  'listAlerts',
  'getOverview',
  'getDiagnosis',
];

/** What waits for somebody, or could not be deleted; what is deleted in a moment is of no interest. */
export const isOfInterest = ({ state, lastError }: GrantView): boolean =>
  state === 'held' || (state === 'removing' && lastError !== null);

/** Those of one vehicle, on its page; nothing where there are none. */
export function HeldGrants({ vehicleId }: { vehicleId: string }): React.JSX.Element | null {
  const grants = useCall('listGrants', { query: { vehicle: vehicleId, state: 'open' } });
  const items = grants.data?.items.filter(isOfInterest) ?? [];
  if (items.length === 0) return null;
  return (
    <>
      {items.map((grant) => (
        <HeldGrant key={grant.id} grant={grant} />
      ))}
    </>
  );
}

/** `isNamed`: says which vehicle it is about. */
export function HeldGrant({ grant, isNamed = false }: { grant: GrantView; isNamed?: boolean }): React.JSX.Element {
  const isHeld = grant.state === 'held';
  const id = useId();
  const { vehicle } = grant;
  const name = isNamed ? <TextLink href={paths.vehicle(vehicle.id)}>{vehicle.number}</TextLink> : 'the car';
  return (
    <section className="held" aria-labelledby={id}>
      <Title order={isNamed ? 2 : 3} className="held-title">
        <Scale size={16} aria-hidden />
        <span id={id}>
          {isHeld ? <>Is this {name}?</> : <>Still connected at Smartcar{isNamed ? <>: {name}</> : null}</>}
        </span>
      </Title>
      <Text size="sm">{grant.text}</Text>
      {isHeld ? <Comparison grant={grant} /> : <Removal grant={grant} />}
      {isHeld ? <Decisions grant={grant} /> : null}
    </section>
  );
}

function Comparison({ grant }: { grant: GrantView }): React.JSX.Element {
  return (
    <>
      <table className="comparison">
        <thead>
          <tr>
            <th scope="col">
              <span className="unseen">Fact</span>
            </th>
            <th scope="col">On record</th>
            <th scope="col">Connected</th>
            <th scope="col">
              <span className="unseen">Agrees</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {grant.facts.map((fact) => (
            <tr key={fact.field} data-field={fact.field}>
              <th scope="row">{fact.name}</th>
              <td>{shown(fact.field, fact.expected)}</td>
              <td>{shown(fact.field, fact.found)}</td>
              <td>
                <Agreement agrees={fact.agrees} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {grant.replaces ? (
        <Text size="sm" mt="xs">
          Confirming ends the connection that this vehicle has
          {grant.replaces.causeText ? ` (${grant.replaces.causeText.replace(/\.$/, '')})` : ''}. Until then it stays as
          it is.
        </Text>
      ) : null}
      <Text size="sm" c="dimmed" mt="xs">
        Connected <Age at={grant.createdAt} moment />
        {grant.owner ? (
          <>
            {' '}
            by <TextLink href={paths.owner(grant.owner.id)}>{grant.owner.name}</TextLink>
          </>
        ) : null}
        {grant.expiresAt ? (
          <>
            {' '}
            · refused by itself <Age at={grant.expiresAt} ahead />
          </>
        ) : null}
      </Text>
    </>
  );
}

const shown = (field: string, value: string | null): string =>
  value === null ? unknown : field === 'make' ? titled(value) : value;

function Agreement({ agrees }: { agrees: boolean | null }): React.JSX.Element {
  const [Icon, word] =
    agrees === null
      ? ([CircleHelp, 'not known'] as const)
      : agrees
        ? ([Check, 'agrees'] as const)
        : ([X, 'differs'] as const);
  return (
    <span className="agreement" data-agrees={agrees ?? 'unknown'}>
      <Icon size={14} aria-hidden /> {word}
    </span>
  );
}

function Removal({ grant }: { grant: GrantView }): React.JSX.Element {
  return (
    <Text size="sm" c="dimmed" mt="xs">
      Smartcar could not delete it ({grant.attempts} {grant.attempts === 1 ? 'attempt' : 'attempts'}, last answer:{' '}
      {grant.lastError}). Towline tries again by itself
      {grant.nextAttemptAt ? (
        <>
          {' '}
          <Age at={grant.nextAttemptAt} ahead />
        </>
      ) : null}
      ; you can also delete it in the Smartcar dashboard.
    </Text>
  );
}

type Decision = 'confirmGrant' | 'refuseGrant';

function Decisions({ grant }: { grant: GrantView }): React.JSX.Element {
  const { may } = useMe();
  const [decision, decide] = useState<Decision | null>(null);
  const reason = may('connect');
  return (
    <Group gap="xs" mt="sm">
      <ReasonedButton size="sm" reason={reason} onClick={() => decide('confirmGrant')}>
        It is this car
      </ReasonedButton>
      <ReasonedButton size="sm" variant="default" reason={reason} onClick={() => decide('refuseGrant')}>
        It is another car
      </ReasonedButton>
      {decision ? (
        <DecisionDialog key={decision} grant={grant} decision={decision} onClose={() => decide(null)} />
      ) : null}
    </Group>
  );
}

/** Asks once, in words that name the vehicle and what follows. */
function DecisionDialog({
  grant,
  decision,
  onClose,
}: {
  grant: GrantView;
  decision: Decision;
  onClose: () => void;
}): React.JSX.Element {
  const { number } = grant.vehicle;
  const done = (text: string) => (): void => {
    tellDone(text);
    onClose();
  };
  const confirm = useAct('confirmGrant', changedByDecision, done(`${number} is connected; its first data is awaited.`));
  const refuse = useAct(
    'refuseGrant',
    changedByDecision,
    done('The car is refused, and is being deleted at Smartcar.'),
  );
  const isConfirming = decision === 'confirmGrant';
  const act = isConfirming ? confirm : refuse;
  return (
    <OpenModal onClose={onClose} title={isConfirming ? `Connect ${number} to this car?` : `Not ${number}?`} centered>
      <Text mb="md">{isConfirming ? confirmText(grant) : refuseText(grant)}</Text>
      {act.error ? <ProblemNotice problem={act.error} /> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          Decide later
        </Button>
        <Button loading={act.isPending} onClick={() => act.mutate({ id: grant.id, body: {} })}>
          {isConfirming ? `Connect ${number}` : 'Refuse it'}
        </Button>
      </Group>
    </OpenModal>
  );
}

const confirmText = ({ vehicle, replaces }: GrantView): string =>
  `Whoever rents ${vehicle.number} will unlock this car.${replaces ? ' The connection that it has ends, and is taken back at Smartcar; its history stays.' : ''}`;

const refuseText = ({ owner }: GrantView): string =>
  `Nothing changes here. The access is taken back at Smartcar, and the page of ${owner?.name ?? 'the owner'} says that it was another car.`;
