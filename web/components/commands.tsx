/** Locking and unlocking one vehicle: what was asked of it, how far it came, and what the car says. */
import { Button, Skeleton, Text, Title } from '@mantine/core';

import type { CommandView } from '../../src/http/contract/commands.ts';
import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { useAct } from '../api.ts';
import { usePaged } from '../paged.ts';
import { Older } from '../ui/older.tsx';
import { commandWords } from '../words.ts';
import { Age } from './age.tsx';
import { ProblemNotice } from './problem-notice.tsx';
import { StateTag } from './state-tag.tsx';
import { tellProblem } from './tell.tsx';

const tones: Record<CommandView['state'], 'good' | 'wait' | 'bad' | 'quiet'> = {
  queued: 'wait',
  sent: 'wait',
  confirmed: 'good',
  unconfirmed: 'bad',
  failed: 'bad',
  expired: 'bad',
  cancelled: 'quiet',
};

export function Commands({ vehicle }: { vehicle: VehicleView }): React.JSX.Element | null {
  const list = usePaged('listCommands', { id: vehicle.id, query: { limit: 5 } });
  // What was never locked or unlocked has nothing to tell.
  if (list.items?.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="commands-title">
      <div className="panel-head">
        <Title order={2} id="commands-title">
          Lock and unlock
        </Title>
      </div>
      {list.isPending ? <Skeleton height={60} aria-label="Loading what was asked of the car" /> : null}
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      <ul className="lines" aria-live="polite">
        {list.items?.map((command) => (
          <CommandLine key={command.id} command={command} />
        ))}
      </ul>
      <Older list={list}>Earlier ones</Older>
    </section>
  );
}

function CommandLine({ command }: { command: CommandView }): React.JSX.Element {
  const cancel = useAct('cancelCommand', ['listCommands', 'listTimeline']);
  const { type, state, stateText, causeText, retry, requestedBy, requestedAt, acceptedAt } = command;
  const isOver = state !== 'queued' && state !== 'sent';
  return (
    <li className="entry">
      <StateTag tone={tones[state]}>{stateText}</StateTag>
      <div className="entry-body">
        <span>
          <b>{commandWords[type]}</b>
          {state === 'sent' && acceptedAt ? ', passed on by Smartcar' : ''}
        </span>
        {causeText && state !== 'confirmed' ? <span className="quiet">{causeText}</span> : null}
        {isOver && retry === 'now' ? <span className="quiet">It makes sense to try again.</span> : null}
        <span className="quiet">{requestedBy.name}</span>
      </div>
      {state === 'queued' ? (
        <Button
          size="xs"
          variant="default"
          loading={cancel.isPending}
          onClick={() => cancel.mutate({ id: command.id, body: undefined }, { onError: tellProblem })}
        >
          Cancel
        </Button>
      ) : null}
      <span className="entry-time">
        <Age at={requestedAt} moment />
      </span>
    </li>
  );
}

/** Says in a line what the last press came to; the list below says more. */
export function LastCommand({ vehicle }: { vehicle: VehicleView }): React.JSX.Element | null {
  const list = usePaged('listCommands', { id: vehicle.id, query: { limit: 5 } });
  const last = list.items?.[0];
  if (!last || (last.state !== 'queued' && last.state !== 'sent')) return null;
  return (
    <Text size="sm" className="suspicion" role="status">
      <span className="pulse" aria-hidden /> {commandWords[last.type]}: {last.stateText}.
    </Text>
  );
}
