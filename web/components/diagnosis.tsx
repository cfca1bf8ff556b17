/** What is wrong with one vehicle, how sure that is, what it rests on; and a check of it, step by step. */
import { Button, Group, Skeleton, Text, Title, Tooltip } from '@mantine/core';
import { ClipboardCopy, Download, RefreshCw } from 'lucide-react';

import type { DiagnosisView } from '../../src/http/contract/diagnosis.ts';
import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { call, useCall } from '../api.ts';
import type { RunningCheck } from '../check.ts';
import { Copyable } from '../ui/copyable.tsx';
import { ReasonedButton } from '../ui/reasoned-button.tsx';
import { Age } from './age.tsx';
import { DiagnosisSteps } from './diagnosis-steps.tsx';
import { FreshAt } from './fresh-at.tsx';
import { useMe } from './me.ts';
import { ProblemNotice } from './problem-notice.tsx';
import { SourceNote } from './source-note.tsx';
import { StateTag } from './state-tag.tsx';
import { tellDone, tellProblem } from './tell.tsx';
import { TurnChip } from './turn-chip.tsx';
import './diagnosis.css';

interface DiagnosisProps {
  vehicle: VehicleView;
  check: RunningCheck;
}

export function Diagnosis({ vehicle, check }: DiagnosisProps): React.JSX.Element {
  const query = useCall('getDiagnosis', { id: vehicle.id });
  const { data } = query;
  return (
    <section className="panel diagnosis" aria-labelledby="diagnosis-title">
      <div className="panel-head">
        <Title order={2} id="diagnosis-title">
          Diagnosis
        </Title>
        {data && query.isRefetchError ? (
          <span className="note">
            <FreshAt at={query.dataUpdatedAt} failed />
          </span>
        ) : null}
      </div>
      {query.isPending ? <Skeleton height={180} aria-label="Loading the diagnosis" /> : null}
      {query.isError && !data ? <ProblemNotice problem={query.error} retry={() => void query.refetch()} /> : null}
      {data ? (
        <>
          <Verdict found={data} />
          <Quirks found={data} />
          <Acts vehicle={vehicle} check={check} />
          <DiagnosisSteps found={data} check={check} />
          <Gaps found={data} />
          <OwnerWords found={data} />
          <Ages found={data} />
          <Told title="Evidence" items={data.evidence} isOpen={data.cause !== null} />
          <Told title="What was tried" items={data.tried} isOpen={false} />
        </>
      ) : null}
    </section>
  );
}

const confidenceWords = { certain: 'Certain', likely: 'Likely', suspected: 'Suspected' } as const;
const confidenceTones = { certain: 'good', likely: 'quiet', suspected: 'wait' } as const;

function Verdict({ found }: { found: DiagnosisView }): React.JSX.Element {
  return (
    <div className="verdict">
      <Text fw={600}>{found.causeText}</Text>
      <div className="verdict-facts">
        <Tooltip label={found.confidenceText}>
          <span tabIndex={0}>
            <StateTag tone={confidenceTones[found.confidence]}>{confidenceWords[found.confidence]}</StateTag>
          </span>
        </Tooltip>
        {found.nextAction ? <TurnChip next={found.nextAction} /> : null}
      </div>
    </div>
  );
}

/** What is known of the make and explains what is seen. */
function Quirks({ found: { quirks } }: { found: DiagnosisView }): React.JSX.Element | null {
  if (quirks.length === 0) return null;
  return (
    <ul className="quirks" aria-label="Known of this make">
      {quirks.map(({ text, source, sureText }) => (
        <li key={text}>
          {text} <SourceNote source={source} text={sureText} />
        </li>
      ))}
    </ul>
  );
}

