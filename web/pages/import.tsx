/** One list of vehicles: what it would do, how far it is, what came of it. */
import { Text, Title } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';

import type { ImportView } from '../../src/http/contract/imports.ts';
import { useCall } from '../api.ts';
import { Age } from '../components/age.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { ImportActions } from '../components/import-actions.tsx';
import { ImportLines } from '../components/import-lines.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { count } from '../format.ts';
import { paths } from '../paths.ts';
import { BackLink } from '../ui/back-link.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';
import '../components/import.css';

const route = getRouteApi('/shell/vehicles/import/$id');

export function ImportPage(): React.JSX.Element {
  const { id } = route.useParams();
  const { data, error, isPending, isRefetchError, dataUpdatedAt, refetch } = useCall('getImport', { id });
  return (
    <>
      <BackLink href={paths.imports()}>Import vehicles</BackLink>
      <PageHead
        title={data?.name ?? 'Import'}
        note={data ? <FreshAt at={dataUpdatedAt} failed={isRefetchError} /> : null}
      />
      {error && !data ? <ProblemNotice problem={error} retry={() => void refetch()} /> : null}
      {isPending ? <RowsLoading of="the import" /> : null}
      {data ? <ImportPanel view={data} /> : null}
      {data ? <ImportLines key={data.id} view={data} /> : null}
    </>
  );
}

const titles: Record<ImportView['state'], string> = {
  previewed: 'What it would do',
  running: 'It is being imported',
  done: 'What it did',
  undoing: 'What it added is being taken back',
  undone: 'What it added was taken back',
};

function ImportPanel({ view }: { view: ImportView }): React.JSX.Element {
  return (
    <section className="panel" aria-labelledby="import-title">
      <div className="panel-head">
        <Title order={2} id="import-title">
          {titles[view.state]}
        </Title>
      </div>
      <dl className="figures">
        {figuresOf(view).map(([name, number]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{count(number)}</dd>
          </div>
        ))}
      </dl>
      <Text size="sm" mt="sm">
        {readAs(view)}
      </Text>
      <Text size="sm" c="dimmed" mt={4}>
        Read <Age at={view.madeAt} /> by {view.madeBy}
        {view.startedAt ? (
          <>
            {' '}
            · started <Age at={view.startedAt} /> by {view.startedBy}
          </>
        ) : (
          ` · ${ownersText(view)}nothing was written yet`
        )}
      </Text>
      <ImportActions view={view} />
    </section>
  );
}

function figuresOf({ state, lines, progress }: ImportView): [string, number][] {
  if (state === 'previewed' || state === 'running')
    return [
      ['to be added', lines.add],
      ['to be updated', lines.update],
      ['unchanged', lines.unchanged],
      ['not to be imported', lines.refused],
    ];
  return [
    ['added or updated', progress.applied],
    ['unchanged', lines.unchanged],
    ['not imported', lines.refused + progress.missed],
    ...(state === 'done'
      ? []
      : ([
          ['taken back', progress.undone],
          ['kept, used since', progress.kept],
        ] as [string, number][])),
  ];
}

const ownersText = ({ newOwners }: ImportView): string =>
  newOwners === 0 ? '' : `${count(newOwners)} ${newOwners === 1 ? 'owner is' : 'owners are'} new · `;

/** So that a wrong guess is noticed before it is written. */
function readAs({ encoding, separator, columns, ignored }: ImportView): string {
  const known = `Read as ${encoding} with ${separator === 'bar' ? 'bars' : `${separator}s`} between the cells. Columns: ${columns.join(', ')}.`;
  return ignored.length === 0 ? known : `${known} Not read: ${ignored.join(', ')}.`;
}
