import { Skeleton, Text, Title } from '@mantine/core';
import { CheckCheck, CircleSlash, ListChecks, UserCheck } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';

import type { ConsentView } from '../../src/http/contract/owners.ts';
import { exactTime, since } from '../format.ts';
import { useNow } from '../now.ts';
import { usePaged } from '../paged.ts';
import { paths } from '../paths.ts';
import { Copyable } from '../ui/copyable.tsx';
import { TextLink } from '../ui/link.tsx';
import { Older } from '../ui/older.tsx';
import { permissionWord } from '../words.ts';
import { ProblemNotice } from './problem-notice.tsx';

const icons: Record<ConsentView['kind'], LucideIcon> = {
  given: UserCheck,
  renewed: CheckCheck,
  changed: ListChecks,
  withdrawn: CircleSlash,
};

/** What an owner agreed to and took back, with the sentences they read. */
export function OwnerConsents({ ownerId }: { ownerId: string }): React.JSX.Element {
  const consents = usePaged('listOwnerConsents', { id: ownerId });
  return (
    <section className="panel" aria-labelledby="consents-title">
      <div className="panel-head">
        <Title order={2} id="consents-title">
          Consents
        </Title>
      </div>
      {consents.isPending ? <Skeleton height={160} aria-label="Loading consents" /> : null}
      {consents.problem && !consents.items ? (
        <ProblemNotice problem={consents.problem} retry={consents.refetch} />
      ) : null}
      {consents.items && consents.items.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing yet. Each time they agree to share a car, change it or stop it, it is written here with the words they
          read, and can’t be edited.
        </Text>
      ) : null}
      <ol className="happenings">
        {consents.items?.map((consent) => (
          <Consent key={consent.id} consent={consent} />
        ))}
      </ol>
      <Older list={consents}>Earlier consents</Older>
    </section>
  );
}

function Consent({ consent }: { consent: ConsentView }): React.JSX.Element {
  const now = useNow();
  const Icon = icons[consent.kind];
  const { vehicle, actor, permissions, smartcar } = consent;
  return (
    <li className="happening consent">
      <time dateTime={consent.at} title={exactTime(consent.at)}>
        {since(consent.at, now)}
      </time>
      <span className="happening-icon" aria-hidden>
        <Icon size={14} />
      </span>
      <div>
        <span>
          <TextLink href={paths.vehicle(vehicle.id)}>{vehicle.number}</TextLink>: {consent.text}
        </span>
        <span className="quiet happening-by">
          {actor.name}
          {permissions.length > 0 ? ` · ${permissions.map(permissionWord).join(', ')}` : ''}
          {smartcar.requestId ? (
            <>
              {' '}
              · <Copyable value={smartcar.requestId} label="Copy Smartcar's request id" />
            </>
          ) : null}
        </span>
        {consent.wording ? <Wording wording={consent.wording} /> : null}
      </div>
    </li>
  );
}

function Wording({ wording }: { wording: NonNullable<ConsentView['wording']> }): React.JSX.Element {
  return (
    <details className="wording">
      <summary>What they read</summary>
      <blockquote lang={wording.language}>
        {wording.sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </blockquote>
      <span className="quiet">
        Version{' '}
        <Copyable value={wording.id} label="Copy the version">
          {wording.id.slice(0, 12)}
        </Copyable>
      </span>
    </details>
  );
}
