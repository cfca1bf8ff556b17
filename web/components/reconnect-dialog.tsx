/** The preview of many reconnects: who is asked, who is not and why. Nothing happens before Send. */
import { Button, Group, Text, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { MailPlus, RefreshCw, SkipForward } from 'lucide-react';

import type { ReconnectPreview } from '../../src/http/contract/reconnects.ts';
import type { Body } from '../../src/http/contract/routes.ts';
import { call, useAct } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { count } from '../format.ts';
import { paths } from '../paths.ts';
import { OpenModal } from '../ui/open-modal.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';
import { Age } from './age.tsx';
import { ProblemNotice } from './problem-notice.tsx';
import './reconnects.css';

const several = (number: number, one: string, more = `${one}s`): string =>
  `${count(number)} ${number === 1 ? one : more}`;

interface ReconnectDialogProps {
  selection: Body<'previewReconnects'>;
  onClose: () => void;
}

export function ReconnectDialog({ selection, onClose }: ReconnectDialogProps): React.JSX.Element {
  const { history } = useRouter();
  const isPhone = useMediaQuery('(max-width: 680px)');
  const preview = useQuery<ReconnectPreview, ApiProblem>({
    queryKey: ['previewReconnects', selection, 'to send'],
    queryFn: ({ signal }) => call('previewReconnects', { body: selection, signal }),
    refetchInterval: false,
    refetchOnWindowFocus: false,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const send = useAct('sendReconnects', ['listReconnects', 'previewReconnects', 'listVehicles'], ({ id }) => {
    onClose();
    history.push(paths.reconnect(id));
  });
  const { data } = preview;
  const again = (): void => {
    send.reset();
    void preview.refetch();
  };
  return (
    <OpenModal onClose={onClose} title="Reconnect many" size={720} fullScreen={isPhone ?? false}>
      {preview.isFetching ? <RowsLoading of="the preview" /> : null}
      {preview.error && !preview.isFetching ? <ProblemNotice problem={preview.error} retry={again} /> : null}
      {data && !preview.isFetching ? <PreviewGroups preview={data} /> : null}
      {send.error ? <ProblemNotice problem={send.error} retry={again} /> : null}
      <div className="preview-foot">
        <Text size="sm" c="dimmed">
          {data ? lengthText(data) : ''}
        </Text>
        <Group gap="sm" wrap="nowrap" justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <ReasonedButton
            loading={send.isPending || preview.isFetching}
            reason={
              data && data.ask.vehicles + data.retry.vehicles === 0 ? 'None of them can be reconnected now.' : null
            }
            onClick={() => data && send.mutate({ body: { token: data.token } })}
          >
            {data ? sendWord(data) : 'Send'}
          </ReasonedButton>
        </Group>
      </div>
    </OpenModal>
  );
}

function sendWord({ ask, retry }: ReconnectPreview): string {
  if (ask.owners > 0) return `Send ${several(ask.owners, 'message')}`;
  return retry.vehicles > 0 ? `Read ${several(retry.vehicles, 'vehicle')} again` : 'Send';
}

function lengthText({ ask, messagesPerMinute }: ReconnectPreview): string {
  if (ask.owners === 0) return 'Nothing is done yet.';
  const minutes = Math.ceil(ask.owners / messagesPerMinute);
  return `Nothing is sent yet. All have it in about ${several(minutes, 'minute')}, and what has not left can be taken back.`;
}

const askedText = ({ owners, vehicles }: ReconnectPreview['ask']): string =>
  owners === 0
    ? 'No owner is asked'
    : `${several(owners, 'owner is', 'owners are')} asked about ${several(vehicles, 'vehicle')}, in one message${owners === 1 ? '' : ' each'}`;

function PreviewGroups({ preview: { ask, retry, skip } }: { preview: ReconnectPreview }): React.JSX.Element {
  return (
    <>
      <section className="preview-group" aria-labelledby="preview-ask">
        <Title order={3} id="preview-ask">
          <MailPlus size={17} aria-hidden /> {askedText(ask)}
        </Title>
        {ask.causes.length > 0 ? (
          <Text size="sm" c="dimmed">
            {ask.causes.map(({ name, vehicles }) => `${name} ${count(vehicles)}`).join(' · ')}
          </Text>
        ) : null}
        <ul className="preview-lines" tabIndex={0} aria-labelledby="preview-ask">
          {ask.items.map(({ owner, vehicles, items, lastAskedAt }) => (
            <li key={owner.id}>
              <span className="preview-owner">{owner.name}</span>
              <Numbers items={items} all={vehicles} />
              <span className="quiet">
                {lastAskedAt ? (
                  <>
                    asked <Age at={lastAskedAt} />
                  </>
                ) : (
                  'not asked yet'
                )}
              </span>
            </li>
          ))}
        </ul>
        <Further shown={ask.items.length} all={ask.owners} of="owner" />
      </section>
      {retry.vehicles > 0 ? (
        <section className="preview-group" aria-labelledby="preview-retry">
          <Title order={3} id="preview-retry">
            <RefreshCw size={16} aria-hidden /> {several(retry.vehicles, 'vehicle is', 'vehicles are')} read again,
            without the owner
          </Title>
          <Numbers items={retry.items} all={retry.vehicles} isQuiet />
        </section>
      ) : null}
      {skip.vehicles > 0 ? (
        <section className="preview-group" aria-labelledby="preview-skip">
          <Title order={3} id="preview-skip">
            <SkipForward size={16} aria-hidden /> {several(skip.vehicles, 'vehicle is', 'vehicles are')} left out
          </Title>
          <ul className="preview-lines" tabIndex={0} aria-labelledby="preview-skip">
            {skip.reasons.map(({ reason, text, vehicles, items }) => (
              <li key={reason} className="preview-reason">
                <span>
                  <b>{count(vehicles)}</b> {text}
                </span>
                <Numbers items={items} all={vehicles} isQuiet />
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  );
}

interface NumbersProps {
  items: readonly { id: string; number: string }[];
  all: number;
  isQuiet?: boolean;
}

function Numbers({ items, all, isQuiet = false }: NumbersProps): React.JSX.Element {
  const more = all - items.length;
  return (
    <span className={isQuiet ? 'quiet' : undefined}>
      {items.map(({ id, number }, index) => (
        <span key={id}>
          <span className="unbroken">{number}</span>
          {index < items.length - 1 ? ', ' : ''}
        </span>
      ))}
      {more > 0 ? ` and ${count(more)} more` : ''}
    </span>
  );
}

function Further({ shown, all, of }: { shown: number; all: number; of: string }): React.JSX.Element | null {
  if (all <= shown) return null;
  return (
    <Text size="sm" c="dimmed">
      and {several(all - shown, `more ${of}`)}
    </Text>
  );
}
