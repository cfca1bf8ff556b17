/** Builds every link of the dashboard. */

export interface VehicleFilters {
  status?: string;
  freshness?: string;
  make?: string;
  who?: string;
  cause?: string;
  /** A day, such as 2026-05-18, or an instant. */
  lapsesBefore?: string;
  permissionMissing?: string;
  incident?: string;
  inRental?: string;
  readiness?: string;
  q?: string;
  sort?: string;
  view?: 'cards' | 'table';
  /** All that match are chosen from the start. */
  choose?: 'all';
}

export interface CommandFilters {
  /** One state, or several divided by commas. */
  state?: string;
  type?: string;
  make?: string;
  vehicle?: string;
  /** Of the summary: how many days back. */
  days?: string;
}

export interface RentalFilters {
  state?: string;
  overdue?: 'true';
  vehicle?: string;
  /** Part of a reference. */
  q?: string;
}

const filled = (values: Record<string, string | undefined>): string => {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) if (value) search.set(key, value);
  const text = search.toString();
  return text ? `?${text}` : '';
};

export const paths = {
  overview: () => '/',
  signIn: (next?: string) => `/sign-in${filled({ next })}`,
  vehicles: (filters: VehicleFilters = {}) => `/vehicles${filled({ ...filters })}`,
  vehicle: (id: string) => `/vehicles/${encodeURIComponent(id)}`,
  rentals: (filters: RentalFilters = {}) => `/rentals${filled({ ...filters })}`,
  rental: (id: string) => `/rentals/${encodeURIComponent(id)}`,
  owners: (q?: string) => `/owners${filled({ q })}`,
  owner: (id: string) => `/owners/${encodeURIComponent(id)}`,
  imports: () => '/vehicles/import',
  import: (id: string) => `/vehicles/import/${encodeURIComponent(id)}`,
  alerts: (state?: string) => `/alerts${filled({ state })}`,
  incidents: () => '/incidents',
  commands: (filters: CommandFilters = {}, part?: 'history') =>
    `/commands${filled({ ...filters })}${part ? `#${part}` : ''}`,
  toConfirm: () => '/to-confirm',
  messages: () => '/messages',
  reconnects: () => '/reconnects',
  reconnect: (id: string) => `/reconnects/${encodeURIComponent(id)}`,
  mailbox: () => '/mailbox',
  webhookEvents: (state?: string) => `/webhook-events${filled({ state })}`,
  settings: () => '/settings',
  audit: () => '/settings/audit',
  events: () => '/settings/events',
  eventEndpoint: (id: string) => `/settings/events/${encodeURIComponent(id)}`,
  apiKeys: () => '/settings/api-keys',
  makes: () => '/settings/makes',
  move: () => '/settings/move',
  comparison: () => '/settings/comparison',
  adoption: () => '/settings/adoption',
  goLive: () => '/settings/go-live',
  budget: () => '/settings/budget',
};
