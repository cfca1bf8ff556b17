import { Info } from 'lucide-react';

import { count } from '../format.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/link.tsx';

/** Says how many cars are still on the platform that Smartcar gives up; nothing where there are none. */
export function DeprecationNotice({ onV2 }: { onV2: number }): React.JSX.Element | null {
  if (onV2 === 0) return null;
  return (
    <p className="notice" role="note">
      <Info size={18} aria-hidden />
      <span>
        {count(onV2)} {onV2 === 1 ? 'car is' : 'cars are'} still on Smartcar’s v2, which is deprecated on 1 December
        2026. <TextLink href={paths.move()}>Move to v3</TextLink>
      </span>
    </p>
  );
}
