/** What the simulator remembers of v2: codes, families of tokens, charge limits. All times are epoch milliseconds. */

/** What an owner agreed to in one run of Connect: the vehicles that its tokens open, and what they may ask. */
export interface V2Grant {
  userId: string;
  /** Vehicles leave the list when they are disconnected; a later grant doesn't bring them back. */
  vehicleIds: string[];
  permissions: string[];
  /** Given by `single_select=true`. */
  isSingle: boolean;
}

/** A code that waits to be exchanged. */
export interface ConnectCode {
  code: string;
  redirectUri: string;
  expiresAt: number;
  grant: V2Grant;
}

/** All tokens that follow from one code. */
export interface TokenFamily {
  id: string;
  createdAt: number;
  isRevoked: boolean;
  grant: V2Grant;
}

export interface AccessToken {
  token: string;
  familyId: string;
  expiresAt: number;
}

export interface RefreshToken {
  token: string;
  familyId: string;
  expiresAt: number;
  /** Null: it was never used. */
  usedAt: number | null;
  /** What its first use answered, for a replay inside the grace. */
  successor: { accessToken: string; refreshToken: string } | null;
}

export interface V2State {
  codes: ConnectCode[];
  families: TokenFamily[];
  accessTokens: AccessToken[];
  refreshTokens: RefreshToken[];
  /** By VIN, 0.5 to 1. */
  chargeLimits: Record<string, number>;
}

export function newV2State(): V2State {
  return { codes: [], families: [], accessTokens: [], refreshTokens: [], chargeLimits: {} };
}
