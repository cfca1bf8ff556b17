/** Every time that many owners were asked at once, newest first. */
import { Button } from '@mantine/core';
import { Send } from 'lucide-react';

import type { ReconnectsView } from '../../src/http/contract/reconnects.ts';
import { Age } from '../components/age.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { MessageTabs } from '../components/message-tabs.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { batchWords } from '../components/reconnect-words.ts';
import { StateTag } from '../components/state-tag.tsx';
import { count } from '../format.ts';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import { Empty } from '../ui/empty.tsx';
import { PlainLink } from '../ui/link.tsx';
import { Older } from '../ui/older.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';
import { useSettled } from '../ui/settled.ts';
import '../components/reconnects.css';

export function ReconnectsPage(): React.JSX.Element {
  const list = usePaged('listReconnects');
  const { items, hold } = useSettled(list.items ?? []);
  return (
    <>
      <PageHead
        title="Reconnects"
        note={list.items ? <FreshAt at={list.updatedAt} failed={list.isRefetchError} /> : null}
      />
      <MessageTabs />
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      {list.isPending ? <RowsLoading of="reconnects" /> : null}
      {list.items && items.length === 0 ? (
        <Empty
          icon={<Send size={26} />}
          title="Many owners at once"
          action={
            <Button component={PlainLink} href={paths.vehicles({ who: 'owner', choose: 'all' })}>
              Choose vehicles
            </Button>
          }
        >
          Choose vehicles in their list, see who would be written to and who would not, and send. Each owner gets one
          message for all their cars, and what comes of it is shown here.
        </Empty>
      ) : null}
      {items.length > 0 ? (
        <section className="panel" aria-label="Reconnects" {...hold}>
          <ul className="lines">
            {items.map((batch) => (
              <BatchLine key={batch.id} batch={batch} />
            ))}
          </ul>
        </section>
      ) : null}
      <Older list={list}>Older ones</Older>
    </>
  );
}

function BatchLine({ batch }: { batch: ReconnectsView }): React.JSX.Element {
  const { word, tone } = batchWords[batch.state];
  const { queued, sent, retried, repaired, skipped, withdrawn } = batch.counts;
  const acted = queued + sent + retried + repaired;
  const parts = [
    queued > 0 ? `${count(queued)} waiting` : null,
    skipped > 0 ? `${count(skipped)} left out` : null,
    withdrawn > 0 ? `${count(withdrawn)} taken back` : null,
  ].filter(Boolean);
  return (
    <li className="entry">
      <StateTag tone={tone}>{word}</StateTag>
      <div className="entry-body">
        <PlainLink href={paths.reconnect(batch.id)} className="batch-link">
          {batch.selection}
        </PlainLink>
        <span className="quiet">
          {count(repaired)} of {count(acted)} work again{parts.length > 0 ? ` · ${parts.join(' · ')}` : ''} · by{' '}
          {batch.createdBy}
        </span>
      </div>
      <span className="batch-bar way-step" data-end aria-hidden>
        <span className="way-bar">
          <span style={{ width: `${acted === 0 ? 0 : (repaired / acted) * 100}%` }} />
        </span>
      </span>
      <span className="entry-time">
        <Age at={batch.createdAt} />
      </span>
    </li>
  );
}
