/** The map: every address of the dashboard, and what stands in its search. */
import { QueryCache, QueryClient } from '@tanstack/react-query';
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';

import { ApiProblem } from './api.ts';
import { Shell } from './components/shell.tsx';
import { NotFoundPage } from './pages/not-found.tsx';
import { BrokenPage } from './pages/broken.tsx';
import { paths } from './paths.ts';
import type { CommandFilters, RentalFilters, VehicleFilters } from './paths.ts';
import { chooseFleet, chosenFleet } from './preferences.ts';

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: recover }),
  defaultOptions: {
    queries: { staleTime: 5_000, retry: (count, error) => isPassing(error) && count < 4, refetchInterval: 60_000 },
  },
});

/** Worth asking again: no answer, or the server's own trouble. */
const isPassing = (error: Error): boolean => error instanceof ApiProblem && (error.status === 0 || error.status >= 500);

function recover(error: Error, query: { queryKey: readonly unknown[] }): void {
  if (!(error instanceof ApiProblem)) return;
  // The fleet that was chosen on this device may be gone, or be somebody else's.
  if (error.status === 404 && query.queryKey[0] === 'getMe' && chosenFleet()) {
    chooseFleet(null);
    void queryClient.resetQueries();
  }
  if (error.status !== 401 || window.location.pathname === '/sign-in') return;
  router.history.replace(paths.signIn(window.location.pathname + window.location.search));
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const vehicleFilterNames = [
  'status',
  'freshness',
  'make',
  'who',
  'incident',
  'cause',
  'lapsesBefore',
  'permissionMissing',
  'inRental',
  'readiness',
  'q',
  'sort',
] as const;

function vehicleFilters(search: Record<string, unknown>): VehicleFilters {
  const filters: VehicleFilters = {};
  for (const key of vehicleFilterNames) {
    const value = text(search[key]);
    if (value) filters[key] = value;
  }
  if (search['choose'] === 'all') filters.choose = 'all';
  if (search['view'] === 'table' || search['view'] === 'cards') filters.view = search['view'];
  return filters;
}

function commandFilters(search: Record<string, unknown>): CommandFilters {
  const filters: CommandFilters = {};
  for (const key of ['state', 'type', 'make', 'vehicle', 'days'] as const) {
    const value = text(search[key]);
    if (value) filters[key] = value;
  }
  return filters;
}

function rentalFilters(search: Record<string, unknown>): RentalFilters {
  const filters: RentalFilters = {};
  for (const key of ['state', 'vehicle', 'q'] as const) {
    const value = text(search[key]);
    if (value) filters[key] = value;
  }
  if (search['overdue'] === 'true') filters.overdue = 'true';
  return filters;
}

function byState(search: Record<string, unknown>): { state?: string } {
  const state = text(search['state']);
  return state ? { state } : {};
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage, errorComponent: BrokenPage });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next?: string } => {
    const next = text(search['next']);
    return next ? { next } : {};
  },
  component: lazyRouteComponent(() => import('./pages/sign-in.tsx'), 'SignInPage'),
});

const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });
const inside = { getParentRoute: () => shell };

