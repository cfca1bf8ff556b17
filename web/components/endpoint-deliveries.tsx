/** How each event reached an endpoint: its state, and every try with what was answered. */
import { Button, SegmentedControl, Text, Title } from '@mantine/core';
import { useState } from 'react';

import type { DeliveryState } from '../../src/domain/event-delivery.ts';
import type { DeliveryView, EndpointView } from '../../src/http/contract/events.ts';
import { deliveryTexts } from '../../src/texts/english-fleet-events.ts';
import { useAct } from '../api.ts';
import { changedByEndpoint, disabledReason } from '../endpoint.ts';
import { count } from '../format.ts';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import { Copyable } from '../ui/copyable.tsx';
import { TextLink } from '../ui/link.tsx';
import { Older } from '../ui/older.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';
import { useSettled } from '../ui/settled.ts';
import { Age } from './age.tsx';
import { useMe } from './me.ts';
import { ProblemNotice } from './problem-notice.tsx';
import { StateTag } from './state-tag.tsx';
import { tellDone, tellProblem } from './tell.tsx';

type Shown = DeliveryState | 'all';

const choices: { value: Shown; label: string }[] = [
  { value: 'all', label: 'All' },
  ...(['pending', 'delivered', 'failed', 'stopped'] as const).map((value) => ({
    value,
    label: deliveryTexts[`delivery.state.${value}`],
  })),
];
const tones = { pending: 'wait', delivered: 'good', failed: 'bad', stopped: 'quiet' } as const;

export function EndpointDeliveries({ endpoint }: { endpoint: EndpointView }): React.JSX.Element {
  const [state, setState] = useState<Shown>('all');
  const list = usePaged('listEventDeliveries', { id: endpoint.id, query: state === 'all' ? {} : { state } });
  const { items, waiting, hold } = useSettled(list.items ?? []);
  return (
    <section className="panel" aria-labelledby="deliveries-title" {...hold}>
      <div className="panel-head">
        <Title order={2} id="deliveries-title">
          Events of the last 30 days
        </Title>
        {waiting > 0 ? (
          <span className="quiet">{count(waiting)} new, shown when the pointer leaves the list</span>
        ) : null}
      </div>
      <div className="scroll-x">
        <SegmentedControl
          aria-label="Which events"
          mb="xs"
          size="xs"
          value={state}
          data={choices}
          onChange={(value) => setState(value as Shown)} // one of the choices
        />
      </div>
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      {list.isPending ? <RowsLoading of="events" /> : null}
      {list.items && items.length === 0 ? (
        <Text c="dimmed" size="sm" py="sm">
          {state === 'all'
            ? 'Nothing has happened since that it wants. Send a test to see whether it listens.'
            : 'None in this state.'}
        </Text>
      ) : null}
      <ul className="lines">
        {items.map((one) => (
          <DeliveryLine key={one.id} endpoint={endpoint} delivery={one} />
        ))}
      </ul>
      <Older list={list}>Older events</Older>
    </section>
  );
}

function DeliveryLine({ endpoint, delivery }: { endpoint: EndpointView; delivery: DeliveryView }): React.JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const { may } = useMe();
  const retry = useAct('retryEventDelivery', changedByEndpoint, () => tellDone('It is tried again now.'));
  const { id, type, vehicle, state, at, tries, nextTryAt } = delivery;
  const again = (): void => retry.mutate({ id: endpoint.id, below: id }, { onError: tellProblem });
  return (
    <li className="delivery">
      <div className="entry">
        <StateTag tone={tones[state]}>{deliveryTexts[`delivery.state.${state}`]}</StateTag>
        <div className="entry-body">
          <span>
            <span className="mono">{type}</span>
            {vehicle ? (
              <>
                {' '}
                · <TextLink href={paths.vehicle(vehicle.id)}>{vehicle.number}</TextLink>
              </>
            ) : null}
          </span>
          <span className="quiet">
            {tries[0]?.text ?? 'Not tried yet.'}
            {nextTryAt && tries.length > 0 ? (
              <>
                {' '}
                Next try <Age at={nextTryAt} ahead />.
              </>
            ) : null}{' '}
            {tries.length > 0 ? (
              <Button
                size="compact-xs"
                variant="subtle"
                aria-expanded={isOpen}
                aria-label={`${tryCount(tries.length)} of ${type}`}
                onClick={() => setOpen(!isOpen)}
              >
                {tryCount(tries.length)}
              </Button>
            ) : null}
          </span>
        </div>
        <span className="entry-time">
          <Age at={at} />
        </span>
        <ReasonedButton
          size="xs"
          variant="default"
          loading={retry.isPending}
          reason={may('changeEndpoints') ?? disabledReason(endpoint)}
          onClick={again}
          aria-label={`Send ${type} again`}
        >
          Again
        </ReasonedButton>
      </div>
      {isOpen ? <Tries delivery={delivery} /> : null}
    </li>
  );
}

const tryCount = (tries: number): string => (tries === 1 ? '1 try' : `${count(tries)} tries`);

function Tries({ delivery: { id, tries } }: { delivery: DeliveryView }): React.JSX.Element {
  return (
    <div className="tries">
      <Copyable value={id} label="Copy the event's id">
        <span className="mono">{id}</span>
      </Copyable>
      <ol>
        {tries.map((one) => (
          <li key={one.at}>
            <Age at={one.at} /> · {count(one.durationMs)} ms · {one.text}
            {one.answer ? <pre tabIndex={0}>{one.answer}</pre> : null}
          </li>
        ))}
      </ol>
    </div>
  );
}
