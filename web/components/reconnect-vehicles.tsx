/** Every vehicle of many reconnects and what became of it; those whose owners have not acted as a table to call by. */
import { SegmentedControl, Text, Title } from '@mantine/core';
import { useState } from 'react';

import type { ReconnectItemView, ReconnectsDetail } from '../../src/http/contract/reconnects.ts';
import { count } from '../format.ts';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/link.tsx';
import { Older } from '../ui/older.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';
import { carName } from '../words.ts';
import { Age } from './age.tsx';
import { DownloadButton } from './download-button.tsx';
import { ProblemNotice } from './problem-notice.tsx';
import { itemWords, stepWord } from './reconnect-words.ts';
import { StateTag } from './state-tag.tsx';

type State = ReconnectItemView['state'];

export function ReconnectVehicles({ batch }: { batch: ReconnectsDetail }): React.JSX.Element {
  const [state, setState] = useState<State | 'all'>('all');
  const list = usePaged('listReconnectVehicles', {
    id: batch.id,
    query: { limit: 100, ...(state === 'all' ? {} : { state }) },
  });
  const states = (Object.keys(itemWords) as State[]).filter((one) => batch.counts[one] > 0); // keys of a record
  const choices = [
    { value: 'all', label: `All ${count(batch.vehicles)}` },
    ...states.map((value) => ({ value, label: `${itemWords[value].word} ${count(batch.counts[value])}` })),
  ];
  return (
    <section className="panel move-cars" aria-labelledby="vehicles-title">
      <div className="panel-head">
        <Title order={2} id="vehicles-title">
          Vehicles
        </Title>
        {batch.counts.sent > 0 ? (
          <DownloadButton size="xs" file="reconnectsReport" id={batch.id} query={{ state: 'sent' }}>
            Not acted yet (CSV)
          </DownloadButton>
        ) : null}
      </div>
      {states.length > 1 ? (
        <div className="scroll-x">
          <SegmentedControl
            aria-label="Which vehicles"
            mb="sm"
            value={state}
            data={choices}
            onChange={(value) => setState(value as typeof state)} // one of its own values
          />
        </div>
      ) : null}
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      {list.isPending ? <RowsLoading of="the vehicles" /> : null}
      {list.items?.length === 0 ? (
        <Text size="sm" c="dimmed">
          None of them is in this state now.
        </Text>
      ) : null}
      <ul className={list.isFormer ? 'lines fading' : 'lines'}>
        {(list.items ?? []).map((item) => (
          <ItemLine key={item.id} item={item} />
        ))}
      </ul>
      <Older list={list}>More vehicles</Older>
    </section>
  );
}

function ItemLine({ item }: { item: ReconnectItemView }): React.JSX.Element {
  const clocks = [
    ['asked', item.actedAt],
    ['delivered', item.deliveredAt],
    ['pressed the button', item.openedAt],
    ['came back', item.returnedAt],
    ['works again', item.repairedAt],
  ] as const;
  const known = clocks.filter(([, at]) => at !== null);
  return (
    <li className="entry">
      <StateTag tone={itemWords[item.state].tone}>{stepWord(item)}</StateTag>
      <div className="entry-body">
        <span>
          <TextLink href={paths.vehicle(item.id)}>{item.number}</TextLink> {carName(item) ?? ''}
          {item.owner ? ` · ${item.owner.name}` : ''}
        </span>
        <span className="quiet">
          {[item.causeName, item.state === 'sent' ? null : item.text].filter(Boolean).join(' · ')}
          {item.mailError && !item.deliveredAt ? ` ${item.mailError}` : ''}
        </span>
      </div>
      <span className="entry-time">
        <Age at={known.at(-1)?.[1] ?? item.changedAt} clocks={known.length > 0 ? known : [['since', item.changedAt]]} />
      </span>
    </li>
  );
}
