/** What can be pressed for one vehicle; what can't is shown with its reason. */
import { Button, Group, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { ChevronDown, Copy, ExternalLink, Link2, Lock, LockOpen, Mail, RefreshCw, Unplug } from 'lucide-react';

import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import type { Answer } from '../../src/http/contract/routes.ts';
import { keyOf, useAct } from '../api.ts';
import { DisconnectDialog } from '../forms/vehicle-disconnect.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { useMe } from './me.ts';
import { tellDone, tellProblem } from './tell.tsx';

type Capability = VehicleView['capabilities']['connect'];
const whyNot = (capability: Capability, role: string | null): string | null => (capability.allowed ? role : (capability.reason ?? 'This can not be done now.'));

export function ConnectionActions({ vehicle }: { vehicle: VehicleView }): React.JSX.Element {
  const { may } = useMe();
  const client = useQueryClient();
  const [asking, dialog] = useDisclosure(false);
  const { capabilities } = vehicle;
  const check = useAct('checkVehicle', ['listVehicles', 'listTimeline', 'getOverview'], (fresh) => client.setQueryData(keyOf('getVehicle', { id: vehicle.id }), fresh));
  return (
    <Group gap="xs" my="md" role="group" aria-label={`Actions for ${vehicle.number}`}>
      <LinkButton vehicle={vehicle} />
      <ReasonedButton variant="default" size="sm" leftSection={<RefreshCw size={15} />} reason={whyNot(capabilities.check, may('check'))} loading={check.isPending}
        onClick={() => check.mutate({ id: vehicle.id, body: {} }, { onSuccess: () => tellDone(`${vehicle.number} was read just now.`), onError: tellProblem })}>
        Check now
      </ReasonedButton>
      <ReasonedButton variant="default" size="sm" leftSection={<Lock size={15} />} reason={whyNot(capabilities.lock, null)}>Lock</ReasonedButton>
      <ReasonedButton variant="default" size="sm" leftSection={<LockOpen size={15} />} reason={whyNot(capabilities.unlock, null)}>Unlock</ReasonedButton>
      <ReasonedButton variant="subtle" color="red" size="sm" leftSection={<Unplug size={15} />} reason={whyNot(capabilities.disconnect, may('disconnect'))} onClick={dialog.open}>
        Disconnect
      </ReasonedButton>
      <DisconnectDialog vehicle={vehicle} opened={asking} onClose={dialog.close} />
    </Group>
  );
}

/** Connect or Reconnect: here, by a link to hand over, or by e-mail. */
function LinkButton({ vehicle }: { vehicle: VehicleView }): React.JSX.Element {
  const { may } = useMe();
  const again = vehicle.connection !== null;
  const word = again ? 'Reconnect' : 'Connect';
  const { act, pending } = useLink(vehicle);
  const reason = whyNot(again ? vehicle.capabilities.reconnect : vehicle.capabilities.connect, may('connect'));
  const attention = reason === null && vehicle.connection?.status !== 'pending';
  if (reason !== null) return <ReasonedButton size="sm" variant="default" leftSection={<Link2 size={15} />} reason={reason}>{word}</ReasonedButton>;
  return (
    <Menu position="bottom-start" width={260}>
      <Menu.Target>
        <Button size="sm" variant={attention ? 'filled' : 'default'} leftSection={<Link2 size={15} />} rightSection={<ChevronDown size={14} />} loading={pending}>
          {word}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<ExternalLink size={15} />} onClick={() => act('open')}>Open here, in a new tab</Menu.Item>
        <Menu.Item leftSection={<Copy size={15} />} onClick={() => act('copy')}>Copy the link for the owner</Menu.Item>
        <Menu.Item leftSection={<Mail size={15} />} disabled={!vehicle.owner} onClick={() => act('email')}>
          {vehicle.owner ? `E-mail it to ${vehicle.owner.name}` : 'E-mail it: add an owner first'}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

const routesWithoutLink: Partial<Record<Answer<'reconnectVehicle'>['route'], string>> = {
  automatic: 'Nobody has to sign in: Towline goes on trying by itself, and has just tried again.',
  ownerAction: 'The owner has to put something right outside Smartcar first; the panel says what.',
  none: 'No sign-in would mend this; the panel says what would.',
};

type Way = 'open' | 'copy' | 'email';

function useLink(vehicle: VehicleView): { act: (way: Way) => void; pending: boolean } {
  const changes = ['getVehicle', 'listTimeline', 'getOverview', 'listNotifications', 'listMailbox'] as const;
  const connect = useAct('connectVehicle', changes);
  const reconnect = useAct('reconnectVehicle', changes);
  const name = vehicle.connection ? 'reconnectVehicle' : 'connectVehicle';
  const act = (way: Way): void => {
    const options = { id: vehicle.id, body: way === 'email' ? { deliver: 'email' as const } : {} };
    // The tab is opened by the press itself; a browser blocks one that is opened after the answer.
    const tab = way === 'open' ? window.open('', '_blank') : null;
    const asked = name === 'reconnectVehicle' ? reconnect.mutateAsync(options) : connect.mutateAsync(options);
    asked.then((answer) => use(way, answer, tab, vehicle), (problem: Error) => {
      tab?.close();
      tellProblem(problem);
    });
  };
  return { act, pending: connect.isPending || reconnect.isPending };
}

function use(way: Way, answer: Answer<'connectVehicle'> | Answer<'reconnectVehicle'>, tab: Window | null, vehicle: VehicleView): void {
  const { url } = answer;
  if (!url) {
    tab?.close();
    const route = 'route' in answer ? answer.route : 'none';
    tellDone(way === 'email' && answer.delivered ? `The message to ${vehicle.owner?.name ?? 'the owner'} is on its way.` : (routesWithoutLink[route] ?? 'No link is needed.'));
    return;
  }
  if (tab) tab.location.href = url;
  if (way === 'email') tellDone(answer.delivered ? `The message to ${vehicle.owner?.name ?? 'the owner'} is on its way.` : 'No message was sent.');
  if (way === 'copy') {
    navigator.clipboard.writeText(url).then(
      () => tellDone('The link is copied. It works once and for the owner only.'),
      () => tellProblem(new Error(`The browser does not allow copying. The link is ${url}`)),
    );
  }
}
