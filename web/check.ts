/** "Check now" as it goes: the server tells each step as it is known, and the diagnosis at the end. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

import type { DiagnosisView, StepView } from '../src/http/contract/diagnosis.ts';
import type { Problem } from '../src/http/contract/shared.ts';
import { ApiProblem, callLive, keyOf } from './api.ts';

export interface CheckState {
  isRunning: boolean;
  /** Of the check that runs; empty before the first is known. */
  steps: readonly StepView[];
  /** Why the last check of this page did not come to its end; null when it did, or there was none. */
  problem: Error | null;
}

export interface RunningCheck extends CheckState {
  start(): void;
}

const idle: CheckState = { isRunning: false, steps: [], problem: null };

/** The page stays when another vehicle is opened; what was seen of the last one is not this one's. */
type CheckOf = CheckState & { of: string };

/** One check at a time; what it changed is fetched anew at its end. */
export function useCheck(vehicleId: string, onEnd: (found: DiagnosisView | Error) => void): RunningCheck {
  const client = useQueryClient();
  const [state, setState] = useState<CheckOf>({ ...idle, of: vehicleId });
  const shown = useRef(true);
  useEffect(() => {
    shown.current = true;
    return () => void (shown.current = false);
  }, []);
  const own = state.of === vehicleId ? state : idle;
  const show = (next: (before: CheckState) => CheckState): void => {
    if (shown.current) setState((before) => (before.of === vehicleId ? { ...next(before), of: vehicleId } : before));
  };
  const start = (): void => {
    if (own.isRunning) return;
    setState({ ...idle, isRunning: true, of: vehicleId });
    const hear = (step: StepView): void => show((before) => ({ ...before, steps: [...before.steps, step] }));
    runCheck(vehicleId, hear).then(
      (found) => {
        client.setQueryData(keyOf('getDiagnosis', { id: vehicleId }), found);
        for (const name of ['getVehicle', 'listTimeline', 'listVehicles', 'getOverview'])
          void client.invalidateQueries({ queryKey: [name] });
        show(() => idle);
        onEnd(found);
      },
      (problem: Error) => {
        void client.invalidateQueries({ queryKey: ['getDiagnosis'] });
        show((before) => ({ ...before, isRunning: false, problem }));
        onEnd(problem);
      },
    );
  };
  return { ...own, start };
}

/** @throws ApiProblem */
async function runCheck(id: string, onStep: (step: StepView) => void): Promise<DiagnosisView> {
  let found: DiagnosisView | null = null;
  await callLive('checkVehicle', { id, body: {} }, (name, data) => {
    if (name === 'step') onStep(data as StepView); // the server's own events, told by their names
    if (name === 'diagnosis') found = data as DiagnosisView;
    if (name === 'problem') throw new ApiProblem(data as Problem);
  });
  if (found) return found;
  throw new ApiProblem({ status: 0, title: 'The check broke off before its end. What it found so far is kept.' });
}
