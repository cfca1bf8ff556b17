import { Skeleton, Text, Title } from '@mantine/core';

import type { Answer } from '../../src/http/contract/routes.ts';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/link.tsx';
import { Older } from '../ui/older.tsx';
import { mailKinds, mailStates, requestStates } from '../words.ts';
import { Age } from './age.tsx';
import { ProblemNotice } from './problem-notice.tsx';
import { StateTag } from './state-tag.tsx';

type Message = Answer<'getNotification'>;
const mailTones: Record<Message['state'], 'good' | 'wait' | 'bad' | 'quiet'> = {
  sent: 'good',
  queued: 'wait',
  failed: 'bad',
  withdrawn: 'quiet',
};

/** What was sent to them. */
export function OwnerMessages({ ownerId }: { ownerId: string }): React.JSX.Element {
  const list = usePaged('listOwnerNotifications', { id: ownerId });
  return (
    <section className="panel" aria-labelledby="messages-title">
      <div className="panel-head">
        <Title order={2} id="messages-title">
          Messages
        </Title>
      </div>
      {list.isPending ? <Skeleton height={80} aria-label="Loading messages" /> : null}
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      {list.items && list.items.length === 0 ? (
        <Text size="sm" c="dimmed">
          They were not written to yet.
        </Text>
      ) : null}
      <ul className="lines">
        {list.items?.map((message) => (
          <li key={message.id} className="entry">
            <StateTag tone={mailTones[message.state]}>{mailStates[message.state] ?? message.state}</StateTag>
            <div className="entry-body">
              <span>{message.subject ?? mailKinds[message.kind] ?? message.kind}</span>
              {message.lastError ? <span className="quiet">Last try: {message.lastError}</span> : null}
            </div>
            <span className="entry-time">
              <Age at={message.sentAt ?? message.createdAt} />
            </span>
          </li>
        ))}
      </ul>
      <Older list={list}>Older messages</Older>
    </section>
  );
}

type Request = Answer<'listOwnerRequests'>['items'][number];
const requestTones: Record<Request['state'], 'good' | 'wait' | 'quiet'> = {
  open: 'wait',
  repaired: 'good',
  withdrawn: 'quiet',
};

/** What they were asked to repair, and how far they came. */
export function OwnerRequests({ ownerId }: { ownerId: string }): React.JSX.Element | null {
  const list = usePaged('listOwnerRequests', { id: ownerId });
  if (list.items?.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="requests-title">
      <div className="panel-head">
        <Title order={2} id="requests-title">
          Asked to repair
        </Title>
      </div>
      {list.isPending ? <Skeleton height={80} aria-label="Loading what they were asked" /> : null}
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      <ul className="lines">
        {list.items?.map((request) => (
          <li key={request.id} className="entry">
            <StateTag tone={requestTones[request.state]}>{requestStates[request.state]}</StateTag>
            <div className="entry-body">
              {request.vehicles.map((vehicle) => (
                <span key={vehicle.id}>
                  <TextLink href={paths.vehicle(vehicle.id)}>{vehicle.number}</TextLink>: {vehicle.causeText}
                </span>
              ))}
              <span className="quiet">
                asked <Age at={request.askedAt} moment /> ·{' '}
                {request.openedAt ? (
                  <>
                    opened <Age at={request.openedAt} moment />
                  </>
                ) : (
                  'not opened'
                )}
              </span>
            </div>
            <span className="entry-time">
              <Age at={request.closedAt ?? request.createdAt} />
            </span>
          </li>
        ))}
      </ul>
      <Older list={list}>Older requests</Older>
    </section>
  );
}
