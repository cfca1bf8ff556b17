/** What a person can do with an import now: start it, drop it, take the refused lines, take back what it added. */
import { Button, Group, Modal, Progress, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useRouter } from '@tanstack/react-router';

import type { ImportView } from '../../src/http/contract/imports.ts';
import type { CallName } from '../../src/http/contract/paths.ts';
import { useAct } from '../api.ts';
import { count, listSeparator } from '../format.ts';
import { paths } from '../paths.ts';
import { harm } from '../theme.ts';
import { PlainLink } from '../ui/link.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { DownloadButton } from './download-button.tsx';
import { applyWord, vehiclesText } from './import-words.ts';
import { useMe } from './me.ts';
import { ProblemNotice } from './problem-notice.tsx';

const changed: readonly CallName[] = ['getImport', 'listImports', 'listImportLines', 'listVehicles', 'getOverview'];

export function ImportActions({ view }: { view: ImportView }): React.JSX.Element {
  const { may } = useMe();
  const { history } = useRouter();
  const apply = useAct('applyImport', changed);
  const discard = useAct('discardImport', ['listImports'], () => history.push(paths.imports()));
  const { id, state, hash, lines, progress } = view;
  const problem = apply.error ?? discard.error;
  return (
    <>
      {problem ? <ProblemNotice problem={problem} /> : null}
      <ImportProgress view={view} />
      <Group mt="md" gap="sm">
        {state === 'previewed' ? (
          <>
            <ReasonedButton
              reason={may('changeVehicles') ?? view.apply.reason}
              loading={apply.isPending}
              onClick={() => apply.mutate({ id, body: { hash } })}
            >
              {view.apply.allowed ? applyWord(view) : 'Import'}
            </ReasonedButton>
            <ReasonedButton
              variant="default"
              reason={may('changeVehicles')}
              loading={discard.isPending}
              onClick={() => discard.mutate({ id })}
            >
              Discard, choose another file
            </ReasonedButton>
          </>
        ) : null}
        {state === 'done' && lines.add > 0 ? (
          <Button component={PlainLink} href={paths.vehicles({ status: 'unconnected' })}>
            Connect them next
          </Button>
        ) : null}
        {lines.refused + progress.missed > 0 ? (
          <DownloadButton
            file="importProblems"
            id={id}
            query={{ separator: listSeparator() }}
            reason={may('changeVehicles')}
          >
            Lines to mend (CSV)
          </DownloadButton>
        ) : null}
        {state === 'done' ? <UndoButton view={view} /> : null}
        {state === 'done' || state === 'undone' ? (
          <Button component={PlainLink} href={paths.imports()} variant="default">
            Import another file
          </Button>
        ) : null}
      </Group>
    </>
  );
}

/** Told politely to who can't see the bar. */
function ImportProgress({ view }: { view: ImportView }): React.JSX.Element | null {
  const { state, lines, progress } = view;
  const isUndoing = state === 'undoing';
  if (state !== 'running' && !isUndoing) return null;
  const all = isUndoing ? lines.add : lines.add + lines.update;
  const done = isUndoing ? progress.undone + progress.kept : progress.applied + progress.missed;
  const text = `${count(done)} of ${vehiclesText(all)}`;
  return (
    <div className="import-bar">
      <Progress.Root size="lg">
        <Progress.Section
          value={all === 0 ? 100 : (100 * done) / all}
          animated
          aria-label={isUndoing ? 'Being taken back' : 'Being imported'}
          aria-valuetext={text}
        />
      </Progress.Root>
      <Text size="sm" mt={4} role="status">
        {text}. It goes on when this page is closed.
      </Text>
    </div>
  );
}

function UndoButton({ view }: { view: ImportView }): React.JSX.Element {
  const { may } = useMe();
  const [opened, { open, close }] = useDisclosure(false);
  const undo = useAct('undoImport', [...changed, 'listOwners'], close);
  return (
    <>
      <ReasonedButton variant="default" reason={may('changeVehicles') ?? view.undo.reason} onClick={open}>
        Take back
      </ReasonedButton>
      <Modal opened={opened} onClose={close} title={`Take back what “${view.name}” added?`}>
        <Text mb="md">
          The vehicles that it added are deleted, and their new owners, as far as nothing has happened to them since: no
          link, no connection, no change by hand. What it changed in other vehicles stays.
        </Text>
        {undo.error ? <ProblemNotice problem={undo.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            Leave them
          </Button>
          <Button color={harm} loading={undo.isPending} onClick={() => undo.mutate({ id: view.id, body: {} })}>
            Delete what it added
          </Button>
        </Group>
      </Modal>
    </>
  );
}
