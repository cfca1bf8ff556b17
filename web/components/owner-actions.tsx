/** What can be done for an owner: their page, their file, and forgetting them. */
import { Button, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ChevronDown, Copy, Download, Ellipsis, ExternalLink, Mail, Trash2, UserRound } from 'lucide-react';

import type { OwnerFile } from '../../src/http/contract/owners.ts';
import type { Answer } from '../../src/http/contract/routes.ts';
import { useAct } from '../api.ts';
import { OwnerEraseDialog } from '../forms/owner-erase.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { ReasonedItem } from '../ui/reasoned-item.tsx';
import { useMe } from './me.ts';
import { tellDone, tellProblem } from './tell.tsx';

type Owner = Answer<'getOwner'>;

export function OwnerActions({ owner }: { owner: Owner }): React.JSX.Element {
  const { may } = useMe();
  const [erasing, dialog] = useDisclosure(false);
  const exporting = useAct('exportOwner', ['listAudit'], save);
  return (
    <>
      <TheirPage owner={owner} reason={may('connect')} />
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <Button variant="default" size="sm" aria-label="More about this owner">
            <Ellipsis size={16} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <ReasonedItem
            leftSection={<Download size={15} />}
            reason={may('exportOwner')}
            onClick={() => exporting.mutate({ id: owner.id, body: {} }, { onError: tellProblem })}
          >
            Download their data
          </ReasonedItem>
          <ReasonedItem
            c="var(--red)"
            leftSection={<Trash2 size={15} />}
            reason={may('eraseOwner')}
            onClick={dialog.open}
          >
            Forget this owner …
          </ReasonedItem>
        </Menu.Dropdown>
      </Menu>
      {erasing ? <OwnerEraseDialog owner={owner} onClose={dialog.close} /> : null}
    </>
  );
}

/** Hands the file to the browser. */
function save(file: OwnerFile): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${file.owner.id}.json`;
  link.click();
  URL.revokeObjectURL(url);
  tellDone('The file is downloaded. It holds personal data: hand it to nobody but them.');
}

function TheirPage({ owner, reason }: { owner: Owner; reason: string | null }): React.JSX.Element {
  const send = useAct('sendOwnerLink', ['listOwnerNotifications', 'listNotifications', 'listMailbox']);
  if (reason !== null)
    return (
      <ReasonedButton size="sm" variant="default" leftSection={<UserRound size={15} />} reason={reason}>
        Their page
      </ReasonedButton>
    );
  const act = (way: 'open' | 'copy' | 'email'): void => {
    // The tab is opened by the press itself; a browser blocks one that is opened after the answer.
    const tab = way === 'open' ? window.open('', '_blank') : null;
    send.mutateAsync({ id: owner.id, body: way === 'email' ? { deliver: 'email' } : {} }).then(
      ({ url }) => use(way, url, tab, owner),
      (problem: Error) => {
        tab?.close();
        tellProblem(problem);
      },
    );
  };
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <Button
          size="sm"
          variant="default"
          leftSection={<UserRound size={15} />}
          rightSection={<ChevronDown size={14} />}
          loading={send.isPending}
        >
          Their page
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<ExternalLink size={15} />} onClick={() => act('open')}>
          Open here, in a new tab
        </Menu.Item>
        <Menu.Item leftSection={<Copy size={15} />} onClick={() => act('copy')}>
          Copy the link for them
        </Menu.Item>
        <ReasonedItem
          leftSection={<Mail size={15} />}
          reason={owner.email ? null : 'Add an address first.'}
          onClick={() => act('email')}
        >
          E-mail it to them
        </ReasonedItem>
      </Menu.Dropdown>
    </Menu>
  );
}

function use(way: 'open' | 'copy' | 'email', url: string, tab: Window | null, owner: Owner): void {
  if (tab) {
    tab.opener = null;
    tab.location.href = url;
  }
  if (way === 'email') tellDone(`The message to ${owner.name} is on its way.`);
  if (way === 'copy')
    navigator.clipboard.writeText(url).then(
      () => tellDone('The link is copied. Whoever has it can see and stop what they share, for 30 days.'),
      () => tellProblem(new Error(`The browser does not allow copying. The link is ${url}`)),
    );
}
