/**
 * How a connection that does not work is repaired: one ordered table of causes and of what is held of the connection. The
 * first row that fits decides. Whatever starts a reconnect or shows one goes by it.
 *
 * @see docs/reconnect-routes.md (generated from this table)
 */
import { causeNames, factsOf } from './cause.ts';
import type { Cause, Route, Who } from './cause.ts';
import type { Connection, Platform } from './connection.ts';
import { lackingPermissions } from './permission.ts';
import type { Permission } from './permission.ts';

/** What a press starts. `read`, `moveToV3`: at once and without the owner. `signIn`, `grant`, `widen`: Connect. `explain`: the owner's page says what to do elsewhere. */
export const starts = ['read', 'moveToV3', 'signIn', 'grant', 'widen', 'explain', 'nothing'] as const;
export type Start = (typeof starts)[number];

/** What is held of a connection, as far as the way back depends on it. */
export interface Held {
  platform: Platform;
  /** v2: the family of tokens can be used. True on v3, which needs none. */
  tokens: boolean;
  /** The address that Smartcar's error gave: Connect's own, one that leads elsewhere and is never followed, or none. */
  resolution: 'own' | 'foreign' | 'none';
  /** Smartcar's list shows it, or does not; null when it was not asked since it broke. */
  listed: boolean | null;
  /** What the fleet requires and can't make use of. */
  missing: readonly Permission[];
  /** There is an owner whom we can write to. */
  ownerKnown: boolean;
  /** The installation has credentials for v3. */
  v3: boolean;
}

export interface ReconnectRoute {
  route: Route;
  /** Whose turn it is. */
  who: Who;
  starts: Start;
  /** Of `signIn`: the address that the error gave, or one that we build ourselves. Null otherwise. */
  address: 'resolution' | 'built' | null;
  /** Connect shows the permissions even where they were granted before. */
  forced: boolean;
  /** How the owner gets the link: by mail, or by somebody's hand. Null where no owner has to act. */
  reaches: 'mail' | 'hand' | null;
  /** What the owner is asked to allow besides what they did; empty where nothing is lacking. */
  missing: readonly Permission[];
}

/** A condition on what is held; what is absent may be anything. */
interface When {
  platform?: Platform;
  tokens?: boolean;
  resolution?: Held['resolution'];
  listed?: boolean;
  missing?: boolean;
  v3?: boolean;
}

export interface RouteRow {
  causes: readonly Cause[];
  when: When;
  route: Route;
  starts: Start;
  /** Where it isn't the cause's own. */
  who?: Who;
  address?: 'resolution' | 'built';
  /** Why, for the document that is made of this. */
  because: string;
}

const login = ['signedOut', 'platformMigrated'] as const;
/** What broke with v2's tokens alone: on v3 nobody needs them. */
export const tokensGone: readonly Cause[] = ['grantLapsed', 'tokensRefused', 'tokensLost'];

const byRoute = (route: Route): Cause[] => causeNames.filter((cause) => factsOf(cause).route === route);

const signIn = { route: 'reauthenticate', starts: 'signIn' } as const;
const grant = { route: 'authorize', starts: 'grant' } as const;
const widen = { route: 'widen', starts: 'widen' } as const;
const given = { address: 'resolution', because: 'Smartcar says itself which login it means' } as const;
const built = { address: 'built', because: 'the login alone is what is lost' } as const;
const both = 'one way does both: what is granted anew is granted with everything that is required';
const notThere = 'what Smartcar does not list can not be signed in to again';
const noTokens = 'a sign-in gives no tokens (docs/smartcar.md §1.4)';

