/** How old what we know is: a dot beside the age. A fact apart from the status. */
import { Tooltip } from '@mantine/core';

import type { VehicleView } from '../../src/http/contract/vehicles.ts';
import { age, exactTime } from '../format.ts';
import { useNow } from '../now.ts';

export const freshnessWords: Record<string, string> = { fresh: 'Fresh', stale: 'Stale', never: 'No data yet' };

export function FreshnessDot({ state }: { state: string }): React.JSX.Element {
  return <span className="freshness-dot" data-freshness={state} aria-hidden />;
}

/** "● 4 min ago", "◐ 3 d ago", "○ no data yet", with the reason and the exact time on hover and focus. */
export function FreshnessMark({ freshness }: { freshness: VehicleView['freshness'] }): React.JSX.Element {
  const now = useNow();
  const { state, since, text } = freshness;
  const words = since ? age(since, now) : 'no data yet';
  const label = [freshnessWords[state], text, since ? exactTime(since) : null].filter(Boolean).join(' · ');
  return (
    <Tooltip label={label}>
      <span className="freshness" tabIndex={0}>
        <FreshnessDot state={state} />
        <span className="unseen">{freshnessWords[state]}, </span>
        {words}
      </span>
    </Tooltip>
  );
}