const overview = createRoute({
  ...inside,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview.tsx'), 'OverviewPage'),
});
const vehicles = createRoute({
  ...inside,
  path: '/vehicles',
  validateSearch: vehicleFilters,
  component: lazyRouteComponent(() => import('./pages/vehicles.tsx'), 'VehiclesPage'),
});
const vehicle = createRoute({
  ...inside,
  path: '/vehicles/$id',
  component: lazyRouteComponent(() => import('./pages/vehicle.tsx'), 'VehiclePage'),
});
const rentals = createRoute({
  ...inside,
  path: '/rentals',
  validateSearch: rentalFilters,
  component: lazyRouteComponent(() => import('./pages/rentals.tsx'), 'RentalsPage'),
});
const rental = createRoute({
  ...inside,
  path: '/rentals/$id',
  component: lazyRouteComponent(() => import('./pages/rental.tsx'), 'RentalPage'),
});
const owners = createRoute({
  ...inside,
  path: '/owners',
  validateSearch: (search: Record<string, unknown>): { q?: string } => {
    const q = text(search['q']);
    return q ? { q } : {};
  },
  component: lazyRouteComponent(() => import('./pages/owners.tsx'), 'OwnersPage'),
});
const owner = createRoute({
  ...inside,
  path: '/owners/$id',
  component: lazyRouteComponent(() => import('./pages/owner.tsx'), 'OwnerPage'),
});
const imports = createRoute({
  ...inside,
  path: '/vehicles/import',
  component: lazyRouteComponent(() => import('./pages/imports.tsx'), 'ImportsPage'),
});
const importOne = createRoute({
  ...inside,
  path: '/vehicles/import/$id',
  component: lazyRouteComponent(() => import('./pages/import.tsx'), 'ImportPage'),
});
const alerts = createRoute({
  ...inside,
  path: '/alerts',
  validateSearch: byState,
  component: lazyRouteComponent(() => import('./pages/alerts.tsx'), 'AlertsPage'),
});
const incidents = createRoute({
  ...inside,
  path: '/incidents',
  component: lazyRouteComponent(() => import('./pages/incidents.tsx'), 'IncidentsPage'),
});
const commands = createRoute({
  ...inside,
  path: '/commands',
  validateSearch: commandFilters,
  component: lazyRouteComponent(() => import('./pages/commands.tsx'), 'CommandsPage'),
});
const toConfirm = createRoute({
  ...inside,
  path: '/to-confirm',
  component: lazyRouteComponent(() => import('./pages/to-confirm.tsx'), 'ToConfirmPage'),
});
const messages = createRoute({
  ...inside,
  path: '/messages',
  component: lazyRouteComponent(() => import('./pages/messages.tsx'), 'MessagesPage'),
});
const reconnects = createRoute({
  ...inside,
  path: '/reconnects',
  component: lazyRouteComponent(() => import('./pages/reconnects.tsx'), 'ReconnectsPage'),
});
const reconnect = createRoute({
  ...inside,
  path: '/reconnects/$id',
  component: lazyRouteComponent(() => import('./pages/reconnect.tsx'), 'ReconnectPage'),
});
const mailbox = createRoute({
  ...inside,
  path: '/mailbox',
  component: lazyRouteComponent(() => import('./pages/mailbox.tsx'), 'MailboxPage'),
});
const webhookEvents = createRoute({
  ...inside,
  path: '/webhook-events',
  validateSearch: byState,
  component: lazyRouteComponent(() => import('./pages/webhook-events.tsx'), 'WebhookEventsPage'),
});
const settings = createRoute({
  ...inside,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings.tsx'), 'SettingsPage'),
});
const audit = createRoute({
  ...inside,
  path: '/settings/audit',
  component: lazyRouteComponent(() => import('./pages/audit.tsx'), 'AuditPage'),
});
const apiKeys = createRoute({
  ...inside,
  path: '/settings/api-keys',
  component: lazyRouteComponent(() => import('./pages/api-keys.tsx'), 'ApiKeysPage'),
});

const events = createRoute({
  ...inside,
  path: '/settings/events',
  component: lazyRouteComponent(() => import('./pages/events.tsx'), 'EventsPage'),
});
const eventEndpoint = createRoute({
  ...inside,
  path: '/settings/events/$id',
  component: lazyRouteComponent(() => import('./pages/event-endpoint.tsx'), 'EventEndpointPage'),
});

const makes = createRoute({
  ...inside,
  path: '/settings/makes',
  component: lazyRouteComponent(() => import('./pages/makes.tsx'), 'MakesPage'),
});

const budget = createRoute({
  ...inside,
  path: '/settings/budget',
  component: lazyRouteComponent(() => import('./pages/request-budget.tsx'), 'RequestBudgetPage'),
});
const move = createRoute({
  ...inside,
  path: '/settings/move',
  component: lazyRouteComponent(() => import('./pages/move.tsx'), 'MovePage'),
});

const comparison = createRoute({
  ...inside,
  path: '/settings/comparison',
  component: lazyRouteComponent(() => import('./pages/comparison.tsx'), 'ComparisonPage'),
});
const adoption = createRoute({
  ...inside,
  path: '/settings/adoption',
  component: lazyRouteComponent(() => import('./pages/adoption.tsx'), 'AdoptionPage'),
});
const goLive = createRoute({
  ...inside,
  path: '/settings/go-live',
  component: lazyRouteComponent(() => import('./pages/go-live.tsx'), 'GoLivePage'),
});

const routeTree = root.addChildren([
  signIn,
  shell.addChildren([
    overview,
    vehicles,
    vehicle,
    rentals,
    rental,
    owners,
    owner,
    imports,
    importOne,
    alerts,
    incidents,
    commands,
    toConfirm,
    messages,
    reconnects,
    reconnect,
    mailbox,
    webhookEvents,
    settings,
    audit,
    apiKeys,
    events,
    eventEndpoint,
    makes,
    move,
    comparison,
    adoption,
    goLive,
    budget,
  ]),
]);

export const router = createRouter({
  routeTree,
  scrollRestoration: true,
  // A search is plain words: `?q=104`, not JSON.
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search: Record<string, unknown>) => {
    const filled = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
    const words = new URLSearchParams(filled.map(([key, value]) => [key, String(value)])).toString();
    return words ? `?${words}` : '';
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
