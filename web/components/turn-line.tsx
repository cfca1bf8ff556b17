/** A line of what a person has to do: how many, what, and where it is done. */
import { ChevronRight } from 'lucide-react';

import { PlainLink } from '../ui/link.tsx';

interface TurnLineProps {
  href: string;
  /** As it is read; "0" is shown quietly. */
  number: string;
  name: string;
  children: React.ReactNode;
}

export function TurnLine({ href, number, name, children }: TurnLineProps): React.JSX.Element {
  return (
    <li className="line" data-none={number === '0' || undefined}>
      <PlainLink href={href} className="line-link">
        <span className="line-number">{number}</span> {name}
      </PlainLink>
      <span className="quiet">{children}</span>
      <ChevronRight size={16} aria-hidden className="chevron" />
    </li>
  );
}
