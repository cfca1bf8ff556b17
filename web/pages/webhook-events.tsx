import { SegmentedControl } from '@mantine/core';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { Radio } from 'lucide-react';

import type { Answer } from '../../src/http/contract/routes.ts';
import { Age } from '../components/age.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { VehicleName } from '../components/vehicle-name.tsx';
import { StateTag } from '../components/state-tag.tsx';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import { Copyable } from '../ui/copyable.tsx';
import { Empty } from '../ui/empty.tsx';
import { Older } from '../ui/older.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';
import { useSettled } from '../ui/settled.ts';
import { eventStates } from '../words.ts';

type WebhookEvent = Answer<'getWebhookEvent'>;

const route = getRouteApi('/shell/webhook-events');
const tones: Record<WebhookEvent['state'], 'good' | 'wait' | 'bad' | 'quiet'> = {
  applied: 'good',
  pending: 'wait',
  quarantined: 'bad',
  duplicate: 'quiet',
  ignored: 'quiet',
};
const choices = [
  { value: 'all', label: 'All' },
  ...Object.entries(eventStates).map(([value, label]) => ({ value, label })),
];

export function WebhookEventsPage(): React.JSX.Element {
  const { state = 'all' } = route.useSearch();
  const { history } = useRouter();
  const list = usePaged('listWebhookEvents', { query: state === 'all' ? {} : { state } });
  const { items, waiting, hold } = useSettled(list.items ?? []);
  return (
    <>
      <PageHead
        title="From Smartcar"
        note={
          list.items ? (
            <>
              <FreshAt at={list.updatedAt} failed={list.isRefetchError} />
              {waiting > 0 ? ` · ${waiting} new, shown when the pointer leaves the list` : ''}
            </>
          ) : null
        }
      />
      <div className="scroll-x">
        <SegmentedControl
          aria-label="Which messages"
          mb="md"
          value={state}
          data={choices}
          onChange={(value) => history.replace(paths.webhookEvents(value === 'all' ? undefined : value))}
        />
      </div>
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      {list.isPending ? <RowsLoading of="messages from Smartcar" /> : null}
      {list.items && items.length === 0 ? (
        <Empty
          icon={<Radio size={28} />}
          title={state === 'all' ? 'Smartcar has sent nothing yet' : 'None in this state'}
        >
          Smartcar sends what cars report and what breaks. Each message is kept before it is answered, and applied once.
        </Empty>
      ) : null}
      {items.length > 0 ? (
        <section className="panel" aria-label="Messages from Smartcar" {...hold}>
          <ul className="lines">
            {items.map((event) => (
              <EventLine key={event.id} event={event} />
            ))}
          </ul>
        </section>
      ) : null}
      <Older list={list}>Older messages</Older>
    </>
  );
}

const types: Record<string, string> = {
  VEHICLE_STATE: 'Vehicle data',
  VEHICLE_ERROR: 'Vehicle error',
  VERIFY: 'Verification',
};

function EventLine({ event }: { event: WebhookEvent }): React.JSX.Element {
  const type = event.eventType ?? 'Not readable';
  return (
    <li className="entry">
      <StateTag tone={tones[event.state]}>{eventStates[event.state]}</StateTag>
      <div className="entry-body">
        <span title={type}>
          {types[type] ?? type}
          {event.vehicleId ? (
            <>
              {' '}
              · <VehicleName id={event.vehicleId} />
            </>
          ) : null}
        </span>
        <span className="quiet">
          {event.reason ? `${event.reason} · ` : ''}
          {event.eventId ? (
            <Copyable value={event.eventId} label="Copy the event's id">
              {<span className="mono">{event.eventId}</span>}
            </Copyable>
          ) : (
            'without an id'
          )}
        </span>
      </div>
      <span className="entry-time">
        <Age
          at={event.receivedAt}
          clocks={[
            ['received', event.receivedAt],
            ['applied', event.appliedAt],
          ]}
        />
      </span>
    </li>
  );
}
