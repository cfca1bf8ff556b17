import { Tooltip } from '@mantine/core';

import { age, exactTime, since, unknown } from '../format.ts';
import { useNow } from '../now.ts';

interface AgeProps {
  at: string | null;
  /** Other clocks of the same thing, said in full on hover and focus. */
  clocks?: readonly (readonly [name: string, at: string | null])[];
  /** Names the moment ("Tue 14:02") instead of its age. */
  moment?: boolean;
  /** Something that is due, rather than something that was. */
  ahead?: boolean;
}

/** How long ago, with the exact times on hover and focus. */
export function Age({ at, clocks, moment = false, ahead = false }: AgeProps): React.JSX.Element {
  const now = useNow();
  if (!at) return <span>{unknown}</span>;
  const lines = clocks ?? [[null, at] as const];
  return (
    <Tooltip
      label={lines.map(([name, time]) => (
        <div key={name ?? ''}>
          {name ? `${name} ` : ''}
          {time ? exactTime(time) : unknown}
        </div>
      ))}
    >
      <time dateTime={at} tabIndex={0} className="age">
        {moment ? since(at, now) : age(at, now, ahead)}
      </time>
    </Tooltip>
  );
}
