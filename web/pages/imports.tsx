/** Where a list of vehicles comes in: choose a file, see what it would do. Earlier ones stand below. */
import { Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';

import { columnHeads, importColumns } from '../../src/domain/import-column.ts';
import type { ImportView } from '../../src/http/contract/imports.ts';
import { sendFile } from '../api.ts';
import { Age } from '../components/age.tsx';
import { DownloadButton } from '../components/download-button.tsx';
import { importWords, lineCounts } from '../components/import-words.ts';
import { useMe } from '../components/me.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { StateTag } from '../components/state-tag.tsx';
import { listSeparator } from '../format.ts';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import { BackLink } from '../ui/back-link.tsx';
import { FileDrop } from '../ui/file-drop.tsx';
import { TextLink } from '../ui/link.tsx';
import { Older } from '../ui/older.tsx';
import { PageHead } from '../ui/page-head.tsx';
import '../components/import.css';

export function ImportsPage(): React.JSX.Element {
  const client = useQueryClient();
  const { history } = useRouter();
  const { may } = useMe();
  const reason = may('changeVehicles');
  const reading = useMutation<ImportView, Error, File>({
    mutationFn: (file) => sendFile('importVehicles', file, { name: file.name.slice(-200) }),
    onSuccess: (preview) => {
      void client.invalidateQueries({ queryKey: ['listImports'] });
      history.push(paths.import(preview.id));
    },
  });
  return (
    <>
      <BackLink href={paths.vehicles()}>Vehicles</BackLink>
      <PageHead title="Import vehicles" />
      {reading.error ? <ProblemNotice problem={reading.error} /> : null}
      <section className="panel" aria-labelledby="file-title">
        <div className="panel-head">
          <Title order={2} id="file-title">
            Choose a list
          </Title>
          <DownloadButton size="xs" file="importTemplate" query={{ separator: listSeparator() }}>
            Template
          </DownloadButton>
        </div>
        <FileDrop
          accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
          loading={reading.isPending}
          disabled={reason !== null}
          onFile={(file) => reading.mutate(file)}
          note={reason ?? 'Or drop it here: CSV, at most 20,000 vehicles and 5 MB. You see what it would do first.'}
        >
          Choose a file
        </FileDrop>
        <Text size="sm" mt="md">
          The first line names the columns, in any order. Each vehicle needs a number or a VIN; by the VIN, else by the
          number, a vehicle is found again. An empty cell leaves what is on record.
        </Text>
        <ul className="columns-known" aria-label="Known columns">
          {importColumns.map((column) => (
            <li key={column} className="tag">
              {columnHeads[column]}
            </li>
          ))}
        </ul>
      </section>
      <EarlierImports />
    </>
  );
}

function EarlierImports(): React.JSX.Element | null {
  const list = usePaged('listImports', { query: { limit: 20 } });
  if (list.problem && !list.items) return <ProblemNotice problem={list.problem} retry={list.refetch} />;
  if (!list.items || list.items.length === 0) return null;
  return (
    <section className="panel apart" aria-labelledby="earlier-title">
      <div className="panel-head">
        <Title order={2} id="earlier-title">
          Earlier imports
        </Title>
      </div>
      <ul className="lines">
        {list.items.map((one) => (
          <li key={one.id} className="entry">
            <StateTag tone={importWords[one.state].tone}>{importWords[one.state].name}</StateTag>
            <div className="entry-body">
              <TextLink href={paths.import(one.id)}>{one.name}</TextLink>
              <span className="quiet">
                {lineCounts(one)} · by {one.startedBy ?? one.madeBy}
              </span>
            </div>
            <span className="entry-time">
              <Age at={one.startedAt ?? one.madeAt} />
            </span>
          </li>
        ))}
      </ul>
      <Older list={list}>Older imports</Older>
    </section>
  );
}
