/** Every car of a move and what became of it. */
import { Button, SegmentedControl, Text, Title } from '@mantine/core';
import { useState } from 'react';

import type { MoveVehicleView, MoveView } from '../../src/http/contract/moves.ts';
import { useAct } from '../api.ts';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import { Copyable } from '../ui/copyable.tsx';
import { TextLink } from '../ui/link.tsx';
import { Older } from '../ui/older.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';
import { Age } from './age.tsx';
import { useMe } from './me.ts';
import { changedByMove, isOver } from './move-actions.tsx';
import { ProblemNotice } from './problem-notice.tsx';
import { StateTag } from './state-tag.tsx';
import { tellDone } from './tell.tsx';

const tones: Record<MoveVehicleView['state'], 'good' | 'wait' | 'bad' | 'quiet'> = {
  waiting: 'wait',
  proving: 'wait',
  moved: 'good',
  failed: 'bad',
  rolledBack: 'quiet',
  skipped: 'quiet',
};
const names: Record<MoveVehicleView['state'], string> = {
  waiting: 'Waiting',
  proving: 'Being proved',
  moved: 'On v3',
  failed: 'Stays on v2',
  rolledBack: 'Back on v2',
  skipped: 'Left out',
};

export function MoveVehicles({ move }: { move: MoveView }): React.JSX.Element {
  const [state, setState] = useState<MoveVehicleView['state'] | 'all'>('all');
  const list = usePaged('listMoveVehicles', { id: move.id, query: state === 'all' ? {} : { state } });
  const isPlan = move.state === 'planned';
  const nameOf = (one: MoveVehicleView['state']): string =>
    isPlan && one === 'waiting' ? 'Would be moved' : names[one];
  const states = (Object.keys(names) as MoveVehicleView['state'][]).filter((one) => move.counts[one] > 0); // keys of a record
  return (
    <section className="panel move-cars" aria-labelledby="cars-title">
      <div className="panel-head">
        <Title order={2} id="cars-title">
          Cars
        </Title>
      </div>
      {states.length > 1 ? (
        <div className="scroll-x">
          <SegmentedControl
            aria-label="Which cars"
            mb="sm"
            value={state}
            data={[{ value: 'all', label: 'All' }, ...states.map((value) => ({ value, label: nameOf(value) }))]}
            onChange={(value) => setState(value as typeof state)} // one of its own values
          />
        </div>
      ) : null}
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      {list.isPending ? <RowsLoading of="the cars" /> : null}
      {list.items?.length === 0 ? (
        <Text size="sm" c="dimmed">
          No car of this fleet was on v2 when this was planned.
        </Text>
      ) : null}
      <ul className="lines">
        {(list.items ?? []).map((car) => (
          <MoveLine key={car.vehicleId} car={car} move={move} name={nameOf(car.state)} />
        ))}
      </ul>
      <Older list={list}>More cars</Older>
    </section>
  );
}

function MoveLine({ car, move, name }: { car: MoveVehicleView; move: MoveView; name: string }): React.JSX.Element {
  const { may } = useMe();
  const back = useAct('rollBackMove', changedByMove, () => tellDone(`${car.number} is on v2 again.`));
  const canGoBack = car.state === 'moved' && !isOver(move) && may('move') === null;
  return (
    <li className="entry">
      <StateTag tone={tones[car.state]}>{name}</StateTag>
      <div className="entry-body">
        <span>
          <TextLink href={paths.vehicle(car.vehicleId)}>{car.number}</TextLink>{' '}
          {[car.make, car.model].filter(Boolean).join(' ')}
        </span>
        <span className="quiet">
          {car.text}
          {car.requestId ? (
            <>
              {' '}
              <Copyable value={car.requestId} label={`Copy Smartcar's request id for ${car.number}`}>
                {<span className="mono">request</span>}
              </Copyable>
            </>
          ) : null}
        </span>
        {back.error ? <ProblemNotice problem={back.error} /> : null}
      </div>
      {canGoBack ? (
        <Button
          size="xs"
          variant="default"
          loading={back.isPending}
          aria-label={`Put ${car.number} back on v2`}
          onClick={() => back.mutate({ id: move.id, body: { vehicleIds: [car.vehicleId] } })}
        >
          Put back
        </Button>
      ) : (
        <span className="entry-time">
          <Age at={car.changedAt} />
        </span>
      )}
    </li>
  );
}
