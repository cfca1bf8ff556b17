import { ScrollText } from 'lucide-react';

import { Age } from '../components/age.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { SettingsTabs } from '../components/settings-tabs.tsx';
import { VehicleName } from '../components/vehicle-name.tsx';
import { usePaged } from '../paged.ts';
import { Copyable } from '../ui/copyable.tsx';
import { Empty } from '../ui/empty.tsx';
import { Older } from '../ui/older.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';
import { useSettled } from '../ui/settled.ts';

/** `changeVehicle` as "change vehicle"; the calls are named as acts. */
const inWords = (act: string): string =>
  act
    .replaceAll(/([A-Z])/g, ' $1')
    .replaceAll(/[._-]/g, ' ')
    .toLowerCase();

export function AuditPage(): React.JSX.Element {
  const list = usePaged('listAudit');
  const { items, hold } = useSettled(list.items ?? []);
  return (
    <>
      <PageHead
        title="Audit log"
        note={list.items ? <FreshAt at={list.updatedAt} failed={list.isRefetchError} /> : null}
      />
      <SettingsTabs />
      {list.problem && !list.items ? <ProblemNotice problem={list.problem} retry={list.refetch} /> : null}
      {list.isPending ? <RowsLoading of="the audit log" /> : null}
      {list.items && items.length === 0 ? (
        <Empty icon={<ScrollText size={28} />} title="Nothing was done yet">
          Everything that changes something, and every look at a precise location, is written here and can’t be edited.
        </Empty>
      ) : null}
      {items.length > 0 ? (
        <section className="panel scroll-x" aria-label="Audit log" tabIndex={0} {...hold}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">Did</th>
                <th scope="col">To</th>
                <th scope="col">Request</th>
              </tr>
            </thead>
            <tbody>
              {items.map((entry) => (
                <tr key={entry.id}>
                  <td>
                    <Age at={entry.at} />
                  </td>
                  <td>{entry.actor.name}</td>
                  <th scope="row">{inWords(entry.act)}</th>
                  <td className="mono">
                    {entry.subject ? (
                      entry.subject.startsWith('veh_') ? (
                        <VehicleName id={entry.subject} />
                      ) : (
                        entry.subject
                      )
                    ) : (
                      '–'
                    )}
                  </td>
                  <td className="mono">
                    {entry.requestId ? <Copyable value={entry.requestId} label="Copy request id" /> : '–'}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : null}
      <Older list={list}>Older entries</Older>
    </>
  );
}
