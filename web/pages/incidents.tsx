/** Incidents: many vehicles that fail together. What is open stands first, with what Towline does meanwhile. */
import { Stack, Text, Title } from '@mantine/core';
import { CloudCheck } from 'lucide-react';

import type { IncidentView } from '../../src/http/contract/incidents.ts';
import { Age } from '../components/age.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { IncidentEnd } from '../components/incident-end.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { count, percent } from '../format.ts';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import { Empty } from '../ui/empty.tsx';
import { TextLink } from '../ui/link.tsx';
import { Older } from '../ui/older.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';

export function IncidentsPage(): React.JSX.Element {
  const list = usePaged('listIncidents', { query: { state: 'all' } });
  const items = list.items ?? [];
  const open = items.filter(({ state }) => state === 'open');
  const over = items.filter(({ state }) => state === 'closed');
  return (
    <>
      <PageHead
        title="Incidents"
        note={list.items ? <FreshAt at={list.updatedAt} failed={list.isRefetchError} /> : null}
      />
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      {list.isPending ? <RowsLoading of="incidents" /> : null}
      {list.items && items.length === 0 ? (
        <Empty icon={<CloudCheck size={28} />} title="Nothing fails together">
          When unusually many vehicles of a make, or of all makes, fail at once, it is somebody’s machine and no owner’s
          fault. It shows here as one incident, owners are left in peace, and it ends by itself.
        </Empty>
      ) : null}
      <Stack gap="md">
        {open.map((incident) => (
          <OpenIncident key={incident.id} incident={incident} />
        ))}
        {over.length > 0 ? <Past incidents={over} /> : null}
      </Stack>
      <Older list={list}>Older incidents</Older>
    </>
  );
}

function OpenIncident({ incident }: { incident: IncidentView }): React.JSX.Element {
  const { id, name, failingCount, vehicleCount, openedAt, lastJoinedAt, lastHealedAt, seen, meanwhile } = incident;
  return (
    <section className="panel incident" aria-labelledby={`incident-${id}`}>
      <div className="panel-head">
        <Title order={2} id={`incident-${id}`}>
          {name}
        </Title>
        <span className="quiet">
          since <Age at={openedAt} moment />
        </span>
      </div>
      <dl className="figures">
        <div data-bad={failingCount > 0 || undefined}>
          <dt>fail now</dt>
          <dd>{count(failingCount)}</dd>
        </div>
        <div>
          <dt>failed in it</dt>
          <dd>
            <TextLink href={paths.vehicles({ incident: id })}>{count(vehicleCount)}</TextLink>
          </dd>
        </div>
        <div>
          <dt>last to join</dt>
          <dd>
            <Age at={lastJoinedAt} />
          </dd>
        </div>
        <div>
          <dt>last to work again</dt>
          <dd>{lastHealedAt ? <Age at={lastHealedAt} /> : 'none yet'}</dd>
        </div>
      </dl>
      <Text mt="sm">{meanwhile}</Text>
      <Text size="sm" c="dimmed" mt="xs">
        Opened because {count(seen.troubled)} of {count(seen.accounts)} owners’ accounts began to fail within an hour;
        on bad days {percent(seen.normalShare * 100)} do.
      </Text>
      <IncidentEnd incident={incident} />
    </section>
  );
}

function Past({ incidents }: { incidents: readonly IncidentView[] }): React.JSX.Element {
  return (
    <section className="panel" aria-labelledby="past-incidents">
      <div className="panel-head">
        <Title order={2} id="past-incidents">
          Over
        </Title>
      </div>
      <ul className="lines">
        {incidents.map(({ id, text, openedAt, closedAt, vehicleCount }) => (
          <li key={id} className="past-incident">
            <span>{text}</span>
            <span className="quiet">
              <Age at={openedAt} moment />
              {closedAt ? (
                <>
                  {' to '}
                  <Age at={closedAt} moment />
                </>
              ) : null}
              {' · '}
              <TextLink href={paths.vehicles({ incident: id })}>
                {count(vehicleCount)} {vehicleCount === 1 ? 'vehicle' : 'vehicles'}
              </TextLink>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
