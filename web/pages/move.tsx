/** The move from Smartcar's v2 to v3: what is left on v2, the plan or the move that is open, and every car of it. */
import { Alert, Text, Title } from '@mantine/core';
import { ArrowRightLeft, Info } from 'lucide-react';

import type { MoveView } from '../../src/http/contract/moves.ts';
import { useAct, useCall } from '../api.ts';
import { DownloadButton } from '../components/download-button.tsx';
import { Age } from '../components/age.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { useMe } from '../components/me.ts';
import { changedByMove, isOver, MoveActions } from '../components/move-actions.tsx';
import { MoveVehicles } from '../components/move-vehicles.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { SettingsTabs } from '../components/settings-tabs.tsx';
import { tellDone } from '../components/tell.tsx';
import { count } from '../format.ts';
import { Empty } from '../ui/empty.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';

export function MovePage(): React.JSX.Element {
  const moves = useCall('listMoves', { query: { limit: 1 } });
  const { may } = useMe();
  const plan = useAct('planMove', changedByMove, () => tellDone('The plan is made. Nothing was changed yet.'));
  const { data } = moves;
  const move = data?.items[0];
  const isOpen = move !== undefined && !isOver(move);
  return (
    <>
      <PageHead
        title="Move to v3"
        note={data ? <FreshAt at={moves.dataUpdatedAt} failed={moves.isRefetchError} /> : null}
      >
        {data && (data.onV2 > 0 || isOpen) && (!isOpen || move.state === 'planned') ? (
          <ReasonedButton
            variant={isOpen ? 'default' : 'filled'}
            loading={plan.isPending}
            onClick={() => plan.mutate({ body: { dryRun: true } })}
            reason={may('move') ?? missingReason(data.missing)}
          >
            {isOpen ? 'Plan again' : 'Plan the move'}
          </ReasonedButton>
        ) : null}
      </PageHead>
      <SettingsTabs />
      {moves.isError && !data ? <ProblemNotice problem={moves.error} retry={() => void moves.refetch()} /> : null}
      {plan.error ? <ProblemNotice problem={plan.error} /> : null}
      {moves.isPending ? <RowsLoading of="the move" /> : null}
      {data ? <Standing onV2={data.onV2} missing={data.missing} /> : null}
      {move ? <MovePanel key={move.id} move={move} /> : null}
      {data && !move && data.onV2 === 0 ? (
        <Empty icon={<ArrowRightLeft size={28} />} title="Nothing to move">
          Every connection of this fleet is on Smartcar’s v3.
        </Empty>
      ) : null}
    </>
  );
}

const missingReason = (missing: readonly string[]): string | null =>
  missing.length === 0 ? null : `Set ${missing.join(' and ')} first.`;

function Standing({ onV2, missing }: { onV2: number; missing: readonly string[] }): React.JSX.Element | null {
  if (onV2 === 0) return null;
  return (
    <Alert color="blue" variant="light" icon={<Info size={18} />} mb="md">
      <Text size="sm">
        {count(onV2)} {onV2 === 1 ? 'car is' : 'cars are'} still on Smartcar’s v2, which is deprecated on 1 December
        2026. Moving asks no owner for anything: each car is read on v2 until v3 shows the same, and can go back until
        the move is finished.
      </Text>
      {missing.length > 0 ? (
        <Text size="sm" mt="xs">
          This installation has no credentials for v3 yet. Make an API client in Smartcar’s dashboard, set{' '}
          {missing.map((name, index) => (
            <span key={name}>
              {index > 0 ? ' and ' : ''}
              <code>{name}</code>
            </span>
          ))}
          , keep <code>SMARTCAR_CLIENT_SECRET</code>, and start Towline again.
        </Text>
      ) : null}
    </Alert>
  );
}

const titles: Record<MoveView['state'], string> = {
  planned: 'Plan',
  running: 'The move is under way',
  paused: 'The move is paused',
  finished: 'The last move is finished',
  rolledBack: 'The last move was rolled back',
};

function MovePanel({ move }: { move: MoveView }): React.JSX.Element {
  const { counts } = move;
  const isPlan = move.state === 'planned';
  const figures: [string, number][] = isPlan
    ? [
        ['would be moved', counts.waiting],
        ['left out', counts.skipped],
      ]
    : [
        ['moved', counts.moved],
        ['being proved', counts.proving],
        ['waiting', counts.waiting],
        ['stay on v2', counts.failed],
        ['rolled back', counts.rolledBack],
        ['left out', counts.skipped],
      ];
  return (
    <>
      <section className="panel" aria-labelledby="move-title">
        <div className="panel-head">
          <Title order={2} id="move-title">
            {titles[move.state]}
          </Title>
          <DownloadButton size="xs" file="moveReport" id={move.id}>
            Report (CSV)
          </DownloadButton>
        </div>
        <dl className="figures">
          {figures.map(([name, number]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{count(number)}</dd>
            </div>
          ))}
        </dl>
        <Text size="sm" c="dimmed" mt="sm">
          Planned <Age at={move.plannedAt} /> by {move.plannedBy}
          {move.startedAt ? (
            <>
              {' '}
              · started <Age at={move.startedAt} /> by {move.startedBy}
            </>
          ) : null}
          {move.backWanted > 0 ? ` · ${count(move.backWanted)} on their way back to v2` : ''}
        </Text>
        <MoveActions move={move} />
      </section>
      <MoveVehicles move={move} />
    </>
  );
}