/** @see docs/smartcar.md §1.4, §9.1 */
export const routeRows: readonly RouteRow[] = [
  { causes: login, when: { missing: true }, ...widen, because: both },
  { causes: login, when: { listed: false }, ...grant, because: notThere },
  { causes: login, when: { platform: 'v2', tokens: false }, ...grant, because: noTokens },
  { causes: login, when: { resolution: 'own' }, ...signIn, ...given },
  { causes: login, when: {}, ...signIn, ...built },

  { causes: tokensGone, when: { listed: false, missing: true }, ...widen, because: both },
  { causes: tokensGone, when: { listed: false }, ...grant, because: 'v3 was asked and does not list it' },
  {
    causes: tokensGone,
    when: { platform: 'v2', v3: true },
    route: 'automatic',
    starts: 'moveToV3',
    who: 'operator',
    because: 'v3 reads the same grant without tokens (decision 16)',
  },
  { causes: tokensGone, when: { missing: true }, ...widen, because: both },
  { causes: tokensGone, when: {}, ...grant, because: noTokens },

  { causes: ['revokedByOwner'], when: { listed: false }, ...grant, because: notThere },
  { causes: ['revokedByOwner'], when: { missing: true }, ...widen, because: both },
  { causes: ['revokedByOwner'], when: { platform: 'v2', tokens: false }, ...grant, because: noTokens },
  { causes: ['revokedByOwner'], when: { resolution: 'own' }, ...signIn, ...given },
  {
    causes: ['revokedByOwner'],
    when: { listed: true },
    ...signIn,
    address: 'built',
    because: 'the connection is still there; access was ended at the manufacturer',
  },
  { causes: ['revokedByOwner'], when: {}, ...grant, because: 'it works whether or not Smartcar still has it' },

  { causes: byRoute('authorize'), when: {}, ...grant, because: 'a new grant is all that helps' },
  { causes: byRoute('widen'), when: {}, ...widen, because: 'tokens and grants keep what they were given (§1.4)' },
  {
    causes: byRoute('ownerAction'),
    when: {},
    route: 'ownerAction',
    starts: 'explain',
    because: 'signing in again would not mend it',
  },
  {
    causes: byRoute('automatic'),
    when: {},
    route: 'automatic',
    starts: 'read',
    because: 'somebody’s machine; asking again finds out',
  },
  {
    causes: byRoute('none'),
    when: {},
    route: 'none',
    starts: 'nothing',
    because: 'neither a sign-in nor a read would mend it',
  },
];

/** The way that a reconnect takes now. Null stands for a vehicle that was never connected. */
export function routeOf(connection: Pick<Connection, 'cause'> | null, held: Held): ReconnectRoute {
  if (!connection) return made({ ...grant, who: 'operator' }, held);
  const { cause } = connection;
  if (!cause) return made({ route: 'none', starts: 'nothing', who: 'nobody' }, held);
  return made({ who: factsOf(cause).who, ...rowFor(cause, held) }, held);
}

export function rowFor(cause: Cause, held: Held): RouteRow {
  const row = routeRows.find(({ causes, when }) => causes.includes(cause) && fits(when, held));
  if (!row) throw new Error(`The table of routes has no row for ${cause}.`);
  return row;
}

const fits = (when: When, held: Held): boolean =>
  (when.platform ?? held.platform) === held.platform &&
  (when.tokens ?? held.tokens) === held.tokens &&
  (when.resolution ?? held.resolution) === held.resolution &&
  (when.listed === undefined || when.listed === held.listed) &&
  (when.missing ?? held.missing.length > 0) === held.missing.length > 0 &&
  (when.v3 ?? held.v3) === held.v3;

const made = (
  { route, who, starts: start, address }: Pick<RouteRow, 'route' | 'starts' | 'address'> & { who: Who },
  held: Held,
): ReconnectRoute => ({
  route,
  who,
  starts: start,
  address: address ?? null,
  forced: start === 'widen',
  reaches: isOwners(start) ? (held.ownerKnown ? 'mail' : 'hand') : null,
  missing: start === 'widen' ? held.missing : [],
});

/** Whether the owner has to come for it. */
export const isOwners = (start: Start): boolean => ['signIn', 'grant', 'widen', 'explain'].includes(start);

/** What is around a connection and matters for its way back. */
export interface Around {
  required: readonly Permission[];
  v3: boolean;
  ownerKnown: boolean;
  /** Of Smartcar's Connect. */
  connectOrigin: string;
}

/** What is held of a connection; null stands for a vehicle that was never connected. */
export function heldOf(
  c: Pick<
    Connection,
    'platform' | 'tokenSetId' | 'cause' | 'resolutionUrl' | 'listed' | 'permissions' | 'refusedPermissions'
  > | null,
  { required, v3, ownerKnown, connectOrigin }: Around,
): Held {
  const around = { ownerKnown, v3 };
  if (!c) return { platform: v3 ? 'v3' : 'v2', tokens: v3, resolution: 'none', listed: null, missing: [], ...around };
  const areUsable = c.tokenSetId !== null && !(c.cause && tokensGone.includes(c.cause));
  return {
    platform: c.platform,
    tokens: c.platform === 'v3' || areUsable,
    resolution: resolutionKind(c.resolutionUrl, connectOrigin),
    listed: c.listed,
    missing: lackingPermissions(required, c),
    ...around,
  };
}

function resolutionKind(address: string | null, connectOrigin: string): Held['resolution'] {
  if (!address) return 'none';
  const isOwn = URL.canParse(address) && new URL(address).origin === new URL(connectOrigin).origin;
  return isOwn ? 'own' : 'foreign';
}
