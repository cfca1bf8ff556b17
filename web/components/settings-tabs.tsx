import { useLocation } from '@tanstack/react-router';

import { paths } from '../paths.ts';
import { PlainLink } from '../ui/link.tsx';
import { useMe } from './me.ts';

const tabs = [
  { href: paths.settings(), name: 'Fleet' },
  { href: paths.makes(), name: 'Makes' },
  { href: paths.budget(), name: 'Request budget' },
  { href: paths.apiKeys(), name: 'API keys' },
  { href: paths.events(), name: 'Events' },
  { href: paths.audit(), name: 'Audit log' },
  { href: paths.move(), name: 'Move to v3' },
  { href: paths.comparison(), name: 'Comparison' },
];
/** Smartcar's application is every fleet's, so it is for who looks after all of them. */
const ofInstallation = [
  { href: paths.adoption(), name: 'Adoption' },
  { href: paths.goLive(), name: 'Going live' },
];

/** The pages under Settings. */
export function SettingsTabs(): React.JSX.Element {
  const { pathname } = useLocation();
  const { me } = useMe();
  const shown = me?.installationAdministrator ? [...tabs, ...ofInstallation] : tabs;
  return (
    <nav className="tabs" aria-label="Settings">
      {shown.map(({ href, name }) => (
        <PlainLink key={href} href={href} aria-current={pathname === href ? 'page' : undefined}>
          {name}
        </PlainLink>
      ))}
    </nav>
  );
}
