/** What can be pressed for one vehicle; what can't is shown with its reason. */
import { Button, Group, Menu, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ChevronDown, Copy, ExternalLink, Link2, Lock, LockOpen, Mail, RefreshCw, Unplug } from 'lucide-react';
import { useState } from 'react';

import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import type { Answer } from '../../src/http/contract/routes.ts';
import { useAct } from '../api.ts';
import type { RunningCheck } from '../check.ts';
import { cautionsAgainst, CommandDialog } from '../forms/vehicle-command.tsx';
import { DisconnectDialog } from '../forms/vehicle-disconnect.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { ReasonedItem } from '../ui/reasoned-item.tsx';
import { LastCommand } from './commands.tsx';
import { useMe } from './me.ts';
import { AfterRentalButton } from './rental-actions.tsx';
import { tellDone, tellProblem } from './tell.tsx';

type Capability = VehicleView['capabilities']['connect'];
const whyNot = (capability: Capability, role: string | null): string | null =>
  capability.allowed ? role : (capability.reason ?? 'This can not be done now.');

export function ConnectionActions({
  vehicle,
  check,
}: {
  vehicle: VehicleView;
  check: RunningCheck;
}): React.JSX.Element {
  const { may } = useMe();
  const [asking, dialog] = useDisclosure(false);
  const { capabilities } = vehicle;
  const link = linkOf(vehicle, may('connect'));
  const reasons = {
    check: whyNot(capabilities.check, may('check')),
    lock: whyNot(capabilities.lock, may('command')),
    unlock: whyNot(capabilities.unlock, may('command')),
    disconnect: whyNot(capabilities.disconnect, may('disconnect')),
  };
  return (
    <>
      <Group gap="xs" my="md" role="group" aria-label={`Actions for ${vehicle.number}`}>
        <LinkButton vehicle={vehicle} word={link.word} reason={link.reason} />
        <ReasonedButton
          variant="default"
          size="sm"
          leftSection={<RefreshCw size={15} />}
          reason={reasons.check}
          loading={check.isRunning}
          onClick={check.start}
        >
          Check now
        </ReasonedButton>
        <CommandButtons vehicle={vehicle} lock={reasons.lock} unlock={reasons.unlock} />
        <ReasonedButton
          variant="subtle"
          color="red"
          className="danger"
          size="sm"
          leftSection={<Unplug size={15} />}
          reason={reasons.disconnect}
          onClick={dialog.open}
        >
          Disconnect
        </ReasonedButton>
        {vehicle.rental && vehicle.connection && !vehicle.rental.disconnectsAfter ? (
          <AfterRentalButton rental={vehicle.rental} vehicle={vehicle}>
            Disconnect when this rental ends
          </AfterRentalButton>
        ) : null}
        <DisconnectDialog vehicle={vehicle} opened={asking} onClose={dialog.close} />
      </Group>
      <LastCommand vehicle={vehicle} />
      <Reasons
        of={[
          [link.word, link.reason],
          ['Check now', reasons.check],
          ['Lock', reasons.lock],
          ['Unlock', reasons.unlock],
          ['Disconnect', reasons.disconnect],
        ]}
      />
    </>
  );
}

/** Locking is harmless, unless the car said what speaks against it; unlocking is asked once. */
function CommandButtons({
  vehicle,
  lock,
  unlock,
}: {
  vehicle: VehicleView;
  lock: string | null;
  unlock: string | null;
}): React.JSX.Element {
  const [asking, ask] = useState<'lock' | 'unlock' | null>(null);
  const command = useAct('sendCommand', ['listCommands', 'listTimeline']);
  const send = (type: 'lock' | 'unlock'): void =>
    command.mutate({ id: vehicle.id, body: { type } }, { onError: tellProblem });
  const pending = command.isPending ? command.variables.body?.type : null;
  const common = { variant: 'default', size: 'sm' } as const;
  return (
    <>
      <ReasonedButton
        {...common}
        leftSection={<Lock size={15} />}
        reason={lock}
        loading={pending === 'lock'}
        onClick={() => (cautionsAgainst(vehicle, 'lock').length > 0 ? ask('lock') : send('lock'))}
      >
        Lock
      </ReasonedButton>
      <ReasonedButton
        {...common}
        leftSection={<LockOpen size={15} />}
        reason={unlock}
        loading={pending === 'unlock'}
        onClick={() => ask('unlock')}
      >
        Unlock
      </ReasonedButton>
      {asking ? (
        <CommandDialog vehicle={vehicle} type={asking} onSend={() => send(asking)} onClose={() => ask(null)} />
      ) : null}
    </>
  );
}

function linkOf(vehicle: VehicleView, role: string | null): { word: string; reason: string | null } {
  const { connection, capabilities } = vehicle;
  if (!connection) return { word: 'Connect', reason: whyNot(capabilities.connect, role) };
  // Nothing that could be started would mend it.
  const futile = connection.reconnect?.starts === 'nothing' ? connection.reconnect.text : null;
  return { word: 'Reconnect', reason: whyNot(capabilities.reconnect, role) ?? futile };
}

