import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { Search, UserRound } from 'lucide-react';
import { useState } from 'react';

import type { Answer } from '../../src/http/contract/routes.ts';
import { Age } from '../components/age.tsx';
import { FreshAt } from '../components/fresh-at.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { count, unknown } from '../format.ts';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import { Empty } from '../ui/empty.tsx';
import { TextLink } from '../ui/link.tsx';
import { Older } from '../ui/older.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { RowsLoading } from '../ui/rows-loading.tsx';
import '../components/owner.css';

const route = getRouteApi('/shell/owners');

/** The people and companies who share their cars. */
export function OwnersPage(): React.JSX.Element {
  const { q } = route.useSearch();
  const owners = usePaged('listOwners', { query: q ? { q } : {} });
  return (
    <>
      <PageHead
        title="Owners"
        note={owners.items ? <FreshAt at={owners.updatedAt} failed={owners.isRefetchError} /> : null}
      />
      <OwnerSearch given={q ?? ''} />
      {owners.problem && !owners.items ? <ProblemNotice problem={owners.problem} retry={owners.refetch} /> : null}
      {owners.isPending ? <RowsLoading of="owners" /> : null}
      {owners.items && owners.items.length === 0 ? (
        <Empty icon={<UserRound size={28} />} title={q ? 'Nobody of this name' : 'No owner yet'}>
          {q
            ? 'Look for a part of the name. Owners who were forgotten are not listed.'
            : 'An owner is added with their vehicle. Here you find what each of them shares, what they agreed to, and what was sent to them.'}
        </Empty>
      ) : null}
      {owners.items && owners.items.length > 0 ? <OwnerTable owners={owners.items} /> : null}
      <Older list={owners}>More owners</Older>
    </>
  );
}

function OwnerSearch({ given }: { given: string }): React.JSX.Element {
  const { history } = useRouter();
  const [text, setText] = useState(given);
  const look = useDebouncedCallback((q: string) => history.replace(paths.owners(q.trim())), 250);
  return (
    <TextInput
      aria-label="Search owners by name"
      placeholder="Search by name"
      leftSection={<Search size={15} aria-hidden />}
      maw={360}
      mb="md"
      value={text}
      onChange={({ currentTarget: { value } }) => {
        setText(value);
        look(value);
      }}
    />
  );
}

function OwnerTable({ owners }: { owners: readonly Answer<'getOwner'>[] }): React.JSX.Element {
  return (
    <section className="panel scroll-x owners" aria-label="Owners" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">E-mail</th>
            <th scope="col">Phone</th>
            <th scope="col" data-number>
              Vehicles
            </th>
            <th scope="col">Added</th>
          </tr>
        </thead>
        <tbody>
          {owners.map((owner) => (
            <tr key={owner.id}>
              <th scope="row">
                <TextLink href={paths.owner(owner.id)}>{owner.name}</TextLink>
              </th>
              <td>{owner.email ?? unknown}</td>
              <td>{owner.phone ?? unknown}</td>
              <td data-number>{count(owner.vehicleCount)}</td>
              <td>
                <Age at={owner.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
