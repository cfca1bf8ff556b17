/** The frame around every page: where one is, where one can go, and who one is. */
import { ActionIcon, Kbd, Menu, Tooltip, UnstyledButton } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useLocation } from '@tanstack/react-router';
import {
  Bell,
  CarFront,
  CloudOff,
  Ellipsis,
  Gauge,
  Handshake,
  Inbox,
  KeyRound,
  Mail,
  Radio,
  Scale,
  Search,
  Settings,
  UserRound,
} from 'lucide-react';
import type { LucideIcon } from 'lucide-react';

import type { Me } from '../../src/http/contract/operations.ts';
import { useCall } from '../api.ts';
import { useLive } from '../live.ts';
import { paths } from '../paths.ts';
import { PlainLink } from '../ui/link.tsx';
import { AccountMenu } from './account-menu.tsx';
import { FleetSwitcher } from './fleet-switcher.tsx';
import { LiveMark } from './live-mark.tsx';
import { useMe } from './me.ts';
import { QuickSearch } from './quick-search.tsx';

interface Place {
  name: string;
  short?: string;
  href: string;
  icon: LucideIcon;
  /** Other addresses that belong to it. */
  also?: string;
}

const main: readonly Place[] = [
  { name: 'Overview', href: paths.overview(), icon: Gauge },
  { name: 'Vehicles', href: paths.vehicles(), icon: CarFront },
  { name: 'Rentals', href: paths.rentals(), icon: Handshake },
  { name: 'Alerts', href: paths.alerts(), icon: Bell },
  { name: 'Messages', href: paths.messages(), icon: Mail, also: paths.reconnects() },
];
const further = (demo: boolean): readonly Place[] => [
  { name: 'Commands', href: paths.commands(), icon: KeyRound },
  { name: 'Owners', href: paths.owners(), icon: UserRound },
  ...(demo ? [{ name: 'Mailbox', href: paths.mailbox(), icon: Inbox }] : []),
  { name: 'Incidents', href: paths.incidents(), icon: CloudOff },
  { name: 'To confirm', href: paths.toConfirm(), icon: Scale },
  { name: 'From Smartcar', href: paths.webhookEvents(), icon: Radio },
  { name: 'Settings', href: paths.settings(), icon: Settings },
];

const isAt = (pathname: string, { href, also }: Pick<Place, 'href' | 'also'>): boolean =>
  [href, also].some(
    (one) => one !== undefined && (pathname === one || (one !== '/' && pathname.startsWith(`${one}/`))),
  );

const isIn = (pathname: string, places: readonly Place[]): boolean => places.some((place) => isAt(pathname, place));

export function Shell(): React.JSX.Element {
  const { me } = useMe();
  const [searching, search] = useDisclosure(false);
  useLive(useQueryClient(), me?.fleet.id);
  useHotkeys([['mod+K', search.open]], []);
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Go to the page
      </a>
      <header className="topbar">
        <PlainLink href={paths.overview()} className="brand" aria-label="Towline, overview">
          <img src="/towline.svg" width={26} height={26} alt="" />
          <span>Towline</span>
        </PlainLink>
        <TopNavigation demo={me?.demo ?? false} />
        <span className="grow" />
        <UnstyledButton className="quick" onClick={search.open}>
          <Search size={15} aria-hidden />
          <span>Search</span>
          <Kbd size="xs" aria-hidden>
            ⌘K
          </Kbd>
        </UnstyledButton>
        <ActionIcon
          className="quick-small"
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="Search vehicles"
          onClick={search.open}
        >
          <Search size={18} />
        </ActionIcon>
        <LiveMark />
        {me ? <FleetSwitcher me={me} /> : null}
        <AccountMenu me={me} />
      </header>
      {me ? <ModeBanner me={me} /> : null}
      <main id="main" className="page" tabIndex={-1}>
        <Outlet />
      </main>
      <BottomNavigation demo={me?.demo ?? false} />
      <QuickSearch opened={searching} onClose={search.close} />
    </div>
  );
}

function useOpenAlerts(): number {
  return useCall('getOverview').data?.alerts.open ?? 0;
}

function TopNavigation({ demo }: { demo: boolean }): React.JSX.Element {
  const { pathname } = useLocation();
  const open = useOpenAlerts();
  return (
    <nav className="topnav" aria-label="Main">
      {main.map((place) => (
        <Tooltip key={place.href} label={place.name} className="topnav-tip">
          <PlainLink href={place.href} aria-current={isAt(pathname, place) ? 'page' : undefined}>
            <place.icon size={16} aria-hidden />
            <span className="topnav-name">{place.name}</span>
            {place.name === 'Alerts' && open > 0 ? <AlertCount open={open} /> : null}
          </PlainLink>
        </Tooltip>
      ))}
      <Menu position="bottom-start" width={220}>
        <Menu.Target>
          <UnstyledButton className="topnav-more" data-current={isIn(pathname, further(demo)) || undefined}>
            <Ellipsis size={16} aria-hidden />
            <span className="topnav-name">More</span>
          </UnstyledButton>
        </Menu.Target>
        <FurtherPlaces demo={demo} />
      </Menu>
    </nav>
  );
}

function AlertCount({ open }: { open: number }): React.JSX.Element {
  return (
    <span className="count">
      {open > 99 ? '99+' : open}
      <span className="unseen"> open</span>
    </span>
  );
}

/** Phone: what is used most within the thumb's reach, the rest in a menu. */
function BottomNavigation({ demo }: { demo: boolean }): React.JSX.Element {
  const { pathname } = useLocation();
  const open = useOpenAlerts();
  return (
    <nav className="bottomnav" aria-label="Main, phone">
      {main.map((place) => (
        <PlainLink key={place.href} href={place.href} aria-current={isAt(pathname, place) ? 'page' : undefined}>
          <place.icon size={20} aria-hidden />
          <span>{place.name}</span>
          {place.name === 'Alerts' && open > 0 ? <AlertCount open={open} /> : null}
        </PlainLink>
      ))}
      <Menu position="top-end" width={220}>
        <Menu.Target>
          <UnstyledButton className="bottomnav-more">
            <Ellipsis size={20} aria-hidden />
            <span>More</span>
          </UnstyledButton>
        </Menu.Target>
        <FurtherPlaces demo={demo} />
      </Menu>
    </nav>
  );
}

/** What is opened now and then. */
function FurtherPlaces({ demo }: { demo: boolean }): React.JSX.Element {
  const { pathname } = useLocation();
  return (
    <Menu.Dropdown>
      {further(demo).map(({ name, href, icon: Icon }) => (
        <Menu.Item
          key={href}
          component={PlainLink}
          href={href}
          leftSection={<Icon size={16} />}
          aria-current={isAt(pathname, { href }) ? 'page' : undefined}
        >
          {name}
        </Menu.Item>
      ))}
    </Menu.Dropdown>
  );
}

/** Says that no real car is touched, where that is so. */
function ModeBanner({ me }: { me: Me }): React.JSX.Element | null {
  const overview = useCall('getOverview');
  if (!me.simulatorUrl && overview.data?.platform.mode !== 'simulated') return null;
  return (
    <div className="mode" role="note">
      <span>
        Simulated fleet<span className="more-words">: no real car is touched.</span>
      </span>
      {me.simulatorUrl ? (
        <a href={me.simulatorUrl} target="_blank" rel="noopener">
          <span className="more-words">Open the </span>simulator
        </a>
      ) : null}
      {me.demo ? (
        <PlainLink href={paths.mailbox()}>
          <span className="more-words">Owners’ </span>mailbox
        </PlainLink>
      ) : null}
    </div>
  );
}
