import { ChevronLeft } from 'lucide-react';

import { TextLink } from './link.tsx';

/** Above a page's name: the list that it belongs to. */
export function BackLink({ href, children }: { href: string; children: string }): React.JSX.Element {
  return (
    <TextLink href={href} size="sm" className="back">
      <ChevronLeft size={14} aria-hidden /> {children}
    </TextLink>
  );
}
