/** What a person can do with a move now, each asked about once. */
import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';

import type { MoveView } from '../../src/http/contract/moves.ts';
import type { CallName } from '../../src/http/contract/paths.ts';
import { useAct } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { count } from '../format.ts';
import { harm } from '../theme.ts';
import { OpenModal } from '../ui/open-modal.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { useMe } from './me.ts';
import { ProblemNotice } from './problem-notice.tsx';
import { tellDone } from './tell.tsx';

/** What is read anew after any of them. */
export const changedByMove: readonly CallName[] = [
  'listMoves',
  'getMove',
  'listMoveVehicles',
  'getOverview',
  'listVehicles',
];

export const isOver = ({ state }: MoveView): boolean => state === 'finished' || state === 'rolledBack';

type Act = 'startMove' | 'pauseMove' | 'resumeMove' | 'finishMove' | 'rollBackMove';

interface Wish {
  act: Act;
  title: string;
  text: string;
  button: string;
  done: string;
}

function wishesOf({ counts, state }: MoveView): Wish[] {
  const cars = (number: number): string => `${count(number)} ${number === 1 ? 'car' : 'cars'}`;
  const start: Wish = {
    act: 'startMove',
    title: `Move ${cars(counts.waiting)} to v3?`,
    text: 'No owner is asked for anything. Each car stays on v2 until v3 shows the same, and all of them can go back until you finish the move.',
    button: 'Start the move',
    done: 'The move has begun.',
  };
  const pause: Wish = {
    act: 'pauseMove',
    title: 'Pause the move?',
    text: 'No further car is switched. Those that were moved stay on v3.',
    button: 'Pause',
    done: 'The move is paused.',
  };
  const resume: Wish = {
    act: 'resumeMove',
    title: 'Go on with the move?',
    text: `${cars(counts.waiting + counts.proving)} are still to be moved.`,
    button: 'Go on',
    done: 'The move goes on.',
  };
  const finish: Wish = {
    act: 'finishMove',
    title: `Finish the move of ${cars(counts.moved)}?`,
    text: `What gave access on v2 is erased for them, and there is no way back.${counts.waiting + counts.proving > 0 ? ` ${cars(counts.waiting + counts.proving)} had no turn yet and stay on v2.` : ''}`,
    button: 'Finish, no way back',
    done: 'The move is finished.',
  };
  const rollBack: Wish = {
    act: 'rollBackMove',
    title: state === 'planned' ? 'Discard the plan?' : `Put ${cars(counts.moved)} back on v2?`,
    text:
      state === 'planned'
        ? 'Nothing was changed, and nothing will be.'
        : 'They are read on v2 as before. No owner notices anything.',
    button: state === 'planned' ? 'Discard the plan' : 'Put all back on v2',
    done: state === 'planned' ? 'The plan is discarded.' : 'The cars are on v2 again.',
  };
  if (state === 'planned') return [...(counts.waiting > 0 ? [start] : []), rollBack];
  if (state === 'running') return [...(counts.waiting + counts.proving > 0 ? [pause] : []), finish, rollBack];
  return state === 'paused' ? [resume, finish, rollBack] : [];
}

export function MoveActions({ move }: { move: MoveView }): React.JSX.Element | null {
  const { may } = useMe();
  const [wish, setWish] = useState<Wish | null>(null);
  const wishes = wishesOf(move);
  if (wishes.length === 0) return null;
  return (
    <Group mt="md" gap="sm">
      {wishes.map((one) => (
        <ReasonedButton
          key={one.act}
          variant={one.act === 'startMove' || one.act === 'resumeMove' ? 'filled' : 'default'}
          reason={may('move')}
          onClick={() => setWish(one)}
        >
          {one.button}
        </ReasonedButton>
      ))}
      {wish ? <WishDialog key={wish.act} move={move} wish={wish} onClose={() => setWish(null)} /> : null}
    </Group>
  );
}

/** Asks once, in words that name what happens. */
function WishDialog({ move, wish, onClose }: { move: MoveView; wish: Wish; onClose: () => void }): React.JSX.Element {
  const done = (): void => {
    tellDone(wish.done);
    onClose();
  };
  const acts = {
    startMove: useAct('startMove', changedByMove, done),
    pauseMove: useAct('pauseMove', changedByMove, done),
    resumeMove: useAct('resumeMove', changedByMove, done),
    finishMove: useAct('finishMove', changedByMove, done),
    rollBackMove: useAct('rollBackMove', changedByMove, done),
  };
  const act: { error: ApiProblem | null; isPending: boolean } = acts[wish.act];
  const press = (): void => {
    if (wish.act === 'rollBackMove') acts.rollBackMove.mutate({ id: move.id, body: {} });
    else acts[wish.act].mutate({ id: move.id, body: {} });
  };
  return (
    <OpenModal onClose={onClose} title={wish.title} centered>
      <Text mb="md">{wish.text}</Text>
      {act.error ? <ProblemNotice problem={act.error} /> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          Leave it as it is
        </Button>
        <Button {...(wish.act === 'finishMove' ? { color: harm } : {})} loading={act.isPending} onClick={press}>
          {wish.button}
        </Button>
      </Group>
    </OpenModal>
  );
}