function Acts({ vehicle, check }: DiagnosisProps): React.JSX.Element {
  const { may } = useMe();
  const capability = vehicle.capabilities.check;
  const reason = capability.allowed ? may('check') : (capability.reason ?? 'This can not be done now.');
  return (
    <Group gap="xs" my="md" role="group" aria-label="Diagnosis of this vehicle">
      <ReasonedButton
        variant="default"
        size="sm"
        leftSection={<RefreshCw size={15} />}
        reason={reason}
        loading={check.isRunning}
        onClick={check.start}
      >
        Check now
      </ReasonedButton>
      <Button
        variant="default"
        size="sm"
        leftSection={<ClipboardCopy size={15} />}
        onClick={() => void handOver(vehicle, copy)}
      >
        Copy for support
      </Button>
      <Button
        variant="default"
        size="sm"
        leftSection={<Download size={15} />}
        onClick={() => void handOver(vehicle, download)}
      >
        Download
      </Button>
    </Group>
  );
}

/** Fetches what Smartcar's support needs, without anything secret, and gives it on. */
async function handOver(
  vehicle: VehicleView,
  give: (text: string, vehicle: VehicleView) => Promise<void>,
): Promise<void> {
  try {
    const { text } = await call('getSupportFile', { id: vehicle.id });
    await give(text, vehicle);
  } catch (error) {
    tellProblem(error instanceof Error ? error : new Error(String(error)));
  }
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  tellDone('Copied for Smartcar’s support. It holds ids and times, and nothing secret.');
}

async function download(text: string, { number }: VehicleView): Promise<void> {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `diagnosis-${number.replaceAll(/[^\w-]+/g, '_')}.txt`;
  link.click();
  URL.revokeObjectURL(url);
}

function Gaps({ found: { permissions } }: { found: DiagnosisView }): React.JSX.Element | null {
  if (permissions.missing.length === 0) return null;
  return (
    <>
      <h3 className="diagnosis-part">Permissions of no use</h3>
      <ul className="gaps">
        {permissions.missing.map(({ permission, text, whyText }) => (
          <li key={permission}>
            {text}: {whyText}
          </li>
        ))}
      </ul>
    </>
  );
}

function OwnerWords({ found: { wording } }: { found: DiagnosisView }): React.JSX.Element | null {
  if (wording.owner === null) return null;
  return (
    <>
      <h3 className="diagnosis-part">Words for the owner</h3>
      <blockquote className="owner-words">
        {wording.owner}{' '}
        <Copyable value={wording.owner} label="Copy the words for the owner">
          <span className="quiet">copy</span>
        </Copyable>
      </blockquote>
    </>
  );
}

const ageWords = { fresh: 'fresh', stale: 'old', missing: 'never came', failed: 'not to be had' } as const;

/** What the fleet requires, each with the car's clock, Smartcar's and ours. */
function Ages({ found: { signals } }: { found: DiagnosisView }): React.JSX.Element {
  return (
    <>
      <h3 className="diagnosis-part">Age of what is required</h3>
      <ul className="ages">
        {signals.map(({ code, name, state, measuredAt, fetchedAt, receivedAt, problem }) => (
          <li key={code} data-state={state}>
            <span>
              {name} · {ageWords[state]}
              {problem ? ` · last try: ${problem}` : ''}
            </span>
            {receivedAt ? (
              <span className="quiet">
                measured {measuredAt ? <Age at={measuredAt} moment /> : 'time not told'} · fetched{' '}
                {fetchedAt ? <Age at={fetchedAt} moment /> : 'time not told'} · received <Age at={receivedAt} moment />
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}

function Told({
  title,
  items,
  isOpen,
}: {
  title: string;
  items: DiagnosisView['evidence'];
  isOpen: boolean;
}): React.JSX.Element {
  return (
    <details className="told" open={isOpen}>
      <summary>
        {title} <span className="quiet">{items.length}</span>
      </summary>
      {items.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing so far.
        </Text>
      ) : (
        <ol>
          {items.map(({ at, what, requestId }, place) => (
            <li key={`${at} ${place}`}>
              <Age at={at} moment />
              <span>
                {what}
                {requestId ? (
                  <span className="quiet told-by">
                    <Copyable value={requestId} label="Copy Smartcar's request id">
                      {<span className="mono">{requestId}</span>}
                    </Copyable>
                  </span>
                ) : null}
              </span>
            </li>
          ))}
        </ol>
      )}
    </details>
  );
}