/** Beside the buttons, for those who don't hover: which can't be pressed, and why. The buttons say it to screen readers. */
function Reasons({
  of,
}: {
  of: readonly (readonly [word: string, reason: string | null])[];
}): React.JSX.Element | null {
  const words = new Map<string, string[]>();
  for (const [word, reason] of of) if (reason !== null) words.set(reason, [...(words.get(reason) ?? []), word]);
  if (words.size === 0) return null;
  return (
    <ul className="reasons" aria-hidden>
      {[...words].map(([reason, names]) => (
        <li key={reason}>
          <b>{names.join(', ')}:</b> {reason}
        </li>
      ))}
    </ul>
  );
}

/** Connect or Reconnect: here, by a link to hand over, or by e-mail. */
function LinkButton({
  vehicle,
  word,
  reason,
}: {
  vehicle: VehicleView;
  word: string;
  reason: string | null;
}): React.JSX.Element {
  const { act, pending } = useLink(vehicle);
  const way = vehicle.connection?.reconnect;
  const attention = reason === null && vehicle.connection?.status !== 'pending';
  if (reason !== null)
    return (
      <ReasonedButton size="sm" variant="default" leftSection={<Link2 size={15} />} reason={reason}>
        {word}
      </ReasonedButton>
    );
  if (way && (way.starts === 'read' || way.starts === 'moveToV3'))
    return (
      <Tooltip label={way.text} multiline w={260}>
        <Button
          size="sm"
          variant={attention ? 'filled' : 'default'}
          leftSection={<Link2 size={15} />}
          loading={pending}
          onClick={() => act('now')}
        >
          {word}
        </Button>
      </Tooltip>
    );
  return (
    <Menu position="bottom-start" width={300}>
      <Menu.Target>
        <Button
          size="sm"
          variant={attention ? 'filled' : 'default'}
          leftSection={<Link2 size={15} />}
          rightSection={<ChevronDown size={14} />}
          loading={pending}
        >
          {word}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {way ? <Menu.Label>{way.text}</Menu.Label> : null}
        <Menu.Item leftSection={<ExternalLink size={15} />} onClick={() => act('open')}>
          Open here, in a new tab
        </Menu.Item>
        <Menu.Item leftSection={<Copy size={15} />} onClick={() => act('copy')}>
          Copy the link for the owner
        </Menu.Item>
        <MailItem vehicle={vehicle} onClick={() => act('email')} />
      </Menu.Dropdown>
    </Menu>
  );
}

/** Stays reachable when it can't be pressed, and says why. */
function MailItem({ vehicle, onClick }: { vehicle: VehicleView; onClick: () => void }): React.JSX.Element {
  const { mailLink } = vehicle.capabilities;
  const reason = mailLink.allowed ? (vehicle.owner ? null : 'Add an owner first.') : mailLink.reason;
  return (
    <ReasonedItem leftSection={<Mail size={15} />} reason={reason} onClick={onClick}>
      {reason === null ? `E-mail it to ${vehicle.owner?.name ?? 'the owner'}` : 'E-mail it'}
    </ReasonedItem>
  );
}

const routesWithoutLink: Partial<Record<Answer<'reconnectVehicle'>['route'], string>> = {
  automatic: 'Smartcar was asked again. Nobody has to sign in; Towline goes on by itself.',
  none: 'No sign-in would mend this; the panel says what would.',
};

type Way = 'open' | 'copy' | 'email' | 'now';

function useLink(vehicle: VehicleView): { act: (way: Way) => void; pending: boolean } {
  const changes = [
    'getVehicle',
    'getDiagnosis',
    'listTimeline',
    'getOverview',
    'listNotifications',
    'listMailbox',
  ] as const;
  const connect = useAct('connectVehicle', changes);
  const reconnect = useAct('reconnectVehicle', changes);
  const name = vehicle.connection ? 'reconnectVehicle' : 'connectVehicle';
  const act = (way: Way): void => {
    const options = { id: vehicle.id, body: way === 'email' ? { deliver: 'email' as const } : {} };
    // The tab is opened by the press itself; a browser blocks one that is opened after the answer.
    const tab = way === 'open' ? window.open('', '_blank') : null;
    const asked = name === 'reconnectVehicle' ? reconnect.mutateAsync(options) : connect.mutateAsync(options);
    asked.then(
      (answer) => use(way, answer, tab, vehicle),
      (problem: Error) => {
        tab?.close();
        tellProblem(problem);
      },
    );
  };
  return { act, pending: connect.isPending || reconnect.isPending };
}

function use(
  way: Way,
  answer: Answer<'connectVehicle'> | Answer<'reconnectVehicle'>,
  tab: Window | null,
  vehicle: VehicleView,
): void {
  const { url } = answer;
  if (!url) {
    tab?.close();
    const route = 'route' in answer ? answer.route : 'none';
    tellDone(
      way === 'email' && answer.delivered
        ? `The message to ${vehicle.owner?.name ?? 'the owner'} is on its way.`
        : (routesWithoutLink[route] ?? 'No link is needed.'),
    );
    return;
  }
  if (tab) {
    tab.opener = null;
    tab.location.href = url;
  }
  if (way === 'email')
    tellDone(
      answer.delivered ? `The message to ${vehicle.owner?.name ?? 'the owner'} is on its way.` : 'No message was sent.',
    );
  // It was to be mended without the owner, and Smartcar says that it can't.
  if (way === 'now') tellDone('The owner is needed after all; press Reconnect once more for the link.');
  if (way === 'copy') {
    navigator.clipboard.writeText(url).then(
      () => tellDone('The link is copied. It works once and for the owner only.'),
      () => tellProblem(new Error(`The browser does not allow copying. The link is ${url}`)),
    );
  }
}
