/** The steps of a check: those of the one that runs as they come, else those of the last one. */
import { Loader, Text } from '@mantine/core';
import { CircleCheck, CircleDashed, CircleX, TriangleAlert } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';

import { stepNames } from '../../src/domain/check-step.ts';
import type { DiagnosisView, StepView } from '../../src/http/contract/diagnosis.ts';
import type { RunningCheck } from '../check.ts';
import { Age } from './age.tsx';
import { ProblemNotice } from './problem-notice.tsx';

interface StepsProps {
  found: DiagnosisView;
  check: RunningCheck;
}

export function DiagnosisSteps({ found, check }: StepsProps): React.JSX.Element {
  const isOurs = check.isRunning || check.problem !== null;
  const steps = isOurs ? check.steps : found.steps;
  const isRunning = check.isRunning || (!isOurs && found.running);
  return (
    <div className="steps-of-check">
      <p className="steps-when" aria-live="polite">
        <When found={found} isRunning={isRunning} done={steps.length} />
      </p>
      {check.problem ? <ProblemNotice problem={check.problem} /> : null}
      {steps.length > 0 || isRunning ? (
        <ol className="steps" aria-label="Steps of the check">
          {steps.map((step) => (
            <Step key={step.name} step={step} />
          ))}
          {isRunning && steps.length < stepNames.length ? (
            <li className="step" data-state="running">
              <Loader size={14} aria-hidden />
              <span className="quiet">Looking at the next …</span>
            </li>
          ) : null}
        </ol>
      ) : null}
    </div>
  );
}

function When({
  found,
  isRunning,
  done,
}: {
  found: DiagnosisView;
  isRunning: boolean;
  done: number;
}): React.JSX.Element {
  if (isRunning)
    return (
      <>
        Checking: {done} of {stepNames.length} steps
      </>
    );
  if (!found.checkedAt)
    return (
      <Text component="span" size="sm" c="dimmed">
        Not checked by hand yet. What is said here comes from regular reads and messages; a check looks at it step by
        step.
      </Text>
    );
  return (
    <>
      Last check <Age at={found.checkedAt} />
      {done < stepNames.length ? ' · it broke off' : ''}
    </>
  );
}

const icons: Record<StepView['state'], LucideIcon> = {
  passed: CircleCheck,
  warning: TriangleAlert,
  failed: CircleX,
  skipped: CircleDashed,
};
const stateWords: Record<StepView['state'], string> = {
  passed: 'passed',
  warning: 'to be known',
  failed: 'failed',
  skipped: 'not looked at',
};

function Step({ step }: { step: StepView }): React.JSX.Element {
  const Icon = icons[step.state];
  return (
    <li className="step" data-state={step.state}>
      <Icon size={16} aria-hidden />
      <span>
        <b>{step.title}</b> <span className="step-state">{stateWords[step.state]}</span>
        <span className="step-detail">{step.detail}</span>
      </span>
    </li>
  );
}
