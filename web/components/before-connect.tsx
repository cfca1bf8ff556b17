/** What is known before an owner is sent into Connect: what they do first, and what Smartcar says of the VIN. */
import { Text, Title } from '@mantine/core';
import { SearchCheck } from 'lucide-react';

import type { CompatibilityView } from '../../src/http/contract/makes.ts';
import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { useAct, useCall } from '../api.ts';
import { RowsLoading } from '../ui/rows-loading.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { Age } from './age.tsx';
import { useMe } from './me.ts';
import { ProblemNotice } from './problem-notice.tsx';
import { SourceNote } from './source-note.tsx';
import { StateTag } from './state-tag.tsx';
import { tellProblem } from './tell.tsx';

export function BeforeConnect({ vehicle }: { vehicle: VehicleView }): React.JSX.Element {
  const query = useCall('getCompatibility', { id: vehicle.id });
  const { data } = query;
  return (
    <section className="panel" aria-labelledby="before-title">
      <div className="panel-head">
        <Title order={2} id="before-title">
          Before connecting
        </Title>
      </div>
      {query.isPending ? <RowsLoading of="what is known before connecting" height={24} /> : null}
      {query.isError && !data ? <ProblemNotice problem={query.error} retry={() => void query.refetch()} /> : null}
      {data ? (
        <>
          <Steps found={data} />
          <Check vehicle={vehicle} found={data} />
        </>
      ) : null}
    </section>
  );
}

function Steps({ found: { before, ways } }: { found: CompatibilityView }): React.JSX.Element {
  const refused = ways.find(({ allowed }) => !allowed);
  return (
    <>
      {before.length > 0 ? (
        <>
          <Text size="sm">The owner is told first:</Text>
          <ul className="plain">
            {before.map(({ text, source }) => (
              <li key={text}>
                “{text}” <SourceNote source={source} text={null} />
              </li>
            ))}
          </ul>
        </>
      ) : (
        <Text size="sm" c="dimmed">
          Nothing is known that the owner would have to do first.
        </Text>
      )}
      {refused ? (
        <Text size="sm" mt="xs">
          {refused.reason}
        </Text>
      ) : null}
    </>
  );
}

function Check({ vehicle, found }: { vehicle: VehicleView; found: CompatibilityView }): React.JSX.Element {
  const { may } = useMe();
  const asking = useAct('checkCompatibility', ['getCompatibility', 'listAudit']);
  const reason = found.check.allowed ? may('connect') : found.check.reason;
  return (
    <>
      {found.last ? <Last last={found.last} /> : null}
      <ReasonedButton
        mt="sm"
        variant="default"
        size="sm"
        leftSection={<SearchCheck size={15} />}
        reason={reason}
        loading={asking.isPending}
        onClick={() => asking.mutate({ id: vehicle.id }, { onError: tellProblem })}
      >
        {found.last ? 'Ask Smartcar again' : 'Ask Smartcar about this VIN'}
      </ReasonedButton>
      {reason ? (
        <Text size="sm" c="dimmed" mt={6} aria-hidden>
          {reason}
        </Text>
      ) : null}
    </>
  );
}

const answers = {
  compatible: ['good', 'Compatible'],
  incompatible: ['bad', 'Not compatible'],
  notInPlan: ['quiet', 'Not in your plan'],
} as const;

function Last({ last }: { last: NonNullable<CompatibilityView['last']> }): React.JSX.Element {
  const [tone, word] = answers[last.answer];
  return (
    <div className="compatibility">
      <p>
        <StateTag tone={tone}>{word}</StateTag>{' '}
        <span className="quiet">
          asked <Age at={last.checkedAt} />
        </span>
      </p>
      <Text size="sm">{last.text}</Text>
      {last.lacking && last.lacking.length > 0 ? (
        <ul className="plain" aria-label="Not to be had">
          {last.lacking.map(({ permission, text, required, whyText }) => (
            <li key={permission}>
              {required ? <b>required: </b> : null}
              {text}: {whyText}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
