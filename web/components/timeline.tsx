/** Everything that happened to one vehicle, newest first, by day. */
import { Button, Skeleton, Text, Title } from '@mantine/core';
import {
  ArrowRightLeft,
  Ban,
  CarFront,
  CloudCheck,
  CloudOff,
  Check,
  CircleDot,
  Handshake,
  Hourglass,
  KeyRound,
  Link2,
  ListChecks,
  Mail,
  MailCheck,
  Radio,
  RefreshCw,
  ScanSearch,
  Undo2,
  Unplug,
  UserCheck,
} from 'lucide-react';
import type { LucideIcon } from 'lucide-react';

import type { TimelineKind } from '../../src/domain/timeline.ts';
import type { TimelineView } from '../../src/http/contract/vehicles.ts';
import { clockTime, dayOf, exactTime } from '../format.ts';
import { usePaged } from '../paged.ts';
import { Copyable } from '../ui/copyable.tsx';
import { useSettled } from '../ui/settled.ts';
import { vias } from '../words.ts';
import { ProblemNotice } from './problem-notice.tsx';

const icons: Record<TimelineKind, LucideIcon> = {
  'vehicle.added': CarFront,
  'connection.connecting': Link2,
  'connection.refused': Ban,
  'connection.held': Hourglass,
  'connection.confirmed': Check,
  'connection.grant-removed': Unplug,
  'connection.connected': Check,
  'connection.changed': CircleDot,
  'connection.suspected': ScanSearch,
  'connection.suspicion-withdrawn': Undo2,
  'connection.revoked-at-smartcar': Unplug,
  'connection.revoked-by-hand': Unplug,
  'connection.subscribed': Radio,
  'connection.tokens-lost': Unplug,
  'connection.move-begun': ArrowRightLeft,
  'connection.moved': ArrowRightLeft,
  'connection.move-failed': Ban,
  'connection.moved-back': Undo2,
  'connection.move-finished': ArrowRightLeft,
  'connection.permissions-changed': ListChecks,
  'connection.listed-again': Undo2,
  'command.requested': KeyRound,
  'command.confirmed': Check,
  'command.unconfirmed': Hourglass,
  'command.failed': Ban,
  'command.expired': Ban,
  'command.cancelled': Undo2,
  'connection.broken-in-rental': Ban,
  'rental.started': Handshake,
  'rental.changed': Handshake,
  'rental.ended': Check,
  'rental.cancelled': Undo2,
  'rental.disconnect-wished': Unplug,
  'rental.disconnect-withdrawn': Undo2,
  'owner.asked': Mail,
  'owner.returned': UserCheck,
  'owner.told': MailCheck,
  'request.withdrawn': Undo2,
  'incident.joined': CloudOff,
  'incident.left': CloudCheck,
  'check.run': RefreshCw,
};

const iconOf = (kind: string): LucideIcon => (kind in icons ? icons[kind as TimelineKind] : CircleDot); // `in` has just shown that it is one

export function Timeline({ vehicleId }: { vehicleId: string }): React.JSX.Element {
  const timeline = usePaged('listTimeline', { id: vehicleId, query: { limit: 30 } });
  const { items, waiting, hold } = useSettled(timeline.items ?? []);
  return (
    <section className="panel" aria-labelledby="timeline-title" {...hold}>
      <div className="panel-head">
        <Title order={2} id="timeline-title">
          Timeline
        </Title>
        {waiting > 0 ? <span className="note">{waiting} new</span> : null}
      </div>
      {timeline.isPending ? <Skeleton height={160} aria-label="Loading the timeline" /> : null}
      {timeline.problem && !timeline.items ? (
        <ProblemNotice problem={timeline.problem} retry={timeline.refetch} />
      ) : null}
      {timeline.items && items.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing has happened yet. Each change of the connection, each check and each message is written here for good.
        </Text>
      ) : null}
      {byDay(items).map(([day, entries]) => (
        <div key={day}>
          <h3 className="day">{day}</h3>
          <ol className="happenings">
            {entries.map((entry) => (
              <Happening key={entry.id} entry={entry} />
            ))}
          </ol>
        </div>
      ))}
      {timeline.hasMore ? (
        <Button variant="default" size="xs" mt="sm" loading={timeline.isFetchingMore} onClick={timeline.loadMore}>
          Earlier
        </Button>
      ) : null}
    </section>
  );
}

function Happening({ entry }: { entry: TimelineView }): React.JSX.Element {
  const Icon = iconOf(entry.kind);
  return (
    <li className="happening">
      <time dateTime={entry.at} title={exactTime(entry.at)}>
        {clockTime(entry.at)}
      </time>
      <span className="happening-icon" aria-hidden>
        <Icon size={14} />
      </span>
      <div>
        <span>{entry.text}</span>
        <span className="quiet happening-by">
          {entry.actor.name}
          {entry.via in vias ? ` · by ${vias[entry.via]}` : ''}
          {entry.requestId ? (
            <>
              {' '}
              ·{' '}
              <Copyable value={entry.requestId} label="Copy Smartcar's request id">
                {<span className="mono">{short(entry.requestId)}</span>}
              </Copyable>
            </>
          ) : null}
        </span>
      </div>
    </li>
  );
}

const short = (id: string): string => (id.length > 14 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id);

function byDay(items: readonly TimelineView[]): [day: string, entries: TimelineView[]][] {
  const days = new Map<string, TimelineView[]>();
  for (const item of items) days.set(dayOf(item.at), [...(days.get(dayOf(item.at)) ?? []), item]);
  return [...days];
}
