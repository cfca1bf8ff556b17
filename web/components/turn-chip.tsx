import { Tooltip } from '@mantine/core';
import { CarFront, Factory, Hammer, Hourglass, Radio, User, UserRound } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';

import type { NextAction } from '../words.ts';

const icons: Record<NextAction['who'], LucideIcon> = {
  owner: UserRound,
  operator: User,
  vehicle: CarFront,
  manufacturer: Factory,
  smartcar: Radio,
  us: Hammer,
  nobody: Hourglass,
};

/** Whose turn it is, with a verb. */
export function TurnChip({ next }: { next: NextAction }): React.JSX.Element {
  const Icon = icons[next.who];
  return (
    <Tooltip label={next.text}>
      <span className="turn" data-who={next.who} tabIndex={0}>
        <Icon size={13} aria-hidden />
        <span className="clip">{next.text}</span>
      </span>
    </Tooltip>
  );
}
