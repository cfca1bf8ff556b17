import { useLocation } from '@tanstack/react-router';

import { paths } from '../paths.ts';
import { PlainLink } from '../ui/link.tsx';

const tabs = [
  { href: paths.settings(), name: 'Fleet' },
  { href: paths.makes(), name: 'Makes' },
  { href: paths.apiKeys(), name: 'API keys' },
  { href: paths.audit(), name: 'Audit log' },
  { href: paths.move(), name: 'Move to v3' },
];

/** The pages under Settings. */
export function SettingsTabs(): React.JSX.Element {
  const { pathname } = useLocation();
  return (
    <nav className="tabs" aria-label="Settings">
      {tabs.map(({ href, name }) => (
        <PlainLink key={href} href={href} aria-current={pathname === href ? 'page' : undefined}>
          {name}
        </PlainLink>
      ))}
    </nav>
  );
}
