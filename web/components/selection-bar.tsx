/** What is chosen, and what can be done with it: how many would be asked, and how many left out. */
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Send, X } from 'lucide-react';

import type { ReconnectPreview } from '../../src/http/contract/reconnects.ts';
import type { VehicleFilterInput } from '../../src/http/contract/vehicles.ts';
import { call } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { count } from '../format.ts';
import { selectionBody, sizeOf } from '../selection.ts';
import type { Choosing } from '../selection.ts';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { useMe } from './me.ts';
import { ReconnectDialog } from './reconnect-dialog.tsx';
import './reconnects.css';

interface SelectionBarProps {
  choosing: Choosing;
  filter: VehicleFilterInput;
  /** How many match; null while it is not known. */
  matching: number | null;
}

export function SelectionBar({ choosing, filter, matching }: SelectionBarProps): React.JSX.Element | null {
  const { may } = useMe();
  const [isOpen, dialog] = useDisclosure(false);
  const body = selectionBody(choosing.selection, filter);
  const [asked] = useDebouncedValue(body, 250);
  const role = may('connect');
  const preview = useQuery<ReconnectPreview, ApiProblem>({
    queryKey: ['previewReconnects', asked],
    queryFn: ({ signal }) => call('previewReconnects', { body: asked ?? {}, signal }),
    enabled: asked !== null && role === null,
    refetchInterval: false,
    retry: false,
  });
  const size = sizeOf(choosing.selection, matching);
  if (body === null || size === 0) return null;
  const data = JSON.stringify(asked) === JSON.stringify(body) ? preview.data : undefined;
  return (
    <section className="choosing" aria-label="Chosen vehicles">
      <span className="choosing-size">
        <strong>{size === null ? 'All' : count(size)}</strong> chosen
      </span>
      {choosing.selection.kind === 'some' && matching !== null && size !== null && size < matching ? (
        <Button size="compact-sm" variant="subtle" className="choosing-all" onClick={choosing.chooseAll}>
          Choose all {count(matching)} that match
        </Button>
      ) : null}
      <span className="choosing-what" role="status">
        {preview.error ? preview.error.message : data ? <Outlook preview={data} /> : role === null ? 'Looking …' : null}
      </span>
      <ReasonedButton
        className="choosing-act"
        size="sm"
        leftSection={<Send size={15} aria-hidden />}
        reason={role ?? preview.error?.message ?? null}
        onClick={dialog.open}
      >
        Reconnect …
      </ReasonedButton>
      <Tooltip label="Choose none">
        <ActionIcon
          variant="subtle"
          color="gray"
          className="choosing-none"
          aria-label="Choose none"
          onClick={choosing.clear}
        >
          <X size={16} />
        </ActionIcon>
      </Tooltip>
      {isOpen ? <ReconnectDialog selection={body} onClose={dialog.close} /> : null}
    </section>
  );
}

function Outlook({ preview: { ask, retry, skip } }: { preview: ReconnectPreview }): React.JSX.Element {
  const parts = [
    ask.owners > 0 ? `${count(ask.owners)} ${ask.owners === 1 ? 'owner' : 'owners'} would be asked` : null,
    retry.vehicles > 0 ? `${count(retry.vehicles)} read again` : null,
  ].filter(Boolean);
  return (
    <>
      {parts.join(' · ')}
      {parts.length > 0 && skip.vehicles > 0 ? ' · ' : ''}
      {skip.vehicles > 0 ? (
        <Tooltip
          label={skip.reasons.map(({ reason, text, vehicles }) => (
            <div key={reason}>
              {count(vehicles)} · {text}
            </div>
          ))}
        >
          <span className="age" tabIndex={0}>
            {count(skip.vehicles)} left out
          </span>
        </Tooltip>
      ) : null}
    </>
  );
}
