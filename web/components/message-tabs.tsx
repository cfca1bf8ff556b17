import { useLocation } from '@tanstack/react-router';

import { paths } from '../paths.ts';
import { PlainLink } from '../ui/link.tsx';

const tabs = [
  { href: paths.messages(), name: 'Messages' },
  { href: paths.reconnects(), name: 'Reconnects' },
];

/** What owners were sent, one by one and many at once. */
export function MessageTabs(): React.JSX.Element {
  const { pathname } = useLocation();
  return (
    <nav className="tabs" aria-label="Messages and reconnects">
      {tabs.map(({ href, name }) => (
        <PlainLink key={href} href={href} aria-current={pathname === href ? 'page' : undefined}>
          {name}
        </PlainLink>
      ))}
    </nav>
  );
}
