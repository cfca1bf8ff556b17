import { Tooltip } from '@mantine/core';

import { useLiveness } from '../live.ts';

const words = {
  live: ['Live', 'Changes appear by themselves.'],
  connecting: ['Connecting', 'The line for changes is being opened.'],
  reconnecting: [
    'Reconnecting',
    'The line to the server is broken and is being opened again. What you see may be old.',
  ],
} as const;

/** Whether what is on the screen follows the server now. */
export function LiveMark(): React.JSX.Element {
  const liveness = useLiveness();
  const [word, sentence] = words[liveness];
  return (
    <Tooltip label={sentence}>
      <span className="live" data-live={liveness} tabIndex={0} role="status">
        <span aria-hidden />
        <span className="live-word">{word}</span>
      </span>
    </Tooltip>
  );
}
