/** Locking and unlocking: what was asked of a vehicle, how far it came, and what the car says. */
import { Skeleton, Text, Title } from '@mantine/core';

import type { CommandView, FleetCommandView } from '../../src/http/contract/commands.ts';
import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { useAct } from '../api.ts';
import { lasting } from '../format.ts';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/link.tsx';
import { Older } from '../ui/older.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { carName, commandWords } from '../words.ts';
import { Age } from './age.tsx';
import { useMe } from './me.ts';
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
        <TextLink href={paths.commands({ vehicle: vehicle.id })} size="sm">
          All its commands
        </TextLink>
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

/** One command. `vehicle`: in a list of several vehicles' commands. */
export function CommandLine({
  command,
  vehicle,
}: {
  command: CommandView;
  vehicle?: FleetCommandView['vehicle'];
}): React.JSX.Element {
  const { type, state, stateText, causeText, retry, requestedBy, requestedAt } = command;
  const car = vehicle && carName(vehicle);
  return (
    <li className="entry">
      <StateTag tone={tones[state]}>{stateText}</StateTag>
      <div className="entry-body">
        <span>
          <b>{commandWords[type]}</b>
          {vehicle ? (
            <>
              {' '}
              <TextLink href={paths.vehicle(vehicle.id)}>{vehicle.number}</TextLink>
            </>
          ) : null}
          {car ? <span className="quiet"> · {car}</span> : null}
        </span>
        {causeText && state !== 'confirmed' ? <span className="quiet">{causeText}</span> : null}
        {!vehicle && retry === 'now' ? <span className="quiet">It makes sense to try again.</span> : null}
        <span className="quiet">{[requestedBy.name, ...timesOf(command)].join(' · ')}</span>
      </div>
      {state === 'queued' ? <CancelButton id={command.id} /> : null}
      <span className="entry-time">
        <Age at={requestedAt} moment />
      </span>
    </li>
  );
}

const endWords: Record<CommandView['state'], string> = {
  // Neither has ended.
  queued: '',
  sent: '',
  confirmed: 'confirmed',
  unconfirmed: 'given up',
  failed: 'failed',
  expired: 'given up',
  cancelled: 'taken back',
};

/** How long it took from the press, as far as it came. */
function timesOf({ state, requestedAt, acceptedAt, endedAt }: CommandView): string[] {
  const after = (at: string): string => {
    const seconds = (Date.parse(at) - Date.parse(requestedAt)) / 1_000;
    return seconds < 1 ? 'at once' : `after ${lasting(seconds)}`;
  };
  const accepted = acceptedAt ? [`accepted by Smartcar ${after(acceptedAt)}`] : [];
  return endedAt ? [...accepted, `${endWords[state]} ${after(endedAt)}`] : accepted;
}

function CancelButton({ id }: { id: string }): React.JSX.Element {
  const { may } = useMe();
  const cancel = useAct('cancelCommand', ['listCommands', 'listFleetCommands', 'listTimeline']);
  return (
    <ReasonedButton
      size="xs"
      variant="default"
      reason={may('command')}
      loading={cancel.isPending}
      onClick={() => cancel.mutate({ id, body: undefined }, { onError: tellProblem })}
    >
      Cancel
    </ReasonedButton>
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
