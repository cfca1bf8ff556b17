/** Short notices in the corner, for acts whose effect is elsewhere on the screen. */
import { notifications } from '@mantine/notifications';
import { Check, CircleAlert } from 'lucide-react';

import type { DiagnosisView } from '../../src/http/contract/diagnosis.ts';
import { ApiProblem } from '../api.ts';

/** A cross says nothing to who can't see it. */
const closeButtonProps = { 'aria-label': 'Dismiss this notice' };

export function tellDone(message: string): void {
  notifications.show({ message, color: 'petrol', icon: <Check size={16} />, autoClose: 5_000, closeButtonProps });
}

/** How a check ended: that the car was read, or what kept it from being read. */
export function tellCheck(number: string, found: DiagnosisView | Error): void {
  if (found instanceof Error) return tellProblem(found);
  if (found.signalsCame !== null) return tellDone(`${number} was read just now.`);
  const because = found.steps.find(({ state }) => state === 'failed' || state === 'warning')?.detail ?? '';
  notifications.show({
    title: `${number} was not read`,
    message: because,
    color: 'yellow',
    icon: <CircleAlert size={16} />,
    autoClose: 12_000,
    closeButtonProps,
  });
}

export function tellProblem(problem: Error): void {
  const requestId = problem instanceof ApiProblem && problem.requestId ? ` (request ${problem.requestId})` : '';
  notifications.show({
    title: 'Not done',
    message: `${problem.message}${requestId}`,
    color: 'red',
    icon: <CircleAlert size={16} />,
    autoClose: 12_000,
    closeButtonProps,
  });
}
