import { Button, Tooltip } from '@mantine/core';
import { Mail } from 'lucide-react';

import type { Answer } from '../../src/http/contract/routes.ts';
import { Age } from '../components/age.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { useMe } from '../components/me.ts';
import { MessageTabs } from '../components/message-tabs.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { VehicleName } from '../components/vehicle-name.tsx';
import { StateTag } from '../components/state-tag.tsx';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import { Empty } from '../ui/empty.tsx';
import { PlainLink } from '../ui/link.tsx';
import { Older } from '../ui/older.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';
import { useSettled } from '../ui/settled.ts';
import { mailKinds, mailStates } from '../words.ts';

type Message = Answer<'getNotification'>;
const tones: Record<Message['state'], 'good' | 'wait' | 'bad' | 'quiet'> = {
  sent: 'good',
  queued: 'wait',
  failed: 'bad',
  withdrawn: 'quiet',
};

export function MessagesPage(): React.JSX.Element {
  const list = usePaged('listNotifications');
  const { me } = useMe();
  const { items, hold } = useSettled(list.items ?? []);
  return (
    <>
      <PageHead
        title="Messages to owners"
        note={list.items ? <FreshAt at={list.updatedAt} failed={list.isRefetchError} /> : null}
      >
        {me?.demo ? (
          <Button component={PlainLink} href={paths.mailbox()} variant="default" size="sm">
            Open the mailbox
          </Button>
        ) : null}
      </PageHead>
      <MessageTabs />
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      {list.isPending ? <RowsLoading of="messages" /> : null}
      {list.items && items.length === 0 ? (
        <Empty icon={<Mail size={28} />} title="Nobody was written to yet">
          When only an owner can repair a connection, Towline writes to them once, with one button. What was sent, and
          what became of it, is listed here.
        </Empty>
      ) : null}
      {items.length > 0 ? (
        <section className="panel" aria-label="Messages" {...hold}>
          <ul className="lines">
            {items.map((message) => (
              <MessageLine key={message.id} message={message} />
            ))}
          </ul>
        </section>
      ) : null}
      <Older list={list}>Older messages</Older>
    </>
  );
}

function MessageLine({ message }: { message: Message }): React.JSX.Element {
  const { state, attempts, lastError } = message;
  return (
    <li className="entry">
      <StateTag tone={tones[state]}>{mailStates[state] ?? state}</StateTag>
      <div className="entry-body">
        <span>{message.subject ?? mailKinds[message.kind] ?? message.kind}</span>
        <span className="quiet">
          to {message.owner.name} by e-mail{message.vehicleIds.length > 0 ? ' · ' : ''}
          {message.vehicleIds.map((id, index) => (
            <span key={id}>
              {index > 0 ? ', ' : ''}
              <VehicleName id={id} />
            </span>
          ))}
          {attempts > 1 ? ` · ${attempts} tries` : ''}
          {lastError ? (
            <>
              {' '}
              ·{' '}
              <Tooltip label={lastError}>
                <span tabIndex={0} className="age">
                  last try failed
                </span>
              </Tooltip>
            </>
          ) : null}
        </span>
      </div>
      <span className="entry-time">
        <Age
          at={message.sentAt ?? message.createdAt}
          clocks={[
            ['written', message.createdAt],
            ['sent', message.sentAt],
          ]}
        />
      </span>
    </li>
  );
}
