/** Short notices in the corner, for acts whose effect is elsewhere on the screen. */
import { notifications } from '@mantine/notifications';
import { Check, CircleAlert } from 'lucide-react';

import { ApiProblem } from '../api.ts';

export function tellDone(message: string): void {
  notifications.show({ message, color: 'petrol', icon: <Check size={16} />, autoClose: 5_000 });
}

export function tellProblem(problem: Error): void {
  const requestId = problem instanceof ApiProblem && problem.requestId ? ` (request ${problem.requestId})` : '';
  notifications.show({
    title: 'Not done',
    message: `${problem.message}${requestId}`,
    color: 'red',
    icon: <CircleAlert size={16} />,
    autoClose: 12_000,
  });
}
