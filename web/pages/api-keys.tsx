import { Button, Group, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';

import type { Answer } from '../../src/http/contract/routes.ts';
import { useAct, useCall } from '../api.ts';
import { Age } from '../components/age.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { useMe } from '../components/me.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { SettingsTabs } from '../components/settings-tabs.tsx';
import { StateTag } from '../components/state-tag.tsx';
import { tellDone } from '../components/tell.tsx';
import { ApiKeyDialog } from '../forms/api-key-create.tsx';
import { harm } from '../theme.ts';
import { Empty } from '../ui/empty.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';

type Key = Answer<'revokeApiKey'>;

export function ApiKeysPage(): React.JSX.Element {
  const keys = useCall('listApiKeys');
  const { may } = useMe();
  const [making, dialog] = useDisclosure(false);
  const [ending, setEnding] = useState<Key | null>(null);
  return (
    <>
      <PageHead
        title="API keys"
        note={keys.data ? <FreshAt at={keys.dataUpdatedAt} failed={keys.isRefetchError} /> : null}
      >
        <ReasonedButton leftSection={<Plus size={16} />} onClick={dialog.open} reason={may('manageKeys')}>
          Make a key
        </ReasonedButton>
      </PageHead>
      <SettingsTabs />
      {keys.isError && !keys.data ? <ProblemNotice problem={keys.error} retry={() => void keys.refetch()} /> : null}
      {keys.isPending ? <RowsLoading of="keys" /> : null}
      {keys.data?.items.length === 0 ? (
        <Empty icon={<KeyRound size={28} />} title="No program has a key">
          A key lets a program of yours, such as the booking system, use the API with a role of its own. It is shown
          once.
        </Empty>
      ) : null}
      {keys.data && keys.data.items.length > 0 ? (
        <section className="panel" aria-label="Keys">
          <ul className="lines">
            {keys.data.items.map((key) => (
              <KeyLine key={key.id} entry={key} onEnd={() => setEnding(key)} />
            ))}
          </ul>
        </section>
      ) : null}
      <ApiKeyDialog opened={making} onClose={dialog.close} />
      <EndKeyDialog entry={ending} onClose={() => setEnding(null)} />
    </>
  );
}

function KeyLine({ entry, onEnd }: { entry: Key; onEnd: () => void }): React.JSX.Element {
  return (
    <li className="entry">
      <StateTag tone={entry.revokedAt ? 'quiet' : 'good'}>{entry.revokedAt ? 'Ended' : 'Works'}</StateTag>
      <div className="entry-body">
        <span>{entry.name}</span>
        <span className="quiet">
          <span className="mono">{entry.hint}…</span> · {entry.role} · made <Age at={entry.createdAt} />
          {entry.revokedAt ? (
            <>
              {' '}
              · ended <Age at={entry.revokedAt} />
            </>
          ) : null}
        </span>
      </div>
      {entry.revokedAt ? null : (
        <Button size="xs" variant="default" onClick={onEnd} aria-label={`End ${entry.name}`}>
          End
        </Button>
      )}
    </li>
  );
}

function EndKeyDialog({ entry, onClose }: { entry: Key | null; onClose: () => void }): React.JSX.Element {
  const end = useAct('revokeApiKey', ['listApiKeys', 'listAudit'], (ended) => {
    tellDone(`The key “${ended.name}” is ended.`);
    onClose();
  });
  return (
    <Modal opened={entry !== null} onClose={onClose} title={`End the key “${entry?.name ?? ''}”?`}>
      <Text mb="md">Programs that use it are refused from now on. It can’t be made to work again.</Text>
      {end.error ? <ProblemNotice problem={end.error} /> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep it
        </Button>
        <Button color={harm} loading={end.isPending} onClick={() => (entry ? end.mutate({ id: entry.id }) : undefined)}>
          End the key
        </Button>
      </Group>
    </Modal>
  );
}
